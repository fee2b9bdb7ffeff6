"""What is new on a watched share comes in by itself if the administrator wants so: each once, and what is clear."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from kundenakte.base.jobs.models import Job
from kundenakte.base.jobs.worker import Worker
from kundenakte.base.journal.models import JournalEntry
from kundenakte.doors.share import bringing, watch_tasks
from kundenakte.records.disposition import emptying
from kundenakte.records.models import Arrival, Document
from kundenakte.steps.intake import shares, watching
from kundenakte.steps.intake.models import ShareEntry, ShareLine, ShareRun
from tests.builders import NOW, SETUP, a_customer
from tests.doors.share.shelves import (
    LONG_AGO,
    MUSTER,
    a_share,
    imported,
    looked,
    outcomes,
    put,
    stand,
    watched,
    worked_off,
    works_off,
)

Kind = ShareEntry.Kind


def test_what_is_new_or_changed_comes_by_the_way_of_a_take_over(root: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    put(root, f"{MUSTER}/a.pdf")
    share = a_share(root)
    imported(share)
    watched(share, takes_new=True)
    assert share.runs.count() == 1
    put(root, f"{MUSTER}/a.pdf", "neue Fassung", at=LONG_AGO + 1)
    put(root, f"{MUSTER}/b.pdf")
    put(root, "D-99 Niemand/Angebote/2019/c.pdf")
    look = looked(share)
    assert look.run is not None
    assert (look.run.kind, look.run.started_by) == (ShareRun.Kind.IMPORT, None)
    # The others were neither listed nor opened once more.
    assert outcomes(look.run) == {f"{MUSTER}/a.pdf": "filed", f"{MUSTER}/b.pdf": "filed"}
    assert Document.objects.get(title="a").versions.count() == 2
    # A look of its own followed and told it as it is now, and after that nothing else comes.
    assert share.looks.count() == 3
    assert stand(share) == {
        f"{MUSTER}/a.pdf": Kind.FILED, f"{MUSTER}/b.pdf": Kind.FILED, "D-99 Niemand/Angebote/2019/c.pdf": Kind.NEW,
    }  # fmt: skip
    assert looked(share).run is None
    assert Arrival.objects.count() == 3
    assert not Job.objects.filter(name__in=[shares.JOB, watching.LOOK]).exclude(state=Job.State.DONE).exists()
    assert JournalEntry.objects.filter(kind="share.import_started").count() == 2


def test_the_same_bytes_come_once_and_whose_file_has_them_not_is_told(root: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    a_customer("Anders AG", "D-10043")
    for name in ("a", "b"):
        put(root, f"{MUSTER}/{name}.pdf", "gleich")
    share = watched(a_share(root), takes_new=True)
    assert Arrival.objects.count() == 1
    put(root, "D-10043 Anders AG/Angebote/2019/c.pdf", "gleich")
    assert looked(share).run is None
    assert set(stand(share).values()) == {Kind.FILED}
    assert "Anders AG" in share.entries.get(file__endswith="c.pdf").sentence
    assert Arrival.objects.count() == 1


def test_a_path_whose_document_has_other_bytes_is_changed_though_they_lie_in_another_file(root: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    put(root, f"{MUSTER}/a.pdf", "eins")
    put(root, f"{MUSTER}/b.pdf", "zwei")
    share = a_share(root)
    imported(share)
    watched(share)
    put(root, f"{MUSTER}/b.pdf", "eins", at=LONG_AGO + 1)
    looked(share)
    assert stand(share) == {f"{MUSTER}/a.pdf": Kind.FILED, f"{MUSTER}/b.pdf": Kind.CHANGED}


def test_while_another_run_is_under_way_it_waits_for_the_next_look(root: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    share = watched(a_share(root), takes_new=True)
    put(root, f"{MUSTER}/a.pdf")
    rival = shares.start(actor=SETUP, share=share, kind=ShareRun.Kind.IMPORT, now=NOW)
    Job.objects.filter(name=shares.JOB).update(run_after=NOW.replace(year=2099))
    look = looked(share)
    assert (look.run, look.remark) == (None, watching.BUSY)
    Job.objects.filter(name=shares.JOB).update(run_after=NOW)
    worked_off(rival)
    works_off()
    looked(share)
    assert stand(share) == {f"{MUSTER}/a.pdf": Kind.FILED}
    assert Arrival.objects.count() == 1


def test_what_a_rival_has_taken_meanwhile_is_not_taken_once_more(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_customer("Muster GmbH", "D-10042")
    share = watched(a_share(root), takes_new=True)
    put(root, f"{MUSTER}/a.pdf")
    real = bringing.bring_some

    def late(*args: object, **more: object) -> bool:
        # Between sorting and handing over, somebody else has a whole take-over done.
        monkeypatch.setattr("kundenakte.doors.share.watch_tasks.bring_some", real)
        worked_off(shares.start(actor=SETUP, share=share, kind=ShareRun.Kind.IMPORT, now=NOW))
        return real(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("kundenakte.doors.share.watch_tasks.bring_some", late)
    look = looked(share)
    assert look.run is not None
    assert list(look.run.lines.values_list("outcome", flat=True)) == [ShareLine.Outcome.UNCHANGED]
    assert Arrival.objects.count() == Document.objects.count() == 1


def test_one_that_is_stopped_while_it_is_prepared_takes_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_customer("Muster GmbH", "D-10042")
    for number in range(5):
        put(root, f"{MUSTER}/Angebot Nr {number}.pdf")
    monkeypatch.setattr(bringing, "BATCH", 2)
    monkeypatch.setattr("kundenakte.doors.share.watch_tasks.STRETCH", 0.0)
    share = watched(a_share(root))
    watching.set_watch(actor=SETUP, share=share, is_on=True, takes_new=True, now=NOW)
    real = bringing._add

    def stopping(run: ShareRun, *args: object) -> None:
        real(run, *args)  # type: ignore[arg-type]
        shares.stop(actor=SETUP, run=run, now=NOW)

    monkeypatch.setattr(bringing, "_add", stopping)
    look = looked(share)
    assert look.ended_at
    assert look.run is not None
    assert (look.run.stopped, look.run.total) == (True, 2)
    assert not Arrival.objects.exists()


def test_what_was_destroyed_is_told_and_not_brought_again(root: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    for name in ("geheim", "offen"):
        put(root, f"{MUSTER}/{name}.pdf")
    share = watched(a_share(root), takes_new=True)
    document = Document.objects.get(title="geheim")
    with transaction.atomic():
        emptying.empty(SETUP, document, emptying.gone_of(document), {}, now=timezone.now())
    assert not ShareEntry.objects.filter(file__contains="geheim").exists()
    put(root, f"{MUSTER}/kopie.pdf", f"Inhalt von {MUSTER}/geheim.pdf")
    looked(share)
    assert stand(share) == {
        f"{MUSTER}/geheim.pdf": Kind.DISPOSED, f"{MUSTER}/kopie.pdf": Kind.DISPOSED, f"{MUSTER}/offen.pdf": Kind.FILED,
    }  # fmt: skip
    assert Arrival.objects.count() == 2
    # Taken from the share as well, nothing tells of it any more.
    (root / MUSTER / "geheim.pdf").unlink()
    (root / MUSTER / "kopie.pdf").unlink()
    looked(share)
    assert stand(share) == {f"{MUSTER}/offen.pdf": Kind.FILED}


@pytest.mark.parametrize("is_own", [True, False], ids=["of this look", "of somebody"])
def test_a_take_over_that_ends_before_the_look_is_followed_by_another_look(root: Path, *, is_own: bool) -> None:
    """Workers take turns, and one may die in between: the take-over may be through before the look is."""
    a_customer("Muster GmbH", "D-10042")
    share = watched(a_share(root), takes_new=is_own)
    put(root, f"{MUSTER}/a.pdf")
    look = watching.look_now(actor=SETUP, share=share, is_thorough=False, now=timezone.now())
    apply = watch_tasks.go_on(look.pk)
    if not is_own:
        shares.start(actor=SETUP, share=share, kind=ShareRun.Kind.IMPORT, now=timezone.now())
    while Worker(only=frozenset({shares.JOB})).work_once():
        pass
    assert outcomes(share.runs.get()) == {f"{MUSTER}/a.pdf": "filed"}
    with transaction.atomic():
        apply()
    works_off()
    assert stand(share) == {f"{MUSTER}/a.pdf": Kind.FILED}
    assert not share.looks.filter(ended_at=None).exists()


def test_a_file_that_changes_all_the_time_keeps_nobody_busy(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_customer("Muster GmbH", "D-10042")
    share = watched(a_share(root), takes_new=True)
    put(root, f"{MUSTER}/a.pdf")
    real = watching.look_after
    count = 0

    def changing(*args: object) -> None:
        nonlocal count
        count += 1
        put(root, f"{MUSTER}/a.pdf", f"Fassung {count}", at=LONG_AGO + count)
        real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr("kundenakte.steps.intake.watching.look_after", changing)
    looked(share)
    assert (count, stand(share)) == (1, {f"{MUSTER}/a.pdf": Kind.CHANGED})
