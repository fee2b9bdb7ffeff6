"""A bucket of an object store that speaks S3: the few things the house asks of one.

The address is `s3://BUCKET/PREFIX`; where the store is and the keys that open it come from the settings. Every trouble
of the store or of the way to it is a `BucketError`, which is an OSError, so that it is treated like that of a disk.

The client is loaded by whoever makes one: it holds six megabytes, and most houses keep everything in folders.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, BinaryIO, Final

from django.conf import settings

SCHEME: Final = "s3://"
_ADDRESS = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>[A-Za-z0-9._/-]{0,200}))?")
_MISSING: Final = frozenset({"404", "NoSuchKey", "NoSuchVersion", "NotFound"})
_REFUSED: Final = frozenset({"403", "AccessDenied"})
_NO_LOCK: Final = frozenset({"ObjectLockConfigurationNotFoundError", "NoSuchObjectLockConfiguration", "NotImplemented"})
_THERE: Final = frozenset({"412", "PreconditionFailed", "409", "ConditionalRequestConflict"})
_NOT_WELL: Final = 500
_PIECE: Final = 1024 * 1024
# Stores keep whole seconds, some milliseconds.
_A_BIT: Final = timedelta(seconds=2)


class BucketError(OSError):
    """The store cannot be reached, or does not do what it was asked."""


class BadAddress(BucketError):
    """No address of a bucket, or what opens it is not told."""


class Unreachable(BucketError):
    """No answer, or one that the store is not well. Nothing can be told from it."""


class Forbidden(BucketError):
    """The store refuses: the account may not, or the object is locked."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One version of an object. `locked_until` counts in compliance mode only: nobody can lift that one."""

    key: str
    version: str
    size: int = 0
    locked_until: datetime | None = None
    # What only says that the object was deleted; the versions before it are there.
    is_marker: bool = False


@dataclass(frozen=True, slots=True)
class Access:
    """Where the store is, and the keys that open it."""

    endpoint: str
    region: str
    key_id: str
    secret: str


def is_locked(locked_until: datetime | None, until: datetime) -> bool:
    """Whether what a store says of a lock reaches that moment."""
    return locked_until is not None and locked_until >= until - _A_BIT


def is_address(place: str) -> bool:
    """Whether a place is a bucket rather than a folder."""
    return place.startswith(SCHEME)


def at(address: str, access: Access | None = None) -> Bucket:
    """The bucket at an address, with the keys of the settings unless others are given. Does not ask the store.

    Raises BadAddress.
    """
    found = _ADDRESS.fullmatch(address)
    if not found:
        raise BadAddress(f"{address} ist keine Adresse der Form s3://EIMER/ORDNER.")
    access = access or Access(settings.S3_ENDPOINT, settings.S3_REGION, settings.S3_KEY_ID, settings.S3_SECRET)
    if not (access.key_id and access.secret):
        raise BadAddress("Für den Objektspeicher fehlen die Schlüssel (KUNDENAKTE_S3_KEY_ID, KUNDENAKTE_S3_SECRET).")
    return Bucket(_client(access), found["bucket"], (found["prefix"] or "").strip("/"))


@cache
def _client(access: Access) -> Any:
    """One for each process: making it costs more than using it. It may be used by several threads."""
    import botocore.session
    from botocore.config import Config

    config = Config(
        connect_timeout=5, read_timeout=60, retries={"total_max_attempts": 3, "mode": "standard"},
        s3={"addressing_style": "path"}, request_checksum_calculation="when_required",
        response_checksum_validation="when_required", max_pool_connections=8,
    )  # fmt: skip
    return botocore.session.Session().create_client(
        "s3", endpoint_url=access.endpoint or None, region_name=access.region, config=config,
        aws_access_key_id=access.key_id, aws_secret_access_key=access.secret,
    )  # fmt: skip


