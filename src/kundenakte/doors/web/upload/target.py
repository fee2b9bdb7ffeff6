"""Where somebody lets a file go: on a file, a section, a document, or nowhere in particular."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kundenakte.doors.web import page
from kundenakte.doors.web.page import SignedIn
from kundenakte.records import access
from kundenakte.records.models import CustomerFile, Document, Section, Verb
from kundenakte.records.refusals import BadValue
from kundenakte.records.sections import sections_of


@dataclass(frozen=True, slots=True)
class Target:
    """A person's choice; all of it empty means the inbox, where the house finds out itself."""

    customer_file: CustomerFile | None = None
    section: Section | None = None
    document: Document | None = None

    def facts(self) -> dict[str, int]:
        """The choice as facts that travel with the arrival."""
        made = {
            "customer_file_id": self.customer_file.pk if self.customer_file else None,
            "section_id": self.section.pk if self.section else None,
            "document_id": self.document.pk if self.document else None,
        }
        return {name: pk for name, pk in made.items() if pk is not None}


def target_of(request: SignedIn, asked: Mapping[str, str]) -> Target:
    """The target a form or script names by "akte", "register" and "dokument", after asking for the rights.

    Raises NotFound, NotAllowed or BadValue before a single byte is taken.
    """
    page.require(request, Verb.FILE)
    document_id = page.number(asked.get("dokument"))
    if document_id is not None:
        document = access.get_document(request.user, document_id, to=Verb.EDIT)
        return Target(document.customer_file, None, document)
    file_id = page.number(asked.get("akte"))
    if file_id is None:
        return Target()
    customer_file = access.get_file(request.user, file_id)
    section = _section(customer_file, page.number(asked.get("register")))
    access.require(page.actor(request), Verb.FILE, customer_file, section)
    return Target(customer_file, section)


def _section(customer_file: CustomerFile, pk: int | None) -> Section | None:
    if pk is None:
        return None
    for shown in sections_of(customer_file):
        if shown.section.pk == pk:
            return shown.section
    raise BadValue("Dieses Register gibt es in der Akte nicht.")
