"""The dry run: what would become of each file. Reads every byte, for nothing less tells what is there twice and what
cannot be read; writes nothing but its own lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_noop as _

from kundenakte.doors.share.judging import Judge
from kundenakte.doors.share.listing import Overtaken
from kundenakte.doors.share.opening import Shut, digest_of, key_of
from kundenakte.records import access
from kundenakte.records.models import Document, Version
from kundenakte.steps.intake.models import ShareFile, ShareLine, ShareRun

Outcome = ShareLine.Outcome
_BATCH: Final = 200
_WRITTEN: Final = (
    "outcome", "sentence", "customer_word", "kind_word", "customer", "class_code", "digest", "size", "mtime_ns",
)  # fmt: skip


def try_some(run: ShareRun, judge: Judge, *, stopping: Callable[[], bool]) -> bool:
    """Look at the next files until told to stop. True when all are through. Raises ShareAway."""
    while True:
        lines = list(run.lines.filter(outcome=Outcome.OPEN).order_by("pk")[:_BATCH])
        if not lines:
            return True
        taken = _taken_before(run, lines)
        looked: list[ShareLine] = []
        for line in lines:
            _look(run, judge, line, taken.get(key_of(line.parts)))
            looked.append(line)
            if stopping():
                break
        _compare(run, looked)
        _write(run, looked)
        if stopping():
            return False


def _look(run: ShareRun, judge: Judge, line: ShareLine, before: ShareFile | None) -> None:
    verdict = judge.judge(line.parts, line.mtime_ns)
    line.outcome, line.sentence = verdict.outcome, verdict.sentence
    line.customer_word, line.kind_word = verdict.customer_word, verdict.kind_word
    line.customer, line.class_code = verdict.customer, verdict.class_code
    if before and (before.size, before.mtime_ns) == (line.size, line.mtime_ns):
        line.outcome, line.sentence = Outcome.UNCHANGED, ""
        return
    try:
        line.digest, found = digest_of(run, line.parts)
    except Shut as shut:
        line.outcome, line.sentence = shut.outcome, shut.sentence
        return
    line.size, line.mtime_ns = found.size, found.mtime_ns
    if before and before.arrival.digest == line.digest:
        line.outcome, line.sentence = Outcome.UNCHANGED, ""


def _compare(run: ShareRun, lines: Sequence[ShareLine]) -> None:
    """Mark what has the same bytes as an earlier path, or as a document the starter of the run may see."""
    wanted = {line.digest for line in lines if line.digest}
    first: dict[str, str] = {}
    earlier = run.lines.filter(digest__in=wanted).exclude(pk__in=[line.pk for line in lines])
    for digest, file in earlier.order_by("-pk").values_list("digest", "file"):
        first[digest] = file
    documents = access.documents_for(run.started_by) if run.started_by else Document.objects.all()
    filed = set(
        Version.objects.filter(digest__in=wanted, document__in=documents, document__is_disposed=False).values_list(
            "digest", flat=True
        )
    )
    for line in lines:
        if not line.digest:
            continue
        if line.outcome in {Outcome.READY, Outcome.NO_CLASS}:
            if line.digest in filed:
                line.outcome = Outcome.FILED_ALREADY
            elif line.digest in first:
                line.outcome = Outcome.TWIN
                line.sentence = _("Gleicher Inhalt wie %(file)s.") % {"file": first[line.digest]}
        first.setdefault(line.digest, line.file)


def _taken_before(run: ShareRun, lines: Sequence[ShareLine]) -> dict[str, ShareFile]:
    keys = [key_of(line.parts) for line in lines]
    rows = ShareFile.objects.filter(share=run.share_id, file_key__in=keys).select_related("arrival")
    return {row.file_key: row for row in rows}


@transaction.atomic
def _write(run: ShareRun, lines: Sequence[ShareLine]) -> None:
    held = ShareRun.objects.select_for_update().get(pk=run.pk)
    if held.ended_at:
        raise Overtaken
    # A quarter of the time that an update of as many rows takes.
    ShareLine.objects.bulk_create(lines, update_conflicts=True, unique_fields=["id"], update_fields=_WRITTEN)
