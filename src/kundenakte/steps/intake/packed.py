"""Opens archives: each file in a ZIP or a PDF portfolio comes in as an arrival of its own. The archive stays as it is.

All of them come in, or none: then the archive goes on as one piece, with a sentence for a person. Opening twice changes
nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_noop

from kundenakte.base import blobs, confinement
from kundenakte.base.accounts.actors import Actor
from kundenakte.base.confinement import ConfinementError, OutOfMemory, TooBig, TookTooLong, scratch_folder
from kundenakte.base.jobs import ledger
from kundenakte.base.jobs.ledger import Apply
from kundenakte.records import parts, renditions, zip_contents
from kundenakte.records.models import Arrival
from kundenakte.records.zip_contents import NotOpened
from kundenakte.steps.intake import actions, children, packed_files
from kundenakte.steps.intake.children import FirstStep, Inner
from kundenakte.steps.intake.packed_files import TakenOut

# The name of this step in the ledger, for ever.
OPEN: Final = "intake.open_packed"
SOURCE: Final = "unpacked"
RULE: Final = Actor.rule("intake.open_packed")
# Mails in archives in mails …
MOST_DEPTH: Final = 5
# What one thing from outside may bring in by archives, however they are packed into each other and into mails.
MOST_BELOW: Final = 2_000
MOST_BYTES_BELOW: Final = 2 * zip_contents.MOST_BYTES
OPENED: Final = gettext_noop("Es ist ausgepackt; jede Datei darin geht ihren eigenen Weg.")
SLOW: Final = gettext_noop("Das Auspacken hat zu lange gedauert; die Datei bleibt, wie sie ist.")
# Readers that do not show portfolios show one page that says so.
_COVER_WORDS: Final = ("acrobat", "adobe", "portfolio")
_SENTENCES: Final[dict[type[ConfinementError], str]] = {
    TooBig: zip_contents.BOMB, OutOfMemory: zip_contents.BOMB, TookTooLong: SLOW,
}  # fmt: skip
State = Arrival.State


def is_packed(media_type: str) -> bool:
    """Whether arrivals of this type are opened first. Portfolios are PDF, and are told later by what is in them."""
    return media_type == "application/zip"


def open_packed(arrival_id: int, *, first_step: FirstStep, redraw: str) -> Apply:
    """Keep the bytes of each file, outside the transaction; the returned function writes the arrivals down.

    `first_step` says what each of them is asked for, `redraw` is the work that draws the list of what is in it.
    """
    arrival = Arrival.objects.get(pk=arrival_id)
    if not parts.may_be_opened(arrival):
        return partial(_goes_on, arrival_id)
    files, note = _taken_out(arrival)
    taken = [(children.draft(arrival, file, source=SOURCE, actor=RULE), file) for file in files]
    return partial(_write_down, arrival_id, taken, note, first_step, redraw)


def _goes_on(arrival_id: int) -> bool:
    return Arrival.objects.filter(pk=arrival_id, state__in=(State.UNDER_WAY, State.FILED)).exists()


def _taken_out(arrival: Arrival) -> tuple[list[Inner], str]:
    try:
        return _files(arrival), ""
    except NotOpened as refusal:
        return [], refusal.sentence


def _files(arrival: Arrival) -> list[Inner]:
    """All files in it, their bytes kept. Raises NotOpened."""
    if parts.depth_of(arrival, most=MOST_DEPTH) >= MOST_DEPTH:
        raise NotOpened(zip_contents.DEEP)
    if zip_contents.is_of_a_program(arrival.file_name):
        raise NotOpened(zip_contents.A_WHOLE)
    with scratch_folder(Path(settings.SCRATCH)) as scratch:
        try:
            found = _call(arrival, scratch)
        except ConfinementError as problem:
            raise NotOpened(_SENTENCES.get(type(problem), zip_contents.BROKEN)) from problem
        if found["note"]:
            raise NotOpened(str(found["note"]))
        return [_inner(scratch / str(number), str(path)) for number, path in enumerate(found["paths"])]


def _inner(source: Path, path: str) -> Inner:
    # The child's word is not believed.
    if source.is_symlink() or not source.is_file():
        raise NotOpened(zip_contents.BROKEN)
    with source.open("rb") as stream:
        return Inner(actions.keep(stream), path.rsplit(packed_files.INSIDE, 1)[-1], path)


def _call(arrival: Arrival, scratch: Path) -> TakenOut:
    below = _below(parts.root_of(arrival))
    call = confinement.of_this_process().call
    where: dict[str, Any] = {
        "source": str(blobs.default().path(arrival.digest)), "folder": str(scratch),
        "most_files": min(zip_contents.MOST_FILES, MOST_BELOW - below["files"]),
        "most_bytes": min(zip_contents.MOST_BYTES, MOST_BYTES_BELOW - below["bytes"]),
    }  # fmt: skip
    if is_packed(arrival.media_type):
        return call(packed_files.take_out_zip, **where)
    return call(packed_files.take_out_portfolio, own_pages="" if _is_cover(arrival) else arrival.file_name, **where)


def _is_cover(portfolio: Arrival) -> bool:
    """Whether its own pages are only the sheet that tells people to open it with another program."""
    words = renditions.plain_text_of(portfolio.digest).casefold()
    return portfolio.page_count in {None, 0, 1} and (not words.strip() or any(one in words for one in _COVER_WORDS))


def _below(root: Arrival) -> dict[str, int]:
    kept = root.opened.get("below") or {}
    return {"files": int(kept.get("files", 0)), "bytes": int(kept.get("bytes", 0))}


def _write_down(
    arrival_id: int, taken: Sequence[tuple[Arrival, Inner]], note: str, first_step: FirstStep, redraw: str
) -> bool:
    # From the outside in, as everywhere: of two archives in one mail, the second sees what the first has brought.
    root_id = parts.root_of(Arrival.objects.select_related("part_of").get(pk=arrival_id)).pk
    Arrival.objects.select_for_update(of=("self",), no_key=True).get(pk=root_id)
    archive = Arrival.objects.select_for_update(of=("self",), no_key=True).get(pk=arrival_id)
    if not parts.may_be_opened(archive):
        return _goes_on(arrival_id)
    if taken and not _count(root_id, taken):
        taken, note = [], zip_contents.MANY
    archive.refresh_from_db(fields=["opened"])
    if not taken:
        archive.opened = {**archive.opened, "count": 0, "note": note}
        archive.save(update_fields=["opened"])
        return True
    ledger.enqueue(redraw, archive.pk)
    children.bring_in(
        archive, taken, actor=RULE, sentence=OPENED, happened="arrival.unpacked", first_step=first_step,
        now=timezone.now(),
    )  # fmt: skip
    return False


def _count(root_id: int, taken: Sequence[tuple[Arrival, Inner]]) -> bool:
    """Note at the outermost how much has come out of it. False, and nothing noted, when that is too much."""
    root = Arrival.objects.get(pk=root_id)
    below = _below(root)
    files, size = below["files"] + len(taken), below["bytes"] + sum(file.stored.size for _, file in taken)
    if files > MOST_BELOW or size > MOST_BYTES_BELOW:
        return False
    Arrival.objects.filter(pk=root_id).update(opened={**root.opened, "below": {"files": files, "bytes": size}})
    return True
