"""The tests that show what docs/acceptance.md demands, found by the number in their names.

`python -m tests.acceptance` writes the table's column of tests anew from the tree.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs" / "acceptance.md"
_TEST: Final = re.compile(r"^\s*(?:async )?def (test_t(\d\d)_\w+)\(", re.MULTILINE)
_ROW: Final = re.compile(r"^\| T-(\d\d) \|([^|]*)\|([^|]*)\|([^|]*)\|$", re.MULTILINE)


def in_the_tree() -> dict[str, list[str]]:
    """Number → `file::name` of each test that bears it."""
    found: dict[str, list[str]] = defaultdict(list)
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for match in _TEST.finditer(file.read_text(encoding="utf-8")):
            found[match[2]].append(f"{file.relative_to(ROOT).as_posix()}::{match[1]}")
    return dict(found)


def on_the_page() -> dict[str, list[str]]:
    """Number → what the table says of it in the column of tests."""
    page = PAGE.read_text(encoding="utf-8")
    return {row[1]: re.findall(r"`([^`]+::[^`]+)`", row[3]) for row in _ROW.finditer(page)}


def remarks() -> dict[str, str]:
    """Number → what the table says of what is left."""
    return {row[1]: row[4].strip() for row in _ROW.finditer(PAGE.read_text(encoding="utf-8"))}


def write() -> None:
    """Bring the column of tests to the state of the tree."""
    tree = in_the_tree()

    def row(match: re.Match[str]) -> str:
        tests = "<br>".join(f"`{test}`" for test in tree.get(match[1], [])) or "–"
        return f"| T-{match[1]} |{match[2]}| {tests} |{match[4]}|"

    PAGE.write_text(_ROW.sub(row, PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    write()
