"""Sessions, forms and headers: what ends a session, what a form needs, and what every answer says to the browser."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kundenakte.base.accounts.models import User
from kundenakte.base.journal.models import JournalEntry
from kundenakte.records.actions import accounts
from tests.builders import NOW, SETUP, a_document, a_user
from tests.doors.web.pages import SignIn

PASSWORD, OTHER = "Sommerregen-17-Tage", "Herbstlaub-18-Tage"


def is_in(client: Client) -> bool:
    return client.get("/kunden/").status_code == 200


def sign_in(username: str = "sabine") -> Client:
    """Through the door, as a browser does."""
    user = a_user(username)
    user.set_password(PASSWORD)
    user.save()
    client = Client()
    client.post("/konto/login/", {"login": username, "password": PASSWORD})
    assert is_in(client)
    return client


def test_locking_ends_sessions_at_the_next_request_and_opening_does_not_bring_them_back() -> None:
    client, sabine = sign_in(), a_user("sabine")
    accounts.set_active(actor=SETUP, user=sabine, is_active=False, now=NOW)
    assert not is_in(client)
    again = Client().post("/konto/login/", {"login": "sabine", "password": PASSWORD})
    assert again.status_code != 302 or "/inactive" in again["Location"]
    accounts.set_active(actor=SETUP, user=sabine, is_active=True, now=NOW)
    assert not is_in(client)


@pytest.mark.parametrize("how", ["ended by an administrator", "a new link", "another password"])
def test_sessions_end(how: str) -> None:
    desk, phone = sign_in(), Client()
    phone.post("/konto/login/", {"login": "sabine", "password": PASSWORD})
    assert is_in(phone)
    sabine = User.objects.get(username="sabine")
    if how == "ended by an administrator":
        accounts.end_sessions(actor=SETUP, user=sabine, now=NOW)
    elif how == "a new link":
        accounts.invite(actor=SETUP, user=sabine, now=NOW)
    else:
        accounts.set_password(actor=SETUP, user=sabine, password=OTHER, now=NOW)
    assert not is_in(desk)
    assert not is_in(phone)


def test_who_changes_the_own_password_stays_here_and_is_signed_out_elsewhere() -> None:
    desk, phone = sign_in(), Client()
    phone.post("/konto/login/", {"login": "sabine", "password": PASSWORD})
    form = {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER}
    desk.post(reverse("account_change_password"), form)
    assert is_in(desk)
    assert not is_in(phone)
    assert JournalEntry.objects.filter(kind="account.password").count() == 1
    assert User.objects.get(username="sabine").check_password(OTHER)


def test_others_keep_their_sessions_when_one_is_signed_out() -> None:
    sabine, verena = sign_in("sabine"), sign_in("verena")
    accounts.end_sessions(actor=SETUP, user=a_user("sabine"), now=NOW)
    assert not is_in(sabine)
    assert is_in(verena)


def test_a_form_without_its_token_changes_nothing(signed_in: SignIn) -> None:
    user = a_user("sabine")
    client = Client(enforce_csrf_checks=True)
    client.force_login(a_user("anton"))
    for path, form in (
        (f"/verwaltung/benutzer/{user.pk}/sperre", {"offen": "nein"}),
        ("/verwaltung/rollen/neu", {"name": "Neu"}),
        ("/verwaltung/firma", {"name": "Neu"}),
        ("/kunden/neu", {"name": "Neu"}),
    ):
        assert client.post(path, form).status_code == 403, path
    user.refresh_from_db()
    assert user.is_active


def test_cookies_are_for_this_house_only_and_behind_tls_for_tls_only() -> None:
    user = a_user("sabine")
    user.set_password(PASSWORD)
    user.save()
    client = Client()
    client.get("/konto/login/")
    client.post("/konto/login/", {"login": "sabine", "password": PASSWORD})
    for name in ("sessionid", "csrftoken"):
        cookie = client.cookies[name]
        assert cookie["httponly"], name
        assert cookie["samesite"] == "Lax", name


def test_cookies_behind_tls_are_secure(monkeypatch: pytest.MonkeyPatch) -> None:
    import subprocess
    import sys

    code = (
        "from kundenakte.config import settings as s; "
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0, s.SESSION_COOKIE_HTTPONLY)"
    )
    import os

    environment = os.environ | {"KUNDENAKTE_TLS": "1", "PYTHONPATH": os.pathsep.join(("src", *sys.path))}
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["True"] * 4


def test_every_page_forbids_what_it_does_not_need(signed_in: SignIn) -> None:
    document = a_document()
    client = signed_in("anton")
    pages = ("/", "/kunden/", f"/dokument/{document.pk}", "/verwaltung/", "/verwaltung/rechte", "/gibt/es/nicht")
    for path in pages:
        answer: Any = client.get(path)
        policy = {part.split()[0]: part.split()[1:] for part in answer["Content-Security-Policy"].split(";")}
        assert policy["script-src"] == ["'self'"], path
        assert policy["style-src"] == ["'self'"], path
        assert policy["object-src"] == policy["frame-ancestors"] == ["'none'"], path
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
        text = answer.content.decode()
        assert "<script>" not in text
        assert " style=" not in text
        assert " onclick=" not in text
    assert "no-store" in client.get("/verwaltung/")["Cache-Control"]
