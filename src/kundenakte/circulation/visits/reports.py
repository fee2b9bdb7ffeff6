"""What a report of a visit may say. Everything a device sends is read here, and refused with a sentence if it must be.

    {"task": 17, "answers": {"befund": "Dichtung spröde"}, "remark": "",
     "times": [{"kind": "travel", "begin": "2026-11-30T07:30", "end": "2026-11-30T08:15"}],
     "parts": [{"number": "D-44", "name": "Dichtung", "quantity": "2"}],
     "photos": [{"key": "…uuid…", "caption": "Typenschild"}],
     "signature": {"name": "Herr Adler", "at": "2026-11-30T11:02", "width": 600, "height": 200,
                   "strokes": [[[10, 20], …]]},
     "unsigned": "", "finished_at": "2026-11-30T11:05"}

Times are those of the clock on the wall there, to the minute and without a zone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeVar
from uuid import UUID

from kundenakte.records.refusals import BadValue

MOST_PHOTOS: Final = 20
_MOST_TIMES: Final = 30
_MOST_PARTS: Final = 60
_MOST_STROKES: Final = 400
_MOST_POINTS: Final = 8000
_LONGEST_WORD: Final = 120
_LONGEST_TEXT: Final = 4000
_KEYS: Final = {
    "task", "answers", "remark", "times", "parts", "photos", "signature", "unsigned", "finished_at",
}  # fmt: skip
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_QUANTITY: Final = re.compile(r"\d{1,7}([.,]\d{1,3})?")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")

Kind = Literal["travel", "work"]
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Time:
    """A span of work or travel."""

    kind: Kind
    begin: datetime
    end: datetime

    @property
    def minutes(self) -> int:
        """How long it took."""
        return int((self.end - self.begin).total_seconds() // 60)


@dataclass(frozen=True, slots=True)
class Part:
    """A spare part that stayed there; the quantity as it was written."""

    number: str
    name: str
    quantity: str


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo, sent by itself under this key."""

    key: UUID
    caption: str


