"""What two versions of a document have different, line by line of their texts (S26)."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Final, Literal

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kundenakte.doors.web import page
from kundenakte.doors.web.documents.shown import version_of, versions_of
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access, renditions

# Comparing costs time in proportion to the square of what differs; nobody reads more than this anyway.
MOST_LINES: Final = 4000
_CONTEXT: Final = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the comparison."""

    kind: Literal["same", "gone", "new", "gap"]
    text: str


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
    lines = difference(lines_before[:MOST_LINES], lines_after[:MOST_LINES])
    if not lines:
        note = _("Der Text beider Versionen ist gleich; verschieden ist nur die Gestaltung.")
    return lines, note


def difference(before: list[str], after: list[str]) -> list[Line]:
    """The lines that differ with a few around them; empty when none differs."""
    before, after = [line.strip() for line in before], [line.strip() for line in after]
    made: list[Line] = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for group in matcher.get_grouped_opcodes(_CONTEXT):
        if made or group[0][1] > 0:
            made.append(Line("gap", ""))
        for kind, start, end, other_start, other_end in group:
            if kind == "equal":
                made += [Line("same", text) for text in before[start:end]]
            else:
                made += [Line("gone", text) for text in before[start:end]]
                made += [Line("new", text) for text in after[other_start:other_end]]
    return made
