"""Pages travel compressed: a list of 40 kB becomes 8 kB, which field staff on a phone notice.

Only whole texts of ours are compressed. Django's own middleware would take downloads and page images as well, which are
streamed, asked for in ranges and mostly compressed already. Static files are compressed beforehand by whitenoise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.text import compress_string

Answer = Callable[[HttpRequest], HttpResponse]
_TEXTS: Final = ("text/html", "application/json", "text/plain")
# Below that, headers weigh more than what is gained.
_LEAST: Final = 1000
# A page holds secrets (documents) beside what somebody typed; its length must not tell how well the two fit (BREACH).
_RANDOM_BYTES: Final = 100


class CompressionMiddleware:
    """Compress a text for a browser that takes gzip; stands outside of whatever looks at the text."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # If-None-Match compares weakly (RFC 9110 § 13.1.2): the mark of a compressed copy is the text's own.
        if asked := request.META.get("HTTP_IF_NONE_MATCH"):
            request.META["HTTP_IF_NONE_MATCH"] = asked.replace('W/"', '"')
        response = self.get_response(request)
        if _is_worth_it(response):
            patch_vary_headers(response, ("Accept-Encoding",))
            if "gzip" in request.headers.get("Accept-Encoding", ""):
                _compress(response)
        return response


def _is_worth_it(response: HttpResponse) -> bool:
    return (
        not response.streaming
        and not response.has_header("Content-Encoding")
        and response.headers.get("Content-Type", "").startswith(_TEXTS)
        and len(response.content) >= _LEAST
    )


def _compress(response: HttpResponse) -> None:
    response.content = compress_string(response.content, max_random_bytes=_RANDOM_BYTES)
    response.headers["Content-Encoding"] = "gzip"
    if response.has_header("Content-Length"):
        response.headers["Content-Length"] = str(len(response.content))
    if (mark := response.headers.get("ETag", "")).startswith('"'):
        response.headers["ETag"] = f"W/{mark}"
