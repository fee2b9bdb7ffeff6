"""The file servers there are, and what the paths of each mean."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from kundenakte.base.accounts.models import Role, User
from kundenakte.doors.web import page
from kundenakte.doors.web.administration.pages import administrators, choose
from kundenakte.doors.web.alphabet import by_word
from kundenakte.doors.web.history.entries import history_of
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.sent_forms import carried_out
from kundenakte.records.models import DocumentClass
from kundenakte.records.refusals import BadValue, NotFound
from kundenakte.steps.intake import shares as actions
from kundenakte.steps.intake import watching
from kundenakte.steps.intake.models import Share, ShareWatch

# Form field → the fact that holds for every file.
_FACTS: Final = {"document_class": "class", "system": "system"}


class ShareForm(forms.Form):
    """Where the files lie and what their paths mean."""

    path = forms.CharField(
        label=gettext_lazy("Ordner auf dem Server"), max_length=1000,
        help_text=gettext_lazy("Wo das Laufwerk eingehängt ist, zum Beispiel /mnt/kunden. Dort wird nur gelesen."),
    )  # fmt: skip
    patterns = forms.CharField(
        label=gettext_lazy("Was die Pfade bedeuten"), widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "Ein Muster je Zeile; das erste passende gilt. Platzhalter: {kunde} {name} {register} {jahr} {titel} "
            "{nummer} {datum}, {*} für Beliebiges, {**} für beliebig viele Ordner."
        ),
    )  # fmt: skip
    words = forms.CharField(
        label=gettext_lazy("Was die Namen der Ordner bedeuten"), required=False,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "Je Zeile „Ordner = Klasse“ oder „Ordner = Klasse @ Register“, zum Beispiel „Angebote = OFFER“. Der "
            "Probelauf nennt die Ordner, die noch fehlen."
        ),
    )  # fmt: skip
    document_class = forms.ChoiceField(label=gettext_lazy("Klasse, wenn der Pfad keine nennt"), required=False)
    system = forms.SlugField(
        label=gettext_lazy("System der Kundennummern"), required=False, max_length=40,
        help_text=gettext_lazy("Zum Beispiel erp: seine Kundennummern gelten zuerst."),
    )  # fmt: skip
    team = forms.ChoiceField(label=gettext_lazy("Fragliches kommt vor"), required=False)
    acts_as = forms.ChoiceField(label=gettext_lazy("Mit den Rechten von"), required=False)
    takes_unclear = forms.BooleanField(
        label=gettext_lazy("Auch Dateien aufnehmen, deren Kunde nicht feststeht: Sie kommen in den Posteingang"),
        required=False,
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        classes = by_word((one.code, _(one.name)) for one in DocumentClass.objects.filter(is_retired=False))
        choose(self, "document_class", [("", _("was darin erkannt wird")), *classes])
        roles = by_word((role.code, _(role.name)) for role in Role.objects.filter(has_inbox=True))
        choose(self, "team", [("", _("allen im Posteingang")), *roles])
        programs = User.objects.filter(is_active=True, is_service=True)
        choose(self, "acts_as", [("", _("der Kundenakte selbst")), *by_word((u.username, str(u)) for u in programs)])

    def clean_words(self) -> dict[str, dict[str, str]]:
        """Folders' names and what they mean."""
        try:
            return actions.words_from(str(self.cleaned_data["words"]).splitlines())
        except BadValue as refused:
            raise forms.ValidationError(refused.in_words(_)) from refused

    def changes(self, before: Share | None) -> dict[str, Any]:
        """The fields of Share as the form gives them."""
        given = self.cleaned_data
        facts = dict(before.facts) if before else {}
        for name, key in _FACTS.items():
            facts.pop(key, None)
            if given[name].strip():
                facts[key] = given[name].strip()
        # What was said in more words than a line can say stays, as long as the folder is named.
        known = before.words if before else {}
        words = {word: {**known.get(word, {}), **meaning} for word, meaning in given["words"].items()}
        return {
            "path": given["path"],
            "patterns": [line.strip() for line in given["patterns"].splitlines() if line.strip()],
            "words": words,
            "facts": facts,
            "takes_unclear": given["takes_unclear"],
            "team": Role.objects.filter(code=given["team"]).first(),
            "acts_as": User.objects.filter(username=given["acts_as"]).first() if given["acts_as"] else None,
        }


class NewShareForm(ShareForm):
    """A file server that is not set up yet."""

    name = forms.SlugField(
        label=gettext_lazy("Kurzname"), max_length=50, help_text=gettext_lazy("Ein Wort, zum Beispiel kunden.")
    )
    field_order = ("name", "path")


@require_safe
@administrators
def shares(request: SignedIn) -> HttpResponse:
    """All file servers, each with its last run."""
    rows = [
        (row, row.runs.first(), watching.watch_of(row).is_on, watching.problem_of(row)) for row in Share.objects.all()
    ]
    return render(request, "shares/shares.html", {"shares": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def new(request: SignedIn) -> HttpResponse:
    """Set up one more; nothing is read before a dry run is begun."""
    form = NewShareForm(request.POST or None, initial={"patterns": "{kunde} {name}/{register}/{jahr}/{titel}"})

    def add() -> HttpResponse:
        row = actions.add_share(
            actor=page.actor(request), name=form.cleaned_data["name"], now=timezone.now(), **form.changes(None)
        )
        messages.success(request, _("„%(name)s“ ist eingerichtet. Ein Probelauf zeigt, was geschähe.") % {"name": row})
        return page.gone_on(reverse("share", args=(row.pk,)))

    return carried_out(request, form, add, "shares/new.html", dict)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def share(request: SignedIn, share: int) -> HttpResponse:
    """One file server: what its paths mean, and its runs."""
    row = found(share)
    form = ShareForm(request.POST or None, initial=_initial(row))

    def context() -> dict[str, object]:
        return {
            "share": row,
            "runs": row.runs.select_related("started_by")[:20],
            "under_way": row.runs.filter(ended_at=None).first(),
            **_watching(row),
            "history": history_of(request.user, [("intake.share", row.pk)], limit=20),
        }

    def save() -> HttpResponse:
        actions.change_share(
            actor=page.actor(request), share=row, now=timezone.now(),
            edition=page.number(request.POST.get("edition")) or 0, **form.changes(row),
        )  # fmt: skip
        messages.success(request, _("Gespeichert. Es gilt ab dem nächsten Lauf."))
        return page.gone_on(reverse("share", args=(row.pk,)))

    return carried_out(request, form, save, "shares/share.html", context)


def found(pk: int) -> Share:
    """The file server of this number. Raises NotFound."""
    row = Share.objects.select_related("team", "acts_as").filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def _watching(row: Share) -> dict[str, object]:
    return {
        "watch": watching.watch_of(row), "intervals": [(key, _(str(label))) for key, label in ShareWatch.Every.choices],
        "last_look": row.looks.exclude(ended_at=None).exclude(stopped=True).first(),
        "look_problem": watching.problem_of(row),
    }  # fmt: skip


def _initial(row: Share) -> dict[str, Any]:
    return {
        "path": row.path,
        "patterns": "\n".join(row.patterns),
        "words": "\n".join(actions.lines_from(row.words)),
        "takes_unclear": row.takes_unclear,
        "team": row.team.code if row.team else "",
        "acts_as": row.acts_as.username if row.acts_as else "",
        **{name: row.facts.get(key, "") for name, key in _FACTS.items()},
    }
