"""A watched share: every path is told for what it is, nothing on it is changed, and what is gone is told from what
cannot be reached."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from kundenakte.base.journal.models import JournalEntry
from kundenakte.doors.share import looking
from kundenakte.records.models import Arrival, Document
from kundenakte.records.refusals import BadValue
from kundenakte.steps.intake import watch_reports, watching
from kundenakte.steps.intake.models import ShareEntry, ShareLook
from tests.builders import NOW, SETUP, a_customer, a_customer_file, a_document
from tests.doors.share.shelves import (
    LONG_AGO,
    MUSTER,
    a_share,
    clock_says,
    imported,
    looked,
    put,
    stand,
    watched,
    works_off,
)

Kind = ShareEntry.Kind


def test_each_path_is_told_for_what_it_is(root: Path) -> None:
    file = a_customer_file("Muster GmbH", "D-10042")
    a_document(customer_file=file, content=["schon da"], title="Liegt da")
    for name in ("bleibt", "ändert sich", "geht", "zieht um"):
        put(root, f"{MUSTER}/{name}.pdf")
    share = a_share(root)
    imported(share)
    put(root, f"{MUSTER}/ändert sich.pdf", "ganz anders", at=LONG_AGO + 60)
    (root / f"{MUSTER}/geht.pdf").unlink()
    (root / f"{MUSTER}/zieht um.pdf").rename(root / MUSTER / "ist umgezogen.pdf")
    put(root, f"{MUSTER}/schon da.pdf", "schon da")
    put(root, f"{MUSTER}/neu.pdf")
    put(root, "D-99 Niemand/Angebote/2019/neu.pdf")
    put(root, f"{MUSTER}/leer.pdf").write_bytes(b"")
    put(root, f"{MUSTER}/Thumbs.db")
    watched(share)
    assert stand(share) == {
        f"{MUSTER}/bleibt.pdf": Kind.FILED,
        f"{MUSTER}/ändert sich.pdf": Kind.CHANGED,
        f"{MUSTER}/geht.pdf": Kind.GONE,
        f"{MUSTER}/zieht um.pdf": Kind.MOVED,
        f"{MUSTER}/ist umgezogen.pdf": Kind.FILED,
        f"{MUSTER}/schon da.pdf": Kind.FILED,
        f"{MUSTER}/neu.pdf": Kind.NEW,
        "D-99 Niemand/Angebote/2019/neu.pdf": Kind.NEW,
        f"{MUSTER}/leer.pdf": Kind.EMPTY,
        f"{MUSTER}/Thumbs.db": Kind.IGNORED,
    }
    look = share.looks.get()
    assert look.counts == {
        "filed": 3, "changed": 1, "gone": 1, "moved": 1, "new": 2, "empty": 1, "ignored": 1, "clear": 2,
    }  # fmt: skip
    entries = {Path(one.file).name: one for one in share.entries.all()}
    assert entries["schon da.pdf"].document == Document.objects.get(title="Liegt da")
    assert entries["ist umgezogen.pdf"].document == Document.objects.get(title="zieht um")
    assert entries["geht.pdf"].document == Document.objects.get(title="geht")
    assert "ist umgezogen.pdf" in entries["zieht um.pdf"].sentence
    assert [one.is_clear for one in share.entries.filter(kind=Kind.NEW).order_by("file")] == [True, False]
    assert "D-99" in share.entries.get(file__startswith="D-99").sentence
    # Nothing came in by itself.
    assert Arrival.objects.filter(source=share.source).count() == 4
    entry = JournalEntry.objects.get(kind="share.looked")
    assert json.loads(bytes(entry.body))["facts"]["counts"] == look.counts


def test_the_same_bytes_at_several_paths_are_doubled(root: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    for name in ("a", "b", "c"):
        put(root, f"{MUSTER}/{name}.pdf", "gleich")
    put(root, f"{MUSTER}/d.pdf", "einmalig")
    share = watched(a_share(root))
    assert (share.looks.get().counts["twins"], share.looks.get().counts["groups"]) == (3, 1)
    assert [one.file for one in watch_reports.of_kind(share, None, watch_reports.TWINS)] == [
        f"{MUSTER}/{name}.pdf" for name in ("a", "b", "c")
    ]
    (root / MUSTER / "b.pdf").unlink()
    (root / MUSTER / "c.pdf").unlink()
    assert "twins" not in looked(share).counts
    assert stand(share) == {f"{MUSTER}/a.pdf": Kind.NEW, f"{MUSTER}/d.pdf": Kind.NEW}


def test_a_file_that_comes_back_counts_among_its_doubles_at_once(root: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    for name in ("a", "b"):
        put(root, f"{MUSTER}/{name}.pdf", "gleich")
    share = a_share(root)
    imported(share)
    (root / MUSTER / "a.pdf").unlink()
    watched(share)
    assert stand(share) == {f"{MUSTER}/a.pdf": Kind.MOVED, f"{MUSTER}/b.pdf": Kind.FILED}
    put(root, f"{MUSTER}/a.pdf", "gleich", at=LONG_AGO + 1)
    assert looked(share).counts == {"filed": 2, "twins": 2, "groups": 1}


def test_only_what_is_new_or_changed_is_read(root: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    for name in ("a", "b", "c"):
        put(root, f"{MUSTER}/{name}.pdf")
    share = watched(a_share(root))
    assert share.looks.get().read == 3
    assert looked(share).read == 0
    put(root, f"{MUSTER}/b.pdf", "neu", at=LONG_AGO + 1)
    assert looked(share).read == 1
    # Another file in its place, of the same size and time.
    (root / MUSTER / "d.pdf").write_bytes((root / MUSTER / "c.pdf").read_bytes().swapcase())
    os.utime(root / MUSTER / "d.pdf", (LONG_AGO, LONG_AGO))
    (root / MUSTER / "d.pdf").rename(root / MUSTER / "c.pdf")
    assert looked(share).read == 1
    assert looked(share, thorough=True).read == 3


def test_what_was_written_a_moment_ago_is_read_once_more(root: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    now = int(timezone.now().timestamp())
    put(root, f"{MUSTER}/a.pdf", "eins", at=now)
    share = watched(a_share(root))
    before = share.entries.get().digest
    (root / MUSTER / "a.pdf").write_bytes(b"zwei")
    os.utime(root / MUSTER / "a.pdf", (now, now))
    looked(share)
    assert share.entries.get().digest != before


def test_what_waits_in_the_inbox_or_was_sorted_out_is_not_new(root: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    for name in ("wartet", "aussortiert"):
        put(root, f"Irgendwo/{name}.pdf")
    share = a_share(root, takes_unclear=True)
    imported(share)
    Arrival.objects.filter(file_name="aussortiert.pdf").update(state=Arrival.State.DISCARDED)
    (root / "Irgendwo/wartet.pdf").rename(root / "Irgendwo/umgezogen.pdf")
    watched(share, takes_new=True)
    assert stand(share) == {
        "Irgendwo/umgezogen.pdf": Kind.TAKEN,
        "Irgendwo/wartet.pdf": Kind.MOVED,
        "Irgendwo/aussortiert.pdf": Kind.SET_ASIDE,
    }
    assert Arrival.objects.count() == 2


def test_a_share_that_is_away_or_emptied_is_told_and_nothing_counts_as_gone(root: Path, tmp_path: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    put(root, f"{MUSTER}/a.pdf")
    share = a_share(root)
    imported(share)
    watched(share)
    before = stand(share)
    # Another folder in its place, then none at all, then its own with nothing in it.
    root.rename(tmp_path / "weg")
    root.mkdir()
    put(root, "nicht eingehängt.txt")
    look = looked(share)
    assert "anderer Ordner" in look.problem
    (root / "nicht eingehängt.txt").unlink()
    root.rmdir()
    clock_says(NOW)
    look.refresh_from_db()
    assert "nicht erreichbar" in look.problem
    (tmp_path / "weg").rename(root)
    (root / MUSTER).rename(tmp_path / "inhalt")
    for folder in ("D-10042 Muster GmbH/Angebote", "D-10042 Muster GmbH"):
        (root / folder).rmdir()
    clock_says(NOW)
    look.refresh_from_db()
    assert "liegt nichts mehr" in look.problem
    assert stand(share) == before
    assert look.ended_at is None
    (root / "D-10042 Muster GmbH/Angebote").mkdir(parents=True)
    (tmp_path / "inhalt").rename(root / MUSTER)
    clock_says(NOW)
    look.refresh_from_db()
    assert (look.problem, look.counts, stand(share)) == ("", {"filed": 1}, before)


def test_below_a_folder_that_cannot_be_read_nothing_counts_as_gone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_customer("Muster GmbH", "D-10042")
    put(root, f"{MUSTER}/a.pdf")
    put(root, "D-10042 Muster GmbH/Angebote/2020/b.pdf")
    share = a_share(root)
    imported(share)
    real = os.open

    def refuse(path: str, *args: int, **more: int) -> int:
        if str(path) == "2019":
            raise PermissionError(13, "Permission denied", path)
        return real(path, *args, **more)

    with monkeypatch.context() as patched:
        patched.setattr("kundenakte.steps.intake.tree.os.open", refuse)
        watched(share)
    assert stand(share) == {
        MUSTER: Kind.UNREADABLE,
        f"{MUSTER}/a.pdf": Kind.UNREADABLE,
        "D-10042 Muster GmbH/Angebote/2020/b.pdf": Kind.FILED,
    }
    looked(share)
    assert set(stand(share).values()) == {Kind.FILED}


def test_nothing_on_the_share_is_written(root: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    put(root, f"{MUSTER}/a.pdf")
    put(root, f"{MUSTER}/b.pdf")
    folders = [root, *(path for path in root.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    before = {path: (path.stat().st_mtime_ns, path.stat().st_ctime_ns) for path in (root, *root.rglob("*"))}
    share = watched(a_share(root), takes_new=True)
    looked(share, thorough=True)
    assert {path: (path.stat().st_mtime_ns, path.stat().st_ctime_ns) for path in (root, *root.rglob("*"))} == before
    assert set(stand(share).values()) == {Kind.FILED}


def test_a_file_that_goes_between_listing_and_reading_is_not_there(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_customer("Muster GmbH", "D-10042")
    put(root, f"{MUSTER}/a.pdf")
    gone = put(root, f"{MUSTER}/b.pdf")
    share = a_share(root)
    imported(share)
    put(root, f"{MUSTER}/b.pdf", "anders", at=LONG_AGO + 1)
    real = looking.look_some

    def late(look: ShareLook, **more: object) -> bool:
        monkeypatch.setattr("kundenakte.doors.share.looking.digest_of", _unlinking(gone))
        return real(look, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("kundenakte.doors.share.watch_tasks.look_some", late)
    watched(share)
    assert stand(share) == {f"{MUSTER}/a.pdf": Kind.FILED, f"{MUSTER}/b.pdf": Kind.GONE}


def _unlinking(path: Path) -> object:
    from kundenakte.doors.share.opening import digest_of

    def read(look: ShareLook, parts: tuple[str, ...]) -> object:
        if parts[-1] == path.name:
            path.unlink(missing_ok=True)
        return digest_of(look, parts)

    return read


def test_links_are_told_and_never_followed(root: Path, tmp_path: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    (tmp_path / "geheim").mkdir()
    (tmp_path / "geheim/lohn.pdf").write_text("geheim")
    put(root, f"{MUSTER}/a.pdf")
    (root / MUSTER / "ordner").symlink_to(tmp_path / "geheim")
    (root / MUSTER / "datei.pdf").symlink_to(tmp_path / "geheim/lohn.pdf")
    os.mkfifo(root / MUSTER / "rohr.pdf")
    share = watched(a_share(root), takes_new=True)
    assert stand(share) == {
        f"{MUSTER}/a.pdf": Kind.FILED,
        **{f"{MUSTER}/{name}": Kind.LINK for name in ("datei.pdf", "ordner", "rohr.pdf")},
    }


def test_hostile_names_are_kept_and_found_again(root: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    names = [
        "ä" * 120 + ".pdf",
        os.fsdecode(b"Angebot \xfcber.pdf"),
        "Zeile\numbruch.pdf",
        "a\u0308rger.pdf",
        "=1+1.pdf",
    ]
    for name in names:
        put(root, f"{MUSTER}/{name}")
    share = watched(a_share(root), takes_new=True)
    assert share.entries.filter(kind=Kind.FILED).count() == Document.objects.count() == len(names)
    assert looked(share).read == 0
    (root / MUSTER / names[1]).unlink()
    looked(share)
    assert share.entries.get(kind=Kind.GONE).file.endswith("Angebot \\xfcber.pdf")
    deep = "/".join(["Ordner mit langem Namen " * 4] * 10)
    put(root, f"{deep}/a.pdf")
    assert looked(share).counts[Kind.TOO_LONG] == 1


def test_what_is_gone_and_was_never_taken_is_forgotten(root: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    put(root, f"{MUSTER}/a.pdf")
    put(root, f"{MUSTER}/b.pdf")
    share = watched(a_share(root))
    (root / MUSTER / "a.pdf").unlink()
    looked(share)
    assert stand(share) == {f"{MUSTER}/b.pdf": Kind.NEW}


def test_looks_come_when_they_are_due_and_end_when_the_watch_is_switched_off(root: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    put(root, f"{MUSTER}/a.pdf")
    share = watched(a_share(root), every="hour")
    watch = watching.watch_of(share)
    clock_says(NOW)
    assert share.looks.count() == 2
    watch.refresh_from_db()
    assert watch.next_at == NOW.replace(hour=10)
    clock_says(NOW.replace(hour=9, minute=59))
    assert share.looks.count() == 2
    with transaction.atomic():
        watching.begin_due(NOW.replace(hour=10))
    look = share.looks.get(ended_at=None)
    with pytest.raises(watching.LookUnderWay):
        watching.look_now(actor=SETUP, share=share, is_thorough=False, now=NOW)
    watching.set_watch(actor=SETUP, share=share, is_on=False, now=NOW)
    works_off()
    look.refresh_from_db()
    assert (look.stopped, look.counts) == (True, {})
    assert look.ended_at
    clock_says(NOW.replace(hour=23))
    assert not share.looks.filter(ended_at=None).exists()
    with pytest.raises(watching.NotWatched):
        watching.look_now(actor=SETUP, share=share, is_thorough=False, now=NOW)
    kinds = list(JournalEntry.objects.filter(kind__startswith="share.").order_by("pk").values_list("kind", flat=True))
    # The numbers did not change, so the second look is no entry.
    assert kinds == ["share.added", "share.watched", "share.look_started", "share.looked", "share.unwatched"]


def test_a_night_begins_at_one_in_the_offices_time() -> None:
    evening = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)
    assert watching.next_due(evening, "night") == datetime(2026, 11, 25, 0, 0, tzinfo=UTC)
    assert watching.next_due(datetime(2026, 7, 1, 23, 0, tzinfo=UTC), "night") == datetime(
        2026, 7, 2, 23, 0, tzinfo=UTC
    )
    assert watching.next_due(NOW, "quarter") == NOW.replace(hour=15)


def test_a_folder_that_was_moved_on_purpose_counts_after_the_watch_is_set_again(root: Path, tmp_path: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    put(root, f"{MUSTER}/a.pdf")
    share = watched(a_share(root))
    root.rename(tmp_path / "alt")
    put(root, f"{MUSTER}/b.pdf")
    assert looked(share).problem
    watching.set_watch(actor=SETUP, share=share, is_on=True, now=NOW)
    works_off()
    looked(share)
    assert stand(share) == {f"{MUSTER}/b.pdf": Kind.NEW}


def test_a_list_of_many_is_turned_page_by_page(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_reports, "PAGE", 3)
    for number in range(8):
        put(root, f"Irgendwo/{number}.pdf", "gleich" if number % 2 else "auch gleich")
    share = watched(a_share(root))
    for kind in (Kind.NEW, watch_reports.TWINS):
        found, after = [], ""
        while True:
            page = watch_reports.listed(share, None, kind, after)
            found += [one.file for one in page.entries]
            after = page.following
            if not after:
                break
        assert sorted(found) == [f"Irgendwo/{number}.pdf" for number in range(8)]
    assert watch_reports.listed(share, None, Kind.NEW, "unsinn-x").entries[0].file == "Irgendwo/0.pdf"


def test_a_share_that_is_not_watched_is_not_looked_at(root: Path) -> None:
    share = a_share(root)
    clock_says(NOW)
    assert not ShareLook.objects.exists()
    assert not watching.set_watch(actor=SETUP, share=share, is_on=False, now=NOW).pk
    with pytest.raises(BadValue):
        watching.set_watch(actor=SETUP, share=share, is_on=True, every="minute", now=NOW)
