"""How objects and their files are called, and where an object lies under the root (docs/archive-format.md)."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath
from typing import Final

FORMAT: Final = "kundenakte-archive/2"
METADATA: Final = "metadata.json"
HISTORY: Final = "history.jsonl"
_ID = re.compile(r"kundenakte:d[1-9]\d{0,18}:v[1-9]\d{0,9}:s[1-9]\d{0,9}")
# Names of content files: ours alone, none comes from outside.
_FILE = re.compile(r"[a-z][a-z0-9]{0,30}(?:\.[a-z0-9]{1,8}){1,2}")


class BadName(Exception):
    """No id or file name of this archive. Never comes to a path."""


def object_id(*, document: int, version: int, sealing: int) -> str:
    """The id of an object: row of the document, number of the version, which sealing of it."""
    return f"kundenakte:d{document}:v{version}:s{sealing}"


def checked(object_id: str) -> str:
    """The id, if it has the shape of one."""
    if not _ID.fullmatch(object_id):
        raise BadName(repr(object_id[:120]))
    return object_id


def checked_file(name: str) -> str:
    """The name of a content file, if it has the shape of one."""
    if not _FILE.fullmatch(name):
        raise BadName(repr(name[:120]))
    return name


def place(object_id: str) -> PurePosixPath:
    """Where the object lies under the root: OCFL extension 0003 with sha256, tuples of 2, two of them."""
    digest = hashlib.sha256(checked(object_id).encode()).hexdigest()
    return PurePosixPath(digest[:2], digest[2:4], object_id.replace(":", "%3a"))


def original_name(extension: str) -> str:
    """What the original is called in the object; its own name stands in the metadata."""
    ending = extension.lower().lstrip(".")
    return f"original.{ending if re.fullmatch(r'[a-z0-9]{1,8}', ending) else 'bin'}"
