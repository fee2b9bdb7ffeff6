"""What the page and the alarms say about the archive's store: whether it refuses to delete, or only shows that it was.

No sentence here promises that the law is met: that depends on the whole house and not on a program.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from kundenakte.base import buckets
from kundenakte.base.jobs import queries as jobs
from kundenakte.doors.web.templatetags.shown import moment
from kundenakte.steps.archive import immutable, locks, original_locks, replica, sealing, trial
from kundenakte.steps.archive.local import LocalArchive
from kundenakte.steps.archive.models import StoreTrial

Finding = tuple[str, str, str, str, str]


def findings() -> Iterator[Finding]:
    """Code, name, grade, sentence and what to do: for the store, and for objects that it does not lock long enough."""
    yield "archive-store", _("Archivspeicher"), *_standing("replica")
    if "originals" in trial.places():
        yield "originals-store", _("Speicher der Originale"), *_standing("originals")
    yield from _immutability()
    short = jobs.failed().filter(name=locks.LOCK).count()
    if short:
        said = _("%(n)d Archivpakete sind im Zweitbestand nicht so lange gesperrt, wie es nötig ist.") % {"n": short}
        to_do = _("Unter „Betrieb“ stehen sie mit „Noch einmal“. Bleibt es so, verliert der Speicher seine Sperren.")
        yield "archive-locks", _("Sperren"), "bad", said, to_do
    short = jobs.failed().filter(name=original_locks.LOCK).count()
    if short:
        said = _("%(n)d Originale sind nicht so lange gesperrt, wie es nötig ist.") % {"n": short}
        to_do = _("Unter „Betrieb“ stehen sie mit „Noch einmal“. Bleibt es so, verliert der Speicher seine Sperren.")
        yield "original-locks", _("Sperren der Originale"), "bad", said, to_do


def _immutability() -> Iterator[Finding]:
    """For each copy of the archive on a local disk, where the house asked for the flag."""
    if not settings.ARCHIVE_IMMUTABLE:
        return
    # A bucket, even one whose keys are missing, has nothing to do with it.
    second = None if buckets.is_address(str(settings.ARCHIVE_REPLICA)) else replica.second()
    for store in (sealing.default(), second):
        if isinstance(store, LocalArchive) and (state := immutable.state(store.staging())) != "off":
            grade, said, to_do = _FLAG[state]
            place = {"place": store.root.parent}
            yield "archive-immutable", _("Unveränderbare Dateien"), grade, _(said) % place, _(to_do) if to_do else ""


_FLAG = {
    "on": ("good", gettext_noop("Was festgeschrieben ist, ist unter %(place)s gegen Ändern und Löschen gesperrt. "
                                "Wer Root-Rechte hat, kann diese Sperre aufheben."), ""),
    "no-such-flag": (
        "warn",
        gettext_noop("Das Dateisystem von %(place)s kennt keine unveränderbaren Dateien. "
                     "Sie sind nur schreibgeschützt."),
        gettext_noop("Legen Sie das Archiv auf ext4, XFS oder Btrfs, oder schalten Sie die Einstellung aus."),
    ),
    "not-allowed": (
        "warn",
        gettext_noop("Dateien unter %(place)s dürfen nicht unveränderbar gemacht werden. "
                     "Sie sind nur schreibgeschützt."),
        gettext_noop("Dem Dienst fehlt das Recht CAP_LINUX_IMMUTABLE. Die Installationsanleitung sagt, wo es steht."),
    ),
}  # fmt: skip


def _standing(kind: trial.Kind) -> tuple[str, str, str]:
    """Grade, sentence and what to do for one store."""
    standing = trial.standing(kind, now=timezone.now())
    last = standing.last
    when = moment(last.at) if last else ""
    words = {"when": when, "store": _(_STORE[kind])}
    if standing.state == "evident":
        said = _(
            "Das Archiv ist manipulationserkennbar: Änderungen fallen auf, der Speicher verhindert sie aber nicht."
        )
        return "good", said, ""
    if standing.state == "untried":
        said = _("%(store)s: Ob er Löschen verweigert, ist noch nicht erprobt. Bis dahin gilt: manipulationserkennbar.")
        return "warn", said % words, _("Das geschieht einmal am Tag von selbst, das erste Mal bald nach dem Start.")
    if standing.state == "resistant":
        return "good", _(_RESISTANT[kind]) % words, ""
    if standing.state == "stale":
        said = _(
            "%(store)s: Dass er Löschen verweigert, ist zuletzt am %(when)s erprobt worden. Bis zur nächsten Probe "
            "gilt er nur als manipulationserkennbar."
        )
        return "bad", said % words, _("Läuft ein Arbeiter? Unter „Betrieb“ steht, woran es liegt.")
    outcome = StoreTrial.Outcome(last.outcome) if last else StoreTrial.Outcome.YIELDS
    why, to_do = _WHY.get(outcome, _WHY[StoreTrial.Outcome.YIELDS])
    if standing.state == "lost":
        begin, grade = (
            _("%(store)s gilt nicht mehr als manipulationssicher, nur noch als manipulationserkennbar."),
            "bad",
        )
    else:
        begin = _("%(store)s ist manipulationserkennbar, mehr nicht.")
        grade = "bad" if outcome == StoreTrial.Outcome.UNREACHABLE else "warn"
    return grade, f"{begin % words} {_(why) % words}", _(to_do)


_STORE: dict[trial.Kind, str] = {
    "replica": gettext_noop("Der Speicher des Zweitbestands"),
    "originals": gettext_noop("Der Speicher der Originale"),
}
_RESISTANT: dict[trial.Kind, str] = {
    "replica": gettext_noop(
        "Der Zweitbestand ist manipulationssicher gespeichert: Zuletzt am %(when)s hat der Speicher das Löschen und "
        "das Kürzen einer Sperre verweigert."
    ),
    "originals": gettext_noop(
        "Festgeschriebene Originale sind manipulationssicher gespeichert: Zuletzt am %(when)s hat der Speicher das "
        "Löschen und das Kürzen einer Sperre verweigert."
    ),
}
_WHY = {
    StoreTrial.Outcome.UNREACHABLE: (
        gettext_noop("Am %(when)s war er nicht zu erreichen."),
        gettext_noop(
            "Wer den Server betreibt, prüft die Verbindung zum Speicher und dessen Zugangsdaten (KUNDENAKTE_S3_…)."
        ),
    ),
    StoreTrial.Outcome.LOCKLESS: (
        gettext_noop("Sein Eimer ist ohne Objektsperre (Object Lock) angelegt."),
        gettext_noop(
            "Legen Sie einen neuen Eimer mit Object Lock an; nachträglich lässt es sich oft nicht einschalten."
        ),
    ),
    StoreTrial.Outcome.YIELDS: (
        gettext_noop("Am %(when)s hat er das Löschen oder Kürzen zugelassen."),
        gettext_noop("Fragen Sie den Betreiber des Speichers, und nehmen Sie einen, der Object Lock durchsetzt."),
    ),
}
