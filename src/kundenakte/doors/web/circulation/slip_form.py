"""The routing slip as a form: one row for each stop. Rows come, go and change places without losing what was typed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kundenakte.base.accounts.models import User
from kundenakte.base.refusals import Refused
from kundenakte.circulation import slip
from kundenakte.circulation.models.slips import Wish
from kundenakte.circulation.slip import LONGEST_DUE, MOST_STOPS, StopWish
from kundenakte.doors.web import page
from kundenakte.doors.web.administration.pages import choose
from kundenakte.doors.web.circulation.people import Choices, PersonOrTeam
from kundenakte.doors.web.retention.pages import a_day
from kundenakte.records.models import CustomerFile

# What the buttons of the rows are called in the form.
MORE, LESS, UP = "mehr", "weg", "hoch"
_ROWS: Final = "zeile"


class StopForm(forms.Form):
    """One stop: who is to do what, by when."""

    to = PersonOrTeam(
        label=gettext_lazy("Wer"),
        error_messages={"required": gettext_lazy("Bitte wählen Sie, wer an der Reihe ist.")},
    )
    wish = forms.ChoiceField(label=gettext_lazy("Was ist zu tun?"), initial=Wish.COMPLETE)
    due_on = a_day(gettext_lazy("Bis wann?"), required=False)
    due_days = forms.IntegerField(
        label=gettext_lazy("oder in Arbeitstagen"), min_value=0, max_value=LONGEST_DUE, required=False,
        help_text=gettext_lazy("Gezählt ab dem Tag, an dem die Station dran ist."),
    )  # fmt: skip
    instruction = forms.CharField(label=gettext_lazy("Anweisung"), max_length=500, required=False)
    together = forms.BooleanField(label=gettext_lazy("gleichzeitig mit der vorigen"), required=False)
    four_eyes = forms.BooleanField(label=gettext_lazy("Vier Augen: jemand anders als im Schritt davor"), required=False)

    def __init__(self, *args: Any, people: Choices, file: CustomerFile, starter: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.file, self.starter = file, starter
        choose(self, "to", people)
        choose(self, "wish", [(value, _(label)) for value, label in Wish.choices])

    def clean_to(self) -> Any:
        """Somebody who can do it."""
        to = self.cleaned_data["to"]
        try:
            slip.must_be_there(to, self.file)
        except Refused as refused:
            raise forms.ValidationError(refused.in_words(_), code=refused.code) from refused
        return to

    def clean_due_on(self) -> date | None:
        """Not in the past."""
        due: date | None = self.cleaned_data["due_on"]
        if due is not None and due < timezone.localdate():
            raise forms.ValidationError(_("Der Termin liegt in der Vergangenheit."), code="past")
        return due

    def clean(self) -> dict[str, Any]:
        """Whoever starts it is not the second pair of eyes; and one end of the time is enough."""
        given = super().clean() or self.cleaned_data
        if given.get("due_on") and given.get("due_days") is not None:
            self.add_error("due_days", _("Bitte geben Sie einen Tag oder Arbeitstage an, nicht beides."))
        if given.get("four_eyes") and given.get("to") == self.starter:
            said = _("Im Vier-Augen-Prinzip muss jemand anders handeln als der, der die Mappe gestartet hat.")
            self.add_error("four_eyes", said)
        return given

    def wish_at(self, step: int) -> StopWish:
        """What the row asks for, as the domain takes it."""
        given = self.cleaned_data
        return StopWish(
            step=step, to=given["to"], wish=given["wish"], instruction=given["instruction"], due_on=given["due_on"],
            due_days=given["due_days"], four_eyes=given["four_eyes"],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One row with its key in the form, and its place on the slip."""

    key: int
    place: int
    form: StopForm

    @property
    def is_first(self) -> bool:
        """Nothing comes before it."""
        return self.place == 1


class SlipForm:
    """All rows. Sent to be checked they are bound; while rows only come and go, nobody is told of mistakes."""

    def __init__(self, data: QueryDict | None, *, people: Choices, file: CustomerFile, starter: User) -> None:
        self._more: dict[str, Any] = {"people": people, "file": file, "starter": starter}
        self._data = data
        self.fresh: int | None = None
        keys = _keys(data) if data is not None else [0]
        self.is_rearranged = data is not None and any(name in data for name in (MORE, LESS, UP))
        if data is not None and self.is_rearranged:
            keys = self._rearranged(keys, data)
        self.rows = [Row(key, place, self._form(key)) for place, key in enumerate(keys, start=1)]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    @property
    def may_grow(self) -> bool:
        """Whether a slip holds one more."""
        return len(self.rows) < MOST_STOPS

    @property
    def may_shrink(self) -> bool:
        """The last row stays."""
        return len(self.rows) > 1

    def is_valid(self) -> bool:
        """Whether each row is right; all of them are looked at."""
        return not [row for row in self.rows if not row.form.is_valid()]

    def wishes(self) -> list[StopWish]:
        """The rows in steps: one that goes side by side with the one before shares its step."""
        step, found = 0, []
        for row in self.rows:
            if row.is_first or not row.form.cleaned_data["together"]:
                step += 1
            found.append(row.form.wish_at(step))
        return found

    def _rearranged(self, keys: list[int], data: QueryDict) -> list[int]:
        less, up = page.number(data.get(LESS)), page.number(data.get(UP))
        if less in keys and len(keys) > 1:
            keys.remove(less)
        if up in keys[1:]:
            at = keys.index(up)
            keys[at - 1], keys[at] = keys[at], keys[at - 1]
        if MORE in data and len(keys) < MOST_STOPS:
            self.fresh = max(keys) + 1
            keys.append(self.fresh)
        return keys

    def _form(self, key: int) -> StopForm:
        prefix = f"s{key}"
        if self._data is None or key == self.fresh:
            return StopForm(prefix=prefix, **self._more)
        if not self.is_rearranged:
            return StopForm(self._data, prefix=prefix, **self._more)
        typed = {name: self._data.get(f"{prefix}-{name}", "") for name in StopForm.base_fields}
        return StopForm(prefix=prefix, initial=typed, **self._more)


def _keys(data: QueryDict) -> list[int]:
    found = [
        key for text in data.getlist(_ROWS)[:MOST_STOPS] if (key := page.number(text)) is not None and key < 10_000
    ]
    return list(dict.fromkeys(found)) or [0]
