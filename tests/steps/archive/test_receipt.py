"""The steps printed on a receipt, carried out exactly with the real programs: on a good document and on forged ones."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.utils import timezone

from kundenakte.base.journal import heads, outside, sequencer
from kundenakte.records.models import Version
from kundenakte.steps.archive import originals, receipt, receipt_pdf, receipt_steps
from tests.base.journal.authority import Authority
from tests.base.journal.writing import write
from tests.builders import NOW, a_document
from tests.steps.archive.papers import flip_a_byte, folder_of, sealed, valid

pytestmark = pytest.mark.django_db


def in_the_tree(version: Version) -> Version:
    """Sealed, with some entries around it, under a signed head."""
    write(5)
    heads.make(timezone.now())
    sealed(version)
    write(7)
    assert heads.make(timezone.now())
    return version


@pytest.fixture
def version() -> Version:
    return in_the_tree(valid(a_document(title="Angebot Drehbank", content=["what was offered"])))


@pytest.fixture
def stamped(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """A time-stamp authority of our own; its root certificate."""
    authority = Authority(tmp_path / "authority")
    settings.TIMESTAMP_ROOTS = str(authority.roots)
    with authority.serving() as address:
        settings.TIMESTAMP_AUTHORITIES = {"pruefstelle": address}
        yield authority.roots


def laid_out(version: Version, folder: Path) -> receipt.Receipt:
    """The folder the first step asks for."""
    made = receipt.receipt_of(version, now=NOW)
    folder.mkdir()
    (folder / "beleg.json").write_bytes(made.as_json())
    with originals.open_checked(version, now=NOW) as source:
        (folder / made.package.original).write_bytes(source.read())
    return made


def failing(folder: Path) -> list[str]:
    """The steps as they stand in the JSON, carried out; titles of those that print something else than they must."""
    steps = json.loads((folder / "beleg.json").read_bytes())["steps"]
    found = []
    for step in steps:
        done = subprocess.run(["bash", "-c", step["command"]], cwd=folder, capture_output=True, text=True, check=False)
        if done.stdout != step["expected"]:
            found.append(step["title"])
    return found


def change(folder: Path, name: str, old: bytes, new: bytes) -> None:
    """One of the parts that the first step unpacked is forged; the first step is not carried out again."""
    content = (folder / name).read_bytes()
    assert old in content
    (folder / name).write_bytes(content.replace(old, new, 1))
    said = json.loads((folder / "beleg.json").read_bytes())
    said["steps"] = said["steps"][1:]
    (folder / "beleg.json").write_text(json.dumps(said))


def test_every_step_prints_what_it_must_on_a_good_document(version: Version, tmp_path: Path) -> None:
    made = laid_out(version, tmp_path / "check")
    assert len(made.steps) == 5
    assert failing(tmp_path / "check") == []


def test_with_a_time_stamp_there_is_one_more_step_and_it_holds(version: Version, stamped: Path, tmp_path: Path) -> None:
    assert outside.stamp_due(timezone.now()) == 1
    made = laid_out(version, tmp_path / "check")
    (tmp_path / "check" / "roots.pem").write_bytes(stamped.read_bytes())
    assert made.said["stamp"]["authority"] == "pruefstelle"
    assert len(made.steps) == 6
    assert failing(tmp_path / "check") == []


def test_a_forged_document_fails_at_its_digest(version: Version, tmp_path: Path) -> None:
    made = laid_out(version, tmp_path / "check")
    flip_a_byte(tmp_path / "check" / made.package.original)
    assert failing(tmp_path / "check") == ["Die Datei ist die festgeschriebene"]


def test_each_forged_part_fails_where_it_belongs(version: Version, tmp_path: Path) -> None:
    forged = {
        "inventory.json": (b"Festschreibung", b"FestschreibunG", ["Das Verzeichnis steht im Protokoll"]),
        "entry.json": (b"document.sealed", b"document.sealEd", ["Der Eintrag liegt im Baum des Protokolls"]),
        "path.txt": (b"left", b"right", ["Der Eintrag liegt im Baum des Protokolls"]),
        "head.json": (b'"number":', b'"numbeR":', ["Der Baumkopf ist unterschrieben"]),
    }
    for name, (old, new, expected) in forged.items():
        folder = tmp_path / name
        laid_out(version, folder)
        assert failing(folder) == []
        change(folder, name, old, new)
        assert failing(folder) == expected, name


def test_every_leaf_of_a_growing_tree_has_a_path_that_leads_to_the_root(tmp_path: Path) -> None:
    for more in range(4):
        version = in_the_tree(valid(a_document(number=f"AN-{more}")))
        laid_out(version, tmp_path / str(more))
        assert failing(tmp_path / str(more)) == []


def test_the_printed_page_holds_every_command_and_no_line_is_too_long(version: Version) -> None:
    made = receipt.receipt_of(version, now=NOW)
    document = pypdfium2.PdfDocument(receipt_pdf.pdf_of(made))
    text = "".join(page.get_textpage().get_text_range() for page in document).replace("\r", "")
    for step in made.steps:
        for line in step.command.splitlines():
            assert len(line) <= receipt_steps.LONGEST_LINE
            assert line.strip() in text
    assert made.said["version"]["sha256"] in text


def test_before_the_next_tree_head_and_before_the_sealing_there_is_no_receipt() -> None:
    version = valid(a_document())
    with pytest.raises(receipt.NotSealed):
        receipt.receipt_of(version, now=NOW)
    sealed(version)
    with pytest.raises(receipt.TooEarly):
        receipt.receipt_of(version, now=NOW)
    while sequencer.sequence():
        pass
    with pytest.raises(receipt.TooEarly):
        receipt.receipt_of(version, now=NOW)


def test_a_damaged_inventory_gets_no_receipt(version: Version) -> None:
    package = receipt.receipt_of(version, now=datetime.now(UTC) + timedelta(hours=1)).package
    flip_a_byte(folder_of(package) / "inventory.json")
    with pytest.raises(originals.Damaged):
        receipt.receipt_of(version, now=NOW)
