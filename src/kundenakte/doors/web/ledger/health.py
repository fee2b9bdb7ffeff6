"""How the house is: guards, disk, protection of the parsers, programs, the journal."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from kundenakte.base import health as house
from kundenakte.base.confinement.probe import network_is_closed
from kundenakte.base.jobs.models import Job
from kundenakte.base.journal.models import Unsequenced

_SLOW: Final = timedelta(minutes=2)
_PROGRAMS: Final = (
    ("soffice", gettext_noop("Vorschau von Office-Dateien")),
    ("tesseract", gettext_noop("Texterkennung für Scans")),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the health page."""

    name: str
    sentence: str
    is_good: bool


def findings() -> list[Finding]:
    """Everything that is looked at; what is not as it should be comes first."""
    checks: tuple[Callable[[], Finding], ...] = (_room, _parsers, _work, _journal, _database)
    wrong = [_bad(_("Haus"), finding.sentence) for finding in house.findings()]
    guarded = [] if wrong else [_good(_("Unveränderbarkeit"), _("Versionen und Protokoll lehnen jede Änderung ab."))]
    found = [*wrong, *guarded, *(check() for check in checks), *(_program(name, use) for name, use in _PROGRAMS)]
    return sorted(found, key=lambda finding: finding.is_good)


def _good(name: str, sentence: str) -> Finding:
    return Finding(name, sentence, is_good=True)


def _bad(name: str, sentence: str) -> Finding:
    return Finding(name, sentence, is_good=False)


def _room() -> Finding:
    free = shutil.disk_usage(Path(settings.DATA)).free
    return _good(_("Speicherplatz"), _("%(free)s frei.") % {"free": filesizeformat(free)})


def _parsers() -> Finding:
    name = _("Fremde Dateien")
    if _closed():
        return _good(name, _("Sie werden ohne Netz und mit Grenzen gelesen."))
    return _bad(
        name, _("Sie werden mit Grenzen gelesen, das Netz lässt sich auf diesem Rechner aber nicht abschalten.")
    )


@cache
def _closed() -> bool:
    return network_is_closed()


def _work() -> Finding:
    name = _("Hintergrundarbeit")
    late = Job.objects.filter(state=Job.State.WAITING, run_after__lt=timezone.now() - _SLOW).count()
    if late:
        return _bad(name, _("%(n)d Aufträge warten schon länger als zwei Minuten.") % {"n": late})
    return _good(name, _("Nichts wartet länger als zwei Minuten."))


def _journal() -> Finding:
    name = _("Protokoll")
    late = Unsequenced.objects.filter(entry__at__lt=timezone.now() - _SLOW).count()
    if late:
        return _bad(name, _("%(n)d Einträge haben noch keinen Platz in der Kette.") % {"n": late})
    return _good(name, _("Jeder Eintrag hat seinen Platz in der Kette."))


def _database() -> Finding:
    return _good(
        _("Datenbank"), f"{connection.display_name} · Python {sys.version_info.major}.{sys.version_info.minor}"
    )


def _program(name: str, use: str) -> Finding:
    if shutil.which(name):
        return _good(name, _(use))
    return _bad(name, _("Fehlt auf diesem Rechner. Damit geht nicht: %(use)s.") % {"use": _(use)})
