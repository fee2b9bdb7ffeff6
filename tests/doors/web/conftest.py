"""The browser door in tests: people of the cast, signed in."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.test import Client

from kundenakte import pipeline
from kundenakte.config import translations
from tests.builders import a_user
from tests.doors.web.pages import SignIn


@pytest.fixture(autouse=True, scope="session")
def _english() -> None:
    translations.compile_all()


@pytest.fixture(autouse=True)
def _house(db: None) -> None:
    pipeline.register_jobs()
    call_command("createcachetable", verbosity=0)


@pytest.fixture
def signed_in() -> SignIn:
    """A client of somebody of the cast."""

    def sign_in(username: str = "verena") -> Client:
        client = Client()
        client.force_login(a_user(username))
        return client

    return sign_in
