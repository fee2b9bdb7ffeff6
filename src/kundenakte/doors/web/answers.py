"""Answers that are no pages: files to download, pictures, and what is asked for again and again."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import BinaryIO, Final

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags, quote_etag

# Whatever it is, it is not run in our name: no script, no form, no frame, and no guessing of its type.
_SANDBOX: Final = "sandbox; default-src 'none'"
_A_WEEK: Final = "private, max-age=604800, immutable"


def download(stream: BinaryIO, *, file_name: str, media_type: str, size: int) -> FileResponse:
    """The original bytes, to be saved and never shown as a page of ours (RFC 6266 names). Streamed from the store."""
    response = FileResponse(stream, as_attachment=True, filename=file_name, content_type=_plain_type(media_type))
    response.headers["Content-Length"] = str(size)
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
