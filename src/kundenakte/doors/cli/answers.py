"""How the command line words refusals, and who acts there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.core.management.base import CommandError
from django.db import OperationalError

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.buckets import BucketError
from kundenakte.records.actions.accounts import account
from kundenakte.records.refusals import NotFound, Refused

P = ParamSpec("P")
T = TypeVar("T")


def refusals_in_words(handle: Callable[P, T]) -> Callable[P, T]:
    """A refusal ends the command with its sentence and exit code 1, without a traceback."""

    @wraps(handle)
    def inner(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return handle(*args, **kwargs)
        except Refused as error:
            raise CommandError(error.sentence) from error
        except BucketError as error:
            raise CommandError(str(error)) from error
        except OperationalError as error:
            raise CommandError(f"Die Datenbank ist nicht erreichbar oder gesperrt: {error}") from error

    return inner


def actor(username: str = "") -> Actor:
    """Whoever may start a command on this machine acts for the house, unless he names an account."""
    if not username:
        return Actor.system("command")
    try:
        return Actor.of(account(username))
    except NotFound as error:
        raise CommandError(error.sentence) from error


def pairs(texts: list[str] | None, what: str) -> dict[str, Any]:
    """`key=value` arguments as a mapping."""
    found = {}
    for text in texts or []:
        key, sign, value = text.partition("=")
        if not sign or not key.strip():
            raise CommandError(f"{what} wird als NAME=WERT angegeben, nicht „{text}“.")
        found[key.strip()] = value.strip()
    return found
