"""A link by which somebody sets the first password, or a new one, once.

The token is bound to the account's present password and round of sessions: using it, or making another one, ends it.
No row is kept. It holds for `settings.PASSWORD_RESET_TIMEOUT` seconds (three days).
"""

from __future__ import annotations

from django.contrib.auth.tokens import PasswordResetTokenGenerator

from kundenakte.base.accounts.models import User


class _Invitations(PasswordResetTokenGenerator):
    key_salt = "kundenakte.invitation"

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{user.pk}:{user.password}:{user.sessions_round}:{user.is_active}:{timestamp}"


_invitations = _Invitations()


def token_for(user: User) -> str:
    """The secret part of the link."""
    return _invitations.make_token(user)


def is_good(user: User, token: str) -> bool:
    """Whether the link may still be used: not used yet, not replaced, not too old, the account open."""
    return user.is_active and not user.is_service and _invitations.check_token(user, token)
