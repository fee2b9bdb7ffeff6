"""The receipt as two printed pages in the reader's language: what was sealed, its evidence, and how to check it."""

from __future__ import annotations

import functools
import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas

from kundenakte.steps.archive.receipt import Receipt
from kundenakte.steps.archive.receipt_steps import Step

_MARGIN: Final = 54.0
_WIDTH: Final = A4[0] - 2 * _MARGIN
_LABEL: Final = 128.0
_INK, _GREY, _LINE, _SHADE = HexColor("#1f2933"), HexColor("#5f6b7a"), HexColor("#cfd6de"), HexColor("#f3f5f8")
_DEJAVU: Final = Path("/usr/share/fonts/truetype/dejavu")
# Debian's DejaVu where it is, else what reportlab brings.
_FONTS: Final = {
    "sans": (str(_DEJAVU / "DejaVuSans.ttf"), "Vera.ttf", "Helvetica"),
    "bold": (str(_DEJAVU / "DejaVuSans-Bold.ttf"), "VeraBd.ttf", "Helvetica-Bold"),
    "mono": (str(_DEJAVU / "DejaVuSansMono.ttf"), "", "Courier"),
}
_MONO: Final = 7.6


def pdf_of(receipt: Receipt) -> bytes:
    """The receipt as a PDF."""
    target = io.BytesIO()
    paper = _Paper(target)
    said = receipt.said
    document, version, sealing = said["document"], said["version"], said["sealing"]
    paper.title(_("Beleg über die Festschreibung"), document["title"])
    paper.pairs(
        [
            (_("Dokument"), " · ".join(str(one) for one in (document["class_name"], document["number"]) if one)),
            (_("Datei"), f"{version['file_name']} ({_('Version')} {version['number']}, {_size(version['size'])})"),
            (_("Festgeschrieben"), _moment(sealing["sealed_at"])),
            (_("Archivpaket"), sealing["object"]),
        ]
    )
    paper.hashes([("SHA-256", version["sha256"]), ("SHA-512", version["sha512"])])
    paper.heading(_("Nachweis"))
    journal, head = said["journal"], said["head"]
    paper.pairs(
        [
            (
                _("Eintrag im Protokoll"),
                _("Blatt %(seq)s, %(at)s") % {"seq": journal["seq"], "at": _moment(journal["at"])},
            ),
            (
                _("Baumkopf"),
                _("Nummer %(number)s über %(size)s Blätter, %(at)s")
                % {"number": head["number"], "size": head["size"], "at": _moment(head["at"])},
            ),
            (_("Zeitstempel"), _stamp(said["stamp"])),
        ]
    )
    paper.hashes(
        [(_("Verzeichnis"), sealing["inventory_sha512"]), (_("Blatt"), journal["leaf"]), (_("Wurzel"), head["root"]),
         (_("Schlüssel"), head["key"]), (_("Unterschrift"), receipt.files["head.sig"].hex())]
    )  # fmt: skip
    paper.heading(_("So prüfen Sie selbst"))
    paper.text(
        _(
            "Dafür brauchen Sie den Beleg als JSON-Datei und einen Rechner mit bash, openssl (ab 3.0) und sha256sum. "
            "Jeder Schritt muss genau das ausgeben, was darunter steht. Tut er es nicht, ist etwas nicht mehr, was es "
            "war."
        )
    )
    for number, step in enumerate(receipt.steps, start=1):
        paper.step(number, step)
    paper.save()
    return target.getvalue()


def _stamp(stamp: dict[str, str] | None) -> str:
    if stamp is None:
        return _("Keiner. Die Zeit bezeugt nur dieses Haus selbst, und wer seine Baumköpfe aufbewahrt.")
    return f"{stamp['authority']}, {_moment(stamp['at'])}"


def _moment(text: str) -> str:
    at = timezone.localtime(datetime.fromisoformat(text))
    return f"{at:%d.%m.%Y, %H:%M:%S Uhr}" if _is_german() else f"{at:%d %B %Y, %H:%M:%S %Z}"


def _size(size: int) -> str:
    return f"{size:,} Byte".replace(",", ".") if _is_german() else f"{size:,} bytes"


def _is_german() -> bool:
    return (translation.get_language() or "de").startswith("de")


@functools.cache
def _font(kind: str) -> str:
    *files, last = _FONTS[kind]
    for file in files:
        try:
            pdfmetrics.registerFont(TTFont(f"Beleg-{kind}", file))
        except (TTFError, OSError):
            continue
        return f"Beleg-{kind}"
    return last


