"""A simple view of an e-mail as pages: header, attachments, text."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from kundenakte.base.confinement import Refused
from kundenakte.records.mail import MOST_BYTES, OFFICE, Mail, read_message
from kundenakte.records.outlook import NotReadable, read_outlook
from kundenakte.steps.rendition.sheet import LABEL, SMALL, Sheet

BROKEN = "Die Outlook-Nachricht ist beschädigt und kann nicht gelesen werden."
# What a day and hour mean depends on where it is read; the offices this is made for share one zone.
_DAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")


def draw_mail(source: Path, target: Path, *, code: str, kind: str) -> bool:
    """Pages for a mail, an Outlook message or the first mail of a mailbox file. True when something was left out."""
    mail = _read(source, code)
    sheet = Sheet(target, kind=kind, title=mail.subject or "(ohne Betreff)")
    sheet.pairs(
        [
            ("Von", mail.sender),
            ("An", mail.to),
            ("Kopie", mail.cc),
            ("Gesendet", _when(mail.sent_at) or mail.sent_as_written),
            ("Anhänge", "\n".join(f"{part.name}  ({size(part.size)})" for part in mail.attachments)),
        ],
        label_width=70,
    )
    sheet.gap(6)
    sheet.rule()
    for note in mail.notes:
        sheet.paragraph(note, SMALL)
        sheet.gap(4)
    if mail.body.strip():
        sheet.paragraph(mail.body)
    else:
        sheet.paragraph("(kein Text)", LABEL)
    sheet.save()
    return sheet.is_full


def _read(source: Path, code: str) -> Mail:
    if code == "msg":
        try:
            return read_outlook(source)
        except NotReadable as error:
            raise Refused("broken", BROKEN, str(error)) from error
    with source.open("rb") as file:
        mail = read_message(file.read(MOST_BYTES))
    if code == "mbox":
        mail.notes.append("Postfachdatei mit mehreren Nachrichten. Gezeigt wird die erste.")
    return mail


def _when(moment: datetime | None) -> str:
    if moment is None:
        return ""
    try:
        there = moment.astimezone(OFFICE)
    except (OverflowError, ValueError):
        return ""
    return f"{_DAYS[there.weekday()]}, {there:%d.%m.%Y, %H:%M} Uhr"


def size(count: int) -> str:
    """Bytes as people say them, with a German comma."""
    if count < 1000:
        return f"{count} Byte"
    amount, unit = float(count), "Byte"
    for larger in ("KB", "MB", "GB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    return f"{amount:.1f} {unit}".replace(".", ",") if amount < 10 else f"{amount:.0f} {unit}"
