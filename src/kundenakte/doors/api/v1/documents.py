"""Documents: deliver one, list them, look at one."""

from __future__ import annotations

import json
from typing import Any, BinaryIO, cast

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, File, Form, Header, Query, Router, Schema, Status, UploadedFile

from kundenakte.base.accounts.scopes import READ, WRITE
from kundenakte.customers import queries as customer_queries
from kundenakte.doors.api.auth import Token, caller
from kundenakte.doors.api.delivering import Delivery, deliver
from kundenakte.doors.api.problems import Problem
from kundenakte.doors.api.v1 import shown
from kundenakte.doors.api.v1.paging import Answer, Page, page
from kundenakte.doors.api.v1.shown import DeliveredOut, DocumentsOut, DocumentWithVersionsOut, ProblemOut
from kundenakte.records import access
from kundenakte.records.actions import reading
from kundenakte.records.numbers import number_key

router = Router(tags=["documents"])
_FIELD = "fields."


class Said(Schema):
    """What the program says about the document. Index fields come as `fields.<key>`; anything else is kept as well."""

    customer: str = Field("", max_length=500, description="Customer number as `system` knows it")
    document_class: str = Field("", alias="class", max_length=500, description="Document class: code, name or alias")
    number: str = Field("", max_length=100, description="Document number")
    system: str = Field("", max_length=40, description="The system that speaks, for example erp")
    key: str = Field("", max_length=500, description="The system's own key; the same key is the same document")
    version: str = Field("", max_length=40, description="The system's count of versions; makes the call repeatable")
    dated_on: str = Field("", max_length=40)
    title: str = Field("", max_length=250)
    section: str = Field("", max_length=60)
    vat_id: str = Field("", max_length=40)
    email: str = Field("", max_length=254)
    comment: str = Field("", max_length=300)
    document_id: int | None = Field(None, ge=1, le=2**63 - 1, description="Deliver as a new version of this document")
    facts: str = Field(
        "", max_length=100_000, description="The same as one JSON object, instead of or beside the fields"
    )
    sha256: str = Field("", max_length=64, description="SHA-256 of the file in hex, checked before anything is kept")

    def as_facts(self, sent: dict[str, str]) -> dict[str, Any]:
        """All that was said, in the vocabulary of records/facts.py."""
        facts: dict[str, Any] = self._from_json()
        named = self.dict(by_alias=True, exclude={"facts", "sha256", "version"})
        further = {k: v for k, v in sent.items() if k not in {*named, "facts", "sha256", "version", "file_name"}}
        fields = {k.removeprefix(_FIELD): further.pop(k) for k in list(further) if k.startswith(_FIELD)}
        facts.update({k: v for k, v in {**further, **named}.items() if v not in {None, ""} and k != "fields"})
        if self.version:
            facts["source_version"] = self.version
        # Where a person dropped something is a choice on a screen; a program says number and class instead.
        for chosen in ("customer_file_id", "section_id", "address_id"):
            facts.pop(chosen, None)
        return {**facts, "fields": {**facts.get("fields", {}), **fields}}

    def _from_json(self) -> dict[str, Any]:
        if not self.facts:
            return {}
        try:
            facts: Any = json.loads(self.facts)
        except (ValueError, RecursionError) as error:
            raise Problem(422, "bad_facts", "„facts“ ist kein lesbares JSON.") from error
        if not isinstance(facts, dict) or not isinstance(facts.get("fields", {}), dict):
            raise Problem(422, "bad_facts", "„facts“ muss ein JSON-Objekt sein, „fields“ darin ebenso.")
        document = facts.get("document_id")
        if document is not None and not (isinstance(document, int) and 0 < document < 2**63):
            raise Problem(422, "bad_facts", "„document_id“ muss die Nummer eines Dokuments sein.")
        return facts


class Wanted(Schema):
    """Which documents."""

    customer: int | None = Field(None, ge=1, le=2**63 - 1, description="Id of the customer")
    customer_number: str = Field("", max_length=100, description="Customer number, in `system` or in any")
    system: str = Field("", max_length=40)
    key: str = Field("", max_length=500, description="The system's own key of the document")
    number: str = Field("", max_length=100, description="Document number, however written")
    document_class: str = Field("", alias="class", max_length=40, description="Code of the document class")


_OUT = {200: DeliveredOut, 201: DeliveredOut}
_ERRORS = dict.fromkeys((400, 401, 403, 404, 409, 413, 422, 429, 503, 507), ProblemOut)


