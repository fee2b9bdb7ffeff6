"""What the page and the alarms say about those who attest to the journal from outside: time-stamps and witnesses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _

from kundenakte.base.journal import clock, outside
from kundenakte.doors.web.templatetags.shown import moment

Finding = tuple[str, str, str, str, str]
# The code of the finding that nobody is set up: no fault, and nothing the house cannot live with.
OPEN: Final = "outside-open"


def findings() -> Iterator[Finding]:
    """Code, name, grade, sentence and what to do: for whoever is set up and does not answer, or for all together."""
    name, names = _("Zeugen des Protokolls"), outside.names()
    if not names:
        said = _("Noch nicht eingerichtet: Niemand außerhalb dieses Rechners bezeugt, was im Protokoll stand.")
        yield OPEN, name, "good", said, _how()
        return
    stale, troubles = outside.stale(timezone.now()), {one.name: one for one in outside.troubles()}
    for one in names:
        trouble = troubles.get(one)
        if one in stale:
            words = {
                "name": _called(one),
                "since": moment(stale[one]),
                "sentence": trouble.sentence if trouble else "",
            }
            said = _("%(name)s: Seit %(since)s fehlt der Beleg von außen (ANCHOR_STALE). %(sentence)s") % words
            yield f"anchor-stale-{one}", name, "warn", said.strip(), _goes_on()
        elif trouble:
            words = {"name": _called(one), "since": moment(trouble.since), "sentence": trouble.sentence}
            yield f"outside-{one}", name, "warn", _("%(name)s, seit %(since)s: %(sentence)s") % words, _goes_on()
    if not (stale or troubles):
        yield "outside", name, "good", _("Alle antworten."), ""


def clock_findings() -> Iterator[Finding]:
    """A clock that was set back, until it has caught up."""
    found = clock.set_back(timezone.now())
    if found:
        words = {"was": moment(found.was), "at": moment(found.at)}
        said = (
            _("Die Uhr dieses Rechners wurde von %(was)s auf %(at)s zurückgestellt. Es wird weiter archiviert.") % words
        )
        to_do = _("Prüfen Sie Uhr und Zeitabgleich (NTP). Zeiten bis %(was)s sind im Protokoll als ungewiss vermerkt.")
        yield "clock", _("Uhr"), "warn", said, to_do % words


def _called(name: str) -> str:
    return {"folder": _("Zeugenordner"), "mail": _("Zeuge per E-Mail")}.get(name, name)


def _goes_on() -> str:
    return _("Es geht alles weiter und wird nachgeholt. Bis dahin fehlt für diese Zeit der Beleg von außen.")


def _how() -> str:
    return _(
        "So richten Sie es ein: mit KUNDENAKTE_WITNESS_FOLDER einen Ordner auf einem anderen Rechner nennen, mit "
        "KUNDENAKTE_WITNESS_MAIL jemanden, der die Nachrichten aufhebt, oder mit KUNDENAKTE_TIMESTAMPS und "
        "KUNDENAKTE_TIMESTAMP_ROOTS einen Zeitstempeldienst; dann die Kundenakte neu starten. Mehr steht in "
        "docs/proofs.md."
    )
