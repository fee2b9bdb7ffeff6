"""Who may sign in: accounts are made by an administrator, nobody signs up by himself."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import User
from kundenakte.records.actions import accounts


class ClosedHouse(DefaultAccountAdapter):  # type: ignore[misc]
    """allauth without a door for strangers."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: an administrator makes the account."""
        return False

    def set_password(self, user: User, password: str) -> None:
        """Somebody changes the own password: an action like any other, with its journal entry. allauth keeps this one
        session and ends all others."""
        accounts.set_password(actor=Actor.of(user), user=user, password=password, now=timezone.now())

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> Any:
        """A locked account looks like a wrong password."""
        return super().respond_user_inactive(request, user)
