"""The words of the screen in other languages. German is in the code, English in locale/en.

`python -m kundenakte.config.translations` compiles what is translated and says what is missing; `kundenakte setup`
compiles as well. Nothing but Python is needed for it.
"""

from __future__ import annotations

import ast
import re
import struct
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from django.utils.translation.template import templatize

HOME: Final = Path(__file__).resolve().parents[1]
LOCALE: Final = HOME / "locale"
_CALLS: Final = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext"}
_QUOTED: Final = r"""u?('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
_IN_TEMPLATE: Final = re.compile(rf"\b(n?gettext|_)\({_QUOTED}(?:, *{_QUOTED})?")
# Whose refusals come to the screen; other doors word their own.
_SHOWN: Final = ("kundenakte.records.", "kundenakte.customers.", "kundenakte.doors.web.")
# Singular and plural share an entry; gettext's file format parts them with this.
_PLURAL: Final = "\0"


def used() -> set[str]:
    """All texts that code, templates and shipped rows show; a plural follows its singular behind a NUL."""
    return {text for text in (*_in_code(), *_in_templates(), *_in_rows()) if text.strip()}


def translated(language: str) -> dict[str, str]:
    """What locale/LANGUAGE/LC_MESSAGES/django.po says; entries without a translation are left out."""
    return dict(_entries((LOCALE / language / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")))


def missing(language: str) -> set[str]:
    """The texts without a translation."""
    return used() - set(translated(language))


def unused(language: str) -> set[str]:
    """Translations nobody asks for any more."""
    return {text for text in translated(language) if text} - used()


def compile_all() -> None:
    """Write django.mo beside each django.po that is younger."""
    for source in sorted(LOCALE.glob("*/LC_MESSAGES/django.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            whole = target.with_suffix(".new")
            whole.write_bytes(_compiled(dict(_entries(source.read_text(encoding="utf-8")))))
            whole.replace(target)


def _in_code() -> Iterator[str]:
    for file in sorted(HOME.rglob("*.py")):
        if "migrations" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS:
                texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
                if texts:
                    yield _PLURAL.join(texts[:2]) if node.func.id == "ngettext" else texts[0]


def _in_templates() -> Iterator[str]:
    for file in sorted(HOME.glob("doors/web/**/templates/**/*.html")):
        for _, one, many in _IN_TEMPLATE.findall(templatize(file.read_text(encoding="utf-8"), origin=str(file))):
            yield _PLURAL.join(ast.literal_eval(text) for text in (one, many) if text)


def _in_rows() -> Iterator[str]:
    """Labels of states and kinds, and the names of what is shipped."""
    from kundenakte.base.jobs.models import Job
    from kundenakte.customers.imports.columns import TARGETS
    from kundenakte.customers.models import Customer, Identifier
    from kundenakte.customers.refusals import CustomerRefused
    from kundenakte.doors.web import urls  # noqa: F401 - loads all screens, and with them their refusals
    from kundenakte.records.models import Arrival, Reference, Verb, VersionState
    from kundenakte.records.refusals import Refused
    from kundenakte.records.shipped.classes import CLASSES, FIELDS
    from kundenakte.records.shipped.plan import SECTIONS
    from kundenakte.records.shipped.roles import ROLES

    for choices in (
        Customer.State,
        Identifier.Kind,
        Arrival.State,
        Reference.Kind,
        Verb,
        VersionState.State,
        Job.State,
    ):
        yield from (str(label) for label in choices.labels)
    yield from (shipped.name for shipped in (*CLASSES, *SECTIONS, *ROLES))
    yield from (name for name, _ in FIELDS.values())
    yield from TARGETS.values()
    for parent in (Refused, CustomerRefused):
        yield from (kind.sentence for kind in (parent, *parent.__subclasses__()) if kind.__module__.startswith(_SHOWN))
    yield from ("ja", "nein")


def _entries(text: str) -> Iterator[tuple[str, str]]:
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
            yield _PLURAL.join(parts[key] for key in ("msgid", "msgid_plural") if key in parts), _PLURAL.join(made)


def _compiled(entries: Mapping[str, str]) -> bytes:
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


def main() -> int:
    """Compile, and list what is missing or no longer used. The exit code says whether anything is missing."""
    compile_all()
    absent = missing("en")
    for text in sorted(absent):
        sys.stdout.write(f"fehlt: {text!r}\n")
    for text in sorted(unused("en")):
        sys.stdout.write(f"unbenutzt: {text!r}\n")
    return 1 if absent else 0


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kundenakte.config.settings")
    django.setup()
    sys.exit(main())
