"""Encrypted streams: what was written comes back, and nothing else does."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest

from kundenakte.base.backup.encryption import PIECE, Key, decrypt, encrypt, key_from, reading
from kundenakte.base.backup.refusals import Damaged, NoKey

SIZES = (0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 7)


def sealed(content: bytes, key: Key) -> bytes:
    out = io.BytesIO()
    encrypt(io.BytesIO(content), out, key)
    return out.getvalue()


def opened(raw: bytes, key: Key) -> bytes:
    return b"".join(decrypt(io.BytesIO(raw), key))


@pytest.mark.parametrize("size", SIZES)
def test_what_was_written_comes_back(size: int, key: Key) -> None:
    content = random.Random(size).randbytes(size)
    raw = sealed(content, key)
    assert opened(raw, key) == content
    assert reading(decrypt(io.BytesIO(raw), key)).read() == content
    assert size < 8 or content[:64] not in raw


@pytest.mark.parametrize("size", SIZES)
def test_a_changed_a_cut_and_a_longer_stream_are_refused(size: int, key: Key) -> None:
    raw = sealed(bytes(size), key)
    spots = (0, 5, len(raw) // 2, len(raw) - 1)
    changed = [raw[:spot] + bytes([raw[spot] ^ 1]) + raw[spot + 1 :] for spot in spots]
    pieces = [raw[: 20 + (PIECE + 16)]] if size > PIECE else []
    for other in (*changed, *pieces, raw[:-1], raw[:10], b"", raw + b"x"):
        with pytest.raises(Damaged):
            opened(other, key)


def test_pieces_cannot_change_places(key: Key) -> None:
    raw = sealed(bytes(3 * PIECE), key)
    step = PIECE + 16
    head, first, second, rest = raw[:20], raw[20 : 20 + step], raw[20 + step : 20 + 2 * step], raw[20 + 2 * step :]
    with pytest.raises(Damaged):
        opened(head + second + first + rest, key)


def test_another_key_opens_nothing_and_names_nothing_alike(key: Key) -> None:
    other = Key("another secret text of 32 letters and more")
    with pytest.raises(Damaged):
        opened(sealed(b"secret", key), other)
    assert key.id != other.id
    assert key.name_of("ab") != other.name_of("ab")


def test_a_key_is_made_once_for_its_owner_only_and_refused_when_others_can_read_it(tmp_path: Path) -> None:
    file = tmp_path / "key"
    with pytest.raises(NoKey, match="fehlt"):
        key_from(secret="", file=file, create=False)
    made = key_from(secret="", file=file, create=True)
    assert file.stat().st_mode & 0o777 == 0o600
    assert key_from(secret="", file=file, create=True).id == made.id
    file.chmod(0o640)
    with pytest.raises(NoKey, match="andere lesen"):
        key_from(secret="", file=file, create=False)
    with pytest.raises(NoKey, match="zu kurz"):
        key_from(secret="short", file=file, create=False)
