"""Names of rows in the history, as far as the reader may know them."""

from __future__ import annotations

from kundenakte.doors.web.history.rows import names_in
from kundenakte.records.models import Grant, Verb
from tests.builders import NOW, a_customer_file, a_user


def test_a_customer_whose_file_is_closed_to_the_reader_is_not_named() -> None:
    file, anton = a_customer_file("Geheim AG"), a_user("anton")
    key = f"customers.customer:{file.customer_id}"
    assert "Geheim AG" in names_in(anton, [key])[key]
    Grant.objects.create(
        user=anton, customer_file=file, is_deny=True, verb=Verb.READ, reason="Befangen", created_at=NOW
    )  # fmt: skip
    assert names_in(anton, [key]) == {key: "–"}
