"""The documents somebody has marked in the list of a file, and what she may not do with some of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from kundenakte.doors.web import page
from kundenakte.doors.web.page import SignedIn
from kundenakte.records import access
from kundenakte.records.models import CustomerFile, Document, Verb
from kundenakte.records.refusals import BadValue
from kundenakte.records.rights import section_names

MOST: Final = 1000


@dataclass(frozen=True, slots=True)
class Refusal:
    """A document something cannot be done with, and the sentence why."""

    title: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Marked:
    """What was marked, parted by whether the user may do the wanted thing with it."""

    allowed: list[Document]
    refused: list[Refusal]


def marked(request: SignedIn, customer_file: CustomerFile, verb: str) -> Marked:
    """The marked documents of this file in the order of the list; hidden ones are left out. BadValue when none is."""
    asked = [pk for text in request.POST.getlist("dokument")[:MOST] if (pk := page.number(text)) is not None]
    if not asked:
        raise BadValue("Bitte markieren Sie zuerst die Dokumente in der Liste.")
    rights = page.rights(request)
    found = (
        access.documents_for(request.user, rights=rights)
        .filter(customer_file=customer_file, pk__in=asked)
        .select_related("customer_file__customer", "section", "document_class", "valid_version")
        .in_bulk()
    )
    documents = [found[pk] for pk in dict.fromkeys(asked) if pk in found]
    reach = rights.reach(verb)
    refused = [document for document in documents if not reach.covers(document)]
    names = section_names() if refused else {}
    return Marked(
        [document for document in documents if reach.covers(document)],
        [Refusal(one.title, _may_not(one, verb, _(names.get(one.section_id, "–")))) for one in refused],
    )


def _may_not(document: Document, verb: str, section: str) -> str:
    said = (
        _("Aus „%(section)s“ dürfen Sie Dokumente der Klasse „%(class)s“ nicht verschieben.")
        if verb == Verb.FILE
        else _("Aus „%(section)s“ dürfen Sie Dokumente der Klasse „%(class)s“ nicht herunterladen.")
    )
    return said % {"section": section, "class": _(document.document_class.name)}


def list_address(request: SignedIn, customer_file: CustomerFile) -> str:
    """The list the marks were made in; only its question part comes from outside, so it leads nowhere else."""
    asked = request.POST.get("liste", "").lstrip("?")[:2000]
    address = reverse("file", args=(customer_file.pk,))
    return f"{address}?{asked}" if asked and asked.isprintable() else address


def named(refused: Sequence[Refusal], *, most: int = 5) -> str:
    """The refused ones in one sentence each, the first few by name."""
    lines = [f"„{one.title}“: {one.sentence}" for one in refused[:most]]
    if len(refused) > most:
        lines.append(_("und %(n)d weitere.") % {"n": len(refused) - most})
    return " ".join(lines)
