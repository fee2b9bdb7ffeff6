"""Reading the environment: small typed helpers that fail loudly, and secrets that are made once and kept at 0600."""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


class BadSetting(Exception):
    """An environment variable says something that cannot be meant; the sentence names it."""


def text(name: str, default: str = "") -> str:
    """The variable's text, or `default` when it is not set."""
    return os.environ.get(name, default)


def flag(name: str, *, default: bool) -> bool:
    """A yes or no: 1/0, true/false, yes/no, on/off."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise BadSetting(f"{name}={value!r} is neither yes nor no")


def number(name: str, default: int) -> int:
    """A whole number."""
    value = os.environ.get(name, "").strip()
    try:
        return int(value) if value else default
    except ValueError as error:
        raise BadSetting(f"{name}={value!r} is not a whole number") from error


def words(name: str, default: tuple[str, ...]) -> list[str]:
    """A list separated by commas or blanks."""
    return os.environ.get(name, "").replace(",", " ").split() or list(default)


def secret(name: str, file: Path) -> str:
    """The secret from the environment, else from `file`, which is made with mode 0600 the first time.

    Two processes that start at once agree: the file is created exclusively, the loser reads the winner's.
    """
    value = os.environ.get(name, "")
    if value:
        return value
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text(encoding="ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as target:
        made = secrets.token_urlsafe(48)
        target.write(made)
        target.flush()
        os.fsync(target.fileno())
    return made


def database(url: str, *, folder: Path) -> dict[str, Any]:
    """Django's description of a database: SQLite in `folder` when `url` is empty, else `postgresql://…` or `sqlite:///…`."""
    parts = urlsplit(url)
    if not url or parts.scheme == "sqlite":
        return _sqlite(Path(unquote(parts.path)) if url else folder / "kundenakte.sqlite3")
    if parts.scheme in {"postgres", "postgresql"}:
        options = dict(parse_qsl(parts.query))
        # A socket folder may stand in the query: postgresql:///name?host=/run/postgresql
        host = options.pop("host", "") or (parts.hostname or "")
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": host,
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": options,
        }
    raise BadSetting(f"The database address begins with {parts.scheme!r}; postgresql:// or sqlite:/// is understood")


def _sqlite(file: Path) -> dict[str, Any]:
    return {
        "ENGINE": "kundenakte.base.sqlite",
        "NAME": str(file),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # IMMEDIATE takes the write lock at BEGIN: read-then-write never fails half way (docs/decisions/0002).
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # FULL: a receipt must survive a power cut.
            "init_command": (
                "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;"
                # INSERT OR REPLACE fires the guards' DELETE triggers only with recursive_triggers.
                "PRAGMA recursive_triggers=ON;"
                "PRAGMA temp_store=MEMORY;PRAGMA cache_size=-16000;PRAGMA mmap_size=268435456;"
            ),
        },
    }
