"""What happens to a document: it comes into being, gets versions, is moved and corrected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions as journal
from kundenakte.base.journal.actions import Happening
from kundenakte.records import access, index_fields, leading, sealing, search_due
from kundenakte.records.actions import document_rows as rows
from kundenakte.records.models import (
    CustomerFile,
    Document,
    DocumentClass,
    Section,
    Verb,
    Version,
    VersionState,
)
from kundenakte.records.refusals import BadValue, ChangedMeanwhile, ReasonMissing
from kundenakte.records.retention import blocks, keeping
from kundenakte.records.sections import section_to_file_in

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


class Whereabouts(NamedTuple):
    """Where a document lies; `section` is None when the plan's rules put it there."""

    customer_file: CustomerFile
    section: Section | None


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
    key_may_stay: bool = False,
    reason: str = "",
) -> Document:
    """A new document with its first version. Without `section` the plan's rules choose; with one it is pinned there.

    A source's key leads to one document. Raises IntegrityError where another has it, unless `key_may_stay`: then it
    stays with that one, the new document has none, and its journal entry says so.
    """
    chosen = section_to_file_in(customer_file, section, description.document_class, description.fields)
    access.require_filing(actor, customer_file, chosen, description.document_class)
    document = Document(
        customer_file=customer_file, section=chosen, is_pinned=section is not None, created_at=now, changed_at=now,
        class_is_confirmed=actor.kind == "person",
    )  # fmt: skip
    rows.describe(document, description, now)
    keeping.set_end(document, now=now)
    document.save()
    keeping.follow_up(document)
    stays = source_key is not None and not rows.take_key(document, source_key, may_stay=key_may_stay)
    attached = rows.attach(actor, document, version, now, valid=description.document_class.valid_at_once)
    search_due.mark(document)
    facts = {
        "customer_file": customer_file, "section": chosen, "document_class": description.document_class.code,
        "digest": version.digest, "number": document.number, **({"source_key": "stays elsewhere"} if stays else {}),
    }  # fmt: skip
    filed = Happening("document.filed", document, facts, reason=reason)
    journal.append_many(actor, [rows.told(attached), filed], at=now)
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
    locked = rows.lock(document)
    access.require(actor, Verb.EDIT, locked)
    valid = locked.document_class.valid_at_once if valid is None else valid
    attached = rows.attach(actor, locked, version, now, valid=valid)
    journal.append_many(actor, [rows.told(attached)], at=now)
    if valid and description:
        found = index_fields.check(locked.document_class, description.fields, lenient=True)
        rows.know_more(locked, fields={**locked.fields, **found}, dated_on=description.dated_on or locked.dated_on)
    rows.changed(locked, now)
    rows.take_over(document, locked)
    return attached


@transaction.atomic
def release_version(*, actor: Actor, version: Version, edition: int, now: datetime) -> None:
    """Make a version the valid one; the one that was valid is superseded.

    `edition` is the document's state the person had before them. Releasing the one that was valid undoes it.
    """
    document = rows.lock(version.document)
    access.require(actor, Verb.RELEASE, document)
    rows.require_edition(document, edition)
    rows.make_valid(document, version, now)
    sealing.note(version)
    rows.changed(document, now)
    rows.take_over(version.document, document)
    journal.append(actor, "version.released", document, at=now, version=version.number, digest=version.digest)


@transaction.atomic
def restore_version(*, actor: Actor, version: Version, now: datetime, comment: str = "") -> Version:
    """Bring an old version back: its bytes become a new version, so the chain only grows (S25).

    Raises XmlMissing where it would take the place of an e-invoice's XML.
    """
    if leading.would_lose_xml(version.document, version.digest):
        raise leading.XmlMissing
    again = NewVersion(
        digest=version.digest, size=version.size, media_type=version.media_type, file_name=version.file_name,
        source="restore", origin=f"Version {version.number}",
        comment=comment or f"Wiederhergestellt aus Version {version.number}",
    )  # fmt: skip
    return add_version(actor=actor, document=version.document, version=again, now=now)


