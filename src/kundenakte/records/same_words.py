"""Whether two files say the same, word for word: a key over the words of each, so that nobody has to read all texts.

The key is kept beside the text it was made of (`Rendition.words_key`) and goes when that text is made anew.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from hashlib import sha256
from typing import Final

from kundenakte.records import renditions
from kundenakte.records.models import Rendition

# A form with hardly any words says nothing.
FEWEST_LETTERS: Final = 40
# One program breaks a word at the end of a line where another does not. A hyphen before a figure is a minus and stays.
_BROKEN: Final = re.compile(r"(?<=[^\W\d_])(?:\u00ad|[-\u2010\u2011])\s*(?=[^\W\d_])")


def normal(text: str) -> str:
    """The words as they are compared: one space between them, none broken."""
    return " ".join(_BROKEN.sub("", unicodedata.normalize("NFC", text)).split())


def key_of_text(text: str) -> str:
    """The key of these words; "" when there are too few of them."""
    words = normal(text)
    return sha256(words.encode("utf-8", "replace")).hexdigest() if len(words) >= FEWEST_LETTERS else ""


def key_of(digest: str) -> str:
    """The key of the words in these bytes; "" as long as they have not been read, and where not all of them could be.

    Made at the first question and kept.
    """
    row = Rendition.objects.filter(digest=digest, kind=Rendition.Kind.TEXT).first()
    if row is None or row.code == renditions.BEING_READ:
        return ""
    if row.words_key is None:
        row.words_key = "" if row.code or row.note else key_of_text(renditions.plain_text_of(digest))
        Rendition.objects.filter(pk=row.pk, made_at=row.made_at).update(words_key=row.words_key)
    return row.words_key


def kept_keys(digests: Collection[str]) -> dict[str, str]:
    """Digest → key, for those whose key is kept."""
    rows = Rendition.objects.filter(digest__in=digests, kind=Rendition.Kind.TEXT, words_key__gt="")
    return {digest: key or "" for digest, key in rows.values_list("digest", "words_key")}