class _Paper:
    """Pages that are written from top to bottom."""

    def __init__(self, target: io.BytesIO) -> None:
        self._canvas = Canvas(target, pagesize=A4, pageCompression=1)
        self._canvas.setTitle(_("Beleg über die Festschreibung"))
        self._y, self._page = A4[1] - _MARGIN, 1

    def title(self, kind: str, title: str) -> None:
        self._lines(["Kundenakte"], "sans", 8.5, 12, _GREY)
        self._lines([kind], "bold", 16, 22)
        self._lines(simpleSplit(title[:300], _font("sans"), 11, _WIDTH)[:2], "sans", 11, 15)
        self._rule()

    def heading(self, text: str) -> None:
        self._y -= 10
        self._room(50)
        self._lines([text], "bold", 11, 16)
        self._y -= 4

    def text(self, text: str) -> None:
        self._lines(simpleSplit(text, _font("sans"), 9, _WIDTH), "sans", 9, 12.5)

    def pairs(self, rows: Sequence[tuple[str, str]]) -> None:
        for label, value in rows:
            lines = simpleSplit(value, _font("sans"), 9, _WIDTH - _LABEL) or ["–"]
            self._labelled(label, lines, "sans", 9, 13)

    def hashes(self, rows: Sequence[tuple[str, str]]) -> None:
        for label, value in rows:
            lines = [value[at : at + 64] for at in range(0, len(value), 64)]
            self._labelled(label, lines, "mono", _MONO, 12)

    def step(self, number: int, step: Step) -> None:
        """A step stays together on one page."""
        sentence = simpleSplit(step.sentence, _font("sans"), 9, _WIDTH)
        command = step.command.splitlines()
        expected = step.expected.splitlines() or [_("(nichts)")]
        self._room(20 + 12.5 * len(sentence) + 10.5 * (len(command) + len(expected)) + 40)
        self._y -= 8
        self._lines([f"{number}. {step.title}"], "bold", 9.5, 14)
        self._lines(sentence, "sans", 9, 12.5)
        self._block(command)
        self._lines([_("Muss ausgeben:")], "sans", 8, 12, _GREY)
        self._block(expected)

    def save(self) -> None:
        self._foot()
        self._canvas.save()

    def _labelled(self, label: str, lines: Sequence[str], font: str, size: float, leading: float) -> None:
        self._room(leading * len(lines))
        self._canvas.setFillColor(_GREY)
        self._canvas.setFont(_font("sans"), 8.5)
        self._canvas.drawString(_MARGIN, self._y - leading + 3, label)
        self._lines(lines, font, size, leading, left=_LABEL)

    def _block(self, lines: Sequence[str]) -> None:
        height = 10.5 * len(lines) + 7
        self._y -= 3
        self._canvas.setFillColor(_SHADE)
        self._canvas.rect(_MARGIN, self._y - height, _WIDTH, height, stroke=0, fill=1)
        self._y -= 2
        self._lines(lines, "mono", _MONO, 10.5, left=6)
        self._y -= 7

    def _lines(
        self, lines: Sequence[str], font: str, size: float, leading: float, colour: Color = _INK, *, left: float = 0
    ) -> None:
        for line in lines:
            self._room(leading)
            self._y -= leading
            self._canvas.setFillColor(colour)
            self._canvas.setFont(_font(font), size)
            self._canvas.drawString(_MARGIN + left, self._y + 3, line)

    def _rule(self) -> None:
        self._y -= 6
        self._canvas.setStrokeColor(_LINE)
        self._canvas.line(_MARGIN, self._y, _MARGIN + _WIDTH, self._y)
        self._y -= 6

    def _room(self, height: float) -> None:
        if self._y - height < _MARGIN:
            self._foot()
            self._canvas.showPage()
            self._page += 1
            self._y = A4[1] - _MARGIN

    def _foot(self) -> None:
        self._canvas.setFillColor(_GREY)
        self._canvas.setFont(_font("sans"), 7.5)
        self._canvas.drawString(
            _MARGIN, 30, _("Beleg der Kundenakte. Maßgeblich ist die JSON-Datei mit ihren Nachweisen.")
        )
        self._canvas.drawRightString(_MARGIN + _WIDTH, 30, _("Seite %(number)s") % {"number": self._page})
