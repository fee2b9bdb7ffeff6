"""What the page „Zustand“ says about the last run of the verifier, and its button for the next one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kundenakte.base.journal import checking
from kundenakte.base.journal.models import VerifierRun
from kundenakte.doors.web import page
from kundenakte.doors.web.administration import children
from kundenakte.doors.web.administration.pages import administrators
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.templatetags.shown import moment

# Some nights may fail; after this long without an answer nobody knows any more.
LATE: Final = timedelta(days=4)
_SHOWN: Final = 3
# The caretaker looks several times a minute.
_SOON: Final = timedelta(minutes=5)


def finding() -> tuple[str, str, str, str, str]:
    """Code, name, grade, sentence and what to do."""
    code, name = "verifier", _("Prüflauf")
    last = VerifierRun.objects.exclude(ended_at=None).order_by("-pk").first()
    if last is None:
        return code, name, "good", _("Der erste Prüflauf kommt in der nächsten Nacht."), ""
    answered = VerifierRun.objects.exclude(exit=None).order_by("-pk").first()
    when = _said_at(answered) if answered else ""
    if last.exit is None:
        is_late = answered is None or answered.ended_at is None or timezone.now() - answered.ended_at > LATE
        said = " ".join(filter(None, (_(last.sentence), when)))
        return code, name, "bad" if is_late and answered else "warn", said, _to_do()
    said = f"{when} {_sentences(last)}".strip()
    if last.exit == checking.VIOLATION:
        return (
            code,
            name,
            "bad",
            said,
            _("Bewahren Sie alles auf, wie es ist. Was die Meldungen bedeuten, steht in docs/proofs.md."),
        )
    if last.exit == checking.INCOMPLETE and _has_outside():
        return code, name, "warn", said, _to_do()
    return code, name, "good", said, ""


@require_POST
@administrators
def ask(request: SignedIn) -> HttpResponse:
    """Have archive and journal verified now. The page shows by itself when it is done."""
    checking.ask(actor=page.actor(request), now=timezone.now())
    messages.success(request, _("Der Prüflauf ist angefordert. Sein Ergebnis erscheint hier von selbst."))
    return page.gone_on(reverse("administration-state"))


def going() -> str:
    """What the page says of a run that was asked for or goes on; empty when there is none."""
    run = checking.open_run(now=timezone.now())
    if run is None:
        return ""
    if run.began_at is not None:
        return _("Der Prüflauf läuft seit %(when)s.") % {"when": moment(run.began_at)}
    if timezone.now() - run.asked_at > _SOON:
        said = _("Der Prüflauf ist seit %(when)s angefordert. Eine Sicherung geht vor; läuft der Prozess „%(name)s“?")
        return said % {"when": moment(run.asked_at), "name": children.called("caretaker")}
    return _("Der Prüflauf ist angefordert und beginnt gleich.")


def _has_outside() -> bool:
    """Without witness and authority the page says already what cannot be proven, and why."""
    return bool(settings.WITNESS_FOLDER or settings.TIMESTAMP_AUTHORITIES)


def _to_do() -> str:
    return _("Mit „kundenakte verify_archive“ sehen Sie, woran es liegt.")


def _said_at(run: VerifierRun) -> str:
    return _("Zuletzt geprüft: %(when)s.") % {"when": moment(run.ended_at) if run.ended_at else ""}


def _sentences(run: VerifierRun) -> str:
    if run.exit == checking.PROVEN:
        return _("Alles ist bewiesen unverändert.")
    language = "en" if (get_language() or "").startswith("en") else "de"
    level = "violation" if run.exit == checking.VIOLATION else "incomplete"
    found: list[Any] = [one for one in run.findings if one["level"] == level]
    first = (
        _("Es wurde etwas verändert.")
        if run.exit == checking.VIOLATION
        else _("Nichts Verändertes wurde gefunden, aber nicht alles lässt sich beweisen.")
    )
    return " ".join([first, *(one[language] for one in found[:_SHOWN])])
