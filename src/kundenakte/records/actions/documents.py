"""What happens to a document: it comes into being, gets versions, is moved and corrected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions as journal
from kundenakte.records import access, index_fields, search_due
from kundenakte.records.models import (
    CustomerFile,
    Document,
    DocumentClass,
    Placement,
    Reference,
    Section,
    SourceKey,
    Verb,
    Version,
    VersionState,
)
from kundenakte.records.numbers import number_key
from kundenakte.records.refusals import BadValue, ChangedMeanwhile, ReasonMissing
from kundenakte.records.sections import entries_of, section_for

Kind = Reference.Kind
State = VersionState.State


@dataclass(frozen=True, slots=True)
class NewVersion:
    """The bytes of a version to be, with their origin; they are in the blob store already."""

    digest: str
    size: int
    media_type: str
    file_name: str
    source: str
    origin: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Description:
    """What is known of a document: its class, title, number, day and index fields."""

    document_class: DocumentClass
    title: str
    number: str = ""
    dated_on: date | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def create_document(
    *,
    actor: Actor,
    customer_file: CustomerFile,
    description: Description,
    version: NewVersion,
    now: datetime,
    section: Section | None = None,
    source_key: tuple[str, str] | None = None,
    reason: str = "",
) -> Document:
    """A new document with its first version. Without `section` the plan's rules choose; with one it is pinned there."""
    chosen = (
        section or section_for(entries_of(customer_file.plan), description.document_class, description.fields).section
    )
    access.require(actor, Verb.FILE, customer_file, chosen)
    access.require_cell(actor, Verb.FILE, chosen, description.document_class)
    document = Document(
        customer_file=customer_file, section=chosen, is_pinned=section is not None, created_at=now, changed_at=now,
        class_is_confirmed=actor.kind == "person",
    )  # fmt: skip
    _describe(document, description, now)
    document.save()
    if source_key:
        SourceKey.objects.create(document=document, system=source_key[0], key=source_key[1])
    _attach(actor, document, version, now, valid=description.document_class.valid_at_once)
    search_due.mark(document)
    journal.append(
        actor, "document.filed", document, at=now, reason=reason, customer_file=customer_file, section=chosen,
        document_class=description.document_class.code, digest=version.digest, number=document.number,
    )  # fmt: skip
    return document


@transaction.atomic
def add_version(
    *,
    actor: Actor,
    document: Document,
    version: NewVersion,
    now: datetime,
    valid: bool | None = None,
    description: Description | None = None,
) -> Version:
    """The next version of a document. Valid at once if the class says so, unless `valid` decides otherwise.

    A valid version brings its day and index fields along (`description`); class, title and number stay.
    """
    locked = _lock(document)
    access.require(actor, Verb.EDIT, locked)
    valid = locked.document_class.valid_at_once if valid is None else valid
    attached = _attach(actor, locked, version, now, valid=valid)
    if valid and description:
        found = index_fields.check(locked.document_class, description.fields, lenient=True)
        know_more(locked, fields={**locked.fields, **found}, dated_on=description.dated_on or locked.dated_on)
    _changed(locked, now)
    _take_over(document, locked)
    return attached


@transaction.atomic
def release_version(*, actor: Actor, version: Version, now: datetime) -> None:
    """Make a version the valid one; the one that was valid is superseded."""
    document = _lock(version.document)
    access.require(actor, Verb.RELEASE, document)
    _make_valid(document, version, now)
    search_due.mark(document)
    journal.append(actor, "version.released", document, at=now, version=version.number, digest=version.digest)


@transaction.atomic
def restore_version(*, actor: Actor, version: Version, now: datetime, comment: str = "") -> Version:
    """Bring an old version back: its bytes become a new version, so the chain only grows (S25)."""
    again = NewVersion(
        digest=version.digest, size=version.size, media_type=version.media_type, file_name=version.file_name,
        source="restore", origin=f"Version {version.number}",
        comment=comment or f"Wiederhergestellt aus Version {version.number}",
    )  # fmt: skip
    return add_version(actor=actor, document=version.document, version=again, now=now)


@transaction.atomic
def move_document(
    *,
    actor: Actor,
    document: Document,
    customer_file: CustomerFile,
    section: Section | None,
    now: datetime,
    reason: str = "",
) -> None:
    """Put a document in another section or file: pinned there with `section`, else the rules choose again."""
    locked = _lock(document)
    access.require(actor, Verb.FILE, locked, customer_file)
    if locked.is_sealed and not reason:
        raise ReasonMissing
    if section and section.customer_file_id not in {None, customer_file.pk}:
        raise BadValue("Dieses Register gehört zu einer anderen Akte.")
    target = section or section_for(entries_of(customer_file.plan), locked.document_class, locked.fields).section
    access.require(actor, Verb.FILE, target)
    from_file, from_section = f"records.customerfile:{locked.customer_file_id}", locked.section.key
    locked.customer_file, locked.section, locked.is_pinned = customer_file, target, section is not None
    _changed(locked, now)
    _take_over(document, locked)
    journal.append(
        actor, "document.moved", locked, at=now, reason=reason, customer_file=customer_file, section=target,
        from_file=from_file, from_section=from_section,
    )  # fmt: skip


