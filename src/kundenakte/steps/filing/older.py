"""Whether what comes as the next version of a document looks like an older state of it."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.utils import timezone

from kundenakte.records import renditions
from kundenakte.records.models import Document, Version

# A form with hardly any words says nothing.
_FEWEST_LETTERS: Final = 40
_MOST_VERSIONS: Final = 20


def is_older(document: Document, day: date | None, *, than: date) -> bool:
    """Whether `day`, read from the new file, lies before the day the document has had.

    A document without a day of its own has the day it came in; that one proves nothing.
    """
    return day is not None and day < than and than != timezone.localdate(document.created_at)


def version_with_this_text(document: Document, digest: str, *, newest: Version | None) -> Version | None:
    """The former version that reads word by word like these bytes, when the newest state reads differently.

    None as long as the bytes have not been read.
    """
    text = _words(digest)
    if len(text) < _FEWEST_LETTERS or newest is None or _words(newest.digest) == text:
        return None
    former = document.versions.exclude(pk=newest.pk).exclude(digest=digest).order_by("-number")
    return next((one for one in former[:_MOST_VERSIONS] if _words(one.digest) == text), None)


def _words(digest: str) -> str:
    return " ".join(renditions.plain_text_of(digest).split())
