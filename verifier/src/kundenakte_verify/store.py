"""Asking an object store that speaks S3 what it keeps and how it is locked: two questions, signed (AWS signature 4).

An account that may only list and read is enough, and better.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, urlencode, urlsplit
from xml.etree import ElementTree

_TIMEOUT: Final = 60
_EMPTY: Final = hashlib.sha256(b"").hexdigest()
_OK: Final = 200
_NOT_THERE: Final = 404


class StoreError(Exception):
    """The store does not answer, or refuses; the text says how."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One version of a file there."""

    key: str
    version: str
    size: int


class Store:
    """A bucket and a prefix in it. Keys are relative to the prefix. May be asked by several threads."""

    def __init__(self, address: str, *, endpoint: str, region: str, key_id: str, secret: str) -> None:
        self.bucket, _, prefix = address.removeprefix("s3://").partition("/")
        self.prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        parts = urlsplit(endpoint or f"https://s3.{region}.amazonaws.com")
        self._host, self._is_tls = parts.netloc, parts.scheme == "https"
        self._region, self._key_id, self._secret = region, key_id, secret
        self._own = threading.local()

    def versions(self, below: str) -> Iterator[Kept]:
        """Every version of every file below a key; marks of deletion are none. Raises StoreError."""
        more = {"key-marker": "", "version-id-marker": ""}
        while True:
            asked = {"versions": "", "prefix": self.prefix + below} | {k: v for k, v in more.items() if v}
            status, _, body = self._ask("GET", "", asked)
            if status != _OK:
                raise StoreError(f"{self.bucket}: {status}")
            try:
                tree = ElementTree.fromstring(body)  # noqa: S314 – the expat of Python 3.11 refuses exploding entities
            except ElementTree.ParseError as error:
                raise StoreError(f"{self.bucket}: {error}") from error
            said = {_bare(one.tag): one.text or "" for one in tree}
            for one in tree:
                if _bare(one.tag) == "Version":
                    row = {_bare(part.tag): part.text or "" for part in one}
                    yield Kept(row["Key"].removeprefix(self.prefix), row["VersionId"], int(row["Size"]))
            if said.get("IsTruncated") != "true":
                return
            more = {
                "key-marker": said.get("NextKeyMarker", ""),
                "version-id-marker": said.get("NextVersionIdMarker", ""),
            }

    def locked_until(self, one: Kept) -> datetime | None:
        """Until when nobody can delete this version, by compliance mode; None when somebody can. Raises StoreError."""
        status, headers, _ = self._ask("HEAD", one.key, {"versionId": one.version})
        if status == _NOT_THERE:
            return None
        if status != _OK:
            raise StoreError(f"{one.key}: {status}")
        until = headers.get("x-amz-object-lock-retain-until-date")
        if headers.get("x-amz-object-lock-mode") != "COMPLIANCE" or not until:
            return None
        try:
            return datetime.fromisoformat(until).astimezone(UTC)
        except ValueError as error:
            raise StoreError(f"{one.key}: {until}") from error

    def read(self, key: str) -> bytes:
        """A file in its newest version. Raises StoreError."""
        status, _, body = self._ask("GET", key, {})
        if status != _OK:
            raise StoreError(f"{key}: {status}")
        return body

    def _ask(self, method: str, key: str, query: dict[str, str]) -> tuple[int, http.client.HTTPMessage, bytes]:
        """One question, over this thread's own connection; a second try when that was closed meanwhile."""
        path = quote(f"/{self.bucket}/{self.prefix}{key}" if key else f"/{self.bucket}", safe="/-_.~")
        words = urlencode(sorted(query.items()), quote_via=quote, safe="-_.~")
        for last_try in (False, True):
            connection = self._connection()
            try:
                connection.request(
                    method, f"{path}?{words}" if words else path, headers=self._signed(method, path, words)
                )
                answer = connection.getresponse()
                return answer.status, answer.headers, answer.read()
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                self._own.connection = None
                if last_try:
                    raise StoreError(f"{self._host}: {error or type(error).__name__}") from error
        raise AssertionError

    def _connection(self) -> http.client.HTTPConnection:
        found: http.client.HTTPConnection | None = getattr(self._own, "connection", None)
        if found is None:
            kind = http.client.HTTPSConnection if self._is_tls else http.client.HTTPConnection
            found = self._own.connection = kind(self._host, timeout=_TIMEOUT)
        return found

    def _signed(self, method: str, path: str, words: str) -> dict[str, str]:
        now = datetime.now(UTC)
        at, day = f"{now:%Y%m%dT%H%M%SZ}", f"{now:%Y%m%d}"
        headers = {"host": self._host, "x-amz-content-sha256": _EMPTY, "x-amz-date": at}
        names = ";".join(sorted(headers))
        lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
        asked = hashlib.sha256(f"{method}\n{path}\n{words}\n{lines}\n{names}\n{_EMPTY}".encode()).hexdigest()
        scope = f"{day}/{self._region}/s3/aws4_request"
        key = f"AWS4{self._secret}".encode()
        for word in (day, self._region, "s3", "aws4_request"):
            key = hmac.digest(key, word.encode(), "sha256")
        signature = hmac.digest(key, f"AWS4-HMAC-SHA256\n{at}\n{scope}\n{asked}".encode(), "sha256").hex()
        credential = f"Credential={self._key_id}/{scope}"
        return headers | {
            "Authorization": f"AWS4-HMAC-SHA256 {credential}, SignedHeaders={names}, Signature={signature}"
        }


def _bare(tag: str) -> str:
    return tag.rpartition("}")[2]
