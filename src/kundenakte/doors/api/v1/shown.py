"""What version 1 says about documents, arrivals and customers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Schema

from kundenakte.base.accounts.models import User
from kundenakte.customers.models import Customer, Identifier
from kundenakte.records import access
from kundenakte.records.models import Arrival, CustomerFile, Document, Verb, Version, VersionState
from kundenakte.steps.filing.told import told


class ProblemOut(Schema):
    """RFC 9457 problem details."""

    type: str
    title: str = Field(description="German sentence for people")
    status: int
    code: str = Field(description="Stable code for programs")


class DeliveredOut(Schema):
    """What became of a delivery. `document` is null while it is on its way or waits in the inbox."""

    arrival: int
    state: str = Field(description="under_way, waiting, filed, duplicate, discarded, or split: its parts are arrivals")
    sentence: str = Field(description="Why, in German")
    document: int | None
    version: int | None
    customer_file: int | None
    customer: int | None
    links: dict[str, str]


class IdentifiersIn(Schema):
    """What a customer is known by, as written."""

    vat_id: list[str] = []
    iban: list[str] = []
    email: list[str] = []
    email_domain: list[str] = []
    phone: list[str] = []
    tax_number: list[str] = []
    gln: list[str] = []


class CustomerIn(Schema):
    """A customer as the leading system knows it."""

    name: str = Field(max_length=200)
    name2: str = Field("", max_length=200)
    state: str = Field("customer", description="prospect, customer or former")
    street: str = Field("", max_length=200)
    zip_code: str = Field("", max_length=12)
    city: str = Field("", max_length=100)
    country: str = Field("DE", max_length=2)
    identifiers: IdentifiersIn = IdentifiersIn()


class CustomerOut(Schema):
    """A customer."""

    id: int
    number: str
    name: str
    name2: str
    state: str
    merged_into: int | None = Field(description="The customer this one turned out to be")
    numbers: dict[str, list[str]] = Field(description="System → numbers there")
    links: dict[str, str]


class CustomersOut(Schema):
    """A page of customers; `next` is null on the last one."""

    items: list[CustomerOut]
    next: str | None


class VersionOut(Schema):
    """Bytes with their origin."""

    number: int
    state: str = Field(description="draft, valid or superseded")
    file_name: str
    media_type: str
    size: int
    sha256: str
    created_at: datetime
    source: str
    comment: str
    links: dict[str, str]


class DocumentOut(Schema):
    """A document as lists show it."""

    id: int
    document_class: str = Field(alias="class")
    title: str
    number: str
    dated_on: date
    section: str
    customer: int
    customer_file: int
    valid_version: int | None
    fields: dict[str, Any]
    changed_at: datetime
    links: dict[str, str]


class DocumentWithVersionsOut(DocumentOut):
    """A document with its versions."""

    versions: list[VersionOut]


class DocumentsOut(Schema):
    """A page of documents; `next` is null on the last one."""

    items: list[DocumentOut]
    next: str | None


def link(request: HttpRequest, path: str) -> str:
    """An absolute address of this house."""
    return request.build_absolute_uri(path)


def delivered(request: HttpRequest, user: User, arrival: Arrival) -> dict[str, Any]:
    """What became of an arrival. It names the document that took it up if the account may read that; else it says the
    same whether that document was new, or there already."""
    rights = access.rights_of(user)
    document, state = arrival.document, Arrival.State(arrival.state)
    sentence = told(user, [arrival], rights=rights)[arrival.pk].in_words() or _sentence(state)
    if document is not None and not access.may(user, Verb.READ, document, rights=rights):
        document, state, sentence = None, Arrival.State.FILED, _sentence(Arrival.State.FILED)
    version = arrival.version if document else None
    if document is not None and version is None:
        version = document.versions.filter(digest=arrival.digest).order_by("-number").first()
    links = {"arrival": link(request, f"/api/v1/arrivals/{arrival.pk}")}
    customer_file = document.customer_file if document else None
    if document and customer_file:
        links["document"] = link(request, f"/dokument/{document.pk}")
        links["customer_file"] = link(request, f"/akte/{customer_file.pk}")
        links["api"] = link(request, f"/api/v1/documents/{document.pk}")
        if version:
            links["content"] = link(request, f"/api/v1/documents/{document.pk}/versions/{version.number}/content")
    return {
        "arrival": arrival.pk, "state": state, "sentence": sentence,
        "document": document.pk if document else None, "version": version.number if version else None,
        "customer_file": customer_file.pk if customer_file else None,
        "customer": customer_file.customer_id if customer_file else None, "links": links,
    }  # fmt: skip


def _sentence(state: Arrival.State) -> str:
    return {
        Arrival.State.FILED: "Eingeaktet.",
        Arrival.State.UNDER_WAY: "Übernommen; das Dokument wird gelesen und eingeaktet.",
        Arrival.State.WAITING: "Übernommen; das Dokument wartet im Posteingang.",
        Arrival.State.DUPLICATE: "Diese Datei lag schon in der Akte.",
    }.get(state, "Aussortiert.")


def document(request: HttpRequest, row: Document) -> dict[str, Any]:
    """A document; `row` comes with file, section, class and valid version."""
    return {
        "id": row.pk, "class": row.document_class.code, "title": row.title, "number": row.number,
        "dated_on": row.dated_on, "section": row.section.key, "customer": row.customer_file.customer_id,
        "customer_file": row.customer_file_id, "fields": row.fields, "changed_at": row.changed_at,
        "valid_version": row.valid_version.number if row.valid_version and not row.is_draft else None,
        "links": {
            "self": link(request, f"/api/v1/documents/{row.pk}"),
            "document": link(request, f"/dokument/{row.pk}"),
            "customer_file": link(request, f"/akte/{row.customer_file_id}"),
        },
    }  # fmt: skip


def versions_of(user: User, row: Document) -> list[tuple[Version, str]]:
    """The versions this user may see with their states, oldest first. Drafts show only to those who may edit or
    release."""
    may_edit = access.may(user, Verb.EDIT, row) or access.may(user, Verb.RELEASE, row)
    shown = []
    for version in row.versions.prefetch_related("states").order_by("number"):
        states = list(version.states.all())
        state = states[-1].state if states else VersionState.State.DRAFT
        if may_edit or state != VersionState.State.DRAFT:
            shown.append((version, str(state)))
    return shown


def version(request: HttpRequest, row: Version, state: str) -> dict[str, Any]:
    """One version."""
    content = f"/api/v1/documents/{row.document_id}/versions/{row.number}/content"
    return {
        "number": row.number, "state": state, "file_name": row.file_name, "media_type": row.media_type,
        "size": row.size, "sha256": row.digest, "created_at": row.created_at, "source": row.source,
        "comment": row.comment, "links": {"content": link(request, content)},
    }  # fmt: skip


def customers(request: HttpRequest, rows: list[Customer]) -> list[dict[str, Any]]:
    """Customers with their numbers and files, in three queries for all."""
    numbers: dict[int, dict[str, list[str]]] = {row.pk: {} for row in rows}
    held = Identifier.objects.filter(customer__in=rows, kind=Identifier.Kind.NUMBER, valid_until=None).order_by("pk")
    for identifier in held:
        numbers[identifier.customer_id].setdefault(identifier.system, []).append(identifier.shown)
    files = dict(CustomerFile.objects.filter(customer__in=rows).values_list("customer_id", "pk"))
    return [
        {
            "id": row.pk, "number": row.number, "name": row.name, "name2": row.name2, "state": row.state,
            "merged_into": row.merged_into_id, "numbers": numbers[row.pk],
            "links": {
                "self": link(request, f"/api/v1/customers/{row.pk}"),
                **({"customer_file": link(request, f"/akte/{files[row.pk]}")} if row.pk in files else {}),
            },
        }
        for row in rows
    ]  # fmt: skip
