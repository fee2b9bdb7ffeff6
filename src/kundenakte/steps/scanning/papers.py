"""Scans that can be checked, batches a user may see, and what the product says of a document's paper."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from kundenakte.base.accounts.models import User
from kundenakte.records import access
from kundenakte.records.models import Arrival, Document, DocumentClass, Rendition, StackPart, Verb
from kundenakte.records.reach import Rights
from kundenakte.records.refusals import NotFound
from kundenakte.steps.scanning.models import BatchFile, BatchLog, BatchPage, KeptPaper, PaperBatch, PaperRules

# Rules of retention whose documents the law or a court wants to see on paper, whatever the class says.
ON_PAPER: Final = frozenset({"CUSTOMS", "REVERSE_PROOF", "COURT_TITLE", "POWER_OF_ATTORNEY"})
State = PaperBatch.State
Why = KeptPaper.Why
# What a person may give as a reason; the rest the house finds by itself.
BY_A_PERSON: Final = tuple(choice for choice in Why.choices if choice[0] not in {Why.CLASS, Why.FLAW})


def the_rules() -> PaperRules:
    """How this house checks; what is shipped while it has decided nothing."""
    return PaperRules.objects.order_by("pk").first() or PaperRules()


def scans_for(user: User, *, since: datetime | None = None, rights: Rights | None = None) -> QuerySet[Arrival]:
    """Scanned files in no batch yet that this user may see with all that became of them, newest first.

    A scan is what had to be read, or a stack that was taken apart; its letters are not listed beside it.
    Without `since` every arrival of the house is asked whether it is one, which takes seconds among a million.
    """
    read = Rendition.objects.filter(digest=OuterRef("digest"), kind=Rendition.Kind.SEARCHABLE)
    stack = StackPart.objects.filter(stack=OuterRef("pk"))
    part = StackPart.objects.filter(part=OuterRef("pk"))
    scans = access.arrivals_for(user, rights=rights).filter(
        Exists(read) | Exists(stack), ~Exists(part), ~Exists(BatchFile.objects.filter(arrival=OuterRef("pk"))),
        page_count__gt=0,
    )  # fmt: skip
    # By name, not by what it is not: so the index by state and time serves.
    scans = scans.filter(state__in=[one for one in Arrival.State if one != Arrival.State.UNDER_WAY])
    if since is not None:
        scans = scans.filter(received_at__gte=since)
    return access.with_nothing_hidden_in_it(scans, user, rights=rights).order_by("-received_at", "-pk")


def batches_for(user: User, *, rights: Rights | None = None) -> QuerySet[PaperBatch]:
    """The batches this user may check: he looks after an inbox and may see every file and document of them.

    What was lawfully disposed of hides no batch from those who could see it: paper and protocol are still there.
    """
    rights = rights or access.rights_of(user)
    if not (rights.has(Verb.INBOX) or rights.has(Verb.ADMINISTER)):
        return PaperBatch.objects.none()
    files = BatchFile.objects.filter(batch=OuterRef("pk")).exclude(arrival__document__is_disposed=True)
    # Asked of each row: a list of all that somebody may see has millions in a large house.
    hidden_files = files.filter(~Exists(access.arrivals_for(user, rights=rights).filter(pk=OuterRef("arrival_id"))))
    pages = BatchPage.objects.filter(file__batch=OuterRef("pk"), part__document__isnull=False)
    may_see = access.documents_ever_for(user, rights=rights).filter(pk=OuterRef("part__document_id"))
    hidden_pages = pages.filter(~Exists(may_see))
    seen = PaperBatch.objects.filter(~Exists(hidden_files), ~Exists(hidden_pages))
    return seen.select_related("scanned_by", "released_by", "destroyed_by")


def get_batch(user: User, pk: int, *, rights: Rights | None = None) -> PaperBatch:
    """One batch, or NotFound."""
    found = batches_for(user, rights=rights).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def parts_of(batch: PaperBatch) -> QuerySet[Arrival]:
    """The documents of a batch, filed or not, in their order."""
    pages = BatchPage.objects.filter(file__batch=batch, part=OuterRef("pk"))
    rows = Arrival.objects.filter(Exists(pages))
    return rows.select_related("document__document_class", "document__customer_file__customer").order_by("pk")


@dataclass(frozen=True, slots=True)
class Kept:
    """Why the paper of a document stays: a code for the protocol, and a sentence for people."""

    code: str
    sentence: str


def kept_of(batch: PaperBatch, *, document: Document | None = None) -> dict[int, Kept]:
    """Arrival → why its paper stays: a person's word, its class, or a page that is not good and not scanned again.

    With `document` only what came in as this one. Once the paper is gone, what was kept then, whatever changes later.
    """
    parts, said = parts_of(batch), batch.kept.all()
    pairs = _of_one_paper(batch)
    if document is not None and not pairs:
        parts, said = parts.filter(document=document), said.filter(part__document=document)
    found = {row.part_id: Kept(row.why, _(str(row.get_why_display()))) for row in said}
    if batch.state == State.DESTROYED:
        return _only(found, batch, document)
    for part in parts:
        if part.pk not in found and part.document and (kept := _by_class(part.document.document_class)):
            found[part.pk] = kept
    bad = BatchPage.objects.filter(file__batch=batch, verdict=BatchPage.Verdict.BAD, part__in=parts.values("pk"))
    for pk in bad.values_list("part_id", flat=True):
        found.setdefault(pk, Kept(Why.FLAW, _("Eine Seite ist mangelhaft gescannt.")))
    while more := {to: found[by] for by, to in pairs if by in found and to not in found}:
        found |= more
    return _only(found, batch, document)


def _of_one_paper(batch: PaperBatch) -> set[tuple[int, int]]:
    """What was scanned twice, both ways round: a first and a second scan share the sheet, so both keep it or none."""
    pages = BatchPage.objects.filter(file__batch=batch, part__isnull=False, replaced_by__pages__part__isnull=False)
    pairs = set(pages.order_by().values_list("part_id", "replaced_by__pages__part_id").distinct())
    return pairs | {(second, first) for first, second in pairs}


def _only(found: dict[int, Kept], batch: PaperBatch, document: Document | None) -> dict[int, Kept]:
    if document is None or not found:
        return found
    own = set(parts_of(batch).filter(document=document).values_list("pk", flat=True))
    return {part: kept for part, kept in found.items() if part in own}


def _by_class(document_class: DocumentClass) -> Kept | None:
    if not (document_class.original_required or document_class.retention_code in ON_PAPER):
        return None
    return Kept(Why.CLASS, _("Papier der Klasse „%(name)s“ bleibt.") % {"name": _(document_class.name)})


def may_go(batch: PaperBatch, *, now: datetime) -> bool:
    """Whether the product says that the paper may be destroyed: released, waited for, and its protocol filed."""
    return batch.pk in those_that_may_go([batch], now=now)


def those_that_may_go(batches: Iterable[PaperBatch], *, now: datetime) -> set[int]:
    """The same for many at once: the numbers of those whose paper may be destroyed."""
    waited = {
        one.pk for one in batches
        if one.state == State.RELEASED and one.protocol and one.may_go_from and one.may_go_from <= now
    }  # fmt: skip
    if not waited:
        return waited
    missing = BatchLog.objects.filter(batch__in=waited, arrival__document=None)
    return waited - set(missing.values_list("batch_id", flat=True))


def paper_of(document: Document, *, now: datetime) -> str:
    """A sentence on the paper a document was scanned from, in the language of the screen; "" where there was none."""
    page = (
        BatchPage.objects.filter(part__document=document)
        .select_related("file__batch", "part").order_by("-file__batch__pk").first()
    )  # fmt: skip
    if page is None:
        return ""
    batch = page.file.batch
    kept = next(iter(kept_of(batch, document=document).values()), None)
    words = {"batch": batch.pk}
    if batch.state == State.CHECKING:
        return _("Das Papier bleibt: Stapel %(batch)s ist noch nicht geprüft.") % words
    if kept:
        return _("Das Papier bleibt: %(why)s") % {"why": kept.sentence}
    if batch.state == State.DESTROYED and batch.destroyed_at:
        said = {**words, "day": _day(batch.destroyed_at)}
        return _("Das Papier wurde am %(day)s vernichtet (Stapel %(batch)s).") % said
    if may_go(batch, now=now):
        return _("Das Papier darf vernichtet werden (Stapel %(batch)s).") % words
    return _("Das Papier darf ab %(day)s vernichtet werden (Stapel %(batch)s).") % {
        **words, "day": _day(batch.may_go_from or now)
    }  # fmt: skip


def _day(at: datetime) -> str:
    return f"{timezone.localtime(at):%d.%m.%Y}"


def open_pages(batch: PaperBatch) -> QuerySet[BatchPage]:
    """The pages that somebody still has to look at."""
    return BatchPage.objects.filter(file__batch=batch, verdict="").exclude(why="")


def unsettled_rescans(batch: PaperBatch) -> QuerySet[BatchPage]:
    """Pages to be scanned again of which no second scan is linked yet."""
    return BatchPage.objects.filter(file__batch=batch, verdict=BatchPage.Verdict.RESCAN, replaced_by=None)


def not_filed(batch: PaperBatch) -> QuerySet[Arrival]:
    """Documents of a batch that are still on their way or wait in the inbox."""
    unfinished = (Arrival.State.UNDER_WAY, Arrival.State.WAITING, Arrival.State.SPLIT)
    return parts_of(batch).filter(state__in=unfinished)
