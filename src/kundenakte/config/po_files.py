"""Files of translations: from the form people write to the form programs read.

Needs Python's own library only: building the wheel calls it where nothing else is installed.
"""

from __future__ import annotations

import ast
import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

# Singular and plural share an entry; gettext's file format parts them with this.
PLURAL: Final = "\0"


def compile_all(locale: Path) -> None:
    """Write django.mo beside each django.po that is younger."""
    for source in sorted(locale.glob("*/LC_MESSAGES/django.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            whole = target.with_suffix(".new")
            whole.write_bytes(compiled(dict(entries(source.read_text(encoding="utf-8")))))
            whole.replace(target)


def entries(text: str) -> Iterator[tuple[str, str]]:
    """Pairs of text and translation. Understands what a .po file of this house holds: no contexts, no fuzzy marks."""
    for block in re.split(r"\n\s*\n", text):
        parts: dict[str, str] = {}
        name = ""
        for line in block.splitlines():
            keyword, quoted = re.fullmatch(r'(?:(msg[a-z_]+(?:\[\d\])?)\s+)?(".*")\s*', line), line
            if keyword is None or quoted.startswith("#"):
                continue
            name = keyword[1] or name
            parts[name] = parts.get(name, "") + ast.literal_eval(keyword[2])
        made = [parts[key] for key in ("msgstr", "msgstr[0]", "msgstr[1]") if parts.get(key)]
        if "msgid" in parts and made:
            yield PLURAL.join(parts[key] for key in ("msgid", "msgid_plural") if key in parts), PLURAL.join(made)


def compiled(entries: Mapping[str, str]) -> bytes:
    """The binary form (GNU gettext manual, section "The Format of GNU MO Files"): sorted, without a hash table."""
    pairs = [(key.encode(), entries[key].encode()) for key in sorted(entries)]
    header = 7 * 4
    start = header + len(pairs) * 16
    keys, values = _table([key for key, _ in pairs], start), b""
    values = _table([value for _, value in pairs], start + sum(len(key) + 1 for key, _ in pairs))
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), header, header + len(pairs) * 8, 0, start)
    return head + keys + values + b"".join(part + b"\0" for side in zip(*pairs, strict=True) for part in side)


def _table(texts: Iterable[bytes], at: int) -> bytes:
    made = b""
    for text in texts:
        made += struct.pack("<2I", len(text), at)
        at += len(text) + 1
    return made
