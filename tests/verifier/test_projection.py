"""Lines of the dump are found again in the file, by id, whatever their order."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from kundenakte_verify import projection


def a_dump(folder: Path, *rows: dict[str, object]) -> Path:
    file = folder / "dump.jsonl"
    file.write_bytes(b"".join(json.dumps(row).encode() + b"\n" for row in rows))
    return file


def test_documents_and_tasks_are_found_by_their_ids(tmp_path: Path) -> None:
    documents, tasks = projection.read(a_dump(tmp_path, {"document": 2}, {"task": 2, "x": "ä" * 9000}, {"document": 7}))
    assert (list(documents), list(tasks)) == ([2, 7], [2])
    assert json.loads(documents[7]) == {"document": 7}
    assert len(json.loads(tasks[2])["x"]) == 9000
    assert 3 not in documents
    with pytest.raises(KeyError):
        tasks[7]


def test_another_order_is_put_right_and_of_two_lines_the_later_counts(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"document": 9}, {"document": 1, "n": 1}, {"document": 1, "n": 2}]
    documents, _tasks = projection.read(a_dump(tmp_path, *rows))
    assert list(documents) == [1, 9]
    assert json.loads(documents[1])["n"] == 2


def test_what_is_no_dump_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        projection.read(a_dump(tmp_path, {"no": 1}))
