"""What a file's name says about it: `{class}_{number}_{customer}.pdf`, or a regular expression with named groups."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from kundenakte.records import facts

_PLACEHOLDER = re.compile(r"\{(\*\*|\*|[a-z][a-z0-9_]{0,39})\}")
# Lazy and bounded: a name has 255 bytes, so a pattern with a handful of placeholders stays quick.
_ANYTHING = "[^/]{1,255}?"
# `{**}/`: any number of folders, also none.
_FOLDERS = "(?:[^/]{1,255}/){0,30}?"
_MOST_PLACEHOLDERS = 8


class BadPattern(Exception):
    """The pattern cannot be understood; `sentence` tells the administrator why."""

    code = "bad_pattern"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@lru_cache(maxsize=256)
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern as a regular expression for a whole name. Upper and lower case are alike. Raises BadPattern.

    In the simple form each placeholder stands for one of the facts or for an index field, `{*}` for anything within a
    name, and `{**}/` for any number of folders.
    """
    expression = pattern if "(?P<" in pattern else _from_placeholders(pattern)
    try:
        return re.compile(expression, re.IGNORECASE)
    except re.error as error:
        raise BadPattern(f"Das Namensmuster „{pattern}“ ist fehlerhaft: {error}.") from error


def facts_from(relative: str, patterns: Sequence[str]) -> dict[str, Any]:
    """The facts that the first matching pattern finds in a name. A pattern with "/" looks at the path in the folder.

    Nothing matches: nothing is known.
    """
    found = groups_from(relative, patterns)
    return _as_facts(found) if found else {}


def groups_from(relative: str, patterns: Sequence[str]) -> dict[str, str] | None:
    """What the placeholders of the first matching pattern stand for; None when none matches."""
    path = unicodedata.normalize("NFC", relative)
    for pattern in patterns:
        expression = compiled(unicodedata.normalize("NFC", pattern))
        match = expression.fullmatch(path if "/" in pattern else path.rsplit("/", 1)[-1])
        if match:
            return {key: value for key, value in match.groupdict().items() if value}
    return None


def _as_facts(groups: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    fields: dict[str, str] = {}
    for key, value in groups.items():
        (found if key in facts.KEYS else fields)[key] = value.strip()
    return {**found, "fields": fields} if fields else found


def _from_placeholders(pattern: str) -> str:
    parts, names, at = [], set(), 0
    for match in _PLACEHOLDER.finditer(pattern):
        name = match[1]
        parts.append(re.escape(pattern[at : match.start()]))
        at = match.end()
        if name == "**":
            if pattern[at : at + 1] != "/" or (match.start() and pattern[match.start() - 1] != "/"):
                raise BadPattern(f"Im Namensmuster „{pattern}“ steht {{**}} für ganze Ordner, also zwischen zwei „/“.")
            at += 1
            parts.append(_FOLDERS)
        elif name == "*":
            parts.append(_ANYTHING)
        elif name in names:
            parts.append(f"(?P={name})")
        else:
            names.add(name)
            parts.append(f"(?P<{name}>{_ANYTHING})")
    parts.append(re.escape(pattern[at:]))
    if not names or len(parts) > 2 * _MOST_PLACEHOLDERS + 1:
        raise BadPattern(
            f"Das Namensmuster „{pattern}“ braucht ein bis {_MOST_PLACEHOLDERS} Platzhalter, "
            "zum Beispiel {class}_{number}_{customer}.pdf."
        )
    return "".join(parts)
