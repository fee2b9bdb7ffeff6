"""A person signs the valid version of a document: what comes about is its next version, and valid at once."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal

from django.conf import settings

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.confinement import scratch_folder
from kundenakte.base.journal import actions as journal
from kundenakte.records import access, sources
from kundenakte.records.actions import documents
from kundenakte.records.models import Arrival, Document, Verb, Version
from kundenakte.records.refusals import ChangedMeanwhile, NotAllowed, ReasonMissing
from kundenakte.steps.signing import hand, port, refusals

PDF: Final = "application/pdf"
# In bytes. More than that a person would wait for too long.
MOST: Final = 200 * 1024 * 1024
# As long as the field on the page and the comment of a version.
LONGEST_REASON: Final = 300
# How it was made sure that it is she: by her password, or by her word alone where she has none here.
Confirmed = Literal["password", "word"]


def sign(
    *,
    actor: Actor,
    document: Document,
    edition: int,
    reason: str,
    confirmed: Confirmed,
    now: datetime,
    receive: Callable[..., Arrival],
    open_original: Callable[..., BinaryIO],
) -> Version:
    """Sign the valid version with the signer of the house. Returns the new version, valid, with its journal entry.

    For people alone; it takes the right to edit, and where the class asks for a release that right as well. `edition`
    is the state the person had before her. A sealed document wants a reason. Nothing is there when this raises:
    NotAllowed, ChangedMeanwhile, ReasonMissing, NotSignable, ProviderDeclined, NoCertificate, NoSigner, Damaged.
    """
    version = require_signable(actor=actor, document=document)
    if document.edition != edition:
        raise ChangedMeanwhile
    if document.is_sealed and not reason:
        raise ReasonMissing
    signer = port.chosen()
    wish = hand.Wish(
        f"Unterschrift-{secrets.token_hex(6)}", document.title, actor.name, reason[:LONGEST_REASON],
        now.replace(microsecond=0),
    )  # fmt: skip
    with scratch_folder(Path(settings.SCRATCH)) as folder:
        original, target = folder / "original.pdf", folder / "signed.pdf"
        with open_original(version, now=now) as source, original.open("wb") as copy:
            shutil.copyfileobj(source, copy)
        fingerprint = hand.signed_copy(original, target, wish, signer.begin)
        facts = {
            "signer": signer.name, "signature": signer.kind, "fingerprint": fingerprint, "field": wish.field,
            "confirmed": confirmed, "of": version.number, "of_digest": version.digest,
        }  # fmt: skip

        write_down = partial(_write_down, actor=actor, edition=edition, reason=wish.reason, facts=facts, now=now)
        with target.open("rb") as stream:
            arrival = receive(
                actor=actor, stream=stream, file_name=version.file_name, source=sources.SIGNED, now=now,
                facts={"document_id": document.pk, "comment": wish.reason}, beside=write_down,
            )  # fmt: skip
    made = arrival.version
    assert made is not None  # noqa: S101 - else _write_down had raised
    return made


def require_signable(*, actor: Actor, document: Document) -> Version:
    """The version that would be signed. Raises NotAllowed and NotSignable, as far as that can be told from the rows."""
    if actor.kind != "person":
        raise NotAllowed
    access.require(actor, Verb.EDIT, document)
    if not document.document_class.valid_at_once:
        access.require(actor, Verb.RELEASE, document)
    version = document.valid_version
    if version is None or document.is_draft:
        raise refusals.OnlyADraft
    if version.media_type != PDF:
        raise refusals.NoPdf
    if version.size > MOST:
        raise refusals.TooLong
    return version


def _write_down(
    arrival: Arrival, *, actor: Actor, edition: int, reason: str, facts: dict[str, Any], now: datetime
) -> None:
    """In the transaction of the new version: nobody came in between, it is valid, and the journal says who signed."""
    document, version = arrival.document, arrival.version
    # One more than the person has seen is the new version itself.
    if document is None or version is None or document.edition != edition + 1:
        raise ChangedMeanwhile
    if document.valid_version_id != version.pk:
        documents.release_version(actor=actor, version=version, edition=document.edition, now=now)
    journal.append(
        actor, "document.signed", document, at=now, reason=reason, version=version.number, digest=version.digest,
        **facts,
    )  # fmt: skip
