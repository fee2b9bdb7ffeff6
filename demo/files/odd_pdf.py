"""PDFs that cannot simply be read: with a password, cut off, without a text."""

from __future__ import annotations

import io

import pikepdf


def protected(pdf: bytes, password: str) -> bytes:
    """The same PDF, to be opened with a password only."""
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        # Revision 3: the later ones draw random numbers, and the same seed must give the same bytes.
        encryption = pikepdf.Encryption(owner=f"{password}-owner", user=password, R=3, aes=False, metadata=False)
        document.save(buffer, encryption=encryption, static_id=True)
    return buffer.getvalue()


def broken(pdf: bytes) -> bytes:
    """A PDF of which the transfer was cut off, and whose first part suffered."""
    keep = len(pdf) * 2 // 5
    return pdf[:200] + b"\x00" * 64 + pdf[264:keep]
