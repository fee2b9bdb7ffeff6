"""What two versions of a document have different, line by line of their texts (S26)."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kundenakte.doors.web import page
from kundenakte.doors.web.documents.differing import Line, difference
from kundenakte.doors.web.documents.shown import version_of, versions_of
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access, renditions
from kundenakte.records.actions import reading

# Nobody reads more than this; see differing.py for what comparing costs.
MOST_LINES: Final = 4000


@require_safe
@screen
def compare(request: SignedIn, pk: int) -> HttpResponse:
    """Two versions side by side in one text: what went, what came."""
    document = access.get_document(request.user, pk)
    rights = page.rights(request)
    shown = versions_of(request.user, document, rights=rights)
    numbers = [line.version.number for line in shown]
    newer = page.number(request.GET.get("bis")) or (numbers[0] if numbers else 1)
    older = page.number(request.GET.get("von")) or max((n for n in numbers if n < newer), default=newer)
    old = version_of(request.user, document, older, rights=rights)
    new = version_of(request.user, document, newer, rights=rights)
    for version in {old.pk: old, new.pk: new}.values():
        reading.note_reading(actor=page.actor(request), document=document, version=version, now=timezone.now())
    lines, note = _compared(old.digest, new.digest)
    context = {"document": document, "versions": shown, "old": old, "new": new, "lines": lines, "note": note}
    return render(request, "documents/compare.html", context)


def _compared(old: str, new: str) -> tuple[list[Line], str]:
    if old == new:
        return [], _("Beide Versionen haben genau denselben Inhalt.")
    before, after = renditions.text_of(old), renditions.text_of(new)
    if before is None or after is None or before.is_empty() or after.is_empty():
        return [], _("Mindestens eine der beiden Versionen hat keinen lesbaren Text. Vergleichen Sie die Seitenbilder.")
    lines_before, lines_after = before.plain.splitlines(), after.plain.splitlines()
    note = ""
    if max(len(lines_before), len(lines_after)) > MOST_LINES:
        note = _("Verglichen sind nur die ersten %(n)d Zeilen.") % {"n": MOST_LINES}
    found = difference(lines_before[:MOST_LINES], lines_after[:MOST_LINES])
    if found.is_coarse:
        coarse = _(
            "Die Versionen unterscheiden sich sehr. Der hintere Teil steht hier ganz als entfernt und ganz als neu."
        )
        note = f"{note} {coarse}".strip()
    if not found.lines and not note:
        note = _("Der Text beider Versionen ist gleich; verschieden ist nur die Gestaltung.")
    return found.lines, note
