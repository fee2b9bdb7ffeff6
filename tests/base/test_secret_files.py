"""Secrets in files: what is laid beside holds only at the end, and nothing of it is left over."""

from __future__ import annotations

import os
import stat
import time

import pytest

from kundenakte.base import secret_files


def test_what_is_laid_beside_holds_at_the_end_and_never_when_something_failed() -> None:
    secret_files.keep("trial", "one", {"key": "alt", "other": "bleibt"})
    with secret_files.laid_beside("trial", "one", {"key": "neu"}):
        assert secret_files.of("trial", "one")["key"] == "alt"
        (beside,) = secret_files.folder("trial").glob(".*")
        assert stat.S_IMODE(beside.stat().st_mode) == 0o600
    assert secret_files.of("trial", "one") == {"key": "neu", "other": "bleibt"}
    with pytest.raises(RuntimeError), secret_files.laid_beside("trial", "one", {"key": "dritter"}):
        raise RuntimeError
    assert secret_files.of("trial", "one")["key"] == "neu"
    assert [file.name for file in secret_files.folder("trial").iterdir()] == ["one.json"]


def test_what_a_power_cut_has_left_goes_with_the_next_one() -> None:
    old, new = (secret_files.folder("trial") / f".one.json.{name}" for name in ("alt", "neu"))
    for file in (old, new):
        file.write_text("{}", encoding="utf-8")
    os.utime(old, (time.time() - 7200,) * 2)
    secret_files.keep("trial", "one", {"key": "wert"})
    assert (old.exists(), new.exists()) == (False, True)