class Bucket:
    """Keys are relative to the prefix of the address. Every method may raise BucketError."""

    def __init__(self, client: Any, name: str, prefix: str) -> None:
        self._client, self.name = client, name
        self.prefix = f"{prefix}/" if prefix else ""

    @property
    def address(self) -> str:
        """As people name it."""
        return f"{SCHEME}{self.name}/{self.prefix}".rstrip("/")

    def put(self, key: str, content: BinaryIO | bytes, *, sha256: str, locked_until: datetime | None = None) -> str:
        """Keep bytes, whole or not at all, and return the version's name. The store itself compares their SHA-256.

        With `locked_until` nobody can delete or replace this version before, by compliance mode. At most 5 GB.
        """
        asked: dict[str, Any] = {"ChecksumSHA256": base64.b64encode(bytes.fromhex(sha256)).decode()}
        if locked_until:
            asked |= {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": locked_until}
        with _told():
            answer = self._client.put_object(Bucket=self.name, Key=self.prefix + key, Body=content, **asked)
        return str(answer.get("VersionId", ""))

    def put_new(self, key: str, content: bytes, *, sha256: str) -> bool:
        """The same for a key that is not there; False when it is. Of several at once one has his way."""
        checksum = base64.b64encode(bytes.fromhex(sha256)).decode()
        try:
            with _told():
                self._client.put_object(
                    Bucket=self.name, Key=self.prefix + key, Body=content, ChecksumSHA256=checksum, IfNoneMatch="*"
                )
        except BucketError as error:
            if _code(error.__cause__) in _THERE:
                return False
            raise
        return True

    def open(self, key: str, version: str = "") -> BinaryIO:
        """The bytes as a stream that is read once, from its begin. Raises FileNotFoundError."""
        with _told():
            answer = self._client.get_object(**self._named(key, version))
        return io.BufferedReader(_Body(answer["Body"]), _PIECE)

    def head(self, key: str, version: str = "") -> Kept | None:
        """What the store says about an object, or one version of it; None when it is not there."""
        try:
            with _told():
                answer = self._client.head_object(**self._named(key, version))
        except FileNotFoundError:
            return None
        lock = answer.get("ObjectLockRetainUntilDate") if answer.get("ObjectLockMode") == "COMPLIANCE" else None
        return Kept(key, str(answer.get("VersionId", "")), int(answer["ContentLength"]), lock)

    def lock(self, key: str, version: str, until: datetime) -> None:
        """Lock a version until then, by compliance mode. Raises Forbidden when that were shorter than it is now."""
        retention = {"Mode": "COMPLIANCE", "RetainUntilDate": until}
        with _told():
            self._client.put_object_retention(**self._named(key, version), Retention=retention)

    def remove(self, key: str, version: str = "") -> None:
        """Take one version away, or without `version` the object. Raises Forbidden while it is locked."""
        with _told():
            self._client.delete_object(**self._named(key, version))

    def remove_by_force(self, key: str, version: str) -> None:
        """The same with every right an account can have."""
        with _told():
            self._client.delete_object(**self._named(key, version), BypassGovernanceRetention=True)

    def versions(self, prefix: str) -> Iterator[Kept]:
        """Every version of all below a prefix, and the marks of what was deleted; of one key the newest first."""
        for page in self._pages("list_object_versions", prefix):
            for one in page.get("Versions", ()):
                yield Kept(self._own(one["Key"]), str(one["VersionId"]), int(one["Size"]))
            for one in page.get("DeleteMarkers", ()):
                yield Kept(self._own(one["Key"]), str(one["VersionId"]), is_marker=True)

    def keys(self, prefix: str) -> Iterator[str]:
        """All objects below a prefix, in the order of their keys."""
        for page in self._pages("list_objects_v2", prefix):
            for one in page.get("Contents", ()):
                yield self._own(one["Key"])

    def can_lock(self) -> bool:
        """Whether the bucket was made with Object Lock. That it does what it says is shown by trying only."""
        try:
            with _told():
                answer = self._client.get_object_lock_configuration(Bucket=self.name)
        except BucketError as error:
            if _code(error.__cause__) in _NO_LOCK:
                return False
            raise
        return bool(answer["ObjectLockConfiguration"].get("ObjectLockEnabled") == "Enabled")

    def _named(self, key: str, version: str) -> dict[str, str]:
        return {"Bucket": self.name, "Key": self.prefix + key, **({"VersionId": version} if version else {})}

    def _own(self, key: str) -> str:
        return key.removeprefix(self.prefix)

    def _pages(self, operation: str, prefix: str) -> Iterator[dict[str, Any]]:
        with _told():
            yield from self._client.get_paginator(operation).paginate(Bucket=self.name, Prefix=self.prefix + prefix)


class _Body(io.RawIOBase):
    """The body of an answer; what goes wrong on the way is an OSError here as well."""

    def __init__(self, body: Any) -> None:
        super().__init__()
        self._body = body

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with _told():
            piece = self._body.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self._body.close()
        super().close()


@contextmanager
def _told() -> Iterator[None]:
    """The client's errors as ours."""
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

    try:
        yield
    except ClientError as error:
        code = _code(error)
        if code in _MISSING:
            raise FileNotFoundError(code) from error
        if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= _NOT_WELL:
            raise Unreachable(f"Der Objektspeicher ist gestört: {code}") from error
        raised = Forbidden if code in _REFUSED else BucketError
        raise raised(f"Der Objektspeicher lehnt ab: {code}") from error
    except (BotoCoreError, HTTPClientError) as error:
        raise Unreachable(f"Der Objektspeicher ist nicht zu erreichen ({type(error).__name__}).") from error


def _code(error: BaseException | None) -> str:
    """What the store calls it; "" when it was not the store that said no."""
    answer = getattr(error, "response", None) or {}
    return str(answer.get("Error", {}).get("Code", ""))
