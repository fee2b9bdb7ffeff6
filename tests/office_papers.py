"""Papers as a clerk makes them: written in an office program, kept as Word file, saved as PDF. Needs LibreOffice."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

_SECONDS = 120


class Paper(NamedTuple):
    """The same words as Word file and as PDF made from it."""

    word: bytes
    pdf: bytes


def papers(texts: Sequence[str]) -> list[Paper]:
    """Each text, its paragraphs a line each, as Word file and as the PDF a clerk makes of that file."""
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        names = [f"papier{number}" for number in range(len(texts))]
        for name, text in zip(names, texts, strict=True):
            lines = "".join(f"<p>{escape(line)}</p>" for line in text.splitlines())
            folder.joinpath(f"{name}.html").write_text(
                f"<html><head><meta charset='utf-8'></head><body>{lines}</body></html>", encoding="utf-8"
            )
        _convert(folder, [f"{name}.html" for name in names], "docx:MS Word 2007 XML", "--infilter=HTML (StarWriter)")
        _convert(folder, [f"{name}.docx" for name in names], "pdf")
        return [
            Paper(folder.joinpath(f"{name}.docx").read_bytes(), folder.joinpath(f"{name}.pdf").read_bytes())
            for name in names
        ]


def _convert(folder: Path, names: Sequence[str], to: str, *more: str) -> None:
    # The starter, not the program it starts: on a new profile that one asks to be started once more.
    found = shutil.which("soffice") or shutil.which("libreoffice")
    assert found is not None, "LibreOffice is missing"
    subprocess.run(
        [
            found, f"-env:UserInstallation=file://{folder}/profile", "--headless", *more, "--convert-to", to,
            "--outdir", str(folder), *(str(folder / name) for name in names),
        ],
        check=True, capture_output=True, timeout=_SECONDS,
    )  # fmt: skip
