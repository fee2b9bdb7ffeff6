"""Answers that are no pages: files to download, pictures, and what is asked for again and again."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags, quote_etag

from kundenakte.base import blobs
from kundenakte.base.blobs import ranges

# Whatever it is, it is not run in our name: no script, no form, no frame, and no guessing of its type.
_SANDBOX: Final = "sandbox; default-src 'none'"
_BLOCK: Final = 256 * 1024
_A_WEEK: Final = "private, max-age=604800, immutable"


@dataclass(frozen=True, slots=True)
class Original:
    """Bytes of the store with the name and type they are handed out under."""

    digest: str
    size: int
    file_name: str
    media_type: str
    # Where they come from when that is not the store.
    opened: Callable[[], BinaryIO] | None = None


def download(request: HttpRequest, original: Original) -> HttpResponseBase:
    """The original bytes, or the range that is asked for, to be saved and never shown as a page of ours.

    Streamed from the store, so memory does not grow with the size. The digest is the ETag: a download that broke off
    goes on (`If-Range`) only where the bytes are the same.
    """
    etag = quote_etag(original.digest)
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        return _dressed(HttpResponseNotModified(), etag)
    try:
        span = _span(request, etag, original.size)
    except ranges.NotSatisfiable:
        response = HttpResponse(status=416, content_type="text/plain; charset=utf-8")
        response.headers["Content-Range"] = f"bytes */{original.size}"
        return _dressed(response, etag)
    return _dressed(_bytes(request, original, span), etag)


def _span(request: HttpRequest, etag: str, size: int) -> ranges.Span | None:
    # Only a GET has ranges.
    if request.method != "GET":
        return None
    return ranges.still_asked(
        request.headers.get("Range", ""), size, if_range=request.headers.get("If-Range"), etag=etag
    )


def _bytes(request: HttpRequest, original: Original, span: ranges.Span | None) -> HttpResponseBase:
    whole = ranges.Span(0, original.size - 1, original.size)
    stream: Any = io.BytesIO() if request.method == "HEAD" else _opened(original)
    response = FileResponse(
        ranges.Part(stream, span or whole), as_attachment=True, filename=original.file_name,
        content_type=_plain_type(original.media_type), status=206 if span else 200,
    )  # fmt: skip
    response.block_size = _BLOCK
    response.headers["Content-Length"] = str((span or whole).length)
    if span:
        response.headers["Content-Range"] = str(span)
    return response


def _opened(original: Original) -> BinaryIO:
    return original.opened() if original.opened else blobs.default().open(original.digest)


def _dressed(response: HttpResponseBase, etag: str) -> HttpResponseBase:
    response.headers["ETag"] = etag
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Content-Security-Policy"] = _SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def picture(request: HttpRequest, path: Path, *, etag: str) -> HttpResponseBase:
    """A page image. It never changes, so the browser asks once; with another sign-in it asks again (Vary)."""
    quoted = quote_etag(etag)
    response: HttpResponseBase
    if quoted in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponseNotModified()
    else:
        response = FileResponse(path.open("rb"), content_type="image/webp")
        response.headers["Content-Security-Policy"] = _SANDBOX
        response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["ETag"] = quoted
    response.headers["Cache-Control"] = _A_WEEK
    patch_vary_headers(response, ("Cookie",))
    return response


def wants_json(request: HttpRequest) -> bool:
    """Whether a script of ours asks."""
    return request.headers.get("Accept", "").startswith("application/json")


def wants_page(request: HttpRequest) -> bool:
    """Whether a browser asks that will show the answer as a page."""
    return "text/html" in request.headers.get("Accept", "")


def polled(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The answer to somebody who asks every few seconds: 304 without a body while nothing has changed."""
    # The token of the form protection is new in every answer; it says nothing about what is shown.
    etag = quote_etag(hashlib.sha256(response.content).hexdigest()[:32])
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponseNotModified()
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _plain_type(media_type: str) -> str:
    """The stored type if it is a plain one; nothing else ever comes into a header."""
    kind = media_type.partition(";")[0].strip()
    plain = kind.isascii() and kind.isprintable() and kind.count("/") == 1 and " " not in kind
    return kind if plain else "application/octet-stream"
