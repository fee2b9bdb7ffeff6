"""Who puts the signature under a digest: the house's own certificate, or a provider that somebody connects.

A provider is a class without arguments that keeps the promises of `Signer`; the setting KUNDENAKTE_SIGNER names it.
The suite in tests/contracts/test_signers.py is the description for whoever writes one.
"""

from __future__ import annotations

import importlib
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, Protocol, cast

from django.conf import settings
from django.utils.translation.trans_null import gettext_noop

from kundenakte.steps.signing.refusals import NoSigner

log = logging.getLogger(__name__)

# As eIDAS tells them apart (Art. 3 No. 10 to 12).
Kind = Literal["simple", "advanced", "qualified"]
WORDS: Final[dict[str, str]] = {
    "simple": gettext_noop("einfache elektronische Signatur"),
    "advanced": gettext_noop("fortgeschrittene elektronische Signatur"),
    "qualified": gettext_noop("qualifizierte elektronische Signatur"),
}


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be signed: the SHA-256 of everything in the PDF but the place of the signature itself."""

    digest: bytes
    # For the person at the provider's screen.
    title: str
    person: str
    reason: str
    at: datetime
    # So many bytes of signature find room.
    room: int
    # Where the person is sent once a provider that lets her wait is through.
    back: str = ""


@dataclass(frozen=True, slots=True)
class Signed:
    """The signature: a CMS object (DER, detached, with PAdES attributes), and the SHA-256 of its certificate in hex."""

    cms: bytes
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """The person has to act elsewhere first: at `address`. `key` asks for the outcome."""

    address: str
    key: str


@dataclass(frozen=True, slots=True)
class Declined:
    """No signature comes of it; a German sentence says why."""

    sentence: str


Answer = Signed | Waiting | Declined


class Signer(Protocol):
    """Makes signatures. Whatever the network does to it is answered with `Declined`, never raised."""

    # A stable word for the journal.
    name: str
    kind: Kind

    def begin(self, request: Request) -> Answer:
        """Sign at once, or say where the person goes on. The same request twice is two signatures."""

    def collect(self, key: str) -> Answer:
        """What has become of a request that was waiting; asked as often as one likes. Unknown keys are declined."""


def chosen() -> Signer:
    """The signer of this house. Raises NoSigner for a setting that names none; the log has the reason."""
    try:
        return _made()
    except NoSigner as error:
        log.warning("KUNDENAKTE_SIGNER names no signer: %s", error.reason)
        raise


def trouble() -> str:
    """Why the setting names no signer, in the words of the program; empty when it names one."""
    try:
        _made()
    except NoSigner as error:
        return error.reason
    return ""


def _made() -> Signer:
    named = str(settings.SIGNER)
    module, _dot, name = named.rpartition(".")
    try:
        return _keeping_its_promises(getattr(importlib.import_module(module), name)())
    # Whatever somebody else's module does while it is loaded or made.
    except Exception as error:
        raise NoSigner(reason=f"{named}: {type(error).__name__}: {error}") from error


def _keeping_its_promises(made: Any) -> Signer:
    absent = [name for name in ("begin", "collect") if not callable(getattr(made, name, None))]
    absent += [] if isinstance(getattr(made, "name", None), str) else ["name"]
    absent += [] if getattr(made, "kind", None) in WORDS else ["kind"]
    if absent:
        raise TypeError(f"no Signer, it lacks {', '.join(absent)}")
    return cast(Signer, made)
