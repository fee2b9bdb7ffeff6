"""One page for a file that cannot be shown: what it is, how large, why, and that it is kept."""

from __future__ import annotations

from pathlib import Path

from kundenakte.steps.rendition.mail_page import size
from kundenakte.steps.rendition.sheet import BODY, LABEL, Sheet

KEPT = "Die Originaldatei ist unverändert gespeichert und kann heruntergeladen werden."
NO_PREVIEW = "Für diese Art von Datei gibt es keine Vorschau."


def draw_notice(target: Path, *, kind: str, title: str, byte_count: int, reason: str) -> None:
    """Draw the page; `reason` is the German sentence why there is no preview."""
    sheet = Sheet(target, kind=kind, title=title, footer="Hinweisseite, von Kundenakte erstellt.")
    sheet.gap(4)
    sheet.pairs([("Dateiname", title), ("Art", kind), ("Größe", size(byte_count))])
    sheet.gap(14)
    sheet.paragraph(reason, BODY)
    sheet.gap(4)
    sheet.paragraph(KEPT, LABEL)
    sheet.save()
