"""What the database itself refuses, on both databases, by raw SQL."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import Role, User
from kundenakte.base.journal import actions as journal
from kundenakte.base.journal import grants, guards, sequencer
from kundenakte.base.journal.models import JournalEntry, JournalLeaf, PersonalFact
from tests.conftest import ON_POSTGRESQL

TABLES = ("journal_journalentry", "journal_journalleaf", "journal_personalfact")


@pytest.fixture
def written(transactional_db: None) -> JournalEntry:
    """One entry with a personal fact and a leaf."""
    actor = Actor.of(User.objects.create(username="bernd", name="Bernd Beck"))
    with transaction.atomic():
        entry = journal.append(actor, "role.made", Role.objects.create(code="x", name="x"))
    sequencer.sequence()
    return entry


def sql(statement: str) -> Callable[[], None]:
    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    return run


def refused(run: Callable[[], object]) -> None:
    with pytest.raises(IntegrityError, match="only ever inserted"), transaction.atomic():
        run()


def test_all_guards_are_there_after_all_migrations(db: None) -> None:
    assert guards.missing() == []
    assert set(TABLES) <= set(guards.protected_tables())


def test_every_protected_table_exists_after_all_migrations(db: None) -> None:
    assert set(guards.protected_tables()) <= set(connection.introspection.table_names())


def test_t02_the_database_refuses_to_change_a_row(written: JournalEntry) -> None:
    refused(sql("UPDATE journal_journalentry SET kind = 'other'"))
    refused(sql("UPDATE journal_journalleaf SET seq = 7"))
    refused(sql("UPDATE journal_personalfact SET value = 'other'"))
    written.refresh_from_db()
    assert written.kind == "role.made"


def test_t02_the_database_refuses_to_take_a_row_away(written: JournalEntry) -> None:
    refused(sql("DELETE FROM journal_journalleaf"))
    PersonalFact.objects.all().delete()
    refused(sql("DELETE FROM journal_journalentry"))
    assert JournalLeaf.objects.count() == JournalEntry.objects.count() == 1


def test_the_orm_is_refused_as_well(written: JournalEntry) -> None:
    written.kind = "other"
    refused(written.save)
    refused(lambda: JournalEntry.objects.filter(pk=written.pk)._raw_delete(using="default"))
    refused(
        lambda: JournalLeaf.objects.bulk_create(
            [JournalLeaf(seq=0, entry=written, digest=b"0" * 32)],
            update_conflicts=True,
            unique_fields=["seq"],
            update_fields=["digest"],
        )
    )


def test_personal_facts_may_be_taken_away_by_disposition(written: JournalEntry) -> None:
    assert PersonalFact.objects.all().delete()[0] == 1


@pytest.mark.skipif(ON_POSTGRESQL, reason="INSERT OR REPLACE is SQLite's")
def test_replacing_a_row_by_inserting_is_refused(written: JournalEntry) -> None:
    refused(sql("INSERT OR REPLACE INTO journal_journalleaf SELECT seq, x'00', entry_id FROM journal_journalleaf"))


@pytest.mark.skipif(not ON_POSTGRESQL, reason="TRUNCATE and replication roles are PostgreSQL's")
def test_t02_truncating_is_refused_also_for_replication_roles(written: JournalEntry) -> None:
    for table in TABLES:
        refused(sql(f"TRUNCATE {table} CASCADE"))
    refused(sql("SET LOCAL session_replication_role = replica; UPDATE journal_journalentry SET kind = 'other'"))


def test_guards_come_back_after_a_migration_remade_the_table(written: JournalEntry) -> None:
    # SQLite cannot alter a column: Django makes a new table, copies, and drops the old one with its triggers.
    kind = models.CharField(max_length=61)
    kind.set_attributes_from_name("kind")
    with connection.schema_editor() as editor:
        editor.alter_field(JournalEntry, JournalEntry._meta.get_field("kind"), kind)
    if not ON_POSTGRESQL:
        assert [guard.table for guard in guards.missing()] == ["journal_journalentry"] * 2
    call_command("migrate", verbosity=0)
    assert guards.missing() == []
    refused(sql("UPDATE journal_journalentry SET kind = 'other'"))


def test_t02_a_guard_that_somebody_took_off_is_missed_and_put_back(written: JournalEntry) -> None:
    on = " ON journal_journalleaf" if ON_POSTGRESQL else ""
    sql(f"DROP TRIGGER guard_delete_journal_journalleaf{on}")()
    assert guards.missing() == [guards.Guard("journal_journalleaf", "DELETE")]
    assert guards.install() == 1
    refused(sql("DELETE FROM journal_journalleaf"))


@pytest.mark.skipif(not ON_POSTGRESQL, reason="roles are PostgreSQL's")
def test_t02_a_guard_that_somebody_disabled_counts_as_missing(written: JournalEntry) -> None:
    sql("ALTER TABLE journal_journalleaf DISABLE TRIGGER guard_delete_journal_journalleaf")()
    assert guards.missing() == [guards.Guard("journal_journalleaf", "DELETE")]
    guards.install()
    assert guards.missing() == []


@pytest.mark.skipif(not ON_POSTGRESQL, reason="roles are PostgreSQL's")
def test_t02_the_serving_role_is_refused_even_without_triggers(written: JournalEntry) -> None:
    guards.lift()
    sql("DROP ROLE IF EXISTS ka_serving_trial")()
    sql("CREATE ROLE ka_serving_trial")()
    try:
        for statement in grants.sql_for("ka_serving_trial"):
            sql(statement)()
        for table in TABLES:
            denied(f"UPDATE {table} SET {column_of(table)} = NULL")  # noqa: S608 - our own tables
            denied(f"TRUNCATE {table}")
        denied("DELETE FROM journal_journalentry")
        denied("ALTER TABLE journal_journalentry DISABLE TRIGGER ALL")
        as_the_role("SELECT * FROM journal_journalentry")
        as_the_role("SELECT * FROM django_migrations")
        as_the_role("DELETE FROM kundenakte_cache")
        denied("DELETE FROM django_migrations")
        as_the_role("UPDATE accounts_role SET name = 'allowed'")
        as_the_role("DELETE FROM journal_personalfact")
        as_the_role("INSERT INTO accounts_role (code, name, has_inbox, edition) VALUES ('y', 'y', false, 1)")
    finally:
        sql("DROP OWNED BY ka_serving_trial; DROP ROLE ka_serving_trial")()


def column_of(table: str) -> str:
    return {"journal_journalentry": "kind", "journal_journalleaf": "seq", "journal_personalfact": "value"}[table]


def as_the_role(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE ka_serving_trial")
        cursor.execute(statement)


def denied(statement: str) -> None:
    with pytest.raises(DatabaseError, match=r"permission denied|must be owner"):
        as_the_role(statement)
