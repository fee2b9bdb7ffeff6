"""The rendition step: previews and text of what came in, kept by the digest of the bytes. First page first."""

from __future__ import annotations

import gzip
from datetime import datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from kundenakte.base import blobs
from kundenakte.base.accounts.actors import Actor
from kundenakte.base.blobs import derived
from kundenakte.base.confinement import scratch_folder
from kundenakte.base.jobs import ledger
from kundenakte.base.jobs.ledger import Apply
from kundenakte.base.journal import actions as journal
from kundenakte.records import access, renditions
from kundenakte.records.models import Arrival, Rendition, Verb, Version
from kundenakte.records.pagetext import DocumentText
from kundenakte.records.refusals import NotFound
from kundenakte.records.scanned import reading_of
from kundenakte.steps.rendition import read_tasks
from kundenakte.steps.rendition.models import OpeningPassword, password_of
from kundenakte.steps.rendition.render import RenderedFirst, render_first, render_pages

# Pages that are drawn in one go after the first; between two goes other work gets its turn.
PAGES_AT_ONCE = 20
REST = "rendition.render_rest"
REMAKE = "rendition.remake"
SOON, LATER = 10, 90
# As `DocumentText.dumps` writes it.
_PAGE_WITHOUT_WORDS = b'"lines":[]'
_ON_THE_WAY = (Arrival.State.UNDER_WAY, Arrival.State.FILED)


def render(arrival_id: int) -> Apply:
    """Text of all pages, image of the first, thumbnail; the other pages follow in a job of their own."""
    arrival = Arrival.objects.get(pk=arrival_id)
    if arrival.state not in _ON_THE_WAY:
        return lambda: False
    pages = renditions.pages_of(arrival.digest)
    if pages is not None and renditions.page_image(arrival.digest, 1):
        _, unread = read_tasks.laid_over(arrival.digest, renditions.text_of(arrival.digest) or DocumentText(()))
        return partial(_known, arrival_id, pages.page_count, unread=unread)
    made, unread = _make(arrival)
    return partial(_keep, arrival_id, _rows(arrival, made, unread=unread), goes_on=True)


def remake(arrival_id: int) -> Apply:
    """Make lost previews again, without sending the document on its way once more."""
    arrival = Arrival.objects.get(pk=arrival_id)
    made, unread = _make(arrival)
    return partial(_keep, arrival_id, _rows(arrival, made, unread=unread), goes_on=False)


def render_rest(arrival_id: int) -> Apply:
    """The next pages after those that are ready; asks for itself again until all are there."""
    arrival = Arrival.objects.get(pk=arrival_id)
    pages = renditions.pages_of(arrival.digest)
    if pages is None or pages.ready >= pages.page_count:
        return lambda: False
    first, last = pages.ready + 1, min(pages.ready + PAGES_AT_ONCE, pages.page_count)
    source = renditions.pdf(arrival.digest) or blobs.default().path(arrival.digest)
    turns = _draw(arrival, source, first, last, reading_of(arrival.digest).turns)
    # A page may have been found to lie on its side while it was drawn.
    for number, turn in reading_of(arrival.digest).turns.items():
        if first <= number <= last and turns.get(number) != turn:
            _draw(arrival, source, number, number, {number: turn})
    return partial(_more_ready, arrival_id, arrival.digest, last)


def _draw(arrival: Arrival, source: Path, first: int, last: int, turns: dict[int, int]) -> dict[int, int]:
    with scratch_folder(Path(settings.SCRATCH)) as scratch:
        password = password_of(arrival.digest)
        drawn = render_pages(path=source, first=first, last=last, scratch=scratch, password=password, turns=turns)
        for page in drawn:
            derived.default().put_file(arrival.digest, renditions.page_name(page.number), page.path)
    return turns


def want_pages(digest: str) -> None:
    """A person looks at it now: draw the missing pages before other work, and make again what was lost.

    Nothing is asked for when every page is there, or when these bytes were never rendered: their job is on its way.
    """
    arrival = Arrival.objects.filter(digest=digest).order_by("pk").first()
    pages = renditions.pages_of(digest)
    if arrival is None or pages is None:
        return
    lost = any(renditions.page_image(digest, number) is None for number in range(1, pages.ready + 1))
    if lost or pages.ready < pages.page_count:
        with transaction.atomic():
            ledger.enqueue(REMAKE if lost else REST, arrival.pk, priority=SOON)


