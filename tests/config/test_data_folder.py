"""docs/operations.md says of everything that lies in the data folder what it is, and whether a backup has it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from kundenakte.base.backup import files

ROOT = Path(__file__).resolve().parents[2]
# The two ways in which the code names an entry of the data folder.
_NAMED = re.compile(r'(?:\bDATA|settings\.DATA\)|\bdata|\bfolder) / "([\w.-]+)"')
_PLACES = ("config/settings.py", "config/environment.py")


def documented() -> dict[str, str]:
    """Entry → what the last column says."""
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    table = text.split("## The data folder, and what to copy\n", 1)[1].strip().split("\n\n", 1)[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    return {name.strip("/"): row[-1] for row in rows for name in re.findall(r"`([^`]+)`", row[0])}


def named_by_the_code() -> set[str]:
    found = set()
    source = ROOT / "src" / "kundenakte"
    for file in source.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        pattern = _NAMED if str(file.relative_to(source)) in _PLACES else re.compile(r'\.DATA\) / "([\w.-]+)"')
        found |= set(pattern.findall(text))
    return found


def test_every_entry_of_the_data_folder_is_in_the_table() -> None:
    names = named_by_the_code()
    assert {"archive", "blobs", "journal-keys", "learned", "kundenakte.sqlite3", "serve.lock"} <= names, "the search"
    assert names - set(documented()) == set()


def test_settings_that_lie_in_the_data_folder_are_in_the_table() -> None:
    """Also those whose name somebody makes up otherwise."""
    data = Path(settings.DATA)
    values = [getattr(settings, name) for name in dir(settings) if name.isupper()]
    paths = [value for value in values if isinstance(value, Path) and value != data and value.is_relative_to(data)]
    assert {path.relative_to(data).parts[0] for path in paths} - set(documented()) == set()


@pytest.mark.parametrize("name", ["static", "demo", "serve.lock", "restoring"])
def test_what_the_backup_leaves_out_is_said_to_be_left_out(name: str) -> None:
    assert name in files._NOT
    assert documented()[name].startswith("no")


@pytest.mark.parametrize("name", ["archive", "journal-keys", "learned", "derived", "secret-key", "secrets", "blobs"])
def test_what_the_backup_takes_is_said_to_be_in_it(name: str) -> None:
    assert documented()[name].strip("*").startswith("yes")
