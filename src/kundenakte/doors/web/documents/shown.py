"""Which versions of a document a user may look at, and how far their page images are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from kundenakte import pipeline
from kundenakte.base.accounts.models import User
from kundenakte.records import access, renditions
from kundenakte.records.models import Document, Verb, Version, VersionState
from kundenakte.records.refusals import NotFound

PAGES_AT_ONCE: Final = 20


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """A version with the state it is in now."""

    version: Version
    state: VersionState.State
    is_valid: bool


@dataclass(frozen=True, slots=True)
class ShownPage:
    """One page of the preview; without an image while it is being made."""

    number: int
    image: str


@dataclass(frozen=True, slots=True)
class Preview:
    """The pages from `first` on, and what a reader should know."""

    pages: list[ShownPage]
    page_count: int
    note: str
    # Something is still being made: ask again.
    is_coming: bool
    next: int


def versions_of(user: User, document: Document, *, rights: access.Rights) -> list[ShownVersion]:
    """The versions this user may see, newest first. Drafts show only to those who may edit."""
    may_edit = access.may(user, Verb.EDIT, document, rights=rights)
    shown = []
    rows = document.versions.select_related("author").prefetch_related("states").order_by("-number")
    for version in rows:
        states = list(version.states.all())
        state = VersionState.State(states[-1].state) if states else VersionState.State.DRAFT
        if may_edit or state != VersionState.State.DRAFT:
            shown.append(ShownVersion(version, state, is_valid=version.pk == document.valid_version_id))
    return shown


def version_of(user: User, document: Document, number: int, *, rights: access.Rights) -> Version:
    """One version by its number, or NotFound."""
    for shown in versions_of(user, document, rights=rights):
        if shown.version.number == number:
            return shown.version
    raise NotFound


def preview_of(digest: str, address: Callable[[int], str], *, first: int = 1) -> Preview:
    """The state of the page images for these bytes; `address` gives the link to a page's image.

    Pages that are still missing are drawn before other work: somebody is looking at them.
    """
    made = renditions.pages_of(digest)
    if made is None:
        return Preview([], 0, "", is_coming=True, next=0)
    last = min(made.page_count, first + PAGES_AT_ONCE - 1)
    pages = [ShownPage(n, address(n) if n <= made.ready else "") for n in range(first, last + 1)]
    coming = made.ready < made.page_count and any(not page.image for page in pages)
    if coming:
        pipeline.want_pages(digest)
    return Preview(pages, made.page_count, made.note, is_coming=coming, next=last + 1 if last < made.page_count else 0)
