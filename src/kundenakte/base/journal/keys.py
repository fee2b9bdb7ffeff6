"""The keys that sign tree heads: made once, kept at 0600 in the data folder, replaced without losing the old ones."""

from __future__ import annotations

import hashlib
import os
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import transaction

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions
from kundenakte.base.journal.models import JournalLeaf, SigningKey

ANNOUNCED = "journal.key_announced"


class KeyLost(Exception):
    """The private half of the signing key is not in its folder, so no tree head can be signed."""


def folder() -> Path:
    """Where the private halves lie, one file `<fingerprint>.pem` each, for the house's own account alone."""
    return Path(settings.JOURNAL_KEYS or Path(settings.DATA) / "journal-keys")


@transaction.atomic
def announce(*, actor: Actor, at: datetime) -> SigningKey:
    """Make a new key and write it into the journal. It signs as soon as a head signed by the old one covers that entry.

    On return the private half is on disk. After a crash before the commit a file nobody uses is left.
    """
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    fingerprint = hashlib.sha256(public).hexdigest()
    _write(fingerprint, private)
    before = SigningKey.objects.order_by("-id").first()
    key = SigningKey.objects.create(fingerprint=fingerprint, public_key=public, made_at=at)
    actions.append(
        actor, ANNOUNCED, key, at=at, fingerprint=fingerprint, public_key=public.hex(),
        previous=before.fingerprint if before else None,
    )  # fmt: skip
    return key


def signing(*, covered: int, last: SigningKey | None) -> SigningKey | None:
    """The key that signs the next head: the newest whose announcement is among the `covered` leaves of the last head.

    None before there is any. When the files of all such keys are gone, the newest whose file is there signs instead,
    which the verifier says: nobody proves then that the new key is ours.
    """
    keys = list(SigningKey.objects.order_by("-id"))
    if not keys:
        return None
    there = [key for key in keys if _file(key.fingerprint).is_file()]
    handed_over = [key for key in there if last is None or key.pk <= last.pk or _announced_within(key, covered)]
    if not there:
        raise KeyLost(keys[0].fingerprint)
    return (handed_over or there)[0]


def sign(key: SigningKey, content: bytes) -> bytes:
    """The Ed25519 signature of `content`. Raises KeyLost."""
    try:
        private = serialization.load_pem_private_key(_file(key.fingerprint).read_bytes(), password=None)
    except OSError as error:
        raise KeyLost(key.fingerprint) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyLost(key.fingerprint)
    return private.sign(content)


def public_pem(key: SigningKey) -> bytes:
    """The public half as PEM, as it lies in the export."""
    public = serialization.load_der_public_key(bytes(key.public_key))
    return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def _announced_within(key: SigningKey, covered: int) -> bool:
    return JournalLeaf.objects.filter(
        entry__subject_type="journal.signingkey", entry__subject_id=key.pk, entry__kind=ANNOUNCED, seq__lt=covered
    ).exists()


def _file(fingerprint: str) -> Path:
    return folder() / f"{fingerprint}.pem"


def _write(fingerprint: str, private: Ed25519PrivateKey) -> None:
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(_file(fingerprint), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as target:
        target.write(
            private.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        target.flush()
        os.fsync(target.fileno())
