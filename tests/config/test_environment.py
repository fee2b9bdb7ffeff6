"""Reading the environment: it fails loudly, and secrets are made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from kundenakte.config import environment


def test_yes_and_no(monkeypatch: pytest.MonkeyPatch) -> None:
    for word, expected in (("1", True), ("Yes", True), ("off", False), ("0", False)):
        monkeypatch.setenv("KA_TRIAL", word)
        assert environment.flag("KA_TRIAL", default=not expected) is expected
    monkeypatch.setenv("KA_TRIAL", "perhaps")
    with pytest.raises(environment.BadSetting, match="KA_TRIAL"):
        environment.flag("KA_TRIAL", default=True)


def test_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment.number("KA_TRIAL", 3) == 3
    monkeypatch.setenv("KA_TRIAL", "12")
    assert environment.number("KA_TRIAL", 3) == 12
    assert environment.number("KA_TRIAL", 3, least=12) == 12
    with pytest.raises(environment.BadSetting, match="KA_TRIAL='12' is less than 13"):
        environment.number("KA_TRIAL", 3, least=13)
    monkeypatch.setenv("KA_TRIAL", "many")
    with pytest.raises(environment.BadSetting, match="KA_TRIAL"):
        environment.number("KA_TRIAL", 3)


def test_a_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "key"
    first = environment.secret("KA_TRIAL", file)
    assert len(first) >= 50
    assert environment.secret("KA_TRIAL", file) == first
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_database_is_a_file_unless_an_address_says_otherwise(tmp_path: Path) -> None:
    file = environment.database("", folder=tmp_path)
    assert file["NAME"] == str(tmp_path / "kundenakte.sqlite3")
    assert file["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "synchronous=FULL" in file["OPTIONS"]["init_command"]
    assert environment.database("sqlite:///some/where.sqlite3", folder=tmp_path)["NAME"] == "/some/where.sqlite3"
    server = environment.database("postgresql://ka:p%40ss@db.example:5433/akte?sslmode=require", folder=tmp_path)
    assert (server["HOST"], server["PORT"], server["NAME"]) == ("db.example", "5433", "akte")
    assert (server["USER"], server["PASSWORD"], server["OPTIONS"]["sslmode"]) == ("ka", "p@ss", "require")
    socket = environment.database("postgresql:///akte?host=/run/postgresql", folder=tmp_path)
    assert (socket["HOST"], socket["OPTIONS"]["prepare_threshold"]) == ("/run/postgresql", 3)
    pooled = environment.database("postgresql://db.example/akte?prepare_threshold=", folder=tmp_path)
    assert pooled["OPTIONS"]["prepare_threshold"] is None
    with pytest.raises(environment.BadSetting, match="mysql"):
        environment.database("mysql://x/y", folder=tmp_path)


def test_a_key_and_its_secret_come_from_the_environment_or_from_a_file_only_its_owner_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("KA_ID", "KA_SECRET", "KA_FILE")
    assert environment.key_pair(*names) == ("", "")
    file = tmp_path / "keys"
    file.write_text("an-id\na-secret\n")
    monkeypatch.setenv("KA_FILE", str(file))
    file.chmod(0o640)
    with pytest.raises(environment.BadSetting, match="chmod 600"):
        environment.key_pair(*names)
    file.chmod(0o600)
    assert environment.key_pair(*names) == ("an-id", "a-secret")
    file.write_text("an-id\n")
    with pytest.raises(environment.BadSetting, match="one a line"):
        environment.key_pair(*names)
    monkeypatch.setenv("KA_ID", "other")
    monkeypatch.setenv("KA_SECRET", "one")
    assert environment.key_pair(*names) == ("other", "one")
