"""One confined child and one LibreOffice for all tests of this folder, ended afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kundenakte.base import confinement
from kundenakte.steps.rendition import office
from kundenakte.steps.rendition.render import RenderedFirst, render_first

SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture(scope="session", autouse=True)
def _ended_afterwards() -> Iterator[None]:
    yield
    confinement.of_this_process().close()
    office.of_this_process().end()


@pytest.fixture
def rendered(tmp_path: Path) -> Callable[..., RenderedFirst]:
    """Render a sample ("pdf/x.pdf") or a path into an empty folder."""
    made = iter(range(1000))

    def render(what: str | Path, *, password: str | None = None, file_name: str = "") -> RenderedFirst:
        path = what if isinstance(what, Path) else SAMPLES / what
        scratch = tmp_path / f"scratch-{next(made)}"
        scratch.mkdir()
        return render_first(path=path, file_name=file_name or path.name, scratch=scratch, password=password)

    return render
