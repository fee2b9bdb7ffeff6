"""Who may sign in: accounts are made by an administrator, nobody signs up by himself."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedHouse(DefaultAccountAdapter):  # type: ignore[misc]
    """allauth without a door for strangers."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: an administrator makes the account."""
        return False

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> Any:
        """A locked account looks like a wrong password."""
        return super().respond_user_inactive(request, user)
