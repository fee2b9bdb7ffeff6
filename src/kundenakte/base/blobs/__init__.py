"""Bytes, stored by their hash."""

from functools import cache
from pathlib import Path

from django.conf import settings

from kundenakte.base.blobs.local import LocalStore
from kundenakte.base.blobs.store import BlobStore


def default() -> BlobStore:
    """The house's store of originals, in `settings.BLOBS`."""
    return _local(Path(settings.BLOBS))


@cache
def _local(root: Path) -> LocalStore:
    return LocalStore(root)
