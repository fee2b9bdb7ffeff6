"""What the pages, the monitor and the alarms say about backup, and who is told by mail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from kundenakte.base.backup.models import BackupRun
from kundenakte.doors.web.templatetags.shown import moment

# Two nights: one that failed shows in the row, two without any show here.
LATE: Final = timedelta(hours=48)


def latest(kind: str) -> BackupRun | None:
    """The last run of a kind, good or bad."""
    return BackupRun.objects.filter(kind=kind).order_by("-ended_at").first()


def latest_good(kind: str) -> BackupRun | None:
    """The last run of a kind that succeeded."""
    return BackupRun.objects.filter(kind=kind, succeeded=True).order_by("-ended_at").first()


def findings() -> Iterator[tuple[str, str, str, str, str]]:
    """Code, name, grade, sentence and what to do, for the last backup and the last proof."""
    if not settings.BACKUP_TARGET and latest_good(BackupRun.Kind.BACKUP) is None:
        said, to_do = (
            _("Es gibt keine Sicherung."),
            _(
                "Wer den Server betreibt, legt dafür einen Ordner auf einem anderen Datenträger oder einen "
                "Objektspeicher fest (Einstellung KUNDENAKTE_BACKUP). Dann wird jede Nacht gesichert."
            ),
        )
        yield "backup", _("Sicherung"), "warn", said, to_do
        return
    yield _finding("backup", _("Sicherung"), BackupRun.Kind.BACKUP)
    yield _finding("proof", _("Rückspielung"), BackupRun.Kind.PROOF)


def _finding(code: str, name: str, kind: str) -> tuple[str, str, str, str, str]:
    last, good = latest(kind), latest_good(kind)
    if good is None:
        said = last.sentence if last else ""
        words = _("Bisher ist keine gelungen.") if kind == BackupRun.Kind.BACKUP else _("Noch nie erprobt.")
        grade = "bad" if last else "warn"
        return (
            code,
            name,
            grade,
            f"{words} {said}".strip(),
            _("Woran es liegt, zeigt auf dem Server der Befehl „kundenakte backup --prove“."),
        )
    when = moment(good.ended_at)
    said = (_("Zuletzt gesichert: %(when)s.") if kind == BackupRun.Kind.BACKUP else _("Zuletzt erprobt: %(when)s.")) % {
        "when": when
    }
    to_do = _("Woran es liegt, zeigt auf dem Server der Befehl „kundenakte backup --prove“.")
    if last is not None and not last.succeeded:
        return code, name, "bad", f"{said} {_('Danach ist es misslungen:')} {last.sentence}", to_do
    if timezone.now() - good.ended_at > LATE:
        return code, name, "bad", f"{said} {_('Das ist mehr als zwei Tage her.')}", to_do
    if good.sentence:
        return (
            code,
            name,
            "bad",
            f"{said} {good.sentence}",
            _("Führen Sie den Prüflauf aus, und spielen Sie die Originale zurück."),
        )
    return code, name, "good", said, ""
