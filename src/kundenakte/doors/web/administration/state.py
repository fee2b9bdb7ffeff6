"""How the house is: everything that is looked at, with what to do; for people as a page, for a monitor as JSON."""

from __future__ import annotations

import ipaddress
import platform
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

import django
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kundenakte.base import health as house
from kundenakte.base.accounts import random_secrets
from kundenakte.base.accounts.models import ApiToken
from kundenakte.base.accounts.scopes import READ_HEALTH
from kundenakte.base.confinement.probe import network_is_closed
from kundenakte.base.jobs import queries as jobs
from kundenakte.base.journal.models import Unsequenced
from kundenakte.doors.web import answers, page
from kundenakte.doors.web.administration import attesting, backups, certificate, children, resistance, verifying
from kundenakte.doors.web.administration.pages import administrators
from kundenakte.doors.web.ledger.names import NAMES
from kundenakte.doors.web.page import SignedIn
from kundenakte.records.models import SearchDue
from kundenakte.steps.archive import queries as archive
from kundenakte.steps.intake.models import WatchedFolder
from kundenakte.steps.search.models import FollowingIndex

GRADES: Final = ("good", "warn", "bad")
# What waits longer than the first is late, than the second stands still.
_LATE: Final = timedelta(minutes=2)
_STANDS: Final = timedelta(minutes=15)
# The indexer tells how far it is about every half minute.
_INDEX_LATE: Final = timedelta(minutes=3)
_PROGRAMS: Final = (
    ("soffice", gettext_noop("Vorschau von Office-Dateien")),
    ("tesseract", gettext_noop("Texterkennung von Scans")),
)
# A monitor may ask often; looking costs some milliseconds and a trial file.
_REMEMBERED_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: how it is, in a sentence, and what to do about it."""

    code: str
    name: str
    grade: str
    sentence: str
    to_do: str = ""
    # Good as it is, but there is something to set up.
    is_open: bool = False


@require_safe
@administrators
def state(request: SignedIn) -> HttpResponse:
    """The page: what is not as it should be first, each with what to do."""
    found = checks()
    context = {
        "checks": found,
        "verdict": verdict(found),
        "verifying": verifying.going(),
        "tallies": [(tally, _(NAMES.get(tally.name, tally.name))) for tally in jobs.tallies()],
        "folders": _folders(),
        "children": children.kinds(),
        "versions": versions(),
    }
    if page.is_part(request, "state"):
        return answers.polled(request, render(request, "administration/state.html#state", context))
    return render(request, "administration/state.html", context)


@never_cache
@require_safe
def monitored(request: HttpRequest) -> HttpResponse:
    """JSON for a monitor with a token for it (scope health:read). 503 when something is bad.

    It names no customer, no document and no path. On this machine whether all is well is said without a token, and no
    more: behind a proxy that does not tell for whom it asks, everybody seems to come from here.
    """
    is_program = has_token(request)
    if not (is_program or _is_from_here(request)):
        answer = HttpResponse("401", status=401, content_type="text/plain")
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer
    found = remembered()
    worst = max((GRADES.index(check.grade) for check in found), default=0)
    status = 503 if worst == GRADES.index("bad") else 200
    if not is_program:
        return JsonResponse({"status": "ok" if status == 200 else "bad"}, status=status)
    body: dict[str, Any] = {
        "state": GRADES[worst],
        "checks": [{"code": check.code, "state": check.grade} for check in found],
        "jobs": [
            {"name": tally.name, "waiting": tally.waiting, "running": tally.running, "failed": tally.failed,
             "oldest_waiting": tally.oldest_waiting}
            for tally in jobs.tallies()
        ],
        "search_due": _behind(),
        "version": house.version(),
        "at": timezone.now(),
    }  # fmt: skip
    return JsonResponse(body, status=status)


def checks() -> list[Check]:
    """Everything that is looked at; the worst comes first."""
    looks: tuple[Callable[[], Iterator[Check]], ...] = (
        _house, _room, _processes, _work, _failed, _journal, _archive, _outside, _verifier, _index, _watched, _parsers,
        _programs, _backup, _store, _signing,
    )  # fmt: skip
    found = [check for look in looks for check in look()]
    return sorted(found, key=lambda check: (-GRADES.index(check.grade), not check.is_open))


def verdict(found: list[Check] | None = None) -> Check:
    """The whole in one sentence."""
    found = remembered() if found is None else found
    troubles = [check for check in found if check.grade != "good"]
    if not troubles:
        return Check("all", _("Zustand"), "good", _("Alles in Ordnung."))
    grade = max((check.grade for check in troubles), key=GRADES.index)
    names = ", ".join(dict.fromkeys(check.name for check in troubles))
    return Check("all", _("Zustand"), grade, _("Zu beachten: %(names)s") % {"names": names})


def versions() -> list[tuple[str, str]]:
    """What runs here, for whoever asks for help."""
    return [
        ("Kundenakte", house.version()), ("Python", platform.python_version()), ("Django", django.get_version()),
        (connection.display_name, _database_version()),
        (_("Betriebssystem"), f"{platform.system()} {platform.release()}"),
    ]  # fmt: skip


_last: tuple[float, str, list[Check]] = (0.0, "", [])


def remembered() -> list[Check]:
    """`checks`, at most some seconds old."""
    global _last  # noqa: PLW0603 – a cache of this process
    at, language, found = _last
    spoken = _("Alles in Ordnung.")
    if not found or language != spoken or time.monotonic() - at > _REMEMBERED_SECONDS:
        found = checks()
        _last = (time.monotonic(), spoken, found)
    return found


def has_token(request: HttpRequest) -> bool:
    """Whether a program asks with a valid token for the health of the house."""
    scheme, _blank, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        return False
    token = ApiToken.objects.select_related("user").filter(digest=random_secrets.digest_of(secret.strip())).first()
    if token is None or not token.is_valid(timezone.now()) or READ_HEALTH not in token.scopes.split():
        return False
    ApiToken.objects.filter(pk=token.pk).update(last_used_at=timezone.now())
    return True


def _is_from_here(request: HttpRequest) -> bool:
    # A wrong token is told, not passed over.
    if "Authorization" in request.headers:
        return False
    # Behind a proxy everybody seems to come from this machine.
    passed_on = any(name in request.headers for name in ("X-Forwarded-For", "X-Real-Ip", "Forwarded", "Via"))
    try:
        is_local = ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        is_local = False
    return is_local and not passed_on and not settings.BEHIND_TLS


# --- what is looked at -------------------------------------------------------------------------------------------

_TO_DO: Final = {
    "folder-not-writable": gettext_noop("Geben Sie dem Konto, unter dem die Kundenakte läuft, das Schreibrecht."),
    "little-room": gettext_noop("Schaffen Sie Platz, oder geben Sie dem Datenträger mehr."),
    "no-room": gettext_noop("Es wird nichts mehr angenommen, bis Platz ist. Bisheriges ist sicher."),
    "not-migrated": gettext_noop("Anhalten, „kundenakte setup“ ausführen, wieder starten."),
    "no-database": gettext_noop("Sehen Sie nach, ob die Datenbank läuft und erreichbar ist."),
    "guards-missing": gettext_noop("Führen Sie „kundenakte setup“ aus und danach „kundenakte verify_journal“."),
}


def _house() -> Iterator[Check]:
    wrong = house.findings()
    for finding in wrong:
        grade = "bad" if finding.blocks or finding.code == "no-room" else "warn"
        to_do = _TO_DO.get(finding.code)
        yield Check(finding.code, _("Haus"), grade, finding.sentence, _(to_do) if to_do else "")
    if not wrong:
        yield Check("guards", _("Unveränderbarkeit"), "good", _("Versionen und Protokoll lehnen jede Änderung ab."))
        yield Check("database", _("Datenbank"), "good", _("Sie antwortet und ist auf dem Stand des Programms."))


def _room() -> Iterator[Check]:
    usage = shutil.disk_usage(Path(settings.DATA))
    said = _("%(free)s von %(total)s sind frei.") % {
        "free": filesizeformat(usage.free), "total": filesizeformat(usage.total)
    }  # fmt: skip
    yield Check("room", _("Speicherplatz"), "good", said)


def _processes() -> Iterator[Check]:
    for kind in children.kinds():
        if kind.alive < kind.wanted:
            said = _("%(name)s: %(alive)d von %(wanted)d laufen.") % {
                "name": kind.title, "alive": kind.alive, "wanted": kind.wanted
            }  # fmt: skip
            to_do = _("Er wird von selbst neu gestartet. Bleibt es so, steht die Ursache in der Ausgabe von „serve“.")
            yield Check(f"process-{kind.name}", _("Prozesse"), "bad", said, to_do)
            return
    yield Check("processes", _("Prozesse"), "good", _("Alle Prozesse laufen."))


def _work() -> Iterator[Check]:
    now = timezone.now()
    oldest = min((t.oldest_waiting for t in jobs.tallies() if t.oldest_waiting), default=now)
    if now - oldest > _STANDS:
        to_do = _("Unter „Betrieb“ sehen Sie, woran gearbeitet wird. Wächst die Zahl, hilft ein weiterer Arbeiter.")
        said = _("Der älteste Auftrag wartet seit mehr als einer Viertelstunde.")
        yield Check("work", _("Hintergrundarbeit"), "bad", said, to_do)
    elif now - oldest > _LATE:
        said = _("Der älteste Auftrag wartet seit mehr als zwei Minuten.")
        yield Check("work", _("Hintergrundarbeit"), "warn", said, _("Das ist bei einem Schub von Dokumenten üblich."))
    else:
        yield Check("work", _("Hintergrundarbeit"), "good", _("Nichts wartet länger als zwei Minuten."))


def _failed() -> Iterator[Check]:
    count = jobs.failed().count()
    if count:
        to_do = _("Unter „Betrieb“ stehen die Ursachen und „Noch einmal“.")
        yield Check("failed", _("Gescheitertes"), "warn", _("%(n)d Aufträge sind gescheitert.") % {"n": count}, to_do)
    else:
        yield Check("failed", _("Gescheitertes"), "good", _("Nichts ist gescheitert."))


def _journal() -> Iterator[Check]:
    late = Unsequenced.objects.filter(entry__at__lt=timezone.now() - _LATE).count()
    if late:
        said = _("%(n)d Einträge haben noch keinen Platz in der Kette.") % {"n": late}
        to_do = _("Läuft der Prozess „%(name)s“? Sonst bitte neu starten.") % {"name": children.called("caretaker")}
        yield Check("journal", _("Protokoll"), "bad", said, to_do)
    else:
        yield Check("journal", _("Protokoll"), "good", _("Jeder Eintrag hat seinen Platz in der Kette."))


def _outside() -> Iterator[Check]:
    for code, name, grade, sentence, to_do in (*attesting.findings(), *attesting.clock_findings()):
        yield Check(code, name, grade, sentence, to_do, is_open=code == attesting.OPEN)


def _behind() -> int:
    """How many changes the slowest index has not confirmed."""
    slowest = FollowingIndex.objects.order_by("passed").values_list("passed", flat=True).first() or 0
    return SearchDue.objects.filter(pk__gt=slowest).count()


def _archive() -> Iterator[Check]:
    late = archive.late(timezone.now()).count()
    name = _("Archiv")
    if late:
        said = _("%(n)d Versionen hätten vor mehr als einem Tag festgeschrieben sein sollen.") % {"n": late}
        to_do = _("Unter „Betrieb“ steht, woran es liegt; „kundenakte seal_due“ merkt alles noch einmal vor.")
        yield Check("archive", name, "bad", said, to_do)
    else:
        yield Check("archive", name, "good", _("Nichts wartet länger als einen Tag aufs Festschreiben."))


def _index() -> Iterator[Check]:
    name = _("Suche")
    if not FollowingIndex.objects.exists():
        yield Check("index", name, "warn", _("Es gibt noch keinen Suchindex."), _("Er entsteht, sobald „serve“ läuft."))
        return
    oldest = SearchDue.objects.order_by("pk").values_list("marked_at", flat=True).first()
    if oldest is not None and timezone.now() - oldest > _INDEX_LATE:
        said = _("Die Suche kennt %(n)d Änderungen noch nicht.") % {"n": _behind()}
        to_do = _("Läuft der Prozess „%(name)s“? Sonst bitte neu starten, notfalls „kundenakte rebuild_index“.") % {
            "name": children.called("indexer")
        }
        yield Check("index", name, "bad", said, to_do)
    else:
        yield Check("index", name, "good", _("Die Suche ist auf dem neuesten Stand."))


def _watched() -> Iterator[Check]:
    troubled = list(WatchedFolder.objects.filter(enabled=True).exclude(problem="").values_list("name", flat=True))
    if troubled:
        said = _("Diese Ordner stehen still: %(names)s.") % {"names": ", ".join(troubled)}
        yield Check("folders", _("Überwachte Ordner"), "bad", said, _("Unter „Überwachte Ordner“ steht, warum."))
    else:
        yield Check("folders", _("Überwachte Ordner"), "good", _("Kein Ordner steht still."))


def _verifier() -> Iterator[Check]:
    yield Check(*verifying.finding())


def _backup() -> Iterator[Check]:
    for code, name, grade, sentence, to_do in backups.findings():
        yield Check(code, name, grade, sentence, to_do)


def _store() -> Iterator[Check]:
    for code, name, grade, sentence, to_do in resistance.findings():
        yield Check(code, name, grade, sentence, to_do)


def _signing() -> Iterator[Check]:
    for code, name, grade, sentence, to_do in certificate.findings():
        yield Check(code, name, grade, sentence, to_do)


@cache
def _closed() -> bool:
    return network_is_closed()


def _parsers() -> Iterator[Check]:
    name = _("Fremde Dateien")
    if _closed():
        yield Check("confinement", name, "good", _("Sie werden ohne Netz und mit Grenzen gelesen."))
        return
    said = _("Sie werden mit Grenzen gelesen, das Netz lässt sich auf diesem Rechner aber nicht abschalten.")
    yield Check("confinement", name, "warn", said, _("Der Kern muss „user namespaces“ erlauben."))


def _programs() -> Iterator[Check]:
    for program, use in _PROGRAMS:
        if shutil.which(program):
            yield Check(f"program-{program}", _(use), "good", _("Das Programm dafür ist da."))
        else:
            to_do = _("Bitte „%(name)s“ auf dem Server einrichten.") % {"name": program}
            yield Check(f"program-{program}", _(use), "warn", _("Das Programm dafür fehlt auf diesem Rechner."), to_do)


def _folders() -> list[tuple[str, str, str]]:
    """Where the data lie: what, path, room on that disk."""
    named = (
        (_("Originale"), settings.BLOBS), (_("Vorschau und Text"), settings.DERIVED), (_("Suchindex"), settings.INDEX),
        (_("In Arbeit"), settings.SCRATCH),
    )  # fmt: skip
    found = [(_("Originale im Objektspeicher"), settings.BLOBS_BUCKET, "–")] if settings.BLOBS_BUCKET else []
    for name, folder in named:
        path = Path(folder)
        free = filesizeformat(shutil.disk_usage(path).free) if path.is_dir() else "–"
        found.append((name, str(path), free))
    return found


def _database_version() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()" if connection.vendor == "sqlite" else "SHOW server_version")
        row = cursor.fetchone()
    return str(row[0]) if row else "–"
