"""Moving to done and error folders."""

import os
from pathlib import Path

import pytest

from kundenakte.doors.hotfolder.moving import ChangedMeanwhile, Goal, goal, move, numbered, write_beside
from kundenakte.steps.intake.tree import Found, found_at


def put(root: Path, name: str, data: bytes = b"x") -> Found:
    (root / name).write_bytes(data)
    found = found_at(root, tuple(name.split("/")))
    assert found is not None
    return found


def test_a_file_moves_into_a_folder_that_is_made(tmp_path: Path) -> None:
    assert move(tmp_path, put(tmp_path, "a.pdf"), goal(tmp_path, "fertig", "2026-11-24")) == "a.pdf"
    assert (tmp_path / "fertig/2026-11-24/a.pdf").read_bytes() == b"x"
    assert not (tmp_path / "a.pdf").exists()


def test_nothing_is_overwritten_the_second_gets_a_number(tmp_path: Path) -> None:
    to = goal(tmp_path, "fertig")
    names = [move(tmp_path, put(tmp_path, "a.pdf", str(n).encode()), to) for n in range(3)]
    assert names == ["a.pdf", "a (2).pdf", "a (3).pdf"]
    assert [(tmp_path / "fertig" / name).read_bytes() for name in names] == [b"0", b"1", b"2"]


def test_a_file_changed_since_it_was_taken_stays(tmp_path: Path) -> None:
    found = put(tmp_path, "a.pdf")
    put(tmp_path, "a.pdf", b"longer")
    with pytest.raises(ChangedMeanwhile):
        move(tmp_path, found, goal(tmp_path, "fertig"))
    assert (tmp_path / "a.pdf").read_bytes() == b"longer"


def test_a_file_that_is_gone_is_an_error(tmp_path: Path) -> None:
    found = put(tmp_path, "a.pdf")
    (tmp_path / "a.pdf").unlink()
    with pytest.raises(FileNotFoundError):
        move(tmp_path, found, goal(tmp_path, "fertig"))


def test_a_link_in_place_of_the_done_folder_is_not_followed(tmp_path: Path) -> None:
    outside, root = tmp_path / "outside", tmp_path / "root"
    outside.mkdir()
    root.mkdir()
    (root / "fertig").symlink_to(outside)
    with pytest.raises(OSError):  # noqa: PT011 – ELOOP or ENOTDIR
        move(root, put(root, "a.pdf"), goal(root, "fertig"))
    assert (root / "a.pdf").exists()
    assert not list(outside.iterdir())


def test_a_done_folder_cannot_lead_out_of_the_watched_one(tmp_path: Path) -> None:
    assert goal(tmp_path, "../../etc/fertig") == Goal(tmp_path, ("etc", "fertig"))
    assert goal(tmp_path, "/srv/fertig", "2026") == Goal(Path("/srv/fertig"), ("2026",))


def test_moving_to_another_file_system_copies_whole_and_keeps_the_time(tmp_path: Path) -> None:
    other = Path("/dev/shm")  # noqa: S108 – the one other file system every test machine has
    if not os.access(other, os.W_OK) or other.stat().st_dev == tmp_path.stat().st_dev:
        pytest.fail("a second file system is needed")
    target = other / f"kundenakte-test-{os.getpid()}"
    try:
        found = put(tmp_path, "a.pdf", b"x" * 3_000_000)
        assert move(tmp_path, found, Goal(target, ())) == "a.pdf"
        moved = target / "a.pdf"
        assert moved.stat().st_size == 3_000_000
        assert moved.stat().st_mtime_ns == found.mtime_ns
        assert not (tmp_path / "a.pdf").exists()
        assert move(tmp_path, put(tmp_path, "a.pdf"), Goal(target, ())) == "a (2).pdf"
    finally:
        for file in target.glob("*"):
            file.unlink()
        target.rmdir()


@pytest.mark.parametrize(
    "name", ["ü" * 125 + ".pdf", "a" * 255, os.fsdecode(b"\xfc" * 251 + b".pdf"), ".pdf", "a\nb.pdf"]
)
def test_numbers_keep_any_name_within_255_bytes_and_its_ending(name: str) -> None:
    names = numbered(name)
    first, second = next(names), next(names)
    assert first == name
    assert len(os.fsencode(second)) <= 255
    assert second != name
    assert second.endswith(".pdf") or not name.endswith(".pdf") or name == ".pdf"


def test_a_report_is_written_beside_and_never_over_another(tmp_path: Path) -> None:
    to = goal(tmp_path, "fehler")
    assert write_beside(to, "a.pdf", ".fehler.txt", "Grund") == "a.pdf.fehler.txt"
    assert write_beside(to, "a.pdf", ".fehler.txt", "anderer") == "a.pdf.fehler (2).txt"
    assert write_beside(to, "ü" * 125 + ".pdf", ".fehler.txt", "x").endswith(".fehler.txt")
    assert (tmp_path / "fehler/a.pdf.fehler.txt").read_text() == "Grund"
    assert not list((tmp_path / "fehler").glob(".*"))
