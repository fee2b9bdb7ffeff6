"""Watched folders: which there are, how each is taken, what it brought, and whether its place is fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.db.models import Count, Max
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenakte.base.accounts.models import Role, User
from kundenakte.doors.web import page
from kundenakte.doors.web.administration.pages import administrators, choose
from kundenakte.doors.web.alphabet import by_word
from kundenakte.doors.web.history.entries import history_of
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.sent_forms import carried_out
from kundenakte.records import access
from kundenakte.records.models import DocumentClass
from kundenakte.records.refusals import NotFound
from kundenakte.steps.intake import folders as actions
from kundenakte.steps.intake import places
from kundenakte.steps.intake.models import FolderEvent, WatchedFolder

_SHOWN: Final = 20
# Form field → the fact that holds for every file of the folder.
_FACTS: Final = {"customer": "customer", "document_class": "class", "system": "system"}
_PLAIN: Final = ("path", "sidecar", "done_folder", "error_folder", "marker_required", "path_is_key", "keep_in_place",
                 "answers", "batch", "batch_words")  # fmt: skip


# How the fields stand together; those of a rare group are folded away as long as none of them is used.
_GROUPS: Final[tuple[tuple[object, tuple[str, ...], bool], ...]] = (
    (gettext_lazy("Ort"), ("name", "path"), False),
    (gettext_lazy("Was die Dateien sind"), ("document_class", "customer", "patterns"), False),
    (gettext_lazy("Sammel-PDF mit vielen Briefen"), ("batch", "batch_words"), True),
    (gettext_lazy("Wer sich kümmert"), ("team", "acts_as", "system"), False),
    (gettext_lazy("Begleitdateien und Fertig-Dateien"), ("sidecar", "markers", "marker_required", "answers"), True),
    (gettext_lazy("Was mit den Dateien geschieht"),
     ("done_folder", "error_folder", "path_is_key", "keep_in_place"), True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """Some fields of a form under one heading; `is_used` when one says something other than a new folder would."""

    name: object
    fields: list[forms.BoundField]
    is_rare: bool
    is_used: bool


class FolderForm(forms.Form):
    """How a folder is watched. Rarer settings (mapping of fields, waiting times) are left as they are."""

    path = forms.CharField(label=gettext_lazy("Pfad auf dem Server"), max_length=1000)
    sidecar = forms.ChoiceField(label=gettext_lazy("Begleitdateien"))
    patterns = forms.CharField(
        label=gettext_lazy("Muster der Dateinamen"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Eines je Zeile, zum Beispiel {class}_{number}_{customer}.pdf"),
    )  # fmt: skip
    batch = forms.ChoiceField(label=gettext_lazy("Wo ein neuer Brief beginnt"), required=False)
    batch_words = forms.CharField(
        label=gettext_lazy("Dieser Text"), required=False, max_length=100,
        help_text=gettext_lazy("Zum Beispiel Seite 1 von, oder Kundennummer, wenn es auf ihre Änderung ankommt."),
    )  # fmt: skip
    markers = forms.CharField(
        label=gettext_lazy("Endungen von Fertig-Dateien"), required=False, max_length=200,
        help_text=gettext_lazy("Zum Beispiel .ok .fertig"),
    )  # fmt: skip
    marker_required = forms.BooleanField(label=gettext_lazy("Erst mit Fertig-Datei übernehmen"), required=False)
    customer = forms.CharField(
        label=gettext_lazy("Alle Dateien gehören zu Kundennummer"), required=False, max_length=60
    )
    document_class = forms.ChoiceField(label=gettext_lazy("Alle Dateien sind"), required=False)
    system = forms.SlugField(
        label=gettext_lazy("System, das hier spricht"), required=False, max_length=40,
        help_text=gettext_lazy("Zum Beispiel erp: seine Kundennummern gelten zuerst."),
    )  # fmt: skip
    team = forms.ChoiceField(label=gettext_lazy("Fragliches kommt vor"), required=False)
    acts_as = forms.ChoiceField(label=gettext_lazy("Mit den Rechten von"), required=False)
    done_folder = forms.CharField(label=gettext_lazy("Ordner für Erledigtes"), max_length=300)
    error_folder = forms.CharField(label=gettext_lazy("Ordner für Fehler"), max_length=300)
    path_is_key = forms.BooleanField(
        label=gettext_lazy("Gleicher Pfad mit neuem Inhalt ist eine neue Version"), required=False
    )
    keep_in_place = forms.BooleanField(label=gettext_lazy("Dateien bleiben liegen"), required=False)
    answers = forms.BooleanField(label=gettext_lazy("Ergebnisdatei für Programme daneben schreiben"), required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        choose(self, "sidecar", [(value, _(str(label))) for value, label in WatchedFolder.Sidecar.choices])
        choose(self, "batch", [(value, _(str(label))) for value, label in WatchedFolder.Batch.choices])
        classes = by_word((one.code, _(one.name)) for one in DocumentClass.objects.all())
        choose(self, "document_class", [("", _("was darin erkannt wird")), *classes])
        roles = by_word((role.code, _(role.name)) for role in Role.objects.filter(has_inbox=True))
        choose(self, "team", [("", _("allen im Posteingang")), *roles])
        programs = User.objects.filter(is_active=True, is_service=True)
        choose(self, "acts_as", [("", _("der Kundenakte selbst")), *by_word((u.username, str(u)) for u in programs)])

    def groups(self) -> list[Group]:
        """The fields as the page shows them."""
        usual = _initial(None)
        made = []
        for name, names, is_rare in _GROUPS:
            fields = [self[one] for one in names if one in self.fields]
            used = any(one.errors or (one.value() or "") != (usual.get(one.name) or "") for one in fields)
            made.append(Group(name, fields, is_rare, used))
        return made

    def changes(self, before: WatchedFolder | None) -> dict[str, Any]:
        """The fields of WatchedFolder as the form gives them."""
        given = self.cleaned_data
        facts = dict(before.facts) if before else {}
        for name, key in _FACTS.items():
            facts.pop(key, None)
            if given[name].strip():
                facts[key] = given[name].strip()
        return {name: given[name] for name in _PLAIN} | {
            "patterns": [line.strip() for line in given["patterns"].splitlines() if line.strip()],
            "markers": given["markers"].replace(",", " ").split(),
            "facts": facts,
            "team": Role.objects.filter(code=given["team"]).first(),
            "acts_as": User.objects.filter(username=given["acts_as"]).first() if given["acts_as"] else None,
        }


class NewFolderForm(FolderForm):
    """A folder that is not watched yet."""

    name = forms.SlugField(
        label=gettext_lazy("Kurzname"),
        max_length=50,
        help_text=gettext_lazy("Ein Wort, zum Beispiel erp oder scanner."),
    )
    field_order = ("name", "path")


@require_safe
@administrators
def folders(request: SignedIn) -> HttpResponse:
    """All folders with how they stand."""
    rows = WatchedFolder.objects.select_related("team", "acts_as").annotate(
        # What it brought, as inbox and operation count it; a file that stays lying there came to nobody.
        brought=Count("events__arrival", distinct=True),
        last_at=Max("events__at"),
    )
    return render(request, "administration/folders.html", {"folders": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def new(request: SignedIn) -> HttpResponse:
    """Watch one more folder; "look" says beforehand whether its place is fit."""
    form = NewFolderForm(request.POST or None, initial=_initial(None))
    if looked := _looked(request, form, None):
        return render(request, "administration/folder_new.html", {"form": form, "findings": looked})

    def add() -> HttpResponse:
        folder = actions.add_folder(
            actor=page.actor(request), name=form.cleaned_data["name"], now=timezone.now(), **form.changes(None)
        )
        messages.success(request, _("Der Ordner „%(name)s“ wird jetzt überwacht.") % {"name": folder})
        return page.gone_on(reverse("administration-folder", args=(folder.pk,)))

    return carried_out(request, form, add, "administration/folder_new.html", dict)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def folder(request: SignedIn, folder: int) -> HttpResponse:
    """One folder: its settings, whether its place is fit, its last files."""
    row = _row(folder)
    form = FolderForm(request.POST or None, initial=_initial(row))

    def context() -> dict[str, object]:
        return {
            "folder": row,
            "findings": _looked(request, form, row)
            or places.examine(row.path, keep_in_place=row.keep_in_place, folder=row),
            "events": _events(request, row),
            "history": history_of(request.user, [("intake.watchedfolder", row.pk)], limit=20),
        }

    if _looked(request, form, row):
        return render(request, "administration/folder.html", {"form": form, **context()})

    def save() -> HttpResponse:
        actions.change_folder(
            actor=page.actor(request), folder=row, now=timezone.now(),
            edition=page.number(request.POST.get("edition")) or 0, **form.changes(row),
        )  # fmt: skip
        messages.success(request, _("Gespeichert. Der Ordner wird ab sofort so überwacht."))
        return page.gone_on(reverse("administration-folder", args=(row.pk,)))

    return carried_out(request, form, save, "administration/folder.html", context)


@require_POST
@administrators
def switch(request: SignedIn, folder: int) -> HttpResponse:
    """Pause a folder or go on with it."""
    row, on = _row(folder), request.POST.get("an") == "ja"
    actions.change_folder(actor=page.actor(request), folder=row, enabled=on, now=timezone.now())
    said = _("„%(name)s“ wird wieder überwacht.") if on else _("„%(name)s“ ruht, bis Sie ihn wieder einschalten.")
    messages.success(request, said % {"name": row})
    return page.gone_on(reverse("administration-folder", args=(row.pk,)))


def _looked(request: SignedIn, form: forms.Form, row: WatchedFolder | None) -> list[places.Finding]:
    """The findings, when only these were asked for."""
    if request.method != "POST" or request.POST.get("was") != "pruefen":
        return []
    stays = request.POST.get("keep_in_place") == "on"
    return places.examine(request.POST.get("path", ""), keep_in_place=stays, folder=row)


def _initial(row: WatchedFolder | None) -> dict[str, Any]:
    known = row or WatchedFolder()
    return {name: getattr(known, name) for name in _PLAIN} | {
        "patterns": "\n".join(known.patterns),
        "markers": " ".join(known.markers),
        "team": known.team.code if known.team else "",
        "acts_as": known.acts_as.username if known.acts_as else "",
        **{name: known.facts.get(key, "") for name, key in _FACTS.items()},
    }


def _events(request: SignedIn, row: WatchedFolder) -> list[tuple[FolderEvent, bool]]:
    """The last files, each with whether its arrival may be opened from here."""
    rows = list(FolderEvent.objects.filter(folder=row).order_by("-at", "-pk")[:_SHOWN])
    wanted = {event.arrival_id for event in rows if event.arrival_id}
    open_to = set(access.arrivals_for(request.user).filter(pk__in=wanted).values_list("pk", flat=True))
    # What an arrival became is as hidden as its document; its file's name would give it away.
    return [
        (event, event.arrival_id in open_to) for event in rows if not event.arrival_id or event.arrival_id in open_to
    ]


def _row(pk: int) -> WatchedFolder:
    found = WatchedFolder.objects.select_related("team", "acts_as").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found
