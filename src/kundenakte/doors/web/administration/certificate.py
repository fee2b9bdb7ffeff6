"""What the state of the house says about who signs documents and with what; nothing where there is nothing to say."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from kundenakte.doors.web.templatetags.shown import day
from kundenakte.steps.signing import house, port
from kundenakte.steps.signing.refusals import NoCertificate

Finding = tuple[str, str, str, str, str]


def findings() -> Iterator[Finding]:
    """Code, name, grade, sentence and what to do. Only signing waits for it, so it is never worse than a warning."""
    reason = port.trouble()
    if reason:
        said = _("KUNDENAKTE_SIGNER nennt nichts, was unterschreiben kann (%(reason)s).") % {"reason": reason}
        to_do = _("Bis das richtig eingestellt und neu gestartet ist, kann niemand unterschreiben.")
        yield "signing-provider", _("Anbieter der Unterschriften"), "warn", said, to_do
    code, name = "signing-certificate", _("Zertifikat zum Unterschreiben")
    to_do = _("Ein neues macht „kundenakte signing_certificate make --again“, oder tauschen Sie Ihr eigenes aus.")
    try:
        found = house.present()
    except NoCertificate as trouble:
        yield code, name, "warn", trouble.in_words(_), to_do
        return
    if found is None:
        return
    now, until = timezone.now(), {"day": day(timezone.localdate(found.until))}
    if found.until < now:
        yield code, name, "warn", _("Es galt bis %(day)s. Unterschreiben kann damit niemand mehr.") % until, to_do
    elif found.until - now < house.WARN_BEFORE:
        yield code, name, "warn", _("Es gilt nur noch bis %(day)s.") % until, to_do
    else:
        yield code, name, "good", _("Es gilt bis %(day)s.") % until, ""
