"""What each tab of a document shows: index fields, versions, history, references, rights. Only the open one is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from kundenakte.doors.web import page
from kundenakte.doors.web.documents import describing, sent
from kundenakte.doors.web.documents.referring import documents_meant
from kundenakte.doors.web.documents.shown import versions_of
from kundenakte.doors.web.history.entries import history_of
from kundenakte.doors.web.page import SignedIn
from kundenakte.records import access, index_fields
from kundenakte.records.actions import documents
from kundenakte.records.models import Arrival, Document, Grant, Placement, Reference, Verb
from kundenakte.records.reach import Rights
from kundenakte.records.retention import blocks, keeping, wording
from kundenakte.steps.scanning import papers

PREVIEW: Final = "vorschau"
NAMES: Final = {
    PREVIEW: gettext_lazy("Vorschau"),
    "felder": gettext_lazy("Indexfelder"),
    "versionen": gettext_lazy("Versionen"),
    "verlauf": gettext_lazy("Verlauf"),
    "verweise": gettext_lazy("Verweise"),
    "rechte": gettext_lazy("Rechte"),
}
_ASKED: Final = (Verb.READ, Verb.DOWNLOAD, Verb.EDIT, Verb.FILE, Verb.RELEASE)


# What an auditor is told of: where the document came from and what became of it, not who looked at it and what for.
_OF_THE_PAPER: Final = frozenset({
    "arrival.received", "arrival.taken_apart", "arrival.unpacked", "arrival.checked", "document.filed",
    "document.moved", "document.described", "document.sealed", "document.archive_damaged", "document.archive_repaired",
    "document.placed", "document.referred", "document.unreferred", "version.added", "version.released",
    "version.withdrawn", "document.signed", "document.scan_released", "document.paper_destroyed",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class May:
    """One thing that can be done, whether this user may do it, and why."""

    verb: Verb
    is_allowed: bool
    reasons: list[str]


def names(request: SignedIn) -> dict[str, Any]:
    """The tabs this user finds: who in the house may what is nothing for an auditor from outside."""
    return {key: name for key, name in NAMES.items() if key != "rechte" or not request.user.is_auditor}


def asked_for(request: SignedIn) -> str:
    """The tab the address names; the preview where it names none."""
    view = request.GET.get("sicht", "")
    return view if view in names(request) else PREVIEW


def context_of(request: SignedIn, document: Document, view: str) -> dict[str, Any]:
    """What the template of a tab needs. Beside the preview there is room for the index fields."""
    return _CONTEXTS[view](request, document)


def section_name(document: Document) -> str:
    """The name of its section in the plan as it is now."""
    if document.section.local_name:
        return document.section.local_name
    entry = document.section.entries.filter(edition=document.customer_file.plan.current_id).first()
    return entry.name if entry else document.section.key


def _fields(request: SignedIn, document: Document) -> dict[str, Any]:
    known = [(field, document.fields.get(field.key, "")) for field in index_fields.fields_of(document.document_class)]
    context: dict[str, Any] = {
        "fields": [(field, value) for field, value in known if value],
        "section_name": section_name(document),
        **_attachments(request, document),
        "retention": _retention(request, document),
        "paper": papers.paper_of(document, now=timezone.now()),
        "sent_as": sent.sent_as(request.user, document, rights=page.rights(request)),
        "originals": sent.originals_of(request.user, document, rights=page.rights(request)),
        "outdated": sent.outdated(_sendings(request, document), document.valid_version),
        "may_file": access.may(request.user, Verb.FILE, document, rights=page.rights(request)),
    }
    if request.GET.get("aendern") and access.may(request.user, Verb.EDIT, document, rights=page.rights(request)):
        context |= form_of(document)
    return context


def _attachments(request: SignedIn, document: Document) -> dict[str, list[Document]]:
    """What is attached to it and what it is attached to: a mail leads to what hung on it, and back."""
    visible = access.documents_for(request.user, rights=page.rights(request))
    ties = Reference.objects.filter(
        Q(to_document=document, from_document__in=visible) | Q(from_document=document, to_document__in=visible),
        kind=Reference.Kind.ATTACHMENT_OF,
    )
    rows = list(ties.select_related("from_document", "to_document").order_by("pk"))
    return {
        "attachments": [row.from_document for row in rows if row.to_document_id == document.pk],
        "attached_to": [row.to_document for row in rows if row.from_document_id == document.pk],
    }


def _retention(request: SignedIn, document: Document) -> dict[str, Any]:
    """Until when it is kept, since when, because of what, and what else keeps it."""
    today, keeps = timezone.localdate(), page.rights(request).has(Verb.RETENTION)
    end, found = keeping.end_of(document, on=today), blocks.blocks_of(document, on=today)
    if request.user.is_auditor:
        # A dispute with somebody, or what else it is attached to, is no matter of an audit.
        found = replace(found, holds=(), attached_to=())
    return {
        "sentence": wording.sentence(end),
        "blocks": wording.reasons(found, with_reasons=keeps),
        "what_counts": wording.what_counts(end, found),
        "may_hold": keeps,
    }


def form_of(document: Document) -> dict[str, Any]:
    """The form in place of the facts, with what stands in them now."""
    return {
        "described": describing.of_document(document),
        "edition": document.edition,
        "classes": describing.offered_classes(document.document_class),
    }


def _versions(request: SignedIn, document: Document) -> dict[str, Any]:
    rights = page.rights(request)
    valid = document.valid_version
    is_free = document.document_class.valid_at_once
    may_undo = access.may(request.user, Verb.EDIT if is_free else Verb.RELEASE, document, rights=rights)
    return {
        "versions": versions_of(request.user, document, rights=rights),
        "sendings": _sendings(request, document),
        "may_release": access.may(request.user, Verb.RELEASE, document, rights=rights),
        "former": documents.former_version(valid) if valid and may_undo and not document.is_draft else None,
    }


def _sendings(request: SignedIn, document: Document) -> list[sent.Sending]:
    rights = page.rights(request)
    seen = [shown.version for shown in versions_of(request.user, document, rights=rights)]
    return sent.sendings_of(request.user, document, rights=rights, seen=seen)


def _history(request: SignedIn, document: Document) -> dict[str, Any]:
    rights = page.rights(request)
    seen = [shown.version.pk for shown in versions_of(request.user, document, rights=rights)]
    arrivals = Arrival.objects.filter(Q(version__isnull=True) | Q(version__in=seen), document=document)
    subjects = [
        ("records.document", document.pk),
        *(("records.arrival", pk) for pk in arrivals.order_by("pk").values_list("pk", flat=True)),
        *_exceptions(document, rights),
    ]
    history = history_of(request.user, subjects, kinds=_OF_THE_PAPER if rights.is_auditor else None)
    return {"history": history}


def _exceptions(document: Document, rights: Rights) -> list[tuple[str, int]]:
    """Who gave or ended an exception for this document is for the administration to know."""
    if not rights.has(Verb.ADMINISTER):
        return []
    return [("records.grant", pk) for pk in Grant.objects.filter(document=document).values_list("pk", flat=True)]


def _references(request: SignedIn, document: Document) -> dict[str, Any]:
    rights = page.rights(request)
    visible = access.documents_for(request.user, rights=rights)
    # A link from one hidden document to another is nobody's business; both ends are asked.
    out = Reference.objects.filter(from_document=document, to_document__in=visible)
    back = Reference.objects.filter(to_document=document, from_document__in=visible)
    wanted, kind = request.GET.get("finde", "").strip()[:200], request.GET.get("kind", "")
    return {
        "references": sent.told_to(request.user, out, rights=rights),
        "referenced_by": sent.told_to(request.user, back, rights=rights),
        "placements": Placement.objects.filter(
            document=document, customer_file__in=access.files_for(request.user, rights=rights)
        ).select_related("customer_file__customer", "section"),
        "reference_kinds": Reference.Kind.choices,
        "wanted": wanted,
        "kind": kind if kind in Reference.Kind.values else Reference.Kind.ATTACHMENT_OF.value,
        "meant": documents_meant(request, document, wanted) if wanted else [],
    }


def _rights(request: SignedIn, document: Document) -> dict[str, Any]:
    found = []
    for verb in _ASKED:
        is_allowed = access.may(request.user, verb, document, rights=page.rights(request))
        # The first sentence is the answer, which the list itself gives.
        found.append(May(verb, is_allowed, access.explain(request.user, document, verb)[1:]))
    may_restrict = access.may(request.user, Verb.RESTRICT, document, rights=page.rights(request))
    return {"may": found, "may_restrict": may_restrict}


_CONTEXTS: Final[dict[str, Callable[[SignedIn, Document], dict[str, Any]]]] = {
    PREVIEW: _fields,
    "felder": _fields,
    "versionen": _versions,
    "verlauf": _history,
    "verweise": _references,
    "rechte": _rights,
}
