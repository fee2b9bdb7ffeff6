"""Folders that lie elsewhere come back to where the new house has them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kundenakte.base.backup import files


def test_archive_and_journal_keys_go_along_from_wherever_they_lie(db: None, settings: Any, tmp_path: Path) -> None:
    settings.ARCHIVE, settings.JOURNAL_KEYS = tmp_path / "worm", str(tmp_path / "keys")
    for file in (tmp_path / "worm" / "a" / "b", tmp_path / "keys" / "k", settings.DATA / "learned" / "m"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x")
    (settings.DATA / "index").mkdir(exist_ok=True)
    (settings.DATA / "index" / "i").write_bytes(b"x")
    settings.BACKUP_KEY_FILE = settings.DATA / "backup-key"
    settings.BACKUP_KEY_FILE.write_bytes(b"x")
    paths = [place.path for place in files.others()]
    assert paths == ["@archive/a/b", "@journal-keys/k", "learned/m"]
    assert files.located("@archive/a/b") == tmp_path / "worm" / "a" / "b"
    assert files.located("learned/m") == settings.DATA / "learned" / "m"
    settings.JOURNAL_KEYS = ""
    assert files.located("@journal-keys/k") == settings.DATA / "journal-keys" / "k"
