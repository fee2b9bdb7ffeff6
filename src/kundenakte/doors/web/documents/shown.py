"""Which versions of a document a user may look at, and how far their page images are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.db.models import OuterRef, Subquery

from kundenakte import pipeline
from kundenakte.base.accounts.models import User
from kundenakte.base.jobs import queries as jobs
from kundenakte.records import access, renditions
from kundenakte.records.models import Arrival, Document, Rendition, Version, VersionState
from kundenakte.records.reach import Rights
from kundenakte.records.refusals import NotFound

PAGES_AT_ONCE: Final = 20
# A4 upright: the room a page gets of which nothing is known yet.
_USUAL: Final = (1240, 1754)


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """A version with the state it is in now."""

    version: Version
    state: VersionState.State
    is_valid: bool

    @property
    def is_searchable(self) -> bool:
        """Whether there is a searchable PDF beside the original, as of a scan."""
        return renditions.searchable(self.version.digest) is not None


@dataclass(frozen=True, slots=True)
class ShownPage:
    """One page of the preview; without an image while it is being made. Its size keeps its place free."""

    number: int
    image: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Preview:
    """The pages from `first` on, and what a reader should know."""

    pages: list[ShownPage]
    page_count: int
    note: str
    # Something is still being made: ask again.
    is_coming: bool
    next: int
    # A stable word for the note: "encrypted" …
    code: str = ""
    ready: int = 0
    # The words of a scan are still being read: so many pages are.
    read: int | None = None
    # Nothing is there and nothing is being made any more.
    has_failed: bool = False


def versions_of(user: User, document: Document, *, rights: Rights) -> list[ShownVersion]:
    """The versions this user may see, newest first. Drafts show only to those who may edit or release."""
    with_drafts = access.may_see_drafts(user, document, rights=rights)
    shown = []
    rows = document.versions.select_related("author").prefetch_related("states").order_by("-number")
    for version in rows:
        states = list(version.states.all())
        state = VersionState.State(states[-1].state) if states else VersionState.State.DRAFT
        if with_drafts or state != VersionState.State.DRAFT:
            shown.append(ShownVersion(version, state, is_valid=version.pk == document.valid_version_id))
    return shown


def version_of(user: User, document: Document, number: int, *, rights: Rights) -> Version:
    """One version by its number, or NotFound."""
    for shown in versions_of(user, document, rights=rights):
        if shown.version.number == number:
            return shown.version
    raise NotFound


def version_to_look_at(user: User, pk: int, number: int, *, rights: Rights) -> Version:
    """The same gate for pictures and text, which are asked for often: one query for what is no draft."""
    latest = VersionState.objects.filter(version=OuterRef("pk")).order_by("-pk").values("state")[:1]
    version = (
        Version.objects.filter(document=pk, number=number, document__in=access.documents_for(user, rights=rights))
        .annotate(latest=Subquery(latest))
        .select_related("document__customer_file__customer")
        .first()
    )
    if version is None:
        raise NotFound
    is_draft = version.latest in {None, VersionState.State.DRAFT}
    if is_draft and not access.may_see_drafts(user, version.document, rights=rights):
        raise NotFound
    return version


def preview_of(digest: str, address: Callable[[int], str], *, first: int = 1) -> Preview:
    """The state of the page images for these bytes; `address` gives the link to a page's image.

    Pages that are still missing are drawn before other work: somebody is looking at them.
    """
    made = renditions.pages_of(digest)
    if made is None:
        failed = _has_failed(digest)
        return Preview([], 0, "", is_coming=not failed, next=0, has_failed=failed)
    last = min(made.page_count, first + PAGES_AT_ONCE - 1)
    pages = _pages(made, address, first, last)
    coming = made.ready < made.page_count and any(not page.image for page in pages)
    if coming:
        pipeline.want_pages(digest)
    words = renditions.text_state(digest)
    read = words.ready if words is not None and words.code == renditions.BEING_READ else None
    note = made.note or (words.note if words is not None else "")
    return Preview(
        pages, made.page_count, note, is_coming=coming or read is not None,
        next=last + 1 if last < made.page_count else 0, code=made.code, ready=made.ready, read=read,
    )  # fmt: skip


def _pages(made: Rendition, address: Callable[[int], str], first: int, last: int) -> list[ShownPage]:
    pages, size = [], _USUAL
    edition = edition_of(made)
    for number in range(first, last + 1):
        is_ready = number <= made.ready
        # A page nobody has drawn yet is taken to be like the one before it.
        size = (renditions.page_size(made.digest, number) if is_ready else None) or size
        pages.append(ShownPage(number, address(number) + edition if is_ready else "", *size))
    return pages


def is_text_coming(digest: str) -> bool:
    """Whether the words of these bytes are still being read; they are kept before the first page counts as ready."""
    if renditions.pages_of(digest) is None:
        return not _has_failed(digest)
    return renditions.is_being_read(digest)


def edition_of(made: Rendition) -> str:
    """The end of a page image's address. Made again with a password, a page is another picture."""
    return f"?stand={made.made_at.timestamp():.0f}"


def _has_failed(digest: str) -> bool:
    """Whether drawing was tried and given up: nothing is under way for these bytes any more."""
    arrival = Arrival.objects.filter(digest=digest).order_by("pk").first()
    if arrival is None:
        return False
    last = jobs.of_subject((pipeline.WAY[0].name, pipeline.DRAW_AGAIN), arrival.pk).first()
    return last is not None and last.state == last.State.FAILED
