"""The row of a document as every action on it reads and writes it: held, numbered, noted for search and archive.

For the modules beside this one; nobody else changes a document but by their actions.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import Max
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal.actions import Happening
from kundenakte.customers.drafts import sort_name
from kundenakte.records import index_fields, sealing, search_due
from kundenakte.records.models import (
    Document,
    SourceKey,
    Version,
    VersionState,
)
from kundenakte.records.numbers import number_key
from kundenakte.records.refusals import ChangedMeanwhile
from kundenakte.records.retention import keeping

if TYPE_CHECKING:
    from kundenakte.records.actions.documents import Description, NewVersion

State = VersionState.State


def lock(document: Document) -> Document:
    """The row as it is now, held until the transaction ends (SQLite holds the whole database)."""
    return (
        Document.objects.select_for_update(of=("self",))
        .select_related("customer_file__customer", "customer_file__plan", "section", "document_class")
        .get(pk=document.pk)
    )


def require_edition(document: Document, edition: int) -> None:
    """Raise ChangedMeanwhile unless the row is as the person had it before them."""
    if document.edition != edition:
        raise ChangedMeanwhile


def take_key(document: Document, source_key: tuple[str, str], *, may_stay: bool) -> bool:
    """Whether the document now has the key."""
    system, key = source_key
    if not may_stay:
        SourceKey.objects.create(document=document, system=system, key=key)
        return True
    _row, taken = SourceKey.objects.get_or_create(system=system, key=key, defaults={"document": document})
    return taken


def attach(actor: Actor, document: Document, new: NewVersion, now: datetime, *, valid: bool) -> Version:
    """The document's next version, valid or a draft; the archive is told."""
    is_first = document.valid_version_id is None
    number = 1 if is_first else (document.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    version = Version.objects.create(
        document=document, number=number, digest=new.digest, size=new.size, media_type=new.media_type,
        file_name=new.file_name, created_at=now, author=actor.user, source=new.source, origin=new.origin,
        comment=new.comment,
    )  # fmt: skip
    if valid:
        make_valid(document, version, now)
    else:
        VersionState.objects.create(version=version, state=State.DRAFT, at=now)
        if number == 1:
            document.is_draft, document.valid_version = True, version
            document.save(update_fields=["is_draft", "valid_version"])
    sealing.note(version)
    return version


def told(version: Version) -> Happening:
    """The journal entry of a version that has come to its document."""
    facts = {
        "version": version.number, "digest": version.digest, "size": version.size, "media_type": version.media_type,
        "source": version.source,
    }  # fmt: skip
    personal = {"file_name": version.file_name, "origin": version.origin}
    return Happening("version.added", version.document, facts, personal)


def make_valid(document: Document, version: Version, now: datetime) -> None:
    """Let a version be the valid one; the one before is superseded."""
    before = document.valid_version
    if before and before.pk != version.pk and not document.is_draft:
        VersionState.objects.create(version=before, state=State.SUPERSEDED, at=now)
    VersionState.objects.create(version=version, state=State.VALID, at=now)
    document.valid_version, document.is_draft, document.changed_at = version, False, now
    document.save(update_fields=["valid_version", "is_draft", "changed_at"])


def describe(document: Document, description: Description, now: datetime, *, lenient: bool | None = None) -> None:
    """Write class, title, number, day and fields with the columns that follow from them; the caller saves.

    What machines read may be nonsense: for a new document, or where `lenient` says so, it is left out, not refused.
    """
    lenient = document.pk is None if lenient is None else lenient
    fields = index_fields.check(description.document_class, description.fields, lenient=lenient)
    day = description.dated_on or index_fields.parse_date(fields.get("dated_on", "")) or timezone.localdate(now)
    document.document_class = description.document_class
    document.title = description.title.strip()[:250] or description.document_class.name
    document.title_key = sort_name(document.title)
    document.number = description.number.strip()[:100]
    document.number_key = number_key(document.number)
    document.is_tax_relevant = description.document_class.tax_relevant
    know_more(document, fields=fields, dated_on=day)


def described(document: Document) -> dict[str, str]:
    """What a document says of itself, to compare and to put into the journal."""
    return {
        "document_class": document.document_class.code,
        "title": document.title,
        "number": document.number,
        "dated_on": document.dated_on.isoformat(),
        "section": document.section.key,
        **{f"fields.{key}": str(value) for key, value in document.fields.items()},
    }


def readable(changed: Mapping[str, list[str | None]]) -> str:
    """Values before and after, a line each."""
    return "\n".join(f"{key}: {before or '–'} → {after or '–'}" for key, (before, after) in sorted(changed.items()))


def changed(document: Document, now: datetime) -> None:
    """Save a changed row: another edition, its end of retention, a note for the search."""
    document.changed_at = now
    document.edition += 1
    keeping.set_end(document, now=now)
    document.save()
    keeping.follow_up(document)
    search_due.mark(document)


def take_over(shown: Document, locked: Document) -> None:
    """Bring the caller's object to the state just written, so that he does not go on with an old one."""
    if shown is not locked:
        shown.__dict__.update({k: v for k, v in locked.__dict__.items() if k != "_prefetched_objects_cache"})


def know_more(document: Document, *, fields: dict[str, str], dated_on: date) -> None:
    """Set day and index fields together with the columns that follow from them; the caller saves."""
    document.fields, document.dated_on = fields, dated_on
    document.project = fields.get("project", "")[:100]
    document.machine = fields.get("serial_number", "")[:100]
    document.amount_cents = index_fields.cents(fields)
    document.tax_year = dated_on.year if document.is_tax_relevant else None
