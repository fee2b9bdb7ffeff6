"""One look at a watched folder: what is complete is taken, what is not says when to look again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext_noop

from kundenakte.doors.hotfolder import bundles, reports, taking
from kundenakte.doors.hotfolder.bundles import Bundle, Listing, key_of
from kundenakte.doors.hotfolder.receiving import LeftThere, Paused
from kundenakte.doors.hotfolder.watched import Watched
from kundenakte.steps.intake.models import FolderEvent
from kundenakte.steps.intake.tree import Found, Parts, walk
from kundenakte.steps.intake.vouched import StillWritten

log = logging.getLogger(__name__)
Outcome = FolderEvent.Outcome

# Seconds. Nothing is due; somebody still writes; a file made trouble.
IDLE: Final = 3600.0
SHORTLY: Final = 0.2
AGAIN: Final = 30.0
_MOST_NAMED = 50
_LIST_DONE: Final = gettext_noop("Liste mit %(n)s Dokumenten abgearbeitet.")
_NOT_COME: Final = gettext_noop("%(n)s Dateien, die diese Liste nennt, sind nicht gekommen:")
_UNREADABLE: Final = gettext_noop("Die Begleitdatei ist nicht lesbar.")


def look(watched: Watched, *, now: float, at: datetime) -> float:
    """Take what is complete. Returns after how many seconds something is due without any change in the folder.

    `now` is the clock that resting is measured by, `at` the time that rows carry. Raises Paused when nothing can be
    taken, and OSError when the folder itself cannot be read.
    """
    present: set[Parts] = set()
    due = IDLE
    for parts, files, others in walk(watched.root, depth=watched.folder.depth, leave_out=watched.left_out):
        present |= {found.parts for found in files}
        due = min(due, _look_into(watched, files, now, at))
        present |= {(*parts, name) for name in others}
        for name in others:
            _tell_of_link(watched, (*parts, name), at)
        if watched.stopping():
            return due
    watched.forget_all_but(present)
    return due


def _look_into(watched: Watched, files: list[Found], now: float, at: datetime) -> float:
    """One folder's files."""
    files = [found for found in files if not bundles.is_passed_over(found.name)]
    if all(watched.has_seen(found) for found in files):
        return IDLE
    for found in files:
        watched.resting.note(found, now)
    what = bundles.sort(files, watched.rules, lambda found: watched.sidecar(found, now))
    due = IDLE
    for bundle in sorted(what.bundles, key=lambda b: (b.documents[0].mtime_ns, b.documents[0].parts)):
        due = min(due, _guarded(watched, bundle.documents[0], now, at, _attending(watched, bundle, now, at)))
        if watched.stopping():
            return due
    for found, sentence in what.strays:
        due = min(due, _guarded(watched, found, now, at, _stray(watched, found, sentence, now, at)))
    names = {key_of(found.name) for found in files}
    for listing in what.listings:
        due = min(due, _guarded(watched, listing.file, now, at, _listing(watched, listing, names, now, at)))
    return due


def _guarded(watched: Watched, found: Found, now: float, at: datetime, attend: Callable[[], float]) -> float:
    """Attend to one thing; trouble with it is said once and must not hold up the others."""
    later = watched.retry_at.get(found.parts, 0.0) - now
    if later > 0:
        return later
    try:
        return attend()
    except (Paused, OperationalError, InterfaceError):
        raise
    except StillWritten:
        watched.retry_at[found.parts] = now + SHORTLY
        return SHORTLY
    except LeftThere as error:
        sentence = error.sentence
    except Exception:
        log.exception("Ordner %s, %s", watched.folder.name, found.relative.encode("utf-8", "backslashreplace"))
        sentence = gettext_noop(
            "Unerwarteter Fehler; Einzelheiten stehen im Protokoll des Servers. Die Datei bleibt liegen."
        )
    watched.retry_at[found.parts] = now + AGAIN
    reports.write_once(folder=watched.folder, relative=found.relative, outcome=Outcome.PROBLEM, sentence=sentence,
                       at=at, stamp=found.stamp)  # fmt: skip
    return AGAIN


