"""Which screens an auditor from outside finds: those that show documents of his room, and none that changes anything.

What lies in the room, `records.access` says; this list is the second lock. A screen that is new is closed to him until
somebody writes it down here.
"""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest

from kundenakte.base.accounts.models import User
from kundenakte.records.reach import Rights

_SAFE: Final = frozenset({"GET", "HEAD"})
# The first page tells him that his access is over; the others are open while he has one.
_ALWAYS: Final = frozenset({"start", "shortcuts"})
_WITH_A_ROOM: Final = frozenset({
    "customers", "customers-suggest", "search", "search-jump", "file", "file-by-key", "document", "document-version",
    "document-download", "document-searchable", "document-page", "document-thumbnail", "document-text",
    "document-places", "document-first-page", "document-compare", "document-receipt", "document-receipt-json",
})  # fmt: skip
# Sent as a form, for the marked rows are many; it changes nothing.
_SENT: Final = frozenset({"file-zip"})


def is_open(user: User, request: HttpRequest, rights: Rights) -> bool:
    """Whether this request finds its screen. Everybody in the house finds all of them."""
    if not user.is_auditor:
        return True
    match = request.resolver_match
    name = str(match.url_name) if match else ""
    if rights.room is None:
        return name in _ALWAYS and request.method in _SAFE
    return name in _SENT or (request.method in _SAFE and shows(name))


def shows(name: str) -> bool:
    """Whether an auditor with a room finds the screen of this name."""
    return name in _ALWAYS or name in _WITH_A_ROOM
