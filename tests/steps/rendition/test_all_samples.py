"""Whatever comes in: a page or a sentence, in time, in memory. All samples in `make soak`, some of each kind here."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from kundenakte.base import confinement
from kundenakte.base.confinement.limits import MIB, resident
from kundenakte.steps.rendition.render import RenderedFirst, render_pages
from tests.conftest import LONG

SAMPLES = Path(os.environ.get("SAMPLES") or Path(__file__).parents[2] / "samples")
FOLDERS = ("e-invoice", "hostile", "mail", "office", "pdf", "scan")
# Of folders with many alike, every fourth in the short form; the odd ones all.
SHORT_STEP = {"e-invoice": 6, "mail": 4, "office": 5, "pdf": 3, "scan": 3, "hostile": 1}


def _chosen() -> list[Path]:
    if os.environ.get("SAMPLES"):
        return sorted(path for path in SAMPLES.rglob("*") if path.is_file())
    return [
        path
        for folder in FOLDERS
        for path in sorted(p for p in (SAMPLES / folder).iterdir() if p.is_file())[:: 1 if LONG else SHORT_STEP[folder]]
    ]


@pytest.mark.parametrize("path", _chosen(), ids=lambda path: path.name)
def test_every_file_ends_with_a_page_or_a_sentence(
    rendered: Callable[..., RenderedFirst], tmp_path: Path, path: Path
) -> None:
    began = time.monotonic()
    made = rendered(path)
    assert made.page_count >= 1
    assert made.shows_content or made.note
    for file in (made.first_page.path, made.thumbnail):
        with Image.open(file) as image:
            image.load()
            assert image.format == "WEBP"
    assert len(made.text.pages) in {made.page_count, 0} or made.text.cut
    for page in made.text.pages:
        for line in page.lines:
            for word in line:
                assert word.text
                assert all(0 <= c <= 1 for c in word.box)
    if made.page_count > 1:
        more = tmp_path / "more"
        more.mkdir()
        last = min(made.page_count, 21 if LONG else 3)
        pages = render_pages(path=made.pdf or path, first=2, last=last, scratch=more)
        assert all(page.path.exists() for page in pages)
    child = confinement.of_this_process().pid
    assert child is None or resident(child) < 1536 * MIB
    # The longest limit there is, and a little for the machine; a hang would show as this.
    assert time.monotonic() - began < 240
