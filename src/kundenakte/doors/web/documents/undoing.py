"""Where a version or document that was just filed can be taken back, offered alike wherever one is."""

from __future__ import annotations

from django.contrib import messages
from django.urls import reverse

from kundenakte.doors.web.page import SignedIn
from kundenakte.records import access
from kundenakte.records.actions.documents import former_version
from kundenakte.records.models import Arrival, Document, Verb, Version
from kundenakte.records.reach import Rights


def undo(version: Version | None, document: Document, rights: Rights) -> str:
    """The address that makes the version before valid again; "" where there is none, or it is not this user's to do."""
    if version is None or version.pk != document.valid_version_id:
        return ""
    verb = Verb.EDIT if document.document_class.valid_at_once else Verb.RELEASE
    may = access.may(rights.user, Verb.EDIT, document, rights=rights) and access.may(
        rights.user, verb, document, rights=rights
    )
    if not may or former_version(version) is None:
        return ""
    return reverse("document-withdraw", args=(document.pk, version.number))


def undo_filing(arrival: Arrival, rights: Rights) -> str:
    """The address that puts what was filed as a document of its own back into the inbox; "" where that is not this
    user's to do, or it is the version of a document that was there."""
    document, version = arrival.document, arrival.version
    if document is None or version is None or version.number != 1 or arrival.state != Arrival.State.FILED:
        return ""
    if document.valid_version_id != version.pk or not access.may(rights.user, Verb.FILE, document, rights=rights):
        return ""
    return reverse("inbox-return", args=(arrival.pk,))


def say_done(request: SignedIn, sentence: str, *, undo_at: str = "") -> None:
    """A sentence on the next page, with "Rückgängig" beside it where `undo_at` says how."""
    # The note keeps the address only; the page that shows it makes the form (parts/messages.html).
    messages.success(request, sentence, extra_tags=undo_at)
