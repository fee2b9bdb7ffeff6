"""Whatever lies on a share: it is told apart, nothing leads out, and the rest is taken all the same."""

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kundenakte.doors.share.listing import list_some
from kundenakte.doors.share.walking import as_cursor, from_cursor, walk
from kundenakte.records.models import Arrival, Document
from kundenakte.steps.intake import share_reports, shares
from kundenakte.steps.intake.models import ShareLine, ShareRun
from tests.builders import NOW, SETUP, a_customer
from tests.conftest import ROOT
from tests.doors.share.shelves import MUSTER, a_share, imported, line, outcomes, put, tried, worked_off

Outcome = ShareLine.Outcome


def test_links_pipes_and_helpers_are_told_and_never_followed(root: Path, tmp_path: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    secret = tmp_path / "geheim"
    secret.mkdir()
    (secret / "lohn.pdf").write_text("geheim")
    put(root, f"{MUSTER}/Angebot.pdf")
    folder = root / MUSTER
    (folder / "verknüpft.pdf").symlink_to(secret / "lohn.pdf")
    (folder / "ordner").symlink_to(secret)
    (folder / "kreis").symlink_to(root)
    os.mkfifo(folder / "rohr.pdf")
    put(root, f"{MUSTER}/Thumbs.db")
    put(root, f"{MUSTER}/~$Angebot.docx")
    put(root, "$RECYCLE.BIN/x.pdf")
    (folder / "leer.pdf").touch()
    run = imported(a_share(root))
    assert outcomes(run) == {
        f"{MUSTER}/Angebot.pdf": Outcome.FILED,
        **{f"{MUSTER}/{name}": Outcome.LINK for name in ("kreis", "ordner", "rohr.pdf", "verknüpft.pdf")},
        f"{MUSTER}/Thumbs.db": Outcome.IGNORED,
        f"{MUSTER}/~$Angebot.docx": Outcome.IGNORED,
        "$RECYCLE.BIN/x.pdf": Outcome.IGNORED,
        f"{MUSTER}/leer.pdf": Outcome.EMPTY,
    }
    assert Arrival.objects.count() == 1


def test_a_link_that_takes_the_place_of_a_file_after_it_was_listed_is_not_followed(root: Path, tmp_path: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    (tmp_path / "lohn.pdf").write_text("geheim")
    path = put(root, f"{MUSTER}/Angebot.pdf")
    other = put(root, f"{MUSTER}/2019/tief.pdf")
    run = _listed(root)
    path.unlink()
    path.symlink_to(tmp_path / "lohn.pdf")
    other.unlink()
    other.parent.rmdir()
    other.parent.symlink_to(tmp_path)
    assert set(outcomes(worked_off(run)).values()) <= {
        Outcome.UNREADABLE,
        Outcome.LINK,
        Outcome.VANISHED,
        Outcome.NO_MATCH,
    }
    assert not Arrival.objects.exists()


def test_long_and_foreign_names_are_read_as_they_are(root: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    long = "ä" * 125 + ".pdf"
    foreign = os.fsdecode(b"Angebot \xfcber 4711.pdf")
    for name in (long, foreign, "Zeile\numbruch.pdf", "a\u0308rger.pdf"):
        put(root, f"{MUSTER}/{name}")
    run = imported(a_share(root))
    assert sorted(outcomes(run).values()) == [Outcome.FILED] * 4
    assert line(run, "4711.pdf").file.endswith("Angebot \\xfcber 4711.pdf")
    again = imported(run.share)
    assert set(outcomes(again).values()) == {Outcome.UNCHANGED}
    assert Arrival.objects.count() == 4


def test_times_that_no_calendar_has_are_no_times(root: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    for at in (253_402_300_800, -70_000_000_000):
        put(root, f"{MUSTER}/{at}.pdf", at=at)
    run = imported(a_share(root))
    assert set(outcomes(run).values()) == {Outcome.FILED}
    assert len(list(share_reports.table(run, None))) == 3
    assert all(f"{document.dated_on:%d.%m}" == "31.12" for document in Document.objects.all())


def test_a_path_that_cannot_be_kept_whole_is_told(root: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    deep = "/".join(["Ordner mit langem Namen " * 4] * 10)
    put(root, f"{deep}/a.pdf")
    assert list(outcomes(imported(a_share(root))).values()) == [Outcome.TOO_LONG]


def test_folders_without_end_are_left(root: Path) -> None:
    put(root, "/".join(["a"] * 60) + "/x.pdf")
    run = tried(a_share(root))
    assert list(outcomes(run).values()) == [Outcome.LOOP]


def test_what_may_not_be_read_is_told_and_the_rest_taken(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_customer("Muster GmbH", "D-10042")
    put(root, f"{MUSTER}/a.pdf")
    put(root, f"{MUSTER}/b.pdf").chmod(0)
    put(root, "D-10042 Muster GmbH/Verträge/x.pdf").parent.chmod(0)
    if os.geteuid() == 0:
        # Root may read everything: here the system says what it says to others.
        real = os.open

        def refuse(path: str, *args: Any, **more: Any) -> int:
            if str(path) in {"b.pdf", "Verträge"}:
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
            return real(path, *args, **more)

        monkeypatch.setattr("kundenakte.steps.intake.tree.os.open", refuse)
    run = imported(a_share(root))
    assert outcomes(run) == {
        f"{MUSTER}/a.pdf": Outcome.FILED,
        f"{MUSTER}/b.pdf": Outcome.UNREADABLE,
        "D-10042 Muster GmbH/Verträge": Outcome.UNREADABLE,
    }


def test_files_that_vanish_or_grow_meanwhile(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_customer("Muster GmbH", "D-10042")
    gone, growing = put(root, f"{MUSTER}/a.pdf"), put(root, f"{MUSTER}/b.pdf", b"x" * 3_000_000)
    put(root, f"{MUSTER}/c.pdf")
    run = _listed(root)
    gone.unlink()
    real = os.read

    def read(handle: int, count: int) -> bytes:
        data = real(handle, count)
        if data.startswith(b"xxx"):
            with growing.open("ab") as target:
                target.write(b"mehr")
        return data

    with monkeypatch.context() as patched:
        patched.setattr("kundenakte.steps.intake.vouched.os.read", read)
        run = worked_off(run)
    assert list(outcomes(run).values()) == [Outcome.VANISHED, Outcome.CHANGING, Outcome.FILED]
    assert list(outcomes(imported(run.share)).values()) == [Outcome.FILED, Outcome.UNCHANGED]


def test_a_walk_goes_on_behind_any_path(tmp_path: Path) -> None:
    for name in ("a/1.txt", "a/b/2.txt", "a.txt", "b/c/d/3.txt", "b/c.txt", "z.txt", "a b/4.txt"):
        put(tmp_path, name)
    seen = [one.parts for one in walk(tmp_path)]
    assert len(seen) == 7
    assert seen == sorted(seen)
    for place, parts in enumerate(seen):
        assert [one.parts for one in walk(tmp_path, after=from_cursor(as_cursor(parts)))] == seen[place + 1 :]


_MEASURED = """
import resource, django
django.setup()
from kundenakte import pipeline
from kundenakte.base.jobs.worker import Worker
from kundenakte.doors.share import tasks
from kundenakte.steps.intake import shares
pipeline.register_jobs(); tasks.register_jobs()
worker = Worker(only=frozenset({shares.JOB}))
while worker.work_once(): pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_two_thousand_files_need_no_more_memory_than_two_hundred(root: Path, house_environment: dict[str, str]) -> None:
    a_customer("Muster GmbH", "D-10042")
    share = a_share(root)
    peaks = []
    for count in (200, 2000):
        for number in range(count):
            put(root, f"{MUSTER}/{number:04}.pdf", f"{number}" * 2000)
        shares.start(actor=SETUP, share=share, kind=ShareRun.Kind.TRIAL, now=NOW)
        done = subprocess.run(
            [sys.executable, "-c", _MEASURED],
            env=house_environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        peaks.append(int(done.stdout.split()[-1]))
    assert ShareRun.objects.latest("pk").done == 2000
    # In kB: some pages more, not a tenfold.
    assert peaks[1] < peaks[0] + 12_000


def _listed(root: Path) -> ShareRun:
    """An import whose paths are all known, and nothing else has happened."""
    run = shares.start(actor=SETUP, share=a_share(root), kind=ShareRun.Kind.IMPORT, now=NOW)
    list_some(run, stopping=lambda: False)
    return run
