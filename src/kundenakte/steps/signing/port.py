"""Who puts the signature under a digest: the house's own certificate, or a provider that somebody connects.

A provider is a class without arguments that keeps the promises of `Signer`; the setting KUNDENAKTE_SIGNER names it.
The suite in tests/contracts/test_signers.py is the description for whoever writes one.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol

from django.conf import settings
from django.utils.translation.trans_null import gettext_noop

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
    """The signer of this house. Raises ImportError or AttributeError for a setting that names nothing."""
    module, _dot, name = str(settings.SIGNER).rpartition(".")
    made: Signer = getattr(importlib.import_module(module), name)()
    return made
