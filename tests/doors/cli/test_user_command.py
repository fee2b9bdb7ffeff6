"""`kundenakte user`: accounts and tokens."""

import io
import sys

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from kundenakte.base.accounts import random_secrets
from kundenakte.base.accounts.models import ApiToken, User
from kundenakte.base.journal.models import JournalEntry
from kundenakte.records.actions import accounts
from kundenakte.records.refusals import BadValue, NotAllowed
from tests.builders import NOW, SETUP, a_house, a_user, an_actor

pytestmark = pytest.mark.usefixtures("db")


def user(*arguments: str, stdin: str = "", monkeypatch: pytest.MonkeyPatch | None = None) -> str:
    out = io.StringIO()
    if monkeypatch:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
    call_command("user", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_a_person_gets_an_account_with_roles_and_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    a_house()
    user(
        "add", "verena", "--name", "Verena Vogt", "--role", "vertrieb", "--role", "service", "--password-stdin",
        stdin="Sommerregen-17-Tage\n", monkeypatch=monkeypatch,
    )  # fmt: skip
    made = User.objects.get(username="verena")
    assert made.check_password("Sommerregen-17-Tage")
    assert sorted(made.roles.values_list("code", flat=True)) == ["service", "vertrieb"]
    entry = JournalEntry.objects.get(kind="account.added")
    assert b"Verena" not in bytes(entry.body), "names are committed to, not written"


def test_a_program_gets_an_account_without_password_and_a_token_shown_once() -> None:
    a_house()
    user("add", "erp", "--service", "--role", "anbindung")
    made = User.objects.get(username="erp")
    assert made.is_service
    assert not made.has_usable_password()
    secret = user("token", "erp", "--name", "Warenwirtschaft", "--scope", "documents:read", "--days", "30").strip()
    token = ApiToken.objects.get()
    assert token.digest == random_secrets.digest_of(secret)
    assert token.scopes == "documents:read"
    assert token.expires_at is not None
    assert secret not in user("list")
    answer = Client().get("/api/v1/documents", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 200
    user("revoke", str(token.pk))
    answer = Client().get("/api/v1/documents", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 401
    assert "zurückgezogen" in user("list")


def test_a_locked_account_is_opened_again() -> None:
    a_user("verena")
    user("lock", "verena")
    assert not User.objects.get().is_active
    assert "gesperrt" in user("list")
    user("open", "verena")
    assert User.objects.get().is_active


def test_what_cannot_be_is_refused_in_german(monkeypatch: pytest.MonkeyPatch) -> None:
    a_user("verena")
    for arguments, stdin, sentence in (
        (("add", "verena", "--service"), "", "gibt es schon"),
        (("add", "VERENA", "--service"), "", "gibt es schon"),
        (("add", "böse name", "--service"), "", "Anmeldename"),
        (("add", "x", "--service", "--role", "chef"), "", "Diese Rolle gibt es nicht"),
        (("add", "x", "--password-stdin"), "kurz\n", "Passwort"),
        (("add", "x"), "", "password-stdin"),
        (("token", "niemand", "--name", "x"), "", "gibt es nicht"),
        (("lock", "niemand"), "", "gibt es nicht"),
        (("revoke", "99"), "", "gibt es nicht"),
    ):
        with pytest.raises(CommandError, match=sentence):
            user(*arguments, stdin=stdin, monkeypatch=monkeypatch)
    assert User.objects.count() == 1


def test_only_who_administers_makes_accounts_and_tokens() -> None:
    verena = a_user("verena")
    for refused in (
        lambda: accounts.add_account(actor=an_actor("verena"), username="x", now=NOW),
        lambda: accounts.issue_token(actor=an_actor("verena"), user=verena, name="x", scopes=["a"], now=NOW),
        lambda: accounts.set_roles(actor=an_actor("verena"), user=verena, roles=["verwaltung"], now=NOW),
        lambda: accounts.set_active(actor=an_actor("verena"), user=verena, is_active=True, now=NOW),
    ):
        with pytest.raises(NotAllowed):
            refused()
    accounts.set_roles(actor=an_actor("anton"), user=verena, roles=["service"], now=NOW)
    assert [role.code for role in verena.roles.all()] == ["service"]


def test_everybody_may_change_the_own_password_and_nobody_another_ones() -> None:
    verena = a_user("verena")
    accounts.set_password(actor=an_actor("verena"), user=verena, password="Sommerregen-17-Tage", now=NOW)
    assert verena.check_password("Sommerregen-17-Tage")
    with pytest.raises(NotAllowed):
        accounts.set_password(actor=an_actor("bernd"), user=verena, password="Sommerregen-18-Tage", now=NOW)
    with pytest.raises(BadValue):
        accounts.set_password(actor=an_actor("verena"), user=verena, password="kurz", now=NOW)


def test_a_token_needs_a_name_and_a_scope() -> None:
    verena = a_user("verena")
    with pytest.raises(BadValue):
        accounts.issue_token(actor=SETUP, user=verena, name=" ", scopes=["documents:read"], now=NOW)
    with pytest.raises(BadValue):
        accounts.issue_token(actor=SETUP, user=verena, name="x", scopes=[], now=NOW)


def test_a_password_and_roles_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    verena = a_user("verena")
    user("password", "verena", "--password-stdin", stdin="Sommerregen-17-Tage\n", monkeypatch=monkeypatch)
    user("roles", "verena", "--role", "service", "--role", "buchhaltung")
    verena.refresh_from_db()
    assert verena.check_password("Sommerregen-17-Tage")
    assert sorted(verena.roles.values_list("code", flat=True)) == ["buchhaltung", "service"]
    assert "keine" in user("roles", "verena")
    assert not verena.roles.exists()


def test_a_weak_password_a_program_and_an_unknown_role_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    verena = a_user("verena", password="Sommerregen-17-Tage")
    a_user("erp")
    for name, word in (("verena", "kurz"), ("erp", "Sommerregen-18-Tage"), ("niemand", "Sommerregen-18-Tage")):
        with pytest.raises(CommandError):
            user("password", name, "--password-stdin", stdin=f"{word}\n", monkeypatch=monkeypatch)
    with pytest.raises(CommandError, match="kaiser"):
        user("roles", "verena", "--role", "service", "--role", "kaiser")
    verena.refresh_from_db()
    assert verena.check_password("Sommerregen-17-Tage")
    assert list(verena.roles.values_list("code", flat=True)) == ["vertrieb"]
