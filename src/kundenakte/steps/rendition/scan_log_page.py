"""The protocol of a batch of scanned paper as PDF/A for people, with the same tale as JSON attached for programs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import rfc8785
from django.utils import timezone

from kundenakte.records import sources
from kundenakte.steps.rendition import pdfa
from kundenakte.steps.rendition.pdfa import Attached
from kundenakte.steps.rendition.sheet import CODE, LABEL, Column, Sheet

ATTACHED: Final = "scanprotokoll.json"
_FOOTER: Final = "Scanprotokoll der Kundenakte. Die Angaben liegen auch als JSON in dieser Datei."
_FINDINGS: Final = (
    Column("Datei", 8), Column("Seite", 8), Column("Urteil", 22), Column("Mangel", 22), Column("Geprüft von", 24),
    Column("Zweiter Scan", 16),
)  # fmt: skip
_VERDICTS: Final = {"bad": "mangelhaft, das Papier bleibt", "rescan": "neu gescannt"}
_FLAWS: Final = {
    "unreadable": "nicht lesbar", "cut_off": "abgeschnitten oder umgeknickt", "missing": "eine Seite fehlt",
    "colour": "Farbe fehlt und beweist etwas", "not_blank": "nicht leer", "other": "anderer Mangel",
}  # fmt: skip


def draw(tale: Mapping[str, Any], target: Path) -> None:
    """Write the protocol to `target`: the same tale gives the same bytes."""
    batch, counts = tale["batch"], tale["counts"]
    sheet = Sheet(target, kind="Scanprotokoll", title=f"Scanprotokoll SP-{batch['id']}", footer=_FOOTER, is_whole=True)
    sheet.pairs(_head(batch, counts), label_width=150)
    sheet.heading("Ergebnis der Prüfung")
    sheet.pairs(_result(batch, counts, tale["checked_by"]), label_width=150)
    if tale["findings"]:
        sheet.heading("Mängel")
        sheet.table(_FINDINGS, [_finding(one) for one in tale["findings"]])
    sheet.heading("Gescannte Dateien")
    for one in tale["files"]:
        sheet.paragraph(_file(one))
        sheet.paragraph(f"SHA-256 {one['sha256']}", CODE)
        sheet.gap(4)
    sheet.heading("Dokumente")
    for one in tale["documents"]:
        sheet.paragraph(_document(one))
        sheet.paragraph(f"SHA-256 {one['sha256']}", CODE)
        sheet.gap(4)
    if tale["customer_file"] is not None:
        sheet.paragraph(
            "Die Zahlen gelten für den ganzen Stapel; Dateien und Dokumente nennt dieses Protokoll nur, soweit sie zu "
            "dieser Kundenakte gehören.", LABEL,
        )  # fmt: skip
    sheet.save()
    data = Attached(ATTACHED, rfc8785.dumps(dict(tale)), "application/json", "Scanprotokoll", "/Data")
    pdfa.make(target, title=f"Scanprotokoll SP-{batch['id']}", attached=[data])


def _head(batch: Mapping[str, Any], counts: Mapping[str, int]) -> list[tuple[str, str]]:
    two = "beidseitig" if batch["two_sided"] else "einseitig"
    return [
        ("Gescannt von", f"{batch['scanned_by']['name']}, {date.fromisoformat(batch['scanned_on']):%d.%m.%Y}"),
        ("Gerät", batch["device"]),
        ("Einstellungen", batch["settings"]),
        ("Papier", f"{batch['sheets']} Blätter, {two}: {batch['sides']} Seiten"),
        ("Gescannt", f"{counts['pages_of_first_scans']} Seiten"),
        ("Dateien", f"{counts['files']}, zweite Scans mitgezählt"),
        ("Abweichung", batch["explanation"]),
        ("Ohne Inhalt", f"{counts['blank']} leere Seiten, {counts['separator_sheets']} Trennblätter"),
        ("Dokumente", str(counts["documents"])),
    ]


def _result(
    batch: Mapping[str, Any], counts: Mapping[str, int], checkers: list[Mapping[str, Any]]
) -> list[tuple[str, str]]:
    how = "jede Seite" if batch["sample_percent"] >= 100 else f"Stichprobe, {batch['sample_percent']} von 100 Seiten"
    eyes = ", durch eine zweite Person" if batch["second_person"] else ""
    return [
        ("Vorgabe", how + eyes),
        ("Angesehen", f"{counts['looked_at']} von {counts['pages']} Seiten"),
        ("In Ordnung", str(counts["good"])),
        ("Mangelhaft", str(counts["bad"])),
        ("Neu gescannt", str(counts["rescan"])),
        ("Geprüft von", "\n".join(f"{one['name']}: {one['pages']} Seiten" for one in checkers)),
        ("Freigegeben", f"{batch['released_by']['name']}, {_when(batch['released_at'])}"),
        ("Papier", f"darf ab {_when(batch['paper_may_go_from'])} vernichtet werden, soweit es nicht bleibt"),
        ("Papier bleibt", f"bei {counts['paper_stays']} Dokumenten"),
    ]


def _file(one: Mapping[str, Any]) -> str:
    said = [
        f"Datei {one['file']}: {one['pages']} Seiten, {sources.in_words(one['source'])} Nr. {one['source_number']}, "
        f"{_when(one['received_at'])}, {one['size']} Bytes"
    ]
    if one["second_scan_of"]:
        said.append(f"zweiter Scan zu Datei {one['second_scan_of']}")
    if one["blank"]:
        said.append(f"leer: Seite {', '.join(map(str, one['blank']))}")
    if one["separator_sheets"]:
        said.append(f"Trennblatt: Seite {', '.join(map(str, one['separator_sheets']))}")
    return "; ".join(said)


def _document(one: Mapping[str, Any]) -> str:
    name = (
        f"Dokument {one['document']} ({one['class']})" if one["document"] else f"Eingang {one['arrival']}, aussortiert"
    )
    pages = ", ".join(f"{file}/{page}" for file, page in one["pages"])
    paper = f"Papier bleibt: {one['because']}" if one["paper"] == "stays" else "Papier darf vernichtet werden"
    return f"{name}; Datei/Seite {pages}; {one['size']} Bytes; {paper}"


def _finding(one: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        str(one["file"]), str(one["page"]), _VERDICTS[one["verdict"]], _FLAWS.get(one["flaw"], one["flaw"]),
        f"{one['judged_by']['name']}, {_when(one['judged_at'])}",
        f"Datei {one['second_scan']}" if one["second_scan"] else "",
    )  # fmt: skip


def _when(moment: str | None) -> str:
    return f"{timezone.localtime(datetime.fromisoformat(moment)):%d.%m.%Y, %H:%M} Uhr" if moment else ""
