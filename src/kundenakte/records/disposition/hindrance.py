"""Whether a document may go at all: asked when it is proposed, when it is released, and when it is its turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.utils import timezone
from django.utils.translation import gettext_noop

from kundenakte.records.models import Document
from kundenakte.records.retention import blocks, keeping, wording
from kundenakte.records.retention.blocks import Blocks
from kundenakte.records.retention.engine import End


@dataclass(frozen=True, slots=True)
class Verdict:
    """The end as it is calculated now, and a German sentence why the document stays; empty when it may go."""

    end: End
    sentence: str = ""


def day_of(now: datetime) -> date:
    """The day that counts: here and in UTC its end must be past, for the journal's times are UTC."""
    return min(timezone.localdate(now), now.astimezone(UTC).date())


def verdict(document: Document, *, now: datetime) -> Verdict:
    """Calculated anew: whoever wrote an earlier end into the row gets nothing destroyed by it (T-09, T-32)."""
    return verdicts([document], now=now)[document.pk]


def verdicts(documents: Sequence[Document], *, now: datetime) -> dict[int, Verdict]:
    """The same for many: by the documents' ids, in as many queries as for one."""
    today, pks = day_of(now), [document.pk for document in documents]
    ends = keeping.ends_by_id(pks, on=today)
    states = blocks.years()
    kept = blocks.blocks_by_id(documents, on=today, states=states)
    due = set(blocks.due(on=today, states=states).filter(pk__in=pks).values_list("pk", flat=True))
    return {pk: Verdict(ends[pk], _sentence(ends[pk], kept[pk], today, is_due=pk in due)) for pk in pks}


def _sentence(end: End, kept: Blocks, today: date, *, is_due: bool) -> str:
    if end.until is None:
        return gettext_noop("Die Frist ist offen; das Dokument bleibt.")
    if end.until >= today:
        return gettext_noop("Die Frist läuft noch bis %(until)s.") % {"until": f"{end.until:%d.%m.%Y}"}
    if kept:
        return wording.reasons(kept, with_reasons=False)[0]
    return "" if is_due else gettext_noop("Das gespeicherte Fristende ist nicht abgelaufen oder nicht das der Regel.")
