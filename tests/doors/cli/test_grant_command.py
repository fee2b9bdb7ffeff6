"""`kundenakte grant`: exceptions beside the roles."""

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from kundenakte.records import access
from kundenakte.records.models import Grant
from tests.builders import a_customer_file, a_document, a_user

pytestmark = pytest.mark.usefixtures("db")


def grant(*arguments: str) -> str:
    out = io.StringIO()
    call_command("grant", *arguments, stdout=out)
    return out.getvalue()


def test_a_denial_is_entered_listed_and_ended() -> None:
    document, verena = a_document(customer_file=a_customer_file("Müller GmbH", "10023")), a_user("verena")
    grant("add", "--user", "verena", "--customer", "10023", "--deny", "--reason", "befangen")
    assert not access.may(verena, "read", document)
    row = Grant.objects.get()
    listed = grant("list")
    for word in (str(row.pk), "Verbot: lesen", "„verena“", "Müller GmbH", "befangen"):
        assert word in listed
    grant("revoke", str(row.pk), "--reason", "geklärt")
    assert access.may(verena, "read", document)
    assert grant("list") == ""
    assert "beendet" in grant("list", "--all")


def test_a_document_is_opened_to_a_role_to_the_end_of_a_day() -> None:
    document, sabine = a_document(document_class="OFFER"), a_user("sabine")
    last = timezone.localdate() + timedelta(days=3)
    grant("add", "--role", "service", "--document", str(document.pk), "--until", str(last), "--reason", "Projekt")
    assert access.may(sabine, "read", document)
    assert not access.may(sabine, "download", document)
    until = Grant.objects.get().until
    assert until is not None
    assert timezone.localtime(until).date() == last + timedelta(days=1)


@pytest.mark.parametrize(
    "wrong",
    [
        ["--user", "verena", "--customer", "10023"],
        ["--user", "niemand", "--customer", "10023", "--reason", "x"],
        ["--role", "niemand", "--customer", "10023", "--reason", "x"],
        ["--user", "verena", "--customer", "99999", "--reason", "x"],
        ["--user", "verena", "--document", "999999", "--reason", "x"],
        ["--user", "verena", "--group", "Konzern Süd", "--reason", "x"],
        ["--user", "verena", "--customer", "10023", "--reason", "x", "--until", "morgen"],
        ["--user", "verena", "--customer", "10023", "--reason", "x", "--until", "2020-01-01"],
        ["--user", "verena", "--customer", "10023", "--reason", "x", "--as", "verena"],
        ["--user", "verena", "--reason", "x"],
        ["--customer", "10023", "--reason", "x"],
    ],
)
def test_what_is_missing_unknown_past_or_not_allowed_is_refused(wrong: list[str]) -> None:
    a_customer_file("Müller GmbH", "10023")
    a_user("verena")
    with pytest.raises(CommandError):
        grant("add", *wrong)
    assert not Grant.objects.exists()


def test_only_what_is_there_can_be_ended() -> None:
    with pytest.raises(CommandError, match="gibt es nicht"):
        grant("revoke", "1")
