"""One more stop for a folder that is on its way: where it can go, and the form for it."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kundenakte.circulation.models import CirculationFolder, Stop
from kundenakte.circulation.slip import StopWish
from kundenakte.doors.web.administration.pages import choose
from kundenakte.doors.web.circulation.cover import Line
from kundenakte.doors.web.circulation.people import Choices
from kundenakte.doors.web.circulation.slip_form import StopForm

_BEFORE: Final = "vor"


class ExtensionForm(StopForm):
    """A stop, and the step it goes to."""

    step = forms.ChoiceField(label=gettext_lazy("Wann?"))

    def __init__(self, *args: Any, steps: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["together"]
        choose(self, "step", steps)

    @property
    def is_between(self) -> bool:
        """Whether it is a step of its own before another one."""
        return str(self.cleaned_data["step"]).startswith(_BEFORE)

    def asked(self) -> StopWish:
        """The stop as the domain takes it."""
        return self.wish_at(int(self.cleaned_data["step"].removeprefix(_BEFORE)))


def extension_form(
    folder: CirculationFolder, lines: list[Line], people: Choices, data: QueryDict | None = None
) -> ExtensionForm:
    """The form, empty or as it was sent."""
    return ExtensionForm(
        data, prefix="station", people=people, file=folder.customer_file, starter=folder.started_by,
        steps=steps_of(folder, lines),
    )  # fmt: skip


def steps_of(folder: CirculationFolder, lines: list[Line]) -> list[tuple[str, str]]:
    """Where a further stop can go: at the end, now, side by side with a step that is still to come, or before one."""
    kept = [line for line in lines if line.stop.state != Stop.State.DROPPED]
    found = [(str(max((line.stop.step for line in kept), default=0) + 1), _("ganz am Ende"))]
    if folder.step > 0:
        found.append((str(folder.step), _("jetzt gleich, gleichzeitig mit dem jetzigen Schritt")))
    for step in sorted({line.stop.step for line in kept if line.stop.step > folder.step}):
        names = ", ".join(line.to for line in kept if line.stop.step == step)
        found.append((f"{_BEFORE}{step}", _("dazwischen, vor Schritt %(n)d (%(names)s)") % {"n": step, "names": names}))
        found.append((str(step), _("gleichzeitig mit Schritt %(n)d (%(names)s)") % {"n": step, "names": names}))
    return found