@router.post("", auth=Token(WRITE), response={**_OUT, **_ERRORS}, by_alias=True, operation_id="deliver_document")
def deliver_document(
    request: HttpRequest,
    file: File[UploadedFile],
    said: Form[Said],
    idempotency_key: Header[str] = "",
) -> Status[Answer]:
    """Deliver one file with what is known about it. 201: received; 200: this was delivered before, nothing new.

    When the answer is there, the file is on disk and will not be lost. With customer, class and number (or key) it is
    in its customer file already, and `document` names it; otherwise it is on its way there or to the inbox.
    """
    delivery = Delivery(
        file_name=file.name or "", facts=said.as_facts(_texts(request)), version=said.version, size=file.size,
        idempotency_key=_key(idempotency_key), sha256=said.sha256,
    )  # fmt: skip
    outcome = deliver(caller=caller(request), stream=cast(BinaryIO, file.file), delivery=delivery, now=timezone.now())
    return Status(201 if outcome.is_new else 200, shown.delivered(request, caller(request).user, outcome.arrival))


@router.post("/raw", auth=Token(WRITE), response={**_OUT, **_ERRORS, 411: ProblemOut}, operation_id="deliver_raw",
             openapi_extra={"requestBody": {"required": True, "content": {"application/octet-stream": {
                 "schema": {"type": "string", "format": "binary"}}}}})  # fmt: skip
def deliver_raw(
    request: HttpRequest,
    said: Query[Said],
    file_name: Query[str],
    idempotency_key: Header[str] = "",
) -> Status[Answer]:
    """Deliver a large file as the body of the request itself, with what is known about it in the address."""
    length = request.headers.get("Content-Length", "")
    if not length.isdigit():
        raise Problem(411, "length_required", "Bitte senden Sie die Länge der Datei mit (Content-Length).")
    if not request.content_type or request.content_type.startswith(("multipart/", "application/x-www-form-urlencoded")):
        raise Problem(400, "bad_request", "Bitte senden Sie die Datei als application/octet-stream.")
    sent = {key: str(value) for key, value in request.GET.items()}
    delivery = Delivery(
        file_name=file_name, facts=said.as_facts(sent), version=said.version, size=int(length),
        idempotency_key=_key(idempotency_key), sha256=said.sha256,
    )  # fmt: skip
    outcome = deliver(caller=caller(request), stream=cast(BinaryIO, request), delivery=delivery, now=timezone.now())
    return Status(201 if outcome.is_new else 200, shown.delivered(request, caller(request).user, outcome.arrival))


@router.get("", auth=Token(READ), response={200: DocumentsOut, **_ERRORS}, by_alias=True, operation_id="list_documents")
def list_documents(request: HttpRequest, wanted: Query[Wanted], at: Query[Page]) -> Answer:
    """The documents this account may read, in the order in which they came into being."""
    who = caller(request)
    rows = access.documents_for(who.user).select_related("customer_file", "section", "document_class", "valid_version")
    if wanted.customer is not None:
        rows = rows.filter(customer_file__customer=wanted.customer)
    if wanted.customer_number:
        found = customer_queries.customers_by_key(wanted.customer_number, system=wanted.system)
        rows = rows.filter(customer_file__customer__in=[customer_queries.survivor_of(row) for row in found])
    if wanted.key:
        rows = rows.filter(source_keys__system=f"rest:{wanted.system or 'api'}"[:60], source_keys__key=wanted.key)
    if wanted.number:
        rows = rows.filter(number_key=number_key(wanted.number))
    if wanted.document_class:
        rows = rows.filter(document_class__code=wanted.document_class)
    found_rows, following = page(request, rows, at)
    now = timezone.now()
    for row in found_rows:
        if row.valid_version is not None:
            reading.note_reading(actor=who.actor, document=row, version=row.valid_version, now=now)
    return {"items": [shown.document(request, row) for row in found_rows], "next": following}


@router.get("/{int:pk}", auth=Token(READ), response={200: DocumentWithVersionsOut, **_ERRORS}, by_alias=True,
            operation_id="get_document")  # fmt: skip
def get_document(request: HttpRequest, pk: int) -> Answer:
    """One document with its versions."""
    who = caller(request)
    user, row = who.user, access.get_document(who.user, pk)
    if row.valid_version is not None:
        reading.note_reading(actor=who.actor, document=row, version=row.valid_version, now=timezone.now())
    versions = [shown.version(request, version, state) for version, state in shown.versions_of(user, row)]
    return {**shown.document(request, row), "versions": versions}


def _texts(request: HttpRequest) -> dict[str, str]:
    return {key: str(value) for key, value in request.POST.items()}


def _key(header: str) -> str:
    if len(header) > 200:
        raise Problem(422, "bad_request", "Ein Idempotency-Key hat höchstens 200 Zeichen.")
    return header
