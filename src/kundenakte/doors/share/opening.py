"""Opens one file of a share for reading, or says why it stays shut."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from kundenakte.doors.share import root
from kundenakte.steps.intake.models import ShareLine, ShareLook, ShareRun
from kundenakte.steps.intake.tree import Found, NotAFile, NotThere, Parts, found_in, opened_file, somebody_writes
from kundenakte.steps.intake.vouched import SourceUnreadable, StillWritten, VouchedSource, said_by

Outcome = ShareLine.Outcome
_CHUNK: Final = 1 << 20


class Shut(Exception):
    """This file cannot be read now, and why: an outcome, with a German sentence where that says more."""

    def __init__(self, outcome: str, sentence: str = "") -> None:
        super().__init__(outcome)
        self.outcome, self.sentence = outcome, sentence


def key_of(parts: Parts) -> str:
    """The SHA-256 of a path's bytes: finds any name again, also one that no database can store."""
    return hashlib.sha256(os.fsencode("/".join(parts))).hexdigest()


@contextmanager
def opened(run: ShareRun | ShareLook, parts: Parts) -> Iterator[tuple[int, Found]]:
    """A handle and the file as it is now. Raises Shut, also for what goes wrong while it is read, and ShareAway."""
    with ExitStack() as stack:
        try:
            handle = stack.enter_context(opened_file(Path(run.terms["path"]), parts))
            found = found_in(handle, parts)
        except NotThere:
            root.require(run)
            raise Shut(Outcome.VANISHED) from None
        except NotAFile:
            raise Shut(Outcome.LINK) from None
        except OSError as error:
            root.require(run)
            raise Shut(Outcome.UNREADABLE, said_by(error)) from error
        if somebody_writes(handle):
            raise Shut(Outcome.CHANGING)
        try:
            yield handle, found
        except StillWritten:
            raise Shut(Outcome.CHANGING) from None
        except SourceUnreadable as error:
            root.require(run)
            raise Shut(Outcome.UNREADABLE, said_by(error)) from error


def digest_of(run: ShareRun | ShareLook, parts: Parts) -> tuple[str, Found]:
    """The SHA-256 of a file that nobody changed meanwhile, and the file as it was read. Raises what `opened` raises."""
    with opened(run, parts) as (handle, found):
        source, digest = VouchedSource(handle, found), hashlib.sha256()
        buffer = bytearray(min(_CHUNK, found.size + 1))
        while count := source.readinto(buffer):
            digest.update(memoryview(buffer)[:count])
    return digest.hexdigest(), found
