"""Document numbers in the form in which they are compared."""

from __future__ import annotations

import re
import unicodedata

_NOISE = re.compile(r"[\s./_\-–—:#]+")


def number_key(number: str) -> str:
    """What two ways of writing one number have in common: "RE-2026/0815" and "re 2026 0815" are the same.

    Leading zeros stay: some number ranges differ in nothing else.
    """
    return _NOISE.sub("", unicodedata.normalize("NFKC", number)).upper()[:100]
