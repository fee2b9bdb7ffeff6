"""From a PDF to the signed one: the confined process makes room, this one signs, the confined one looks at it again.

The digest that is signed is made here, over bytes that begin with the original, and made once more when the confined
process has ended: a parser that was taken over by a PDF cannot have another beginning signed, nor change what was.
"""

from __future__ import annotations

import binascii
import hashlib
import logging
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from django.utils.translation.trans_null import gettext_noop

from kundenakte.base.confinement import Crashed, Limits, Program, TookTooLong
from kundenakte.records.findings import FoundSignature
from kundenakte.steps.signing import host, pdf, refusals
from kundenakte.steps.signing.port import Answer, Declined, Request, Signed

log = logging.getLogger(__name__)

# For each of the two looks into the PDF. A person waits for it.
SECONDS: Final = 20.0
# It starts as a program of its own and closes its limits behind it (host.py).
_BOUNDS: Final = Limits(seconds=SECONDS, may_start_processes=True, niceness=0)
_CHUNK: Final = 1024 * 1024
_REFUSALS: Final = {
    kind.code: kind
    for kind in (refusals.Encrypted, refusals.ChangesForbidden, refusals.Broken, refusals.TooLong)
}  # fmt: skip
_DECLINED_LATE: Final = gettext_noop(
    "Dieser Anbieter unterschreibt erst, wenn Sie bei ihm zugestimmt haben. Das gibt es auf dieser Seite noch nicht."
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What stands in the signature beside the certificate."""

    field: str
    title: str
    person: str
    reason: str
    at: datetime


def signed_copy(original: Path, target: Path, wish: Wish, begin: Callable[[Request], Answer]) -> str:
    """Write the signed PDF to `target` and return the SHA-256 of the certificate. The original is its beginning.

    Raises NotSignable for the PDF, ProviderDeclined when `begin` gives no signature.
    """
    shutil.copyfile(original, target)
    length = original.stat().st_size
    known = _digests(original, length)[0]
    with _confined(target.parent) as ask:
        made = ask(
            {
                "do": "prepare", "file": str(target), "field": wish.field, "person": wish.person,
                "reason": wish.reason, "at": wish.at.isoformat(),
            }
        )  # fmt: skip
        place = _place(made, target, length)
        beginning, digest = _digests(target, length, place)
        if beginning != known:
            raise refusals.Broken
        answer = _given(begin(_request(digest, wish)))
        _fill(target, place, answer.cms)
        after = _signatures(ask({"do": "check", "file": str(target)}))
    # From here on nobody else writes to it: it has to be what was signed.
    if _digests(target, length, place) != (known, digest) or not _holds(target, place, answer.cms):
        raise refusals.Broken
    _require_good(after, wish.field, answer.fingerprint, before=_signatures(made.get("signatures")))
    return answer.fingerprint


def _request(digest: bytes, wish: Wish) -> Request:
    return Request(digest, wish.title, wish.person, wish.reason, wish.at, pdf.ROOM)


def _given(answer: Answer) -> Signed:
    if not isinstance(answer, Signed):
        raise refusals.ProviderDeclined(answer.sentence if isinstance(answer, Declined) else _DECLINED_LATE)
    if len(answer.cms) > pdf.ROOM:
        raise refusals.ProviderDeclined("Die Unterschrift des Anbieters ist zu lang.")
    return answer


def _fill(target: Path, place: pdf.Place, cms: bytes) -> None:
    with target.open("r+b") as file:
        file.seek(place.start)
        file.write(_filled(cms))


def _filled(cms: bytes) -> bytes:
    """What stands in the place of a signature; without one, zeros."""
    return b"<" + binascii.hexlify(cms).ljust(2 * pdf.ROOM, b"0") + b">"


def _holds(target: Path, place: pdf.Place, cms: bytes) -> bool:
    with target.open("rb") as file:
        file.seek(place.start)
        return file.read(place.end - place.start) == _filled(cms)


def _place(made: Mapping[str, Any], target: Path, length: int) -> pdf.Place:
    """Where the signature goes, once it is sure that there is room for it behind the original."""
    try:
        place = pdf.Place(int(made["start"]), int(made["end"]))
    except (KeyError, TypeError, ValueError) as error:
        # What a parser says that was taken over.
        raise refusals.Broken from error
    if not length <= place.start < place.end <= target.stat().st_size or not _holds(target, place, b""):
        raise refusals.Broken
    return place


def _digests(file: Path, length: int, place: pdf.Place | None = None) -> tuple[bytes, bytes]:
    """The SHA-256 of the first bytes, and that of all but the place. Read once, so both are of the very same bytes."""
    digest = hashlib.sha256()
    with file.open("rb") as content:
        _read(content, length, digest.update)
        beginning = digest.digest()
        if place is not None:
            _read(content, place.start - length, digest.update)
            content.seek(place.end)
            while chunk := content.read(_CHUNK):
                digest.update(chunk)
    return beginning, digest.digest()


def _read(content: BinaryIO, length: int, take: Callable[[bytes], None]) -> None:
    while length > 0 and (chunk := content.read(min(_CHUNK, length))):
        take(chunk)
        length -= len(chunk)


def _require_good(found: list[FoundSignature], field: str, fingerprint: str, *, before: list[FoundSignature]) -> None:
    """What was made has to hold when it is read again, and no earlier signature may have suffered by it."""
    after = {one.field: one for one in found}
    mine = after.get(field)
    if mine is None or mine.state != "fits" or mine.fingerprint != fingerprint:
        raise refusals.Broken
    for one in before:
        now = after.get(one.field)
        if now is None or (one.state in {"fits", "added"} and now.state != "added"):
            raise refusals.ChangesForbidden


def _signatures(rows: Any) -> list[FoundSignature]:
    try:
        return [FoundSignature(**row) for row in rows]
    except TypeError as error:
        raise refusals.Broken from error


@contextmanager
def _confined(folder: Path) -> Iterator[Callable[[Mapping[str, Any]], Any]]:
    """Asks one confined process for the time of one PDF. Its answers raise NotSignable; OSError when none starts."""
    environment = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    process = Program(
        [sys.executable, "-m", host.__name__], folder=folder, bounds=_BOUNDS,
        environment=environment | {"LC_ALL": "C.UTF-8"},
    )  # fmt: skip

    def ask(job: Mapping[str, Any]) -> Any:
        try:
            answer = process.ask(job, seconds=SECONDS)
        except TookTooLong as error:
            raise refusals.TooLong from error
        except Crashed as error:
            raise refusals.Broken from error
        if not isinstance(answer, dict) or "value" not in answer:
            said = answer if isinstance(answer, dict) else {}
            log.info("not signed: %s %s", said.get("refused"), said.get("detail"))
            raise _REFUSALS.get(str(said.get("refused")), refusals.Broken)
        return answer["value"]

    try:
        yield ask
    finally:
        process.end()
