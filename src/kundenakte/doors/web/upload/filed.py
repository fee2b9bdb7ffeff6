"""What an uploaded file has become once it lies in a customer file."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F
from django.utils.translation import gettext as _

from kundenakte.records.models import Arrival, Document, PlanEntry, VersionState

State = Arrival.State


def sections_of(arrivals: Iterable[Arrival]) -> dict[int, str]:
    """For each arrival that is filed the name of the section, as the plan in force calls it."""
    sections = {one.pk: one.document.section for one in arrivals if one.document is not None}
    entries = PlanEntry.objects.filter(
        section__in={section.pk for section in sections.values()}, edition=F("edition__plan__current")
    )
    names = dict(entries.values_list("section", "name"))
    return {pk: _(names.get(section.pk) or str(section)) for pk, section in sections.items()}


def sentence(arrival: Arrival, document: Document, section: str) -> str:
    """Where it lies now, and as what; a link with the document's title follows."""
    words = {"file": document.customer_file.customer.name, "section": section}
    version = arrival.version
    if arrival.state == State.DUPLICATE:
        return _("Genau diese Datei liegt schon in %(file)s, Register %(section)s:") % words
    if version is None or version.number == 1:
        return _("Eingeaktet in %(file)s, Register %(section)s:") % words
    words["number"] = str(version.number)
    if version.pk == document.valid_version_id:
        return _("Ist jetzt die gültige Version %(number)s in %(file)s, Register %(section)s:") % words
    if version.states.order_by("pk").values_list("state", flat=True).last() == VersionState.State.DRAFT:
        return _("Ist Version %(number)s, noch ein Entwurf, in %(file)s, Register %(section)s:") % words
    return _("Ist Version %(number)s, die nicht mehr gilt, in %(file)s, Register %(section)s:") % words
