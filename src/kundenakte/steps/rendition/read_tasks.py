"""Reading as work in the ledger: a scan becomes text a few pages at a time, then its searchable PDF is made."""

from __future__ import annotations

import json
import time
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation.trans_null import gettext_noop as _

from kundenakte.base import blobs, confinement
from kundenakte.base.blobs import derived
from kundenakte.base.confinement import ConfinementError, scratch_folder
from kundenakte.base.jobs import ledger
from kundenakte.base.jobs.ledger import Apply
from kundenakte.records import mediatype, renditions, scanned, search_due
from kundenakte.records.models import Arrival, Document, Rendition
from kundenakte.records.pagetext import DocumentText
from kundenakte.records.scanned import Reading, pages_to_read, reading_of, save_reading
from kundenakte.steps.rendition import searchable, tesseract
from kundenakte.steps.rendition.models import password_of
from kundenakte.steps.rendition.reading import Scan, read_pages
from kundenakte.steps.rendition.render import render_pages
from kundenakte.steps.rendition.scan_page import Family

JOB = "rendition.read"
# Short letters are not kept waiting by a stack of hundreds of pages.
SOON, LATER, _LONG = 55, 70, 12
# So many seconds, then the ledger hears of it and others have their turn.
SECONDS_AT_ONCE = 20.0

NO_PROGRAM = _(
    "Eingescannte Schrift wird nicht gelesen: Das Programm zur Texterkennung (tesseract) ist nicht eingerichtet."
)
SOME_UNREAD = _("Nicht alle Seiten konnten gelesen werden; der Text ist unvollständig.")
_ON_THE_WAY = (Arrival.State.UNDER_WAY, Arrival.State.FILED)


def priority_of(pages: int) -> int:
    """How urgent reading so many pages is."""
    return SOON if pages <= _LONG else LATER


def read(arrival_id: int) -> Apply:
    """Read the next pages without text; asks for itself again until all are read, then the document goes on."""
    arrival = Arrival.objects.get(pk=arrival_id)
    if arrival.state not in _ON_THE_WAY:
        return lambda: False
    digest = arrival.digest
    text, reading = renditions.text_of(digest), reading_of(digest)
    missing = pages_to_read(text, reading)
    note = ""
    if missing:
        try:
            reading = reading.with_pages(_read_some(arrival, missing))
        except FileNotFoundError:
            note = NO_PROGRAM
        else:
            save_reading(digest, reading)
            missing = pages_to_read(text, reading)
            if missing:
                return partial(_go_on, arrival_id, digest, len(reading.pages), len(missing))
    if text is None or not reading.pages:
        return partial(_finish, digest, note, [])
    if reading.failures:
        note = SOME_UNREAD
    renditions.save_text(digest, reading.laid_into(text))
    _turn_pages(arrival, reading)
    rows = _searchable(arrival, reading)
    save_reading(digest, reading.without_failures())
    return partial(_finish, digest, note, rows, is_turned=bool(reading.turns))


def _read_some(arrival: Arrival, missing: list[int]) -> dict[int, scanned.ReadPage]:
    began = time.monotonic()
    with scratch_folder(Path(settings.SCRATCH)) as scratch:
        scan = Scan(*_source(arrival.digest, arrival.file_name), scratch, password_of(arrival.digest))
        return read_pages(scan, missing, until=lambda: time.monotonic() - began > SECONDS_AT_ONCE)


def _source(digest: str, file_name: str) -> tuple[Path, Family]:
    made = renditions.pdf(digest)
    if made is not None:
        return made, "pdf"
    path = blobs.default().path(digest)
    return path, "image" if mediatype.detect(path, file_name=file_name).family == "image" else "pdf"


