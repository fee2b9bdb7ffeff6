"""File names from outside, made fit to be shown and stored. They are never used as a path."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 255
# Half characters, as JSON may spell them; the file system gives others (PEP 383).
_HALVES = re.compile("[\ud800-\udc7f\udd00-\udfff]")
# What programs call files that are not finished, and what they leave for themselves.
_UNFINISHED_ENDINGS = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".filepart", ".download", ".swp", ".lock")
_NEVER = {"thumbs.db", "desktop.ini", "ehthumbs.db"}
_NEVER_BEGINNINGS = (".", "~$", "~lock", "._")


def is_nobodys(name: str) -> bool:
    """Whether a file with this name is nobody's document: temporary, hidden, or a program's own."""
    lower = name.lower()
    return lower in _NEVER or lower.startswith(_NEVER_BEGINNINGS) or lower.endswith(_UNFINISHED_ENDINGS)


def shown_name(raw: str) -> str:
    """The last part of a name or path, in NFC, without control characters, at most 255 characters with its ending.

    Bytes that are no UTF-8 (surrogates, as the file system gives them) are shown as \\xNN. Never empty.
    """
    text = _whole(raw)
    text = (
        unicodedata.normalize("NFC", text).replace("\\", "/") if _is_path(text) else unicodedata.normalize("NFC", text)
    )
    text = text.rsplit("/", 1)[-1]
    text = "".join(" " if unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp"} else c for c in text)
    text = " ".join(text.split()).strip()
    if text in {"", ".", ".."}:
        return "ohne Namen"
    if len(text) <= LONGEST:
        return text
    stem, dot, ending = text.rpartition(".")
    if not dot or len(ending) > 12:
        return text[:LONGEST]
    return stem[: LONGEST - len(ending) - 1] + "." + ending


def _whole(raw: str) -> str:
    """Without half characters; bytes that are no UTF-8 become \\xNN."""
    text = _HALVES.sub("\ufffd", raw)
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _is_path(text: str) -> bool:
    """Whether backslashes separate folders (a Windows path) rather than stand for bytes."""
    return len(text) > 2 and (text[1:3] == ":\\" or text.startswith(("\\\\", "..\\")))


def storable_text(raw: str, longest: int = 1000) -> str:
    """A path or key as text that any database takes: no NUL, no lone surrogates, bounded from the left."""
    text = _whole(raw).replace("\0", "␀")
    return text[-longest:]