def remember_password(*, actor: Actor, digest: str, password: str, now: datetime) -> None:
    """Keep the password a person gave for these bytes."""
    OpeningPassword.objects.update_or_create(
        digest=digest, defaults={"password": password[:200], "given_by": actor.user, "given_at": now}
    )


def draw_again(*, actor: Actor, version: Version, now: datetime, password: str = "") -> None:
    """Make the previews of a filed version once more, for example with the password of its PDF.

    The journal says that a password was given, never which. Raises NotFound when these bytes came in by no arrival.
    """
    with transaction.atomic():
        access.require(actor, Verb.EDIT, version.document)
        arrival = Arrival.objects.filter(digest=version.digest).order_by("pk").first()
        if arrival is None:
            raise NotFound
        if password:
            remember_password(actor=actor, digest=version.digest, password=password, now=now)
            journal.append(actor, "version.opened", version.document, at=now, version=version.number)
        forget(version.digest)
        ledger.enqueue(REMAKE, arrival.pk, priority=SOON)


def forget(digest: str) -> None:
    """Forget what was derived, so that the next rendering makes it anew."""
    Rendition.objects.filter(digest=digest).delete()


def _make(arrival: Arrival) -> tuple[RenderedFirst, bool]:
    """Everything of the first look, and whether pages without text are still to be read."""
    with scratch_folder(Path(settings.SCRATCH)) as scratch:
        made = render_first(
            path=blobs.default().path(arrival.digest), file_name=arrival.file_name, scratch=scratch,
            password=password_of(arrival.digest), turn=reading_of(arrival.digest).turns.get(1, 0),
        )  # fmt: skip
        store = derived.default()
        words = made.text_path.read_bytes()
        store.put_bytes(arrival.digest, renditions.TEXT, gzip.compress(words, 1))
        unread = False
        # Most papers have words on every page: those are not looked at any further.
        if _PAGE_WITHOUT_WORDS in words:
            text, unread = read_tasks.laid_over(arrival.digest, made.text)
            renditions.save_text(arrival.digest, text)
        store.put_file(arrival.digest, renditions.THUMBNAIL, made.thumbnail)
        store.put_file(arrival.digest, renditions.page_name(1), made.first_page.path)
        if made.pdf is not None:
            store.put_file(arrival.digest, renditions.PDF, made.pdf)
        return made, unread


def _rows(arrival: Arrival, made: RenderedFirst, *, unread: bool) -> list[Rendition]:
    now, maker = timezone.now(), f"kundenakte {version('pypdfium2')}"
    common = {"digest": arrival.digest, "made_at": now, "made_by": maker[:100], "note": made.note, "code": made.code}
    rows = [
        Rendition(kind=Rendition.Kind.PAGES, page_count=made.page_count, ready=1, **common),
        Rendition(
            kind=Rendition.Kind.TEXT,
            page_count=made.page_count,
            **{**common, "code": renditions.BEING_READ if unread else made.code},
        ),
    ]
    if made.pdf is not None:
        rows.append(Rendition(kind=Rendition.Kind.PDF, page_count=made.page_count, **common))
    return rows


def _keep(arrival_id: int, rows: list[Rendition], *, goes_on: bool) -> bool:
    Rendition.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["digest", "kind"],
        update_fields=["page_count", "ready", "note", "code", "made_by", "made_at", "words_key"],
    )
    pages = rows[0].page_count
    Arrival.objects.filter(pk=arrival_id).update(page_count=pages)
    if pages > 1:
        ledger.enqueue(REST, arrival_id)
    if any(row.code == renditions.BEING_READ for row in rows):
        return _read_first(arrival_id, pages)
    return goes_on


def _known(arrival_id: int, pages: int, *, unread: bool) -> bool:
    Arrival.objects.filter(pk=arrival_id).update(page_count=pages)
    return _read_first(arrival_id, pages) if unread else True


def _read_first(arrival_id: int, pages: int) -> bool:
    """A scan goes on its way once it has been read, by the job that reads it."""
    ledger.enqueue(read_tasks.JOB, arrival_id, priority=read_tasks.priority_of(pages))
    return False


def _more_ready(arrival_id: int, digest: str, last: int) -> bool:
    kind = Rendition.Kind.PAGES
    Rendition.objects.filter(digest=digest, kind=kind, ready__lt=last).update(ready=last)
    if Rendition.objects.filter(digest=digest, kind=kind, page_count__gt=last).exists():
        ledger.enqueue(REST, arrival_id)
    return False
