"""What is known of a version at the moment of sealing: the facts that count as sealed, and what held beside them.

Each key is described in docs/archive-format.md; a change here is a change of the format.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.utils import timezone

from kundenakte.base.journal.canonical import moment
from kundenakte.customers.models import Address, Customer, Identifier
from kundenakte.records.models import Arrival, Document, Reference, SourceKey, Version, VersionState
from kundenakte.records.retention import keeping
from kundenakte.steps.archive import rows
from kundenakte.steps.archive.staging import canonical

_TO = ("kind", "to_document_id", "from_version__number")
_Relation = tuple[str, int, int | None]
_KEY = ("system", "key")


@dataclass(frozen=True, slots=True)
class Known:
    """Both parts, read at one state of the document, and what came in as this version."""

    arrival: Arrival | None
    facts: dict[str, Any]
    snapshot: dict[str, Any]
    rows: rows.Rows

    @property
    def facts_sha256(self) -> str:
        """Another value means that sealed facts have changed."""
        return digest_of(self.facts)


def digest_of(facts: dict[str, Any]) -> str:
    """SHA-256 over the canonical form of `facts`."""
    return sha256(canonical(facts)).hexdigest()


_WHOLE = Version.objects.select_related(
    "document__customer_file__customer", "document__document_class", "document__section"
)


def loaded(version_id: int) -> Version:
    """The version with all that is asked of it here."""
    return _WHOLE.get(pk=version_id)


def arrival_of(version: Version) -> Arrival | None:
    """What came in and became this version; None for what a person restored or brought without one."""
    return Arrival.objects.filter(version=version).first()


def facts_of(version: Version, arrival: Arrival | None) -> dict[str, Any]:
    """What counts as sealed: a change of any of it brings a new sealing."""
    document = version.document
    relations = Reference.objects.filter(from_document=document).values_list(*_TO)
    keys = SourceKey.objects.filter(document=document).values_list(*_KEY)
    return _facts(version, arrival, relations, keys)


def facts_of_all(version_ids: Collection[int]) -> Iterator[tuple[Version, dict[str, Any]]]:
    """The same as `facts_of` for each of some hundred versions, by number, with five questions for all of them."""
    versions = list(_WHOLE.filter(pk__in=version_ids).order_by("document_id", "number"))
    documents = {version.document_id for version in versions}
    arrivals: dict[int | None, Arrival] = {}
    for arrival in Arrival.objects.filter(version__in=version_ids).order_by("-pk"):
        arrivals[arrival.version_id] = arrival
    relations, keys = defaultdict(list), defaultdict(list)
    for document, *row in Reference.objects.filter(from_document__in=documents).values_list("from_document_id", *_TO):
        relations[document].append(tuple(row))
    for document, *row in SourceKey.objects.filter(document__in=documents).values_list("document_id", *_KEY):
        keys[document].append(tuple(row))
    for version in versions:
        beside = (relations[version.document_id], keys[version.document_id])
        yield version, _facts(version, arrivals.get(version.pk), *beside)


def snapshot_of(version: Version, arrival: Arrival | None) -> dict[str, Any]:
    """What held at that moment and may change without a new sealing."""
    document = version.document
    return {
        "customer": _customer(document.customer_file.customer),
        "class": {"code": document.document_class.code, "name": document.document_class.name},
        "section": {"id": document.section_id, "key": document.section.key},
        "origins": _origins(document, arrival),
        "states": [
            {"state": state, "at": moment(at)}
            for state, at in VersionState.objects.filter(version=version).order_by("pk").values_list("state", "at")
        ],
        "retention": _retention(document),
    }


def known(version_id: int) -> tuple[Version, Known]:
    """Both parts of one state: what a person changes while we read is read once more."""
    while True:
        version = loaded(version_id)
        arrival = arrival_of(version)
        found = Known(
            arrival, facts_of(version, arrival), snapshot_of(version, arrival), rows.rows_of(version, arrival)
        )
        edition = Document.objects.filter(pk=version.document_id).values_list("edition", flat=True).get()
        if edition == version.document.edition:
            return version, found


def _facts(
    version: Version, arrival: Arrival | None, relations: Iterable[_Relation], keys: Iterable[tuple[str, str]]
) -> dict[str, Any]:
    document = version.document
    return {
        "document": _document(document),
        "customer": {"id": document.customer_file.customer_id, "file": document.customer_file_id},
        "version": _version(version),
        "relations": [
            {"kind": kind, "to": to, **({} if number is None else {"version": number})}
            for kind, to, number in sorted(relations)
        ],
        "source_keys": [{"system": system, "key": key} for system, key in sorted(keys)],
        "received": _received(arrival) if arrival else None,
    }


def _document(document: Document) -> dict[str, Any]:
    return {
        "id": document.pk,
        "title": document.title,
        "number": document.number,
        "dated_on": document.dated_on.isoformat(),
        "class": document.document_class.code,
        "fields": {key: str(value) for key, value in document.fields.items()},
        "is_tax_relevant": document.is_tax_relevant,
        "tax_year": document.tax_year,
        "created_at": moment(document.created_at),
    }


def _version(version: Version) -> dict[str, Any]:
    return {
        "number": version.number,
        "digest": version.digest,
        "size": version.size,
        "media_type": version.media_type,
        "file_name": version.file_name,
        "created_at": moment(version.created_at),
        "author": version.author_id,
        "source": version.source,
        "origin": version.origin,
        "comment": version.comment,
    }


def _received(arrival: Arrival) -> dict[str, Any]:
    return {
        "id": arrival.pk,
        "received_at": moment(arrival.received_at),
        "source": arrival.source,
        "source_number": arrival.source_number,
        "origin": arrival.origin,
        "source_key": arrival.source_key,
        "file_name": arrival.file_name,
        "size": arrival.size,
        "digest": arrival.digest,
        "by": arrival.received_by_id,
        "said": arrival.facts,
    }


def _customer(customer: Customer) -> dict[str, Any]:
    addresses = Address.objects.filter(customer=customer, valid_until=None).order_by("pk")
    identifiers = Identifier.objects.filter(customer=customer, valid_until=None).order_by("pk")
    return {
        "number": customer.number,
        "name": customer.name,
        "name2": customer.name2,
        "state": customer.state,
        "addresses": list(addresses.values("kind", "street", "zip_code", "city", "country")),
        "identifiers": list(identifiers.values("kind", "system", "value")),
    }


def _origins(document: Document, arrival: Arrival | None) -> dict[str, Any]:
    """Where each index field's value comes from: recognition's place for it while it is still that value."""
    values = arrival.findings.get("values", {}) if arrival else {}
    origins: dict[str, Any] = {}
    for key, value in document.fields.items():
        found = values.get(key)
        if found and found.get("value") == value:
            origins[key] = {name: found[name] for name in ("origin", "page", "box") if found.get(name) is not None}
        else:
            origins[key] = {"origin": "entered"}
    return origins


def _retention(document: Document) -> dict[str, Any]:
    """As it is calculated at this moment; the class's own words where no rule speaks of the document."""
    end = keeping.end_of(document, on=timezone.localdate())
    term, kind = end.term, document.document_class
    return {
        "rule": end.code or kind.retention_code,
        "kind": term.rule.kind if term else kind.retention_kind,
        "years": term.years if term else kind.retention_years,
        "start": term.rule.start if term else kind.retention_start,
        "started_on": term.event.isoformat() if term and term.event else None,
        "from_year_end": term.rule.from_year_end if term else kind.retention_from_year_end,
        "basis": term.rule.basis if term else kind.retention_basis,
        "retain_until": end.until.isoformat() if end.until else None,
    }