def _turn_pages(arrival: Arrival, reading: Reading) -> None:
    """Draw the pages again that lie on their side, as far as they are drawn: later ones are turned from the start."""
    made = renditions.pages_of(arrival.digest)
    for number, turn in reading.turns.items():
        if made is None or number > made.ready:
            continue
        with scratch_folder(Path(settings.SCRATCH)) as scratch:
            source, _family = _source(arrival.digest, arrival.file_name)
            pages = render_pages(
                path=source, first=number, last=number, scratch=scratch, password=password_of(arrival.digest),
                turns={number: turn}, with_thumbnail=number == 1,
            )  # fmt: skip
            for page in pages:
                derived.default().put_file(arrival.digest, renditions.page_name(page.number), page.path)
            if number == 1 and (small := scratch / renditions.THUMBNAIL).is_file():
                derived.default().put_file(arrival.digest, renditions.THUMBNAIL, small)


def _searchable(arrival: Arrival, reading: Reading) -> list[Rendition]:
    """Make the searchable PDF; [] when the original does not allow it, which is no loss: its text is there."""
    pages = [
        {
            "number": number, "turn": page.turn, "w": page.text.width, "h": page.text.height,
            "lines": [[[word.text, *word.box] for word in line] for line in page.text.lines],
        }
        for number, page in sorted(reading.pages.items())
        if not page.failed
    ]  # fmt: skip
    if not any(page["lines"] or page["turn"] for page in pages):
        return []
    with scratch_folder(Path(settings.SCRATCH)) as scratch:
        (scratch / "read.json").write_text(json.dumps(pages), encoding="utf-8")
        source, family = _source(arrival.digest, arrival.file_name)
        try:
            made = confinement.of_this_process().call(
                searchable.make,
                source=str(source),
                folder=str(scratch),
                family=family,
                password=password_of(arrival.digest),
                text=str(scratch / "read.json"),
                title=Path(arrival.file_name).stem,
                made_at=timezone.now().isoformat(),
            )
        except ConfinementError:
            return []
        file = scratch / searchable.FILE
        if file.is_symlink() or not file.is_file():
            return []
        derived.default().put_file(arrival.digest, renditions.SEARCHABLE, file)
    return [
        Rendition(
            digest=arrival.digest, kind=Rendition.Kind.SEARCHABLE, page_count=len(pages), made_at=timezone.now(),
            made_by=tesseract.version()[:100], code="pdfa" if made["is_pdfa"] else "", note="",
        )
    ]  # fmt: skip


def _go_on(arrival_id: int, digest: str, read_so_far: int, left: int) -> bool:
    _texts(digest).update(ready=read_so_far)
    ledger.enqueue(JOB, arrival_id, priority=priority_of(left))
    return False


def _finish(digest: str, note: str, rows: list[Rendition], *, is_turned: bool = False) -> bool:
    Rendition.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["digest", "kind"],
        update_fields=["page_count", "code", "note", "made_by", "made_at"],
    )  # fmt: skip
    if is_turned:
        # Another picture under another address: browsers keep the one that lies on its side.
        Rendition.objects.filter(digest=digest, kind=Rendition.Kind.PAGES).update(made_at=timezone.now())
    texts = _texts(digest)
    texts.filter(code=renditions.BEING_READ).update(code="")
    texts.update(note=note, words_key=None)
    # Found by its words from now on, also where it had been filed before it was read.
    search_due.mark_all(Document.objects.filter(valid_version__digest=digest).values_list("pk", flat=True))
    return True


def give_up(arrival_id: int) -> None:
    """Reading has failed for good: nobody waits for the text any longer. Runs in the ledger's transaction."""
    arrival = Arrival.objects.get(pk=arrival_id)
    _texts(arrival.digest).update(code="", note=SOME_UNREAD)


def laid_over(digest: str, text: DocumentText) -> tuple[DocumentText, bool]:
    """The text with what was read before, and whether there is still something to do about it."""
    reading = reading_of(digest)
    if pages_to_read(text, reading):
        return text, True
    if not reading.pages:
        return text, False
    # Pages of a stack come with what was read of them; their searchable PDF is still to be made.
    is_whole = renditions.searchable(digest) is not None or all(page.is_blank for page in reading.pages.values())
    return reading.laid_into(text), not is_whole


def _texts(digest: str) -> QuerySet[Rendition]:
    return Rendition.objects.filter(digest=digest, kind=Rendition.Kind.TEXT)
