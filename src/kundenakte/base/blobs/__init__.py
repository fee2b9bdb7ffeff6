"""Bytes, stored by their hash."""

from functools import cache
from pathlib import Path

from django.conf import settings

from kundenakte.base.blobs.local import LocalStore
from kundenakte.base.blobs.store import BlobStore


def default() -> BlobStore:
    """The house's store of originals: the bucket `settings.BLOBS_BUCKET`, else the folder `settings.BLOBS`.

    Raises buckets.BadAddress.
    """
    if settings.BLOBS_BUCKET:
        return _bucket(settings.BLOBS_BUCKET, Path(settings.BLOBS), settings.S3_ENDPOINT)
    return _local(Path(settings.BLOBS))


@cache
def _local(root: Path) -> LocalStore:
    return LocalStore(root)


@cache
def _bucket(address: str, here: Path, _endpoint: str) -> BlobStore:
    # A house that has its originals in a folder does without the client.
    from kundenakte.base import buckets
    from kundenakte.base.blobs.bucket import BucketStore

    return BucketStore(buckets.at(address), here)
