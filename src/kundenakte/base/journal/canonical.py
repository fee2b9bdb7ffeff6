"""What an entry says, as bytes: the same facts give the same bytes on every machine (RFC 8785)."""

from __future__ import annotations

import hashlib
import secrets
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import rfc8785
from django.db.models import Model

SALT_BYTES = 32


def body(content: Mapping[str, Any]) -> bytes:
    """The canonical bytes of `content`, which holds only what `plain` returns."""
    return rfc8785.dumps(dict(content))


def plain(value: Any) -> Any:
    """A fact in the words of JSON: rows as "app.model:id", days and times in ISO 8601, decimals as they are written.

    Raises TypeError for anything whose meaning would depend on the machine or the version of the program.
    """
    if isinstance(value, Enum):
        value = value.value
    for kinds, worded in _WORDED:
        if isinstance(value, kinds):
            return worded(value)
    raise TypeError(f"A {type(value).__name__} cannot stand in the journal")


def reference(row: Model) -> str:
    """A row as "app.model:id"; it must have been saved."""
    if row.pk is None:
        raise TypeError(f"An unsaved {type(row).__name__} cannot stand in the journal")
    return f"{row._meta.label_lower}:{row.pk}"


def moment(at: datetime) -> str:
    """A time in UTC with microseconds; one without a zone is refused."""
    if at.tzinfo is None:
        raise TypeError("A time without a zone cannot stand in the journal")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


# In this order: a datetime is a date as well.
_WORDED: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (bool | int | str | float | None, lambda value: value),
    (Model, reference),
    (datetime, moment),
    (date, date.isoformat),
    (Decimal | uuid.UUID, str),
    (Mapping, lambda value: {str(key): plain(item) for key, item in value.items()}),
    (list | tuple, lambda value: [plain(item) for item in value]),
    (set | frozenset, lambda value: sorted((plain(item) for item in value), key=str)),
)


def new_salt() -> bytes:
    """32 random bytes: without them a name could be found by trying all names."""
    return secrets.token_bytes(SALT_BYTES)


def commitment(salt: bytes, value: str) -> str:
    """What stands in the entry instead of a personal fact (R-23)."""
    return hashlib.sha256(salt + value.encode()).hexdigest()


_last_tick = 0


def new_id() -> uuid.UUID:
    """A UUID of version 7 (RFC 9562): sorted by the time it was made, also within one process's microsecond."""
    global _last_tick  # noqa: PLW0603 - the order within a process needs a memory
    tick = time.time_ns() * 4096 // 1_000_000
    _last_tick = tick = max(tick, _last_tick + 1)
    millis, part = divmod(tick, 4096)
    value = (millis & (1 << 48) - 1) << 80 | 0x7 << 76 | part << 64 | 0b10 << 62 | secrets.randbits(62)
    return uuid.UUID(int=value)
