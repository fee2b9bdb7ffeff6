"""docs/acceptance.md names the tests that are there, all of them, and no others."""

from __future__ import annotations

from tests import acceptance

_WHAT_TO_DO = (
    "docs/acceptance.md is not what the tree has. Run `python -m tests.acceptance`, which writes the column of tests "
    "anew, look whether the last column is still true, and commit the page together with the tests."
)


def test_the_table_has_a_row_for_each_of_the_51() -> None:
    assert sorted(acceptance.on_the_page()) == [f"{number:02d}" for number in range(1, 52)]


def test_each_test_in_the_table_exists_and_each_numbered_test_stands_in_it() -> None:
    tree, page = acceptance.in_the_tree(), acceptance.on_the_page()
    named = {number: tests for number, tests in page.items() if tests}
    assert named == tree, _WHAT_TO_DO


def test_a_row_without_a_test_says_why() -> None:
    remarks = acceptance.remarks()
    assert [number for number, tests in acceptance.on_the_page().items() if not tests and remarks[number] == "–"] == []
