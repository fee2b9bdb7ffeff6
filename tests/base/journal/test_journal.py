"""Entries from the action that writes them to the verifier that reads them all."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import Role, User
from kundenakte.base.journal import actions as journal
from kundenakte.base.journal import canonical, guards, merkle, queries, sequencer, verifier
from kundenakte.base.journal.models import JournalEntry, JournalLeaf, PersonalFact, Unsequenced

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def bernd(db: None) -> Actor:
    return Actor.of(User.objects.create(username="bernd", name="Bernd Beck"))


@pytest.fixture
def role(db: None) -> Role:
    return Role.objects.create(code="buchhaltung", name="Buchhaltung")


def write(actor: Actor, role: Role, count: int = 1) -> list[JournalEntry]:
    with transaction.atomic():
        return [journal.append(actor, "role.changed", role, number=number) for number in range(count)]


def test_an_entry_says_who_did_what_to_which_row(bernd: Actor, role: Role) -> None:
    other = Role.objects.create(code="vertrieb", name="Vertrieb")
    entry = journal.append(bernd, "role.merged", role, at=AT, reason="Frau Vogt wünscht es", into=other, until=None)
    body = json.loads(bytes(entry.body))
    assert bernd.user is not None
    assert body["actor"] == {"kind": "person", "id": bernd.user.pk}
    assert body["subject"] == f"accounts.role:{role.pk}"
    assert body["facts"] == {"into": f"accounts.role:{other.pk}", "until": None}
    assert body["at"] == "2026-11-24T09:00:00.000000Z"


def test_names_and_free_text_stand_in_it_as_commitments_only(bernd: Actor, role: Role) -> None:
    entry = journal.append(bernd, "role.changed", role, reason="Streng geheim", personal={"title": "Brief an Huber"})
    for word in ("Bernd", "Streng", "Huber"):
        assert word not in bytes(entry.body).decode()
    assert set(json.loads(bytes(entry.body))["commitments"]) == {"actor", "reason", "title"}
    assert set(PersonalFact.objects.values_list("value", flat=True)) == {
        "Bernd Beck",
        "Streng geheim",
        "Brief an Huber",
    }


def test_an_entry_alone_is_refused(transactional_db: None) -> None:
    role = Role.objects.create(code="x", name="x")
    with pytest.raises(journal.NotInTransaction):
        journal.append(Actor.system("test"), "role.changed", role)


def test_an_entry_goes_with_the_change_that_fails(bernd: Actor, role: Role) -> None:
    with transaction.atomic():
        journal.append(bernd, "role.changed", role)
        transaction.set_rollback(True)
    assert not JournalEntry.objects.exists()


def test_an_entry_costs_three_inserts_and_one_by_a_rule_two(bernd: Actor, role: Role) -> None:
    for actor, expected in ((bernd, 3), (Actor.rule("filing.customer_number"), 2)):
        with CaptureQueriesContext(connection) as asked:
            journal.append(actor, "role.changed", role)
        said = [query["sql"] for query in asked if "SAVEPOINT" not in query["sql"]]
        assert len(said) == expected
        assert all(statement.startswith("INSERT") for statement in said)


def test_the_history_of_a_row_is_told_in_order_with_open_names(bernd: Actor, role: Role) -> None:
    journal.append(bernd, "role.made", role, at=AT)
    journal.append(Actor.rule("filing.name"), "role.changed", role, at=AT, reason="weil", personal={"old": "Alt"})
    journal.append(bernd, "role.made", Role.objects.create(code="other", name="Other"))
    made, changed = queries.history(role)
    assert (made.kind, made.actor, made.seq) == ("role.made", "Bernd Beck", None)
    assert (changed.actor, changed.reason, changed.personal) == ("filing.name", "weil", {"old": "Alt"})


def test_lawful_erasure_takes_the_name_and_leaves_the_tree_whole(bernd: Actor, role: Role) -> None:
    journal.append(bernd, "role.made", role, reason="weil")
    sequencer.sequence()
    head = verifier.verify().root
    PersonalFact.objects.filter(name="actor").delete()
    (told,) = queries.history(role)
    assert (told.actor, told.erased, told.reason) == ("", ("actor",), "weil")
    report = verifier.verify()
    assert (report.findings, report.erased, report.root) == ([], 1, head)


# The sequencer


def test_leaves_are_gapless_in_order_and_seal_the_bodies(bernd: Actor, role: Role) -> None:
    entries = write(bernd, role, 5)
    assert sequencer.sequence(limit=3) == 3
    assert sequencer.sequence() == 2
    assert sequencer.sequence() == 0
    leaves = list(JournalLeaf.objects.select_related("entry"))
    assert [leaf.seq for leaf in leaves] == [0, 1, 2, 3, 4]
    assert [leaf.entry_id for leaf in leaves] == [entry.pk for entry in entries]
    assert all(bytes(leaf.digest) == merkle.leaf_hash(bytes(leaf.entry.body)) for leaf in leaves)
    assert not Unsequenced.objects.exists()


def together(count: int, run: Callable[[int], None]) -> None:
    """Run in threads with connections of their own, and raise what they raise."""
    errors: list[BaseException] = []

    def one(number: int) -> None:
        try:
            run(number)
        except BaseException as error:  # noqa: BLE001 - told below
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_two_sequencers_and_many_writers_at_once_leave_no_gap(transactional_db: None) -> None:
    role = Role.objects.create(code="x", name="x")

    def work(number: int) -> None:
        for _ in range(15):
            if number < 2:
                sequencer.sequence(limit=7)
            else:
                write(Actor.system("test"), role, 2)

    together(5, work)
    while sequencer.sequence():
        pass
    assert list(JournalLeaf.objects.values_list("seq", flat=True)) == list(range(90))
    assert verifier.verify().findings == []


def test_the_running_sequencer_ends_when_told(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequencer, "SECONDS", 0.01)
    write(Actor.system("test"), Role.objects.create(code="x", name="x"), 3)
    stop = threading.Event()

    def work(number: int) -> None:
        if number:
            while Unsequenced.objects.exists():
                stop.wait(0.01)
            stop.set()
        else:
            sequencer.run(stop)

    together(2, work)
    assert JournalLeaf.objects.count() == 3


# The verifier


def rewritten(entry: JournalEntry, **changes: object) -> bytes:
    return canonical.body(json.loads(bytes(entry.body)) | changes)


@pytest.fixture
def unguarded(transactional_db: None) -> None:
    """As if somebody edited the file, or had the owner's rights. The flush puts the guards back."""
    guards.lift()


