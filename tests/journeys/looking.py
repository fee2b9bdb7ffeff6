"""Looks at a page as a designer, as an accessibility checker and as the browser's own console do."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import axe_playwright_python
from playwright.sync_api import Page

_LOOK: Final = Path(__file__).with_name("looking.js").read_text(encoding="utf-8")
_AXE: Final = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
_RULES: Final = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
# What another light can break, and what another width can.
LIGHT: Final = ("color-contrast",)
WIDTH: Final = (
    "color-contrast",
    "target-size",
    "scrollable-region-focusable",
    "empty-heading",
    "link-name",
    "button-name",
)
_RUN: Final = "(options) => axe.run(document, options)"


def layout(page: Page) -> list[str]:
    """What sticks out, is cut off without saying so, or lies on something else."""
    return [str(fault) for fault in page.evaluate(_LOOK)]


def accessibility(page: Page, *, only_rules: tuple[str, ...] = ()) -> list[str]:
    """Broken rules of accessibility; of all rules, or of those that may differ from how the page was shown before."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_AXE)
    only = {"type": "rule", "values": only_rules} if only_rules else {"type": "tag", "values": _RULES}
    found = _broken(page, only)
    for violation in found:
        if violation["id"] == "target-size":
            violation["nodes"] = _small_wherever_it_stands(page, violation["nodes"])
    return [_worded(violation) for violation in found if violation["nodes"]]


def _broken(page: Page, only: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(_RUN, {"runOnly": only, "resultTypes": ["violations"]})["violations"]
    return found


def _small_wherever_it_stands(page: Page, nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that are too small a little further up or down as well; a bar that stays in sight half covers others."""
    there = page.evaluate("() => scrollY")
    page.evaluate("() => { const before = scrollY; scrollBy(0, -130); if (scrollY === before) scrollBy(0, 130); }")
    again = _broken(page, {"type": "rule", "values": ["target-size"]})
    page.evaluate("(there) => scrollTo(0, there)", there)
    still = {str(node["target"]) for violation in again for node in violation["nodes"]}
    return [node for node in nodes if str(node["target"]) in still]


def _worded(violation: dict[str, Any]) -> str:
    places = "; ".join(node["html"][:160] for node in violation["nodes"][:3])
    return f"{violation['id']}, {violation['help']}: {places}"
