"""Reading the environment: small typed helpers that fail loudly, and secrets that are made once and kept at 0600."""

import os
import re
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


def number(name: str, default: int, *, least: int | None = None) -> int:
    """A whole number, not below `least`."""
    value = os.environ.get(name, "").strip()
    try:
        given = int(value) if value else default
    except ValueError as error:
        raise BadSetting(f"{name}={value!r} is not a whole number") from error
    if least is not None and given < least:
        raise BadSetting(f"{name}={value!r} is less than {least}")
    return given


def words(name: str, default: tuple[str, ...]) -> list[str]:
    """A list separated by commas or blanks."""
    return os.environ.get(name, "").replace(",", " ").split() or list(default)


def named(name: str) -> dict[str, str]:
    """A list of `name=value`, separated by commas or blanks. Names are small letters, digits and hyphens."""
    found = {}
    for word in words(name, ()):
        key, sign, value = word.partition("=")
        if not sign or not value or not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", key):
            raise BadSetting(f"{name}: {word!r} is not name=value")
        found[key] = value
    return found


def bucket_or_folder(name: str, default: Path, *, at_hand: Path) -> tuple[str, Path]:
    """The address of a bucket (s3://…) and the folder for its copies at hand; or an empty address and a folder."""
    place = os.environ.get(name, "").strip()
    if place.startswith("s3://"):
        return place, at_hand
    return "", Path(place).absolute() if place else default


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


def key_pair(id_name: str, secret_name: str, file_name: str) -> tuple[str, str]:
    """A key's id and its secret: from the environment, else the two lines of a file that only its owner can read."""
    pair = os.environ.get(id_name, ""), os.environ.get(secret_name, "")
    file = os.environ.get(file_name, "")
    if any(pair) or not file:
        return pair
    try:
        if Path(file).stat().st_mode & 0o077:
            raise BadSetting(f"{file_name}: others can read {file}; chmod 600")
        lines = Path(file).read_text(encoding="ascii").split()
    except OSError as error:
        raise BadSetting(f"{file_name}: {file} cannot be read ({error.strerror})") from error
    if len(lines) != 2:
        raise BadSetting(f"{file_name}: {file} does not hold an id and a secret, one a line")
    return lines[0], lines[1]


def database(url: str, *, folder: Path) -> dict[str, Any]:
    """Django's description of a database: SQLite in `folder` when `url` is empty, else `postgresql://…` or `sqlite:///…`."""
    parts = urlsplit(url)
    if not url or parts.scheme == "sqlite":
        return _sqlite(Path(unquote(parts.path)) if url else folder / "kundenakte.sqlite3")
    if parts.scheme in {"postgres", "postgresql"}:
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
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
            # What is asked again and again is planned once per connection. Behind a pooler that hands out another
            # connection for each transaction: ?prepare_threshold= in the address turns it off.
            "OPTIONS": {"server_side_binding": True, **_prepared(options)},
        }
    raise BadSetting(f"The database address begins with {parts.scheme!r}; postgresql:// or sqlite:/// is understood")


def _prepared(options: dict[str, Any]) -> dict[str, Any]:
    """The options with how often a statement has to come before it is prepared: 3 times, or as the address says."""
    times = options.get("prepare_threshold", "3")
    return {**options, "prepare_threshold": int(times) if times.isdigit() else None}


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
