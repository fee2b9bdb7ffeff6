"""Where a version stands with the archive, in one sentence."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from kundenakte.doors.web.templatetags.shown import moment
from kundenakte.records.models import Version
from kundenakte.steps.archive import queries
from kundenakte.steps.archive.queries import Standing

register = template.Library()


@register.filter
def archived(version: Version) -> str:
    """Since when it is in the archive, or why it is not yet."""
    return sentence_of(queries.standing_of(version))


def sentence_of(standing: Standing) -> str:
    """The sentence for each standing."""
    at = moment(standing.at) if standing.at else ""
    sentences = {
        "sealed": _("Im Archiv seit %(at)s."),
        "damaged": _("Im Archiv beschädigt, bemerkt am %(at)s. Der Administrator ist benachrichtigt."),
        "disposed": _("Am %(at)s ausgesondert."),
        "trouble": _("Konnte noch nicht ins Archiv: %(why)s"),
        "due": _("Wird archiviert, sobald die Verarbeitung durch ist."),
        "later": _("Wird am %(at)s archiviert."),
        "draft": _("Noch nicht im Archiv: Das geschieht mit der Freigabe."),
        "never": _("Diese Klasse wird nicht archiviert."),
    }
    return sentences[standing.state] % {"at": at, "why": _(standing.sentence) if standing.sentence else ""}
