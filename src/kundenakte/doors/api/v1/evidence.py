"""Evidence: receipts of sealed versions, signed tree heads, and proofs between leaves and heads (docs/proofs.md)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from kundenakte.base.accounts.scopes import READ
from kundenakte.base.journal import proofs
from kundenakte.base.journal.models import TreeHead
from kundenakte.doors.api.auth import Token, caller
from kundenakte.doors.api.v1 import shown
from kundenakte.doors.api.v1.shown import ProblemOut
from kundenakte.records import access
from kundenakte.records.actions import reading
from kundenakte.records.refusals import NotFound
from kundenakte.steps.archive import receipt
from kundenakte.steps.archive.receipt import JournalAltered, Receipt
from kundenakte.steps.archive.receipt_pdf import pdf_of

router = Router(tags=["evidence"])
_ERRORS = dict.fromkeys((401, 403, 404, 409, 422, 429, 503), ProblemOut)
_LARGEST = 2**63 - 1


class HeadOut(Schema):
    """A signed tree head. `head` are the very bytes that were signed, as text."""

    number: int
    size: int
    root: str
    head: str
    signature: str
    key: str


class HeadWanted(Schema):
    """Which head; without a number the newest."""

    number: int | None = Field(None, ge=1, le=_LARGEST)


class InclusionWanted(Schema):
    """Which leaf, in the tree of which head; without one of the newest."""

    seq: int = Field(ge=0, le=_LARGEST)
    head: int | None = Field(None, ge=1, le=_LARGEST)


class ConsistencyWanted(Schema):
    """Numbers of two heads; without the second the newest."""

    first: int = Field(ge=1, le=_LARGEST)
    second: int | None = Field(None, ge=1, le=_LARGEST)


class InclusionOut(Schema):
    """The hashes from leaf `seq` to the root of `head` (RFC 9162, 2.1.3)."""

    seq: int
    head: HeadOut
    proof: list[str]


class ConsistencyOut(Schema):
    """The hashes that show: the tree of `second` begins with that of `first` (RFC 9162, 2.1.4)."""

    first: HeadOut
    second: HeadOut
    proof: list[str]


_JSON = {"content": {"application/json": {"schema": {"type": "object"}}}}
_PDF = {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}


@router.get("/documents/{int:pk}/versions/{int:number}/receipt", auth=Token(READ), response=_ERRORS,
            operation_id="get_receipt",
            openapi_extra={"responses": {200: {"description": "The receipt", **_JSON}}})  # fmt: skip
def get_receipt(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """All evidence of a sealed version, with the steps to check it. 409 before it is sealed and a head covers it."""
    return HttpResponse(_receipt(request, pk, number).as_json(), content_type="application/json")


@router.get("/documents/{int:pk}/versions/{int:number}/receipt.pdf", auth=Token(READ), response=_ERRORS,
            operation_id="get_receipt_pdf",
            openapi_extra={"responses": {200: {"description": "The receipt, printed", **_PDF}}})  # fmt: skip
def get_receipt_pdf(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The receipt as a PDF."""
    return HttpResponse(pdf_of(_receipt(request, pk, number)), content_type="application/pdf")


@router.get("/journal/head", auth=Token(READ), response={200: HeadOut, **_ERRORS}, operation_id="get_tree_head")
def get_tree_head(request: HttpRequest, wanted: Query[HeadWanted]) -> dict[str, Any]:
    """The newest signed tree head, or the one of this number."""
    return _shown(_head(wanted.number))


@router.get("/journal/inclusion", auth=Token(READ), response={200: InclusionOut, **_ERRORS},
            operation_id="get_inclusion_proof")  # fmt: skip
def get_inclusion_proof(request: HttpRequest, wanted: Query[InclusionWanted]) -> dict[str, Any]:
    """That leaf `seq` is in the tree of the head of this number, or of the newest."""
    of = _head(wanted.head)
    try:
        proof = proofs.inclusion(wanted.seq, of)
    except IndexError:
        raise NotFound from None
    except proofs.NotOurs:
        raise JournalAltered from None
    return {"seq": wanted.seq, "head": _shown(of), "proof": [node.hex() for node in proof]}


@router.get("/journal/consistency", auth=Token(READ), response={200: ConsistencyOut, **_ERRORS},
            operation_id="get_consistency_proof")  # fmt: skip
def get_consistency_proof(request: HttpRequest, wanted: Query[ConsistencyWanted]) -> dict[str, Any]:
    """That the tree of head `second` (or of the newest) grew from that of head `first`."""
    one, other = _head(wanted.first), _head(wanted.second)
    try:
        proof = proofs.consistency(one, other)
    except IndexError:
        raise NotFound from None
    except proofs.NotOurs:
        raise JournalAltered from None
    return {"first": _shown(one), "second": _shown(other), "proof": [node.hex() for node in proof]}


def _receipt(request: HttpRequest, pk: int, number: int) -> Receipt:
    who = caller(request)
    document = access.get_document(who.user, pk)
    version = next((v for v, _ in shown.versions_of(who.user, document) if v.number == number), None)
    if version is None:
        raise NotFound
    made = receipt.receipt_of(version, now=timezone.now())
    reading.note_reading(actor=who.actor, document=document, version=version, now=timezone.now())
    return made


def _head(number: int | None) -> TreeHead:
    heads = TreeHead.objects.select_related("key")
    found = heads.order_by("-number").first() if number is None else heads.filter(number=number).first()
    if found is None:
        raise NotFound
    return found


def _shown(head: TreeHead) -> dict[str, Any]:
    return {
        "number": head.number, "size": head.size, "root": proofs.root_of(head).hex(),
        "head": bytes(head.body).decode(), "signature": bytes(head.signature).hex(), "key": head.key.fingerprint,
    }  # fmt: skip
