"""Programs show a token; cookies count for nothing here, so a foreign page can do nothing in somebody's name."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from kundenakte.base.accounts import random_secrets
from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import ApiToken, User
from kundenakte.doors.api.problems import Problem

# A token's last use is written down to within this time, so that a busy program costs no write for each call.
_USED_AGAIN: Final = timedelta(minutes=5)

# Calls per second that a token has in the long run, and at once, in each web process: enough for any real work, and an
# end to a loop that has gone wild.
PER_SECOND: Final = 100.0
AT_ONCE: Final = 400.0


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, by which token."""

    user: User
    token: ApiToken

    @property
    def actor(self) -> Actor:
        """Who is answerable for what this call changes."""
        return Actor.of(self.user)


class Token(HttpBearer):
    """`Authorization: Bearer ka_…` with the scope that the operation needs."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        """The caller; None for an unknown, expired or revoked token. Raises Problem for one without the scope."""
        found = ApiToken.objects.select_related("user").filter(digest=random_secrets.digest_of(token)).first()
        now = timezone.now()
        # An auditor reads in the browser, where each of his looks is written down; a token of his opens nothing.
        if found is None or not found.is_valid(now) or found.user.is_auditor:
            return None
        if self.scope not in found.scopes.split():
            sentence = f"Dieses Zugangstoken darf das nicht: Es fehlt die Berechtigung {self.scope}."
            raise Problem(403, "scope_missing", sentence, user=found.user, scope=self.scope)
        _limiter.take(found.pk)
        _note_use(found, now)
        return Caller(found.user, found)


def _note_use(token: ApiToken, now: datetime) -> None:
    if token.last_used_at is None or token.last_used_at < now - _USED_AGAIN:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


def caller(request: HttpRequest) -> Caller:
    """Whom `Token` has let in."""
    found: Caller = request.auth  # type: ignore[attr-defined]
    return found


class Limiter:
    """A bucket of calls for each token, filled at a steady rate."""

    def __init__(self, per_second: float, at_once: float) -> None:
        self._per_second, self._at_once = per_second, at_once
        self._lock = threading.Lock()
        self._left: dict[int, tuple[float, float]] = {}

    def take(self, token: int, now: float | None = None) -> None:
        """Take one call, or raise Problem with the seconds to wait."""
        now = time.monotonic() if now is None else now
        with self._lock:
            left, at = self._left.get(token, (self._at_once, now))
            left = min(self._at_once, left + (now - at) * self._per_second)
            self._left[token] = (max(left - 1, 0.0), now)
        if left < 1:
            wait = max(1, round((1 - left) / self._per_second))
            raise Problem(429, "too_many_calls", "Zu viele Anfragen auf einmal. Bitte warten Sie einen Augenblick.",
                          headers={"Retry-After": str(wait)})  # fmt: skip


_limiter = Limiter(PER_SECOND, AT_ONCE)
