"""Signing in: by name or address, limited in tries, closed to strangers."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client

from kundenakte.base.accounts.models import User

RIGHT, WRONG = "Ein langes Passwort 7", "falsch"


@pytest.fixture(autouse=True)
def bernd(db: None) -> User:
    cache.clear()
    return User.objects.create_user("bernd", "bernd@example.com", RIGHT)


def sign_in(client: Client, name: str, password: str) -> bool:
    client.post("/konto/login/", {"login": name, "password": password})
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("name", ["bernd", "bernd@example.com"])
def test_by_name_or_address(client: Client, name: str) -> None:
    assert sign_in(client, name, RIGHT)


def test_a_wrong_password_is_refused(client: Client) -> None:
    assert not sign_in(client, "bernd", WRONG)


def test_after_five_wrong_tries_even_the_right_password_must_wait(client: Client) -> None:
    for _ in range(5):
        assert not sign_in(client, "bernd", WRONG)
    assert not sign_in(client, "bernd", RIGHT)


def test_others_may_still_sign_in_then(client: Client) -> None:
    User.objects.create_user("sabine", "sabine@example.com", RIGHT)
    for _ in range(5):
        sign_in(client, "bernd", WRONG)
    assert sign_in(client, "sabine", RIGHT)


def test_a_locked_account_is_refused(client: Client, bernd: User) -> None:
    bernd.is_active = False
    bernd.save()
    assert not sign_in(client, "bernd", RIGHT)


def test_nobody_signs_up_by_himself(client: Client) -> None:
    client.post(
        "/konto/signup/",
        {"username": "fremd", "email": "fremd@example.com", "password1": RIGHT, "password2": RIGHT},
    )
    assert not User.objects.filter(username="fremd").exists()
