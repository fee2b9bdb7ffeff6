"""What recognition found out about an arrival: the form in which one step hands it to the next and to the inbox page.

Nothing here decides. Each finding says where it comes from, so that filing can weigh it and a person can check it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, TypeVar

from kundenakte.records.pagetext import Box

T = TypeVar("T")

# Where a finding comes from, most reliable first.
Origin = Literal["source", "xml", "rule", "barcode", "mail", "name", "text", "learned", "person"]

# What an entity is. The first eight can identify a customer.
EntityKind = Literal[
    "customer_number", "vat_id", "iban", "email", "email_domain", "phone", "tax_number", "party_name",
    "document_number", "order_number", "delivery_number", "invoice_number", "offer_number", "contract_number",
    "serial_number", "project", "date", "amount",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entity:
    """Something with a meaning and a place: `value` is normalised, `shown` is what stands there."""

    kind: EntityKind
    value: str
    shown: str
    origin: Origin
    page: int | None = None
    box: Box | None = None
    # The words that named it ("Kunden-Nr."), or the XML term (BT-46), or the source's key; empty if nothing did.
    label: str = ""
    # "own" when it is the company's own VAT id, IBAN, address: never counts for filing.
    own: bool = False
    # The part of the page or XML it stands in: "recipient", "sender", "footer", "buyer", "seller", "body".
    part: str = ""


@dataclass(frozen=True, slots=True)
class ClassGuess:
    """One possible document class (its code) with why; the list is ordered, best first."""

    code: str
    confidence: float
    origin: Origin
    reason: str
    page: int | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class FieldValue:
    """The value of an index field with its origin (R-04). Dates are ISO, amounts have a decimal point."""

    value: str
    origin: Origin
    page: int | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """The XML and the printed page say different things (R-14). Shown, never guessed away."""

    field: str
    in_xml: str
    printed: str
    page: int | None = None
    box: Box | None = None


@dataclass(slots=True)
class EInvoice:
    """The header of an e-invoice. Amounts and numbers stand as in the XML; keys are those of FIELDS in einvoice.py."""

    status: Literal["invoice", "no-invoice", "broken"]
    syntax: str = ""
    profile: str = ""
    embedded_name: str = ""
    values: dict[str, str] = field(default_factory=dict)
    # The SHA-256 of the XML taken out of a PDF byte for byte; empty when the file itself is the XML.
    xml_digest: str = ""
    differences: list[Difference] = field(default_factory=list)
    # German sentences: why it is broken, or what a reader should know.
    notes: list[str] = field(default_factory=list)


# What an electronic signature is worth to the bytes: they are what was signed ("fits"); only what it allows was added
# behind them, such as a further signature ("added"); other things were added ("changed"); what was signed is another
# content now ("altered"); or it cannot be read.
SignatureState = Literal["fits", "added", "changed", "altered", "unreadable"]


@dataclass(frozen=True, slots=True)
class FoundSignature:
    """An electronic signature in a PDF, as its certificate and the file say. Whether that is to be trusted is open."""

    field: str
    state: SignatureState
    by: str = ""
    issuer: str = ""
    # The SHA-256 of the certificate, in hex.
    fingerprint: str = ""
    # What the signer says, ISO; "" when he says nothing.
    signed_at: str = ""
    is_time_stamp: bool = False


@dataclass(slots=True)
class Findings:
    """Everything recognition has to say about one arrival."""

    entities: list[Entity] = field(default_factory=list)
    classes: list[ClassGuess] = field(default_factory=list)
    values: dict[str, FieldValue] = field(default_factory=dict)
    einvoice: EInvoice | None = None
    # German sentences for the clerk ("Das PDF ist mit einem Passwort geschützt.").
    notes: list[str] = field(default_factory=list)
    # True when pages have no text and need OCR before anything can be said.
    needs_ocr: bool = False
    # "sent" when our company wrote it, "received" when somebody else did, "" when unknown.
    direction: Literal["sent", "received", ""] = ""
    signatures: list[FoundSignature] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON column."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Findings:
        """Read what `to_json` wrote; keys of an older release that are gone are ignored."""
        invoice = value.get("einvoice")
        return cls(
            entities=[_row(Entity, row) for row in value.get("entities", [])],
            classes=[_row(ClassGuess, row) for row in value.get("classes", [])],
            values={key: _row(FieldValue, row) for key, row in value.get("values", {}).items()},
            einvoice=_invoice(invoice) if invoice else None,
            notes=list(value.get("notes", [])),
            needs_ocr=bool(value.get("needs_ocr", False)),
            direction=value.get("direction", ""),
            signatures=[_row(FoundSignature, row) for row in value.get("signatures", [])],
        )


def _row(kind: type[T], row: dict[str, Any]) -> T:
    names = {f.name for f in fields(kind)}  # type: ignore[arg-type]
    known = {key: item for key, item in row.items() if key in names}
    if isinstance(known.get("box"), list):
        known["box"] = tuple(known["box"])
    return kind(**known)


def _invoice(row: dict[str, Any]) -> EInvoice:
    invoice = _row(EInvoice, row)
    invoice.differences = [_row(Difference, difference) for difference in row.get("differences", [])]
    return invoice
