"""ZIP packages with a fixed time, so that the same parts give the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable

# The earliest time a ZIP entry can carry.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def pack(parts: Iterable[tuple[str, bytes]]) -> bytes:
    """A ZIP of these parts in this order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name, data in parts:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            package.writestr(entry, data)
    return buffer.getvalue()


def repack(data: bytes) -> bytes:
    """The same package with fixed times."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return pack([(name, package.read(name)) for name in package.namelist()])