def _attending(watched: Watched, bundle: Bundle, now: float, at: datetime) -> Callable[[], float]:
    """What is to be done with one bundle, as a call."""

    def attend() -> float:
        if all(watched.has_seen(found) for found in bundle.documents):
            return IDLE
        if bundle.held:
            return SHORTLY
        if bundle.missing or bundle.broken:
            return _wait_or_refuse(watched, bundle, now, at)
        settle = watched.folder.settle_seconds
        rest = 0.0 if bundle.marker else max(watched.resting.due_in(f, settle, now) for f in bundle.documents)
        if rest > 0:
            return rest
        taking.take(watched, bundle, at=at)
        return IDLE

    return attend


def _wait_or_refuse(watched: Watched, bundle: Bundle, now: float, at: datetime) -> float:
    first = bundle.documents[0]
    if not watched.keeps and (first.parts, first.state) not in watched.asked:
        # A crash may have come after its sidecar was moved and before it was moved itself.
        watched.asked.add((first.parts, first.state))
        if taking.finish(watched, bundle, at=at):
            return IDLE
    patience = watched.folder.settle_seconds if bundle.broken else watched.folder.wait_seconds
    rest = patience - watched.resting.waited(first, now)
    if rest > 0:
        return rest
    sentence = f"{_UNREADABLE} {bundle.broken}" if bundle.broken else bundle.missing
    taking.refuse(watched, bundle.files, sentence, at=at)
    return IDLE


def _stray(watched: Watched, found: Found, sentence: str, now: float, at: datetime) -> Callable[[], float]:
    """A sidecar or marker that belongs to nothing (yet)."""

    def attend() -> float:
        rest = watched.folder.wait_seconds - watched.resting.waited(found, now)
        if watched.has_seen(found) or rest > 0:
            return max(rest, SHORTLY)
        taking.refuse(watched, (found,), sentence, at=at)
        return IDLE

    return attend


def _listing(watched: Watched, listing: Listing, present: set[str], now: float, at: datetime) -> Callable[[], float]:
    """A list for many goes when all its lines are done, or to the error folder when some files never come."""

    def attend() -> float:
        if watched.has_seen(listing.file):
            return IDLE
        wanted = {_last(row.file): row.file for row in listing.rows}
        if present & wanted.keys():
            return SHORTLY
        events = FolderEvent.objects.filter(list_key=watched.digest_of(listing.file), folder=watched.folder)
        done = {_last(file) for file in events.values_list("file", flat=True)}
        missing = [file for key, file in wanted.items() if key not in done]
        if not missing:
            taking.put_away(watched, listing.file, _LIST_DONE % {"n": len(wanted)}, at=at)
            return IDLE
        rest = watched.folder.wait_seconds - watched.resting.waited(listing.file, now)
        if rest <= 0:
            named = "\n".join(missing[:_MOST_NAMED]) + ("\n…" if len(missing) > _MOST_NAMED else "")
            sentence = f"{_NOT_COME % {'n': len(missing)}}\n{named}"
            taking.refuse(watched, (listing.file,), sentence, at=at)
            return IDLE
        watched.retry_at[listing.file.parts] = now + min(rest, 5.0)
        return min(rest, 5.0)

    return attend


def _last(file: str) -> str:
    return key_of(file.replace("\\", "/").rsplit("/", 1)[-1].strip())


def _tell_of_link(watched: Watched, parts: Parts, at: datetime) -> None:
    if parts in watched.told:
        return
    watched.told.add(parts)
    reports.write_once(
        folder=watched.folder, relative="/".join(parts), outcome=Outcome.IGNORED, at=at,
        sentence=gettext_noop("Verknüpfungen und Geräte werden nicht übernommen und nicht angerührt."),
    )  # fmt: skip