@transaction.atomic
def describe_document(
    *, actor: Actor, document: Document, description: Description, edition: int, now: datetime, reason: str = ""
) -> None:
    """Correct class, title, number, day or index fields. `edition` is the state the person had before them."""
    locked = _lock(document)
    access.require(actor, Verb.EDIT, locked)
    if locked.edition != edition:
        raise ChangedMeanwhile
    if locked.is_sealed and not reason:
        raise ReasonMissing
    before = _described(locked)
    _describe(locked, description, now)
    locked.class_is_confirmed |= actor.kind == "person"
    if not locked.is_pinned:
        entry = section_for(entries_of(locked.customer_file.plan), locked.document_class, locked.fields)
        locked.section = entry.section
    after = _described(locked)
    # A field may be new, or gone with the class that had it.
    keys = sorted({*before, *after})
    changed = {key: [before.get(key), after.get(key)] for key in keys if before.get(key) != after.get(key)}
    _changed(locked, now)
    _take_over(document, locked)
    if changed:
        journal.append(
            actor, "document.described", locked, at=now, reason=reason, changed=sorted(changed),
            personal={"before_after": _readable(changed)},
        )  # fmt: skip


@transaction.atomic
def refer(*, actor: Actor, from_document: Document, to_document: Document, kind: str, now: datetime) -> Reference:
    """Link two documents. Asking twice leaves one link."""
    access.require(actor, Verb.EDIT, from_document)
    if actor.user is not None:
        access.get_document(actor.user, to_document.pk)
    reference, made = Reference.objects.get_or_create(
        from_document=from_document, to_document=to_document, kind=kind, defaults={"created_at": now}
    )
    if made:
        journal.append(actor, "document.referred", from_document, at=now, to=to_document, relation=kind)
    return reference


@transaction.atomic
def place_also(
    *, actor: Actor, document: Document, customer_file: CustomerFile, section: Section, now: datetime
) -> Placement:
    """Show a document in a second place as well: a link, not a copy (S9)."""
    access.require(actor, Verb.FILE, document, customer_file, section)
    placement, made = Placement.objects.get_or_create(
        document=document, customer_file=customer_file, section=section, defaults={"created_at": now}
    )
    if made:
        search_due.mark(document)
        journal.append(actor, "document.placed", document, at=now, customer_file=customer_file, section=section)
    return placement


def know_more(document: Document, *, fields: dict[str, str], dated_on: date) -> None:
    """Set day and index fields together with the columns that follow from them; the caller saves."""
    document.fields, document.dated_on = fields, dated_on
    document.project = fields.get("project", "")[:100]
    document.machine = fields.get("serial_number", "")[:100]
    document.tax_year = dated_on.year if document.is_tax_relevant else None


# --- inside ------------------------------------------------------------------------------------------------------


def _lock(document: Document) -> Document:
    """The row as it is now, held until the transaction ends (SQLite holds the whole database)."""
    return (
        Document.objects.select_for_update(of=("self",))
        .select_related("customer_file__customer", "customer_file__plan", "section", "document_class")
        .get(pk=document.pk)
    )


def _attach(actor: Actor, document: Document, new: NewVersion, now: datetime, *, valid: bool) -> Version:
    is_first = document.valid_version_id is None
    number = 1 if is_first else (document.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    version = Version.objects.create(
        document=document, number=number, digest=new.digest, size=new.size, media_type=new.media_type,
        file_name=new.file_name, created_at=now, author=actor.user, source=new.source, origin=new.origin,
        comment=new.comment,
    )  # fmt: skip
    if valid:
        _make_valid(document, version, now)
    else:
        VersionState.objects.create(version=version, state=State.DRAFT, at=now)
        if number == 1:
            document.is_draft, document.valid_version = True, version
            document.save(update_fields=["is_draft", "valid_version"])
    journal.append(
        actor, "version.added", document, at=now, version=number, digest=new.digest, size=new.size,
        media_type=new.media_type, source=new.source, personal={"file_name": new.file_name, "origin": new.origin},
    )  # fmt: skip
    return version


def _make_valid(document: Document, version: Version, now: datetime) -> None:
    before = document.valid_version
    if before and before.pk != version.pk and not document.is_draft:
        VersionState.objects.create(version=before, state=State.SUPERSEDED, at=now)
    VersionState.objects.create(version=version, state=State.VALID, at=now)
    document.valid_version, document.is_draft, document.changed_at = version, False, now
    document.save(update_fields=["valid_version", "is_draft", "changed_at"])


def _describe(document: Document, description: Description, now: datetime) -> None:
    lenient = document.pk is None
    fields = index_fields.check(description.document_class, description.fields, lenient=lenient)
    day = description.dated_on or index_fields.parse_date(fields.get("dated_on", "")) or now.date()
    document.document_class = description.document_class
    document.title = description.title.strip()[:250] or description.document_class.name
    document.number = description.number.strip()[:100]
    document.number_key = number_key(document.number)
    document.is_tax_relevant = description.document_class.tax_relevant
    know_more(document, fields=fields, dated_on=day)


def _described(document: Document) -> dict[str, str]:
    return {
        "document_class": document.document_class.code,
        "title": document.title,
        "number": document.number,
        "dated_on": document.dated_on.isoformat(),
        "section": document.section.key,
        **{f"fields.{key}": str(value) for key, value in document.fields.items()},
    }


def _readable(changed: Mapping[str, list[str | None]]) -> str:
    return "\n".join(f"{key}: {before or '–'} → {after or '–'}" for key, (before, after) in sorted(changed.items()))


def _changed(document: Document, now: datetime) -> None:
    document.changed_at = now
    document.edition += 1
    document.save()
    search_due.mark(document)


def _take_over(shown: Document, locked: Document) -> None:
    """Bring the caller's object to the state just written, so that he does not go on with an old one."""
    if shown is not locked:
        shown.__dict__.update({k: v for k, v in locked.__dict__.items() if k != "_prefetched_objects_cache"})
