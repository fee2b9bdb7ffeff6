"""When a file counts as complete."""

from kundenakte.doors.hotfolder.resting import Resting
from kundenakte.steps.intake.tree import Found


def a_file(size: int = 10, mtime_ns: int = 1, inode: int = 1) -> Found:
    return Found(("a.pdf",), size, mtime_ns, inode)


def test_a_file_is_complete_when_it_has_rested() -> None:
    resting = Resting()
    resting.note(a_file(), 100.0)
    assert resting.due_in(a_file(), 0.7, 100.0) > 0
    resting.note(a_file(), 100.8)
    assert resting.due_in(a_file(), 0.7, 100.8) <= 0


def test_growth_a_new_time_or_another_file_starts_the_rest_again() -> None:
    for changed in (a_file(size=20), a_file(mtime_ns=2), a_file(inode=2)):
        resting = Resting()
        resting.note(a_file(), 100.0)
        resting.note(changed, 100.6)
        assert resting.due_in(changed, 0.7, 100.8) > 0


def test_an_old_file_time_does_not_shorten_the_rest() -> None:
    resting = Resting()
    resting.note(a_file(mtime_ns=1), 100.0)
    assert resting.due_in(a_file(mtime_ns=1), 0.7, 100.0) > 0


def test_a_file_whose_writer_is_done_is_taken_quickly() -> None:
    resting = Resting()
    resting.note(a_file(), 100.0)
    resting.note_finished(a_file())
    assert resting.due_in(a_file(), 0.7, 100.11) <= 0
    resting.note(a_file(size=20), 100.2)
    assert resting.due_in(a_file(size=20), 0.7, 100.4) > 0


def test_an_empty_file_gets_time_to_be_filled() -> None:
    resting = Resting()
    resting.note(a_file(size=0), 100.0)
    resting.note_finished(a_file(size=0))
    assert resting.due_in(a_file(size=0), 0.7, 104.0) > 0
    assert resting.due_in(a_file(size=0), 0.7, 105.1) <= 0


def test_what_was_gone_is_new_when_it_comes_again() -> None:
    resting = Resting()
    resting.note(a_file(), 100.0)
    resting.forget_all_but(set())
    resting.note(a_file(), 200.0)
    assert resting.waited(a_file(), 200.5) == 0.5
