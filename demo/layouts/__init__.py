"""Five ways a German business paper looks; `render` draws a paper as PDF in one of them."""

from __future__ import annotations

from demo.layouts.din5008 import Din5008
from demo.layouts.modern import Modern
from demo.layouts.sheet import Sheet
from demo.layouts.sidecolumn import SideColumn
from demo.layouts.tablehead import TableHead
from demo.layouts.typewriter import Typewriter
from demo.papers import Paper

LAYOUTS: dict[str, type[Sheet]] = {
    "din5008": Din5008,
    "sidecolumn": SideColumn,
    "tablehead": TableHead,
    "modern": Modern,
    "typewriter": Typewriter,
}


def render(paper: Paper) -> bytes:
    """The paper as PDF; the same paper gives the same bytes."""
    return LAYOUTS[paper.look](paper).pdf()
