"""The jump box: a few letters or a number typed on any page, and the places they lead to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kundenakte.base.accounts.models import User
from kundenakte.doors.web import page
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.doors.web.search.asked import LONGEST
from kundenakte.doors.web.search.commands import commands_for
from kundenakte.doors.web.shell import Shell
from kundenakte.doors.web.templatetags.shown import day, file_icon
from kundenakte.records import access
from kundenakte.records.actions.audits import note_search
from kundenakte.records.models import CustomerFile, Document
from kundenakte.records.reach import Rights
from kundenakte.steps.search import jumping

_EACH: Final = 6
_COMMANDS: Final = 5
_RECENT: Final = 8
# What the browser remembers of the last pages: kind and number, nothing else.
_PLACE: Final = re.compile(r"(akte|dokument)-(\d{1,18})")


@dataclass(frozen=True, slots=True)
class Option:
    """One place to go to."""

    address: str
    label: str
    detail: str = ""
    icon: str = ""
    # A number, set in its own type.
    number: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Places of one kind."""

    name: str
    options: tuple[Option, ...]


@require_safe
@screen
def jump(request: SignedIn) -> HttpResponse:
    """The options for what was typed so far; for nothing what was used last, and what can be done."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]
    rights = page.rights(request)
    groups = _typed(request, rights, text) if text else _untyped(request, rights)
    context = {"groups": [Group(name, found) for name, options in groups if (found := tuple(options))], "text": text}
    return render(request, "search/jump.html", context)


def _typed(request: SignedIn, rights: Rights, text: str) -> Iterator[tuple[str, Iterable[Option]]]:
    found = jumping.jump(request.user, text, limit=_EACH, rights=rights)
    note_search(
        actor=page.actor(request), place="jump", words=text, narrowed="",
        found=len(found.customers) + len(found.documents), now=timezone.now(),
    )  # fmt: skip
    yield _("Kunden"), (_customer(one) for one in found.customers)
    yield _("Befehle"), _commands(request, rights, text)
    yield _("Register"), (_section(one) for one in found.sections)
    yield _("Dokumente"), (_document(one) for one in found.documents)
    everywhere = _("Suchen nach „%(text)s“") % {"text": text}
    yield _("Suche"), [Option(f"{reverse('search')}?{urlencode({'q': text})}", everywhere, icon="search")]


def _untyped(request: SignedIn, rights: Rights) -> Iterator[tuple[str, Iterable[Option]]]:
    yield _("Zuletzt benutzt"), _recent(request.user, rights, request.GET.get("zuletzt", "")[:400])
    yield _("Befehle"), _commands(request, rights, "")


def _recent(user: User, rights: Rights, remembered: str) -> Iterator[Option]:
    """Files and documents in the order remembered, as far as the user may see them now."""
    places = [(kind, int(number)) for kind, number in _PLACE.findall(remembered)[:_RECENT]]
    files = access.files_for(user, rights=rights).select_related("customer")
    documents = access.documents_for(user, rights=rights).select_related("customer_file__customer", "valid_version")
    known = {("akte", pk): _file(row) for pk, row in files.in_bulk([n for kind, n in places if kind == "akte"]).items()}
    known |= {
        ("dokument", pk): _document(row)
        for pk, row in documents.in_bulk([n for kind, n in places if kind == "dokument"]).items()
    }
    yield from (known[place] for place in places if place in known)


def _commands(request: SignedIn, rights: Rights, text: str) -> Iterator[Option]:
    for wish in commands_for(rights, text, places=Shell(request).administration, limit=_COMMANDS):
        yield Option(wish.address, wish.label, icon=wish.icon)


def _file(file: CustomerFile) -> Option:
    customer = file.customer
    return Option(reverse("file", args=(file.pk,)), customer.name, icon="users", number=customer.number)


def _customer(found: jumping.JumpCustomer) -> Option:
    customer = found.customer
    city = getattr(customer, "city", "") or ""
    return Option(reverse("file", args=(found.file_id,)), customer.name, city, "users", customer.number)


def _section(found: jumping.JumpSection) -> Option:
    if found.customer is None:
        return Option(f"{reverse('search')}?register={found.section_id}", _(found.name), _("alle Kunden"), "folder")
    address = f"{reverse('file', args=(found.customer.file_id,))}?register={found.section_id}"
    return Option(address, _(found.name), found.customer.customer.name, "folder", found.customer.customer.number)


def _document(document: Document) -> Option:
    version = document.valid_version
    number = "" if document.number in document.title else document.number
    return Option(
        reverse("document", args=(document.pk,)),
        document.title,
        f"{document.customer_file.customer.name} · {day(document.dated_on)}",
        file_icon(version.media_type if version else ""),
        number,
    )