def test_a_sound_journal_has_no_findings(bernd: Actor, role: Role) -> None:
    write(bernd, role, 3)
    sequencer.sequence()
    write(bernd, role)
    report = verifier.verify()
    assert (report.findings, report.entries, report.waiting) == ([], 4, 1)
    bodies = [bytes(leaf.entry.body) for leaf in JournalLeaf.objects.select_related("entry")]
    assert report.root == merkle.root([merkle.leaf_hash(body) for body in bodies]).hex()


def _change_body(entry: JournalEntry) -> None:
    JournalEntry.objects.filter(pk=entry.pk).update(body=rewritten(entry, kind="role.praised"))


def _change_column(entry: JournalEntry) -> None:
    JournalEntry.objects.filter(pk=entry.pk).update(subject_id=4711)


def _change_actor(entry: JournalEntry) -> None:
    JournalEntry.objects.filter(pk=entry.pk).update(actor_kind="rule")


def _spoil_body(entry: JournalEntry) -> None:
    JournalEntry.objects.filter(pk=entry.pk).update(body=b"\x00")


def _write_body_otherwise(entry: JournalEntry) -> None:
    JournalEntry.objects.filter(pk=entry.pk).update(body=bytes(entry.body) + b" ")


def _change_name(entry: JournalEntry) -> None:
    PersonalFact.objects.filter(entry=entry, name="actor").update(value="Somebody Else")


def _add_name(entry: JournalEntry) -> None:
    PersonalFact.objects.create(entry=entry, name="witness", value="Nobody", salt=b"0" * 32)


def _take_leaf(entry: JournalEntry) -> None:
    JournalLeaf.objects.filter(entry=entry).delete()


def _renumber_leaf(entry: JournalEntry) -> None:
    JournalLeaf.objects.filter(entry=entry).update(seq=99)


@pytest.mark.parametrize(
    "tamper",
    [
        _change_body,
        _change_column,
        _change_actor,
        _spoil_body,
        _write_body_otherwise,
        _change_name,
        _add_name,
        _take_leaf,
        _renumber_leaf,
    ],
)
def test_whatever_is_altered_is_found(unguarded: None, tamper: Callable[[JournalEntry], None]) -> None:
    bernd = Actor.of(User.objects.create(username="bernd", name="Bernd Beck"))
    entries = write(bernd, Role.objects.create(code="x", name="x"), 3)
    sequencer.sequence()
    assert verifier.verify().findings == []
    tamper(entries[1])
    assert verifier.verify().findings != []
