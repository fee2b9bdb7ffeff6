"""Encrypted streams: AES-256-GCM in pieces of one mebibyte, each sealed with its place and whether it is the last.

A stream begins with `KAB1` and 16 random bytes; with them HKDF-SHA256 draws the stream's own key from the house's. The
nonce of a piece is its number (8 bytes), three zero bytes, and 1 for the last piece: pieces cannot be exchanged, left
out, or cut off at the end. Memory does not grow with the size.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kundenakte.base.backup.refusals import Damaged, NoKey

PIECE: Final = 1024 * 1024
_MAGIC: Final = b"KAB1"
_SALT: Final = 16
_TAG: Final = 16
# Shorter ones could be guessed.
_SHORTEST: Final = 32


class Key:
    """The house's key for backups, from a secret text of at least 32 random characters."""

    def __init__(self, secret: str) -> None:
        if len(secret.strip()) < _SHORTEST:
            raise NoKey(f"Der Schlüssel der Sicherung ist zu kurz; er braucht {_SHORTEST} zufällige Zeichen.")
        self._master = _derive(secret.strip().encode(), b"", b"kundenakte backup")
        self._names = _derive(self._master, b"", b"names")

    @property
    def id(self) -> str:
        """Tells keys apart without telling the key."""
        return hmac.digest(self._names, b"key id", "sha256").hex()[:32]

    def name_of(self, digest: str) -> str:
        """Under which name bytes are kept: whoever has no key cannot ask whether a certain file is in the backup."""
        return hmac.digest(self._names, digest.encode(), "sha256").hex()

    def of_stream(self, salt: bytes) -> AESGCM:
        """The cipher of one stream."""
        return AESGCM(_derive(self._master, salt, b"stream"))


def key_from(*, secret: str, file: Path, create: bool) -> Key:
    """The key from the environment, else from `file`, which only its owner may read; with `create` it is made there."""
    if secret:
        return Key(secret)
    if create and not file.exists():
        file.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as target:
            target.write(os.urandom(32).hex() + "\n")
            target.flush()
            os.fsync(target.fileno())
    try:
        if file.stat().st_mode & 0o077:
            raise NoKey(f"Den Schlüssel {file} können andere lesen. Bitte: chmod 600 {file}")
        return Key(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise NoKey(f"Der Schlüssel der Sicherung fehlt: {file} ({error.strerror}).") from error


def encrypt(source: BinaryIO, target: BinaryIO, key: Key) -> tuple[str, int]:
    """Write all that `source` still holds. Returns its SHA-256 and size, those of the plain bytes."""
    digest, size, number = hashlib.sha256(), 0, 0
    salt = os.urandom(_SALT)
    cipher = key.of_stream(salt)
    target.write(_MAGIC + salt)
    piece = _whole(source)
    while True:
        following = _whole(source) if len(piece) == PIECE else b""
        digest.update(piece)
        size += len(piece)
        is_last = not following
        target.write(cipher.encrypt(_nonce(number, is_last=is_last), piece, _MAGIC))
        if is_last:
            return digest.hexdigest(), size
        piece, number = following, number + 1


def decrypt(source: BinaryIO, key: Key) -> Iterator[bytes]:
    """The plain pieces. Raises Damaged as soon as one is not what was written, and at an end that came too soon."""
    head = source.read(len(_MAGIC) + _SALT)
    if not head.startswith(_MAGIC) or len(head) != len(_MAGIC) + _SALT:
        raise Damaged("Eine Datei der Sicherung ist beschädigt (Anfang).")
    cipher = key.of_stream(head[len(_MAGIC) :])
    number = 0
    piece = source.read(PIECE + _TAG)
    while True:
        following = source.read(PIECE + _TAG) if len(piece) == PIECE + _TAG else b""
        try:
            yield cipher.decrypt(_nonce(number, is_last=not following), piece, _MAGIC)
        except (InvalidTag, ValueError) as error:
            raise Damaged("Eine Datei der Sicherung ist beschädigt oder unvollständig.") from error
        if not following:
            return
        piece, number = following, number + 1


class Reading(io.RawIOBase):
    """Pieces as a stream to read once, from front to back."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, b""

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: object, /) -> int:
        """As many bytes as the present piece still has; 0 at the end."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        if not self._rest:
            self._rest = next(self._pieces, b"")
        count = min(len(view), len(self._rest))
        view[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def reading(pieces: Iterator[bytes]) -> BinaryIO:
    """`Reading`, with reads that bring as much as was asked for."""
    return io.BufferedReader(Reading(pieces), PIECE)


def _whole(source: BinaryIO) -> bytes:
    """A whole piece, unless the stream ends before."""
    piece = source.read(PIECE)
    while len(piece) < PIECE and (more := source.read(PIECE - len(piece))):
        piece += more
    return piece


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(8, "big") + b"\0\0\0" + bytes([is_last])


def _derive(secret: bytes, salt: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt or None, info=purpose).derive(secret)
