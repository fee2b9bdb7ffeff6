"""The rights of one role as a grid: sections and classes down, what may be done across."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kundenakte.base.accounts.models import Role
from kundenakte.doors.web import page
from kundenakte.doors.web.administration.pages import administrators
from kundenakte.doors.web.alphabet import alphabetical
from kundenakte.doors.web.page import SignedIn
from kundenakte.records import effects, rights
from kundenakte.records.actions import roles as actions
from kundenakte.records.models import DocumentClass, Verb
from kundenakte.records.refusals import NotFound
from kundenakte.records.rights import HOUSE_WIDE, OF_DOCUMENTS, Right

Place = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Cell:
    """One box. `covered`: it holds anyway, since a wider row allows it."""

    value: str
    label: str
    is_on: bool
    covered: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A section, or a class in it."""

    name: str
    value: str
    cells: list[Cell]
    is_part: bool = False


@dataclass(slots=True)
class Names:
    """What sections and classes are called."""

    sections: dict[int, str] = field(default_factory=lambda: rights.section_names(local=False))
    classes: dict[int, str] = field(default_factory=lambda: dict(DocumentClass.objects.values_list("pk", "name")))

    def of(self, place: Place) -> str:
        """ "Rechnungen", "Rechnungen, nur Mahnung", "Alle Register, nur Mahnung"."""
        section, document_class = place
        name = _(self.sections.get(section, "–")) if section else _("Alle Register")
        if document_class is None:
            return name
        return _("%(section)s, nur %(class)s") % {"section": name, "class": _(self.classes.get(document_class, "–"))}


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def matrix(request: SignedIn) -> HttpResponse:
    """The grid of one role; sent, first what it would change, then the change."""
    roles = alphabetical(Role.objects.all(), lambda role: _(role.name))
    asked = (request.POST or request.GET).get("rolle", "")
    role = next((one for one in roles if one.code == asked), roles[0] if roles and not asked else None)
    if role is None:
        raise NotFound
    now_allowed = rights.rights_of_role(role)
    names = Names()
    wanted, extra = now_allowed, set[Place]()
    context: dict[str, object] = {"edition": role.edition}
    if request.method == "POST":
        wanted, extra = _wanted(request) | _unshown(names, now_allowed), _extra(request)
        context["edition"] = page.number(request.POST.get("edition")) or 0
        if request.POST.get("was") == "speichern" and request.POST.get("geprueft") == _stamp(wanted):
            return _save(request, role, wanted)
        if request.POST.get("was") != "zeile":
            context |= {"effects": effects.of_rights(request.user, role, wanted), "checked": _stamp(wanted)}
    context |= {
        "roles": roles,
        "role": role,
        "verbs": [Verb(verb).label for verb in OF_DOCUMENTS],
        "rows": _rows(names, wanted, extra),
        "house_wide": [(verb.value, verb.label, Right(None, None, verb) in wanted) for verb in HOUSE_WIDE],
        "sections": names.sections.items(),
        "classes": names.classes.items(),
        "is_changed": wanted != now_allowed,
        "people": role.users.filter(is_active=True),
    }
    return render(request, "administration/matrix.html", context)


def _save(request: SignedIn, role: Role, wanted: Collection[Right]) -> HttpResponse:
    edition = page.number(request.POST.get("edition")) or 0
    actions.set_rights(actor=page.actor(request), role=role, edition=edition, rights=wanted, now=timezone.now())
    messages.success(request, _("Die Rechte der Rolle „%(name)s“ sind geändert und gelten ab sofort.") % {"name": role})
    return page.gone_on(f"{reverse('administration-rights')}?rolle={role.code}")


def _wanted(request: SignedIn) -> frozenset[Right]:
    """The boxes that are ticked; what cannot be read is left out and refused by nobody, since it says nothing."""
    found = set()
    for text in request.POST.getlist("recht"):
        place, _colon, verb = text.rpartition(":")
        where = _place(place)
        if where is not None and verb in Verb.values:
            found.add(Right(*where, verb))
    return frozenset(found)


def _unshown(names: Names, rights: Iterable[Right]) -> frozenset[Right]:
    """Cells in sections of single files, of the draft and of old editions: they have no box in the grid and stay."""
    return frozenset(right for right in rights if right.section and right.section not in names.sections)


def _extra(request: SignedIn) -> set[Place]:
    """Rows that somebody asked for and that may have no tick yet."""
    added = ":".join(request.POST.get(name, "") or "0" for name in ("register", "klasse"))
    return {place for text in (*request.POST.getlist("zeile"), added) if (place := _place(text)) and any(place)}


def _place(text: str) -> Place | None:
    section, _colon, document_class = text.partition(":")
    first, second = page.number(section), page.number(document_class)
    return None if first is None or second is None else (first or None, second or None)


def _stamp(wanted: Iterable[Right]) -> str:
    """Says which rights were looked at, so that others are not saved unseen."""
    return hashlib.sha256("|".join(sorted(map(str, wanted))).encode()).hexdigest()[:32]


def _rows(names: Names, wanted: Collection[Right], extra: set[Place]) -> list[Row]:
    """All sections, and each class that has a row of its own."""
    of_documents = {right for right in wanted if right.verb in OF_DOCUMENTS}
    parts = {(r.section, r.document_class) for r in of_documents if r.document_class} | extra
    rows = []
    for section in (None, *names.sections):
        rows.append(_row(names, (section, None), of_documents))
        classes = sorted((c for s, c in parts if s == section and c), key=lambda c: names.classes.get(c, ""))
        rows += [_row(names, (section, document_class), of_documents) for document_class in classes]
    return rows


def _row(names: Names, place: Place, wanted: Collection[Right]) -> Row:
    section, document_class = place
    name, value = names.of(place), f"{section or 0}:{document_class or 0}"
    wider = {(None, None), (section, None), (None, document_class)} - {place}
    cells = []
    for verb in OF_DOCUMENTS:
        covered = any(Right(*one, verb) in wanted for one in wider)
        label = f"{name}: {_(str(verb.label))}"
        if covered:
            label = _("%(cell)s (gilt schon durch eine weitere Zeile)") % {"cell": label}
        cells.append(Cell(f"{value}:{verb}", label, Right(*place, verb) in wanted, covered))
    return Row(name, value, cells, is_part=document_class is not None)


def known_sections() -> list[tuple[int, str]]:
    """Sections of the plan in their order, for a choice."""
    return [(pk, _(name)) for pk, name in rights.section_names(local=False).items()]
