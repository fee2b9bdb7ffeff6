"""`kundenakte file`."""

import io
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections

from kundenakte.records.models import Arrival, Document
from tests.builders import a_customer, a_house, a_user
from tests.waiting import PATIENCE


@pytest.fixture
def place(db: None, tmp_path: Path) -> Path:
    a_house()
    (tmp_path / "papiere").mkdir()
    return tmp_path / "papiere"


def file(*arguments: str | Path) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("file", *(str(argument) for argument in arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_a_file_with_customer_class_and_number_is_in_its_file_at_once(place: Path) -> None:
    a_customer("Müller GmbH", "10023")
    (place / "a.pdf").write_bytes(b"x")
    out, _ = file(
        place / "a.pdf", "--customer", "10023", "--class", "INV_OUT", "--number", "4711", "--field", "project=Süd"
    )
    assert "eingeaktet" in out
    assert "Müller GmbH" in out
    assert Document.objects.get().project == "Süd"
    out, _ = file(place / "a.pdf", "--customer", "10023", "--class", "INV_OUT", "--number", "4711")
    assert "bereits vorhanden" in out
    assert Document.objects.count() == 1


def test_a_folder_is_walked_without_links_and_hidden_files(place: Path) -> None:
    (place / "unter").mkdir()
    for name in ("a.pdf", "unter/b.pdf", ".versteckt", "~$offen.docx"):
        (place / name).write_bytes(name.encode())
    (place / "link.pdf").symlink_to(place / "a.pdf")
    (place / "loop").symlink_to(place)
    out, _ = file(place)
    assert {arrival.file_name for arrival in Arrival.objects.all()} == {"a.pdf", "b.pdf"}
    assert out.count("übernommen") == 2
    assert Arrival.objects.get(file_name="b.pdf").origin == str(place / "unter/b.pdf")


def test_a_missing_file_is_named_the_others_come_in_and_the_command_fails(place: Path) -> None:
    (place / "a.pdf").write_bytes(b"x")
    err = io.StringIO()
    with pytest.raises(CommandError, match="1 Dateien übernommen, 1 nicht"):
        call_command("file", str(place / "fehlt.pdf"), str(place / "a.pdf"), stdout=io.StringIO(), stderr=err)
    assert "fehlt.pdf: Die Datei gibt es nicht." in err.getvalue()
    assert Arrival.objects.count() == 1


def test_an_empty_folder_is_a_failure(place: Path) -> None:
    with pytest.raises(CommandError, match="keine Datei"):
        file(place)


def test_any_name_is_shown_in_one_line(place: Path) -> None:
    with open(os.path.join(os.fsencode(place), b"a\n\x1b[31m\xfc.pdf"), "wb") as target:  # noqa: PTH118, PTH123 – bytes
        target.write(b"x")
    out, _ = file(place)
    assert out.count("\n") == 1
    assert "\x1b" not in out


def test_who_may_not_file_is_refused(place: Path) -> None:
    a_customer("Müller GmbH", "10023")
    a_user("paula")
    (place / "a.pdf").write_bytes(b"x")
    with pytest.raises(CommandError):
        file(place / "a.pdf", "--customer", "10023", "--class", "INV_OUT", "--number", "1", "--as", "paula")
    assert not Document.objects.exists()
    with pytest.raises(CommandError, match="gibt es nicht"):
        file(place / "a.pdf", "--as", "niemand")


def test_following_waits_for_the_outcome(transactional_db: None, tmp_path: Path) -> None:
    a_house()
    (tmp_path / "a.pdf").write_bytes(b"x")

    def inbox() -> None:
        try:
            while not Arrival.objects.exists():
                time.sleep(0.05)
            Arrival.objects.update(state=Arrival.State.WAITING, sentence="Kein Kunde gefunden.")
        finally:
            connections.close_all()

    thread = threading.Thread(target=inbox)
    thread.start()
    out, _ = file(tmp_path / "a.pdf", "--follow", str(PATIENCE))
    thread.join()
    assert "im Posteingang" in out
    assert "Kein Kunde gefunden." in out


def test_the_real_command_ends_with_an_exit_code(house_environment: dict[str, str], tmp_path: Path) -> None:
    a_house()
    (tmp_path / "a.pdf").write_bytes(b"x")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "kundenakte", *arguments], env=house_environment, capture_output=True, text=True,
            check=False, timeout=PATIENCE,
        )  # fmt: skip

    assert run("file", str(tmp_path / "a.pdf")).returncode == 0
    missing = run("file", str(tmp_path / "fehlt.pdf"))
    assert missing.returncode == 1
    assert "Traceback" not in missing.stderr
    assert run("import-customers", str(tmp_path / "fehlt.csv")).returncode == 1
    assert Arrival.objects.count() == 1
