"""When an indexer may rest, and what makes it necessary again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kundenakte.records.models import SearchDue
from kundenakte.steps.search import folder, indexer
from kundenakte.steps.search.comparing import compare
from tests.steps.search.papers import a_paper, catch_up, to_the_end

pytestmark = pytest.mark.usefixtures("db")


def test_whoever_follows_one_that_ended_at_rest_need_not_compare_everything_again() -> None:
    missing = a_paper("Pumpe")
    catch_up()
    with indexer.at_work(pace=indexer.NO_PAUSES) as at_work:
        before = at_work.is_at_rest
        to_the_end(at_work)
        assert (before, at_work.is_at_rest) == (False, True), "it ends when it has compared, not before"
        at_work.leave()
        assert not SearchDue.objects.exists(), "what is taken in is passed"
        at_work._shown.drop([missing.pk])
        at_work._shown.commit()
    with indexer.at_work(pace=indexer.NO_PAUSES) as at_work:
        to_the_end(at_work)
        assert compare().wrong == (missing.pk,)
    # That one left no word, as if it had been killed.
    with indexer.at_work(pace=indexer.NO_PAUSES) as at_work:
        to_the_end(at_work)
    assert compare().wrong == ()


def test_an_indexer_is_needed_only_while_there_is_something_to_do_for_it() -> None:
    folder.root().mkdir(parents=True, exist_ok=True)
    assert indexer.is_due(), "there is no index yet"
    _rest_well()
    assert not indexer.is_due()
    with indexer.at_work(pace=indexer.NO_PAUSES):
        assert not indexer.is_due(), "one is at work"
    assert indexer.is_due(), "that one left no word, as if it had been killed"
    _rest_well()
    a_paper("Pumpe")
    assert indexer.is_due()
    _rest_well()
    assert not indexer.is_due()
    wish = folder.wish_rebuild()
    assert indexer.is_due()
    folder.grant_wish(wish)
    folder.note_erased()
    assert not indexer.is_due(), "more may be disposed of in a minute"
    assert indexer.is_due(indexer.NO_PAUSES)
    folder.take_erased()
    rest = folder.rest()
    assert rest is not None
    folder.note_rest(replace(rest, checked_at=rest.checked_at - indexer.UNHURRIED.check))
    assert indexer.is_due(), "the day's comparison"
    folder.note_rest(replace(rest, position=rest.position + 1000))
    assert indexer.is_due(), "the database is older than the index"
    folder.note_rest(rest)
    assert not indexer.is_due()
    (folder.root() / "wish").mkdir()
    assert indexer.is_due(), "who cannot look lets the indexer say what is wrong"


def _rest_well() -> None:
    with indexer.at_work(pace=indexer.NO_PAUSES) as at_work:
        to_the_end(at_work)
        assert at_work.is_at_rest
        at_work.leave()
