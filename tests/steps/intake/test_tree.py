"""Reaching files without following links or leaving the folder."""

import os
from pathlib import Path

import pytest

from kundenakte.steps.intake.tree import (
    Found,
    NotAFile,
    NotThere,
    found_at,
    opened_file,
    opened_folder,
    somebody_writes,
    walk,
)


def seen(root: Path, depth: int = 8, leave_out: frozenset[tuple[str, ...]] = frozenset()) -> dict[str, str]:
    result = {}
    for parts, files, others in walk(root, depth=depth, leave_out=leave_out):
        result.update({found.relative: "file" for found in files})
        result.update({"/".join((*parts, name)): "other" for name in others})
    return result


def test_files_in_sub_folders_are_found_to_the_bound_depth(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    for name in ("1.pdf", "a/2.pdf", "a/b/3.pdf"):
        (tmp_path / name).write_bytes(b"x")
    assert seen(tmp_path) == {"1.pdf": "file", "a/2.pdf": "file", "a/b/3.pdf": "file"}
    assert seen(tmp_path, depth=1) == {"1.pdf": "file", "a/2.pdf": "file"}
    assert seen(tmp_path, leave_out=frozenset({("a",)})) == {"1.pdf": "file"}


def test_links_and_pipes_are_seen_as_such_and_never_entered(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_bytes(b"secret")
    root = tmp_path / "root"
    root.mkdir()
    (root / "to-file").symlink_to(outside / "secret.txt")
    (root / "to-folder").symlink_to(outside)
    (root / "loop").symlink_to(root)
    os.mkfifo(root / "pipe")
    assert seen(root) == {"to-file": "other", "to-folder": "other", "loop": "other", "pipe": "other"}
    for parts in (("to-file",), ("to-folder", "secret.txt")):
        with pytest.raises((OSError, NotThere)), opened_file(root, parts):
            pass
    with pytest.raises(NotAFile), opened_file(root, ("pipe",)):
        pass


def test_a_folder_replaced_by_a_link_is_refused_on_the_way(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "sub").symlink_to(tmp_path / "real")
    with pytest.raises(OSError), opened_folder(tmp_path, ("sub",)):  # noqa: PT011 – ELOOP or ENOTDIR
        pass


@pytest.mark.parametrize("name", [b"Pr\xfcfung.pdf", b"a\nb.pdf", "ü".encode() * 127, b"-rf", b"a b'\"$(x).pdf"])
def test_any_name_is_found_and_opened(tmp_path: Path, name: bytes) -> None:
    path = os.path.join(os.fsencode(tmp_path), name)  # noqa: PTH118 – bytes
    with open(path, "wb") as target:  # noqa: PTH123 – bytes
        target.write(b"x")
    [(_, [found], [])] = walk(tmp_path, depth=1, leave_out=frozenset())
    with opened_file(tmp_path, found.parts) as handle:
        assert os.read(handle, 10) == b"x"


def test_a_file_that_is_gone_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotThere), opened_file(tmp_path, ("a.pdf",)):
        pass
    assert found_at(tmp_path, ("a.pdf",)) is None


def test_a_missing_folder_is_an_error_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        seen(tmp_path / "missing")


def test_a_file_that_somebody_writes_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    with path.open("wb") as writer:
        writer.write(b"x")
        writer.flush()
        with opened_file(tmp_path, ("a.pdf",)) as handle:
            assert somebody_writes(handle)
    with opened_file(tmp_path, ("a.pdf",)) as handle:
        assert not somebody_writes(handle)


def test_the_stamp_changes_with_size_time_and_file() -> None:
    found = Found(("a",), 1, 2, 3)
    others = (Found(("a",), 2, 2, 3), Found(("a",), 1, 3, 3), Found(("a",), 1, 2, 4))
    assert found.stamp not in {other.stamp for other in others}
