"""A place as people name it – a folder or `s3://BUCKET/PREFIX` – as the target it is."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from kundenakte.base import buckets
from kundenakte.base.backup.encryption import Key
from kundenakte.base.backup.folder import Folder
from kundenakte.base.backup.refusals import NoTarget
from kundenakte.base.backup.target import Target
from kundenakte.base.buckets import Access, Bucket


def begin(place: str, key: Key) -> Target:
    """A backup to write to, made there when nothing is. Raises NoTarget, NoBackup or WrongKey."""
    if not buckets.is_address(place):
        return Folder.begin(Path(place), key)
    from kundenakte.base.backup.bucket import InBucket

    return InBucket.begin(_bucket(place), key)


def at(place: str, key: Key) -> Target:
    """A backup that is there. Raises NoTarget, NoBackup or WrongKey."""
    if not buckets.is_address(place):
        return Folder.at(Path(place), key)
    from kundenakte.base.backup.bucket import InBucket

    return InBucket.at(_bucket(place), key)


def chosen(place: str) -> str:
    """The place asked for, else that of the settings. Raises NoTarget when there is neither."""
    named = place or settings.BACKUP_TARGET
    if not named:
        raise NoTarget(
            "Wohin? Bitte nennen Sie einen Ordner oder s3://EIMER/ORDNER, oder setzen Sie KUNDENAKTE_BACKUP."
        )
    if buckets.is_address(named):
        return named
    if "://" in named:
        raise NoTarget("Sicherungen gehen in einen Ordner oder in einen Objektspeicher (s3://EIMER/ORDNER).")
    return str(Path(named).absolute())


def _bucket(place: str) -> Bucket:
    """With the keys of the backup's own store where it has one: best it is another account than the house's."""
    own = settings.BACKUP_S3_KEY_ID, settings.BACKUP_S3_SECRET
    try:
        if any(own):
            endpoint = settings.BACKUP_S3_ENDPOINT or settings.S3_ENDPOINT
            return buckets.at(place, Access(endpoint, settings.BACKUP_S3_REGION or settings.S3_REGION, *own))
        return buckets.at(place)
    except buckets.BadAddress as error:
        raise NoTarget(str(error)) from error
