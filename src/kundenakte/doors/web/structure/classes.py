"""Document classes and their index fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kundenakte.doors.web import page
from kundenakte.doors.web.history.entries import history_of
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.structure.pages import administrators, refused_form, revision, told
from kundenakte.records import access, editions
from kundenakte.records.actions import classes as actions
from kundenakte.records.actions.classes import ClassWish, FieldWish
from kundenakte.records.models import DocumentClass, IndexField, StructureRun
from kundenakte.records.refusals import NotFound, Refused
from kundenakte.records.retention import keeping, wording

_SPARE = 2


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One line of the form of index fields."""

    wish: FieldWish
    choices: str = ""


@require_safe
@administrators
def classes(request: SignedIn) -> HttpResponse:
    """All classes with what is known about them."""
    rows = DocumentClass.objects.prefetch_related("index_fields")
    counted = access.documents_for(request.user).order_by().values_list("document_class").annotate(n=Count("pk"))
    counts: dict[int, int] = dict(counted.values_list("document_class", "n"))
    periods = keeping.periods(on=timezone.localdate())
    lines = [(row, counts.get(row.pk, 0), periods[row.pk]) for row in rows]
    return render(request, "structure/classes.html", {"classes": lines})


@administrators
def new(request: SignedIn) -> HttpResponse:
    """A form for a class, and the class."""
    context: dict[str, Any] = {"wish": ClassWish(""), "likes": DocumentClass.objects.filter(is_retired=False)}
    if request.method != "POST":
        return render(request, "structure/class_new.html", context | {"like": "OTHER"})
    wish, like = _wish(request.POST), _row(request.POST.get("aufbewahrung_wie", ""))
    try:
        made = actions.add_class(
            actor=page.actor(request), wish=wish, retention_like=like, code=request.POST.get("code", ""),
            now=timezone.now(),
        )  # fmt: skip
    except Refused as refused:
        context |= {"wish": wish, "like": like.code, "code": request.POST.get("code", "")}
        return refused_form(request, "structure/class_new.html", context, refused)
    messages.success(
        request,
        _("Die Klasse „%(name)s“ ist angelegt. Jetzt fehlen noch Register und Felder.") % {"name": made},
    )
    return page.gone_on(reverse("classes-class", args=(made.code,)))


@administrators
def one(request: SignedIn, code: str) -> HttpResponse:
    """One class: its properties, fields, retention, and what was changed."""
    row = _row(code)
    if request.method != "POST":
        return render(request, "structure/class.html", _context(request, row))
    wish = _wish(request.POST)
    try:
        run = actions.change_class(
            actor=page.actor(request), document_class=row, edition=revision(request), wish=wish, now=timezone.now()
        )
    except Refused as refused:
        context = _context(request, row) | {"wish": wish}
        return refused_form(request, "structure/class.html", context, refused)
    return _saved(request, row, run)


@require_POST
@administrators
def fields(request: SignedIn, code: str) -> HttpResponse:
    """The index fields of a class, all at once."""
    row = _row(code)
    lines = _lines(request.POST)
    try:
        run = actions.set_fields(
            actor=page.actor(request), document_class=row, edition=revision(request), now=timezone.now(),
            fields=[line.wish for line in lines],
        )  # fmt: skip
    except Refused as refused:
        context = _context(request, row) | {"lines": [*lines, *_spare()]}
        return refused_form(request, "structure/class.html", context, refused)
    return _saved(request, row, run)


@require_POST
@administrators
def retire(request: SignedIn, code: str) -> HttpResponse:
    """Offer the class no more, or again."""
    row = _row(code)
    action = actions.bring_back_class if row.is_retired else actions.retire_class
    address = reverse("classes-class", args=(row.code,))
    try:
        action(actor=page.actor(request), document_class=row, edition=revision(request), now=timezone.now())
    except Refused as refused:
        return told(request, address, refused)
    messages.success(request, _("Gespeichert."))
    return page.gone_on(address)


# --- inside ------------------------------------------------------------------------------------------------------


def _row(code: str) -> DocumentClass:
    found = DocumentClass.objects.prefetch_related("index_fields").filter(code=code).first()
    if found is None:
        raise NotFound
    return found


def _saved(request: SignedIn, row: DocumentClass, run: StructureRun | None) -> HttpResponse:
    if run is None:
        messages.success(request, _("Gespeichert."))
        return page.gone_on(reverse("classes-class", args=(row.code,)))
    messages.success(request, _("Gespeichert. Die vorhandenen Dokumente werden geprüft; kein Wert geht verloren."))
    return page.gone_on(reverse("plan-run", args=(run.pk,)))


def _context(request: SignedIn, row: DocumentClass) -> dict[str, Any]:
    entries = editions.entries_in(current) if (current := editions.the_plan().current) else []
    known = [
        FieldLine(FieldWish(f.name, f.key, f.type, f.required, f.choices), ", ".join(map(str, f.choices)))
        for f in row.index_fields.all()
    ]
    runs = StructureRun.objects.filter(kind=StructureRun.Kind.FIELD_CHECK, document_class=row)
    period = keeping.periods(on=timezone.localdate())[row.pk]
    return {
        "row": row,
        "wish": ClassWish(
            row.name, row.aliases, row.words, row.number_is_key, row.valid_at_once, row.tax_relevant,
            row.original_required,
        ),
        "lines": [*known, *_spare()],
        "types": IndexField.Type.choices,
        "sections": [one.name for one in entries if row.code in (one.rule.get("classes") or ())],
        "count": access.documents_for(request.user).filter(document_class=row).count(),
        "run": runs.order_by("-pk").first(),
        "period": period,
        "begins_with": wording.event(period.rule.start),
        "retention_kind": DocumentClass.RetentionKind(period.rule.kind).label,
        "history": history_of(request.user, [("records.documentclass", row.pk)], limit=20),
    }  # fmt: skip


def _spare() -> list[FieldLine]:
    return [FieldLine(FieldWish(""))] * _SPARE


def _wish(form: QueryDict) -> ClassWish:
    return ClassWish(
        form.get("name", ""), _split(form.get("aliases", "")), _split(form.get("words", "")),
        number_is_key=bool(form.get("number_is_key")), valid_at_once=bool(form.get("valid_at_once")),
        tax_relevant=bool(form.get("tax_relevant")), original_required=bool(form.get("original_required")),
    )  # fmt: skip


def _split(text: str) -> list[str]:
    return [part.strip() for line in text.splitlines() for part in line.split(",") if part.strip()]


def _lines(form: QueryDict) -> list[FieldLine]:
    """The lines in their wanted order; those without a name, or marked to go, are left out."""
    found: list[tuple[int, int, FieldLine]] = []
    columns = zip(form.getlist("zeile"), form.getlist("schluessel"), form.getlist("name"), form.getlist("typ"),
                  form.getlist("auswahl"), form.getlist("platz"), strict=False)  # fmt: skip
    for number, (line, key, name, kind, choices, place) in enumerate(columns):
        if not name.strip() or line in form.getlist("weg"):
            continue
        wish = FieldWish(name, key, kind, line in form.getlist("pflicht"), _split(choices))
        found.append((page.number(place) or number + 1, number, FieldLine(wish, choices)))
    return [line for _place, _number, line in sorted(found, key=lambda row: row[:2])]
