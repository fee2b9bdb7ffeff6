"""What the page „Zustand“ says about those who attest to the journal from outside, and about their absence."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from kundenakte.base.journal import checking, export, heads, outside, sequencer
from kundenakte.base.journal.models import HeadToken, OutsideTrouble
from kundenakte.doors.web.administration import state
from kundenakte.steps.archive import sealing
from tests.base.journal.authority import Authority
from tests.builders import NOW, SETUP, a_document
from tests.doors.web.pages import SignIn, words
from tests.steps.archive.papers import sealed, valid
from tests.verifier.running import verify


@pytest.fixture(autouse=True)
def _looked_at_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "_REMEMBERED_SECONDS", -1.0)


def attesting() -> state.Check:
    [found] = [one for one in state.checks() if one.code.startswith(("outside", "anchor"))]
    return found


def a_head(at: datetime) -> None:
    while sequencer.sequence():
        pass
    heads.make(at)
    while sequencer.sequence():
        pass
    heads.make(at)


def test_nobody_set_up_to_attest_is_said_calmly_with_how_to_set_it_up(settings: Any, signed_in: SignIn) -> None:
    settings.WITNESS_FOLDER, settings.WITNESS_MAIL, settings.TIMESTAMP_AUTHORITIES = "", [], {}
    OutsideTrouble.objects.create(name="früher", since=NOW, sentence="Nicht erreichbar.")
    found = attesting()
    assert (found.code, found.grade, found.is_open) == ("outside-open", "good", True)
    assert "KUNDENAKTE_WITNESS_FOLDER" in found.to_do
    assert found.name not in state.verdict(state.checks()).sentence
    assert "Noch nicht eingerichtet" in words(signed_in("anton").get("/verwaltung/zustand"))


def test_a_witness_that_fails_is_a_warning_and_that_goes_when_it_answers(settings: Any, tmp_path: Path) -> None:
    settings.WITNESS_FOLDER = str(tmp_path / "witness")
    now = timezone.now()
    a_head(now)
    outside.hand_out_due(now)
    found = attesting()
    assert (found.code, found.grade) == ("outside-folder", "warn")
    (tmp_path / "witness").mkdir()
    outside.hand_out_due(now)
    assert (attesting().grade, attesting().sentence) == ("good", "Alle antworten.")


def test_a_witness_nobody_hands_anything_for_two_days_is_a_warning_of_its_own(settings: Any, tmp_path: Path) -> None:
    settings.WITNESS_FOLDER = str(tmp_path)
    now = timezone.now()
    a_head(now - timedelta(days=4))
    outside.hand_out_due(now - timedelta(days=4))
    assert attesting().grade == "good", "nothing has happened since"
    a_document()
    a_head(now - timedelta(days=3))
    found = attesting()
    assert (found.code, found.grade) == ("anchor-stale-folder", "warn")
    outside.hand_out_due(now)
    assert attesting().grade == "good"


def test_t20_three_days_without_an_authority_warn_on_the_page_and_leave_a_gap_in_the_report(
    settings: Any, tmp_path: Path, signed_in: SignIn
) -> None:
    def page() -> str:
        return words(signed_in("anton").get("/verwaltung/zustand"))

    authority = Authority(tmp_path / "authority")
    settings.TIMESTAMP_ROOTS = str(authority.roots)
    now = timezone.now()
    with authority.serving() as address:
        settings.TIMESTAMP_AUTHORITIES = {"lokal": address}
        a_head(now - timedelta(days=4))
        assert outside.stamp_due(now) == 1
        assert attesting().grade == "good"
        settings.TIMESTAMP_AUTHORITIES = {"lokal": "http://127.0.0.1:9/"}
        for days in (3, 2, 1, 0):
            package = sealed(valid(a_document(number=f"AN-{days}")))
            assert sealing.default().has(package.object_id), "archiving goes on"
            a_head(now - timedelta(days=days))
            assert outside.stamp_due(now - timedelta(days=days)) == 0
        assert "ANCHOR_STALE" in page()
        assert (attesting().code, attesting().grade) == ("anchor-stale-lokal", "warn")
        run = checking.check(actor=SETUP, now=now, clock=timezone.now)
        assert run.codes["incomplete ANCHOR_STALE"] == 1
        settings.TIMESTAMP_AUTHORITIES = {"lokal": address}
        outside.tell(0)
    assert HeadToken.objects.count() == 2, "one token over the newest head holds for the whole backlog"
    assert "ANCHOR_STALE" not in page()
    answer = verify(export.folder(), "--trust", authority.roots)
    assert "ANCHOR_STALE" not in answer.codes
    # The first head was stamped late only because nobody stamps in the past.
    assert answer.subjects("ANCHOR_STALE") == {"head 1", "head 2"}


def test_a_clock_that_was_set_back_is_a_warning(signed_in: SignIn) -> None:
    now = timezone.now()
    a_head(now + timedelta(days=2))
    assert not [check for check in state.checks() if check.code == "clock"]
    a_document()
    a_head(now)
    assert [check.grade for check in state.checks() if check.code == "clock"] == ["warn"]
    assert "zurückgestellt" in words(signed_in("anton").get("/verwaltung/zustand"))
