"""Changing a rule or the profile: simulated, switched on by a second person where it shortens, carried out."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from kundenakte.base.journal.models import JournalEntry
from kundenakte.records import tasks
from kundenakte.records.actions import retention_changes as changes
from kundenakte.records.actions.retention import SecondPersonMissing
from kundenakte.records.actions.retention_changes import RuleWish, TrialRunning
from kundenakte.records.models import Document, RetentionChange, RetentionRule, StructureRun
from kundenakte.records.refusals import BadValue, NotAllowed
from kundenakte.records.retention import daily, keeping, sweep
from kundenakte.records.retention.rules import Profile
from tests.builders import NOW, SETUP, TODAY, a_document, a_house, an_actor

pytestmark = pytest.mark.django_db
TEN = Profile(ten_years=True)


def run_out(run: StructureRun) -> StructureRun:
    while changes.next_batch(run_id=run.pk, now=NOW):
        pass
    run.refresh_from_db()
    return run


def proposed(profile: Profile = TEN, who: str = "bernd") -> RetentionChange:
    change = changes.propose_profile(actor=an_actor(who), profile=profile, reason="Beschluss", now=NOW)
    run_out(change.trial)
    change.refresh_from_db()
    return change


def a_shorter_letter(years: int = 4) -> RuleWish:
    return RuleWish("EMAIL_LETTER", years, "SENT_OR_RECEIVED", True, "AO n. F.", date(2026, 1, 1))


def test_a_trial_counts_and_changes_nothing() -> None:
    invoice = a_document(document_class="INV_OUT", number="RE-1", dated_on=date(2026, 3, 15))
    a_document(document_class="LETTER")
    report = proposed().trial.report
    assert report["longer"] == 1
    assert report["classes"] == {"INV_OUT": {"longer": 1}}
    assert report["years"] == {"2034 2036": 1}
    assert report["examples"] == {"INV_OUT longer": [invoice.pk]}
    invoice.refresh_from_db()
    assert invoice.retain_until == date(2034, 12, 31)


def test_what_lengthens_one_person_switches_on_and_the_job_carries_it_out() -> None:
    invoice = a_document(document_class="INV_OUT", number="RE-1", dated_on=date(2026, 3, 15))
    run = run_out(changes.switch_on(actor=an_actor("bernd"), change=proposed(), now=NOW))
    invoice.refresh_from_db()
    assert invoice.retain_until == date(2036, 12, 31)
    assert run.report["longer"] == 1
    assert JournalEntry.objects.filter(kind="retention.recomputed").count() == 1


def test_what_shortens_takes_a_second_person() -> None:
    a_house()
    letter = a_document(document_class="LETTER", dated_on=date(2026, 2, 3))
    change = changes.propose_rule(actor=an_actor("bernd"), wish=a_shorter_letter(), reason="Neues Gesetz", now=NOW)
    run_out(change.trial)
    with pytest.raises(SecondPersonMissing):
        changes.switch_on(actor=an_actor("bernd"), change=change, now=NOW)
    run_out(changes.switch_on(actor=an_actor("anton"), change=change, now=NOW))
    letter.refresh_from_db()
    assert letter.retain_until == date(2030, 12, 31)


def test_what_would_shorten_takes_two_though_no_document_shows_it() -> None:
    a_house()
    change = changes.propose_rule(actor=an_actor("bernd"), wish=a_shorter_letter(), reason="Neues Gesetz", now=NOW)
    run_out(change.trial)
    with pytest.raises(SecondPersonMissing):
        changes.switch_on(actor=an_actor("bernd"), change=change, now=NOW)


def test_going_back_from_ten_years_takes_two() -> None:
    a_document(document_class="INV_OUT", number="RE-1")
    run_out(changes.switch_on(actor=an_actor("bernd"), change=proposed(), now=NOW))
    back = proposed(Profile())
    with pytest.raises(SecondPersonMissing):
        changes.switch_on(actor=an_actor("bernd"), change=back, now=NOW)
    changes.switch_on(actor=an_actor("anton"), change=back, now=NOW)


def test_nothing_is_switched_on_before_the_difference_is_there() -> None:
    a_document(document_class="INV_OUT", number="RE-1")
    change = changes.propose_profile(actor=an_actor("bernd"), profile=TEN, reason="Beschluss", now=NOW)
    with pytest.raises(TrialRunning):
        changes.switch_on(actor=an_actor("anton"), change=change, now=NOW)


def test_sales_change_no_rule() -> None:
    a_house()
    with pytest.raises(NotAllowed):
        changes.propose_profile(actor=an_actor("verena"), profile=TEN, reason="Beschluss", now=NOW)
    with pytest.raises(NotAllowed):
        changes.propose_rule(actor=an_actor("verena"), wish=a_shorter_letter(), reason="Beschluss", now=NOW)


def test_a_change_needs_a_reason_and_a_difference() -> None:
    a_house()
    with pytest.raises(BadValue):
        changes.propose_profile(actor=an_actor("bernd"), profile=TEN, reason=" ", now=NOW)
    with pytest.raises(BadValue):
        changes.propose_profile(actor=an_actor("bernd"), profile=Profile(), reason="Beschluss", now=NOW)


def test_the_profile_is_chosen_freely_only_while_there_is_no_document() -> None:
    a_house()
    changes.choose_profile(actor=an_actor("anton"), profile=TEN, reason="Einrichtung", now=NOW)
    assert keeping.the_profile() == TEN
    a_document()
    with pytest.raises(BadValue):
        changes.choose_profile(actor=an_actor("anton"), profile=Profile(), reason="Einrichtung", now=NOW)


def test_versions_of_rules_only_get_more() -> None:
    a_house()
    with pytest.raises(IntegrityError), transaction.atomic():
        RetentionRule.objects.filter(code="INV_OUT").update(years=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        RetentionRule.objects.filter(code="INV_OUT").delete()


def test_t09_an_earlier_end_set_by_sql_is_named() -> None:
    invoice = a_document(document_class="INV_OUT", number="RE-1", dated_on=date(2026, 3, 15))
    a_document(document_class="LETTER")
    house = keeping.the_house()
    assert list(sweep.check(house, on=TODAY)) == []
    Document.objects.filter(pk=invoice.pk).update(retain_until=date(2027, 12, 31))
    found = list(sweep.check(house, on=TODAY))
    assert [one.document_id for one in found] == [invoice.pk]
    assert (found[0].stored[0], found[0].asked[0]) == (date(2027, 12, 31), date(2034, 12, 31))


def test_the_calendar_does_not_mend_in_silence_what_was_altered() -> None:
    invoice = a_document(document_class="INV_OUT", number="RE-1", dated_on=date(2026, 3, 15))
    Document.objects.filter(pk=invoice.pk).update(retain_until=date(2027, 12, 31))
    daily.follow_calendar(now=NOW)
    assert not StructureRun.objects.exists()
    invoice.refresh_from_db()
    assert invoice.retain_until == date(2027, 12, 31)


def test_documents_of_an_older_release_get_their_end_by_the_calendar() -> None:
    invoice = a_document(document_class="INV_OUT", number="RE-1", dated_on=date(2026, 3, 15))
    Document.objects.update(retain_until=None, retention_code="")
    daily.follow_calendar(now=NOW)
    run_out(StructureRun.objects.get())
    invoice.refresh_from_db()
    assert invoice.retain_until == date(2034, 12, 31)
    daily.follow_calendar(now=NOW)
    assert StructureRun.objects.count() == 1


def test_t46_an_old_rule_stays_readable_after_a_new_one_holds() -> None:
    a_house()
    versions = keeping.the_house().catalogue
    old, new = versions.holding("INV_OUT", date(2024, 12, 31)), versions.holding("INV_OUT", date(2025, 1, 1))
    assert (old and old.years, new and new.years) == (10, 8)


def test_what_a_run_reads_once_is_read_before_its_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    document = a_document()
    run = changes.start(actor=SETUP, now=NOW, why={})
    apply = tasks.retention(run.pk)
    monkeypatch.setattr(keeping, "everything_named", pytest.fail)
    apply()
    run.refresh_from_db()
    assert (run.done, run.ended_at is not None) == (1, True)
    assert Document.objects.get(pk=document.pk).retention_code