@dataclass(frozen=True, slots=True)
class Signature:
    """How the customer signed: lines of points on a field of `width` times `height`, from its upper left corner."""

    name: str
    at: datetime
    width: int
    height: int
    strokes: tuple[tuple[tuple[int, int], ...], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it was read. `answers` are those of the task's form, which checks them itself."""

    task: int
    answers: Mapping[str, Any]
    remark: str
    times: tuple[Time, ...]
    parts: tuple[Part, ...]
    photos: tuple[Photo, ...]
    signature: Signature | None
    # Why nobody signed.
    unsigned: str
    finished_at: datetime


def read(said: Any) -> Report:
    """The report, checked. Raises BadValue with a sentence for whoever wrote it."""
    if not isinstance(said, dict) or said.keys() - _KEYS:
        raise _unreadable()
    answers = said.get("answers", {})
    if not isinstance(answers, dict) or len(answers) > 60 or not _is_task(said.get("task")):
        raise _unreadable()
    signature = said.get("signature")
    return Report(
        task=said["task"], answers=answers, remark=_text(said.get("remark")),
        times=_each(said.get("times"), _MOST_TIMES, _time), parts=_each(said.get("parts"), _MOST_PARTS, _part),
        photos=_photos(said.get("photos")), signature=_signature(signature) if signature is not None else None,
        unsigned=_text(said.get("unsigned"), 300), finished_at=_moment(said.get("finished_at")),
    )  # fmt: skip


def as_json(report: Report, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The same as plain JSON, with the answers as the form has cleaned them; `read` reads it again."""
    signature = report.signature
    return {
        "task": report.task, "answers": dict(answers), "remark": report.remark,
        "times": [{"kind": one.kind, "begin": _said(one.begin), "end": _said(one.end)} for one in report.times],
        "parts": [{"number": one.number, "name": one.name, "quantity": one.quantity} for one in report.parts],
        "photos": [{"key": str(one.key), "caption": one.caption} for one in report.photos],
        "signature": None if signature is None else {
            "name": signature.name, "at": _said(signature.at), "width": signature.width, "height": signature.height,
            "strokes": [[list(point) for point in stroke] for stroke in signature.strokes],
        },
        "unsigned": report.unsigned, "finished_at": _said(report.finished_at),
    }  # fmt: skip


# --- inside ------------------------------------------------------------------------------------------------------


def _unreadable() -> BadValue:
    return BadValue("Dieser Bericht ist nicht zu lesen. Bitte laden Sie die Seite „Besuche“ neu.")


def _is_task(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**18


def _each(said: Any, most: int, make: Callable[[dict[str, Any]], Made]) -> tuple[Made, ...]:
    rows = said if said is not None else []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _unreadable()
    if len(rows) > most:
        raise BadValue("In einen Bericht passen höchstens %(most)s Zeilen von einer Art.", most=most)
    return tuple(make(row) for row in rows)


def _time(row: dict[str, Any]) -> Time:
    if row.get("kind") not in {"travel", "work"}:
        raise _unreadable()
    begin, end = _moment(row.get("begin")), _moment(row.get("end"))
    if end < begin:
        raise BadValue("Eine Zeit endet, bevor sie beginnt (%(begin)s). Bitte sehen Sie nach.", begin=f"{begin:%H:%M}")
    if (end - begin).days >= 1:
        raise BadValue("Eine Zeit dauert länger als einen Tag. Bitte teilen Sie sie nach Tagen.")
    return Time(row["kind"], begin, end)


def _part(row: dict[str, Any]) -> Part:
    part = Part(_word(row.get("number")), _word(row.get("name")), _word(row.get("quantity")))
    if not part.name and not part.number:
        raise BadValue("Bei einem Teil fehlt, was es ist.")
    if not _QUANTITY.fullmatch(part.quantity):
        raise BadValue("Bei „%(part)s“ fehlt die Menge.", part=part.name or part.number)
    return part


def _photos(said: Any) -> tuple[Photo, ...]:
    photos = _each(said, MOST_PHOTOS, lambda row: Photo(_key(row.get("key")), _word(row.get("caption"))))
    if len({photo.key for photo in photos}) != len(photos):
        raise _unreadable()
    return photos


def _signature(said: Any) -> Signature:
    if not isinstance(said, dict) or not isinstance(said.get("strokes"), list):
        raise _unreadable()
    width, height = _length(said.get("width")), _length(said.get("height"))
    name = _word(said.get("name"))
    if not name:
        raise BadValue("Bitte schreiben Sie dazu, wer unterschrieben hat.")
    strokes = tuple(tuple(_point(point) for point in _list(stroke)) for stroke in said["strokes"])
    if not any(strokes):
        raise BadValue("Die Unterschrift ist leer.")
    if len(strokes) > _MOST_STROKES or sum(map(len, strokes)) > _MOST_POINTS:
        raise BadValue("Die Unterschrift hat zu viele Striche. Bitte lassen Sie noch einmal unterschreiben.")
    return Signature(name, _moment(said.get("at")), width, height, strokes)


def _length(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= 4000:
        raise _unreadable()
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _unreadable()
    return value


def _point(value: Any) -> tuple[int, int]:
    numbers = value if isinstance(value, list) and len(value) == 2 else []
    if not numbers or not all(isinstance(one, int | float) and -4000 <= one <= 8000 for one in numbers):
        raise _unreadable()
    return round(numbers[0]), round(numbers[1])


def _key(value: Any) -> UUID:
    try:
        return UUID(str(value))
    except ValueError:
        raise _unreadable() from None


def _moment(value: Any) -> datetime:
    try:
        if isinstance(value, str) and _MOMENT.fullmatch(value):
            return datetime.fromisoformat(value)
    except ValueError:
        pass
    raise BadValue("Bei einer Zeit fehlt Tag oder Uhrzeit.")


def _said(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M")


def _word(value: Any) -> str:
    return " ".join(_text(value, _LONGEST_WORD).split())


def _text(value: Any, longest: int = _LONGEST_TEXT) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _unreadable()
    text = _CONTROL.sub("", value.replace("\r\n", "\n")).strip()
    if len(text) > longest:
        raise BadValue("Das sind mehr als %(most)s Zeichen.", most=longest)
    return text