@transaction.atomic
def withdraw_version(
    *, actor: Actor, version: Version, now: datetime, fields: Mapping[str, str], dated_on: date
) -> Version:
    """Undo the valid version: the one that was valid before is valid again, with these fields and day. Returns it.

    Both stay in the chain. Raises ChangedMeanwhile when `version` is not the valid one (any more), and BadValue when no
    earlier one was.
    """
    document = rows.lock(version.document)
    # Who may make a version the valid one by bringing it may take that back; elsewhere it takes a release.
    access.require(actor, Verb.EDIT if document.document_class.valid_at_once else Verb.RELEASE, document)
    if document.valid_version_id != version.pk:
        raise ChangedMeanwhile
    former = former_version(version)
    if former is None:
        raise BadValue("Vor dieser Version galt keine andere.")
    rows.make_valid(document, former, now)
    rows.know_more(document, fields=dict(fields), dated_on=dated_on)
    rows.changed(document, now)
    rows.take_over(version.document, document)
    journal.append(
        actor, "version.withdrawn", document, at=now, version=version.number, again=former.number,
        digest=former.digest,
    )  # fmt: skip
    return former


def former_version(version: Version) -> Version | None:
    """The version whose place `version` took when it became valid; None when it was the first, or had been before."""
    taken = version.states.filter(state=State.VALID).last()
    left = VersionState.objects.filter(
        version__document=version.document_id, state=State.SUPERSEDED, pk__lt=taken.pk if taken else 0
    )
    superseded = left.select_related("version").last()
    return superseded.version if superseded and superseded.version.number < version.number else None


@transaction.atomic
def move_document(
    *,
    actor: Actor,
    document: Document,
    customer_file: CustomerFile,
    section: Section | None,
    edition: int,
    now: datetime,
    reason: str = "",
) -> Whereabouts:
    """Put a document in another section or file: pinned there with `section`, else the rules choose again.

    `edition` is the state the person had before them. Returns where it lay: moving it there, with the edition
    `document` has afterwards, undoes the move.
    """
    locked = rows.lock(document)
    access.require(actor, Verb.FILE, locked, customer_file)
    rows.require_edition(locked, edition)
    if locked.is_sealed and not reason:
        raise ReasonMissing
    if section and section.customer_file_id not in {None, customer_file.pk}:
        raise BadValue("Dieses Register gehört zu einer anderen Akte.")
    target = section_to_file_in(customer_file, section, locked.document_class, locked.fields)
    access.require(actor, Verb.FILE, target)
    before = Whereabouts(locked.customer_file, locked.section if locked.is_pinned else None)
    from_section = locked.section.key
    locked.customer_file, locked.section, locked.is_pinned = customer_file, target, section is not None
    if before.customer_file.pk != customer_file.pk:
        blocks.carry_along([locked.pk], before.customer_file)
    rows.changed(locked, now)
    rows.take_over(document, locked)
    journal.append(
        actor, "document.moved", locked, at=now, reason=reason, customer_file=customer_file, section=target,
        from_file=before.customer_file, from_section=from_section, pinned=locked.is_pinned,
    )  # fmt: skip
    return before


@transaction.atomic
def describe_document(
    *, actor: Actor, document: Document, description: Description, edition: int, now: datetime, reason: str = ""
) -> None:
    """Correct class, title, number, day or index fields. `edition` is the state the person had before them."""
    locked = rows.lock(document)
    access.require(actor, Verb.EDIT, locked)
    rows.require_edition(locked, edition)
    if locked.is_sealed and not reason:
        raise ReasonMissing
    before = rows.described(locked)
    rows.describe(locked, description, now)
    locked.class_is_confirmed |= actor.kind == "person"
    if not locked.is_pinned:
        locked.section = section_to_file_in(locked.customer_file, None, locked.document_class, locked.fields)
    after = rows.described(locked)
    # A field may be new, or gone with the class that had it.
    keys = sorted({*before, *after})
    changed = {key: [before.get(key), after.get(key)] for key in keys if before.get(key) != after.get(key)}
    rows.changed(locked, now)
    rows.take_over(document, locked)
    if changed:
        journal.append(
            actor, "document.described", locked, at=now, reason=reason, changed=sorted(changed),
            personal={"before_after": rows.readable(changed)},
        )  # fmt: skip
