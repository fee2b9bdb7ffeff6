"""Secrets that stand in for a sign-in: of programs, calendar feeds and one-time links. Only their hash is kept."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_SPELLED: Final = 17


def fresh(prefix: str = "") -> str:
    """A new one to hand out: 256 random bits, in letters that can stand in an address."""
    return prefix + secrets.token_urlsafe(32)


def spelled() -> str:
    """A new one for an e-mail address: 84 random bits in small letters and digits that are not mistaken for others."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_SPELLED))


def digest_of(secret: str) -> str:
    """The form in which it is kept. So many random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
