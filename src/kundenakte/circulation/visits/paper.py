"""The report of a visit on paper: a PDF/A for people, with the same as JSON and the photos as they came attached."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import rfc8785
from django.utils import timezone

from kundenakte.base.confinement import Crashed, TookTooLong, of_this_process
from kundenakte.base.confinement import Refused as NotReadable
from kundenakte.circulation.visits.reports import Report, Signature
from kundenakte.steps.rendition import pdfa, photos
from kundenakte.steps.rendition.pdfa import Attached
from kundenakte.steps.rendition.sheet import LABEL, Column, Sheet

ATTACHED: Final = "besuchsbericht.json"
_FOOTER: Final = "Besuchsbericht der Kundenakte. Die Angaben und die Fotos liegen auch einzeln in dieser Datei."
_KINDS: Final = {"travel": "Fahrt", "work": "Arbeit"}
_TIMES: Final = (
    Column("Was", 16), Column("Tag", 20), Column("von", 14), Column("bis", 14), Column("Dauer", 18, right=True),
)  # fmt: skip
_PARTS: Final = (Column("Nummer", 24), Column("Teil", 56), Column("Menge", 14, right=True))


@dataclass(frozen=True, slots=True)
class Told:
    """What the paper says beside the report itself."""

    number: str
    title: str
    customer: str
    person: str
    received_at: datetime
    # Questions of the form with what was answered.
    said: Sequence[tuple[str, str]]
    late: str


def draw(report: Report, told: Told, content: Mapping[str, Any], pictures: Mapping[str, bytes], target: Path) -> None:
    """Write the report to `target`; `pictures` are the photos by key. The same report gives the same bytes.

    A photo that cannot be read is named on the page; its bytes are attached like all others.
    """
    sheet = Sheet(target, kind="Besuchsbericht", title=f"{told.number} {told.title}", footer=_FOOTER, is_whole=True)
    sheet.pairs(
        [
            ("Kunde", told.customer),
            ("Besucht von", told.person),
            ("Abgeschlossen", f"{report.finished_at:%d.%m.%Y, %H:%M} Uhr"),
            ("Eingegangen", f"{timezone.localtime(told.received_at):%d.%m.%Y, %H:%M} Uhr"),
            ("Hinweis", told.late and f"Nachgereicht: {told.late}"),
        ]
    )
    if told.said:
        sheet.heading("Angaben")
    for question, answer in told.said:
        sheet.paragraph(f"{question}: {answer}")
    if report.remark:
        sheet.heading("Bemerkung")
        sheet.paragraph(report.remark)
    _times(sheet, report)
    if report.parts:
        sheet.heading("Teile")
        sheet.table(_PARTS, [(one.number, one.name, one.quantity) for one in report.parts])
    _signed(sheet, report)
    if report.photos:
        sheet.heading("Fotos")
    folder = target.parent / "photos"
    folder.mkdir()
    try:
        for number, photo in enumerate(report.photos, 1):
            _photo(sheet, folder, number, photo.caption, pictures[str(photo.key)])
        # Reportlab reads the pictures when it saves.
        sheet.save()
    finally:
        shutil.rmtree(folder)
    pdfa.make(target, title=f"Besuchsbericht {told.number}", attached=_attached(report, told, content, pictures))


def _times(sheet: Sheet, report: Report) -> None:
    if not report.times:
        return
    sheet.heading("Zeiten")
    rows = [
        (_KINDS[one.kind], f"{one.begin:%d.%m.%Y}", f"{one.begin:%H:%M}", f"{one.end:%H:%M}", _hours(one.minutes))
        for one in report.times
    ]
    sheet.table(_TIMES, rows)
    for kind, word in _KINDS.items():
        together = sum(one.minutes for one in report.times if one.kind == kind)
        if together:
            sheet.paragraph(f"{word} zusammen: {_hours(together)}", LABEL)


def _signed(sheet: Sheet, report: Report) -> None:
    signature: Signature | None = report.signature
    if signature is None and not report.unsigned:
        return
    sheet.heading("Unterschrift des Kunden")
    if signature is None:
        sheet.paragraph(f"Nicht unterschrieben: {report.unsigned}")
        return
    sheet.drawn(signature.strokes, size=(signature.width, signature.height))
    sheet.paragraph(f"{signature.name}, {signature.at:%d.%m.%Y, %H:%M} Uhr", LABEL)


def _photo(sheet: Sheet, folder: Path, number: int, caption: str, content: bytes) -> None:
    source, made = folder / f"{number}.source", folder / f"{number}.jpg"
    source.write_bytes(content)
    words = f"Foto {number}" + (f": {caption}" if caption else "")
    try:
        size = of_this_process().call(photos.shrunk, source=str(source), target=str(made))
    except (NotReadable, Crashed, TookTooLong):
        sheet.paragraph(f"{words} (lässt sich nicht anzeigen; die Datei liegt bei)")
        return
    sheet.picture(made, size=(size["width"], size["height"]), caption=words)


def _attached(report: Report, told: Told, content: Mapping[str, Any], pictures: Mapping[str, bytes]) -> list[Attached]:
    said = dict(content) | {
        "case": told.number, "title": told.title, "customer": told.customer, "person": told.person,
        "received_at": told.received_at.isoformat(), "late": told.late,
        "photos": [
            {"key": str(one.key), "caption": one.caption, "file": f"foto-{number}.jpg",
             "sha256": hashlib.sha256(pictures[str(one.key)]).hexdigest()}
            for number, one in enumerate(report.photos, 1)
        ],
    }  # fmt: skip
    return [
        Attached(ATTACHED, rfc8785.dumps(said), "application/json", "Besuchsbericht"),
        *(
            Attached(f"foto-{number}.jpg", pictures[str(one.key)], "image/jpeg", one.caption or f"Foto {number}",
                     "/Supplement")
            for number, one in enumerate(report.photos, 1)
        ),
    ]  # fmt: skip


def _hours(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d} Stunden"
