"""Where something came from, in the words of a clerk. Stored is the door with its name: "folder:buero", "rest:erp"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath, PureWindowsPath
from types import MappingProxyType
from typing import Final

from django.utils.translation import gettext_noop

# What somebody has signed here: the bytes that were there, with a signature behind them (steps/signing).
SIGNED: Final = "signing"
_DOORS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "web": gettext_noop("Im Browser hochgeladen"),
        "command": gettext_noop("Befehlszeile"),
        "restore": gettext_noop("Wiederhergestellt"),
        "circulation": gettext_noop("Umlaufmappe"),
        "visit": gettext_noop("Besuch beim Kunden"),
        "process": gettext_noop("Von einem Vorgang geschrieben"),
        SIGNED: gettext_noop("In der Kundenakte unterschrieben"),
        "scan-log": gettext_noop("Von der Kundenakte geschriebenes Scanprotokoll"),
        "stack": gettext_noop("Aus einem gescannten Stapel"),
        "attachment": gettext_noop("Anlage einer E-Mail"),
        "batch": gettext_noop("Aus einer Sammel-PDF"),
        "unpacked": gettext_noop("Aus einem ZIP oder Portfolio"),
        "mailbox": gettext_noop("Postfach „%(name)s“"),
        "smtp": gettext_noop("Per E-Mail an die Kundenakte"),
        "folder": gettext_noop("Überwachter Ordner „%(name)s“"),
        "share": gettext_noop("Dateiserver „%(name)s“"),
        "rest": gettext_noop("Programm „%(name)s“"),
    }
)


def in_words(source: str, translate: Callable[[str], str] = str) -> str:
    """A stored source as people read it; one that is not known, as it is. `translate` gets the template."""
    door, _colon, name = source.partition(":")
    template = _DOORS.get(door)
    return translate(template) % {"name": name} if template else source


def short_origin(origin: str) -> str:
    """The end of a path on a server, which says enough and does not lay its folders open; all else as it is."""
    path = PureWindowsPath(origin) if PureWindowsPath(origin).drive else PurePosixPath(origin)
    return f"…/{'/'.join(path.parts[-2:])}" if path.is_absolute() and len(path.parts) > 3 else origin
