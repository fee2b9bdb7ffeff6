"""One arrival read: type, text, e-invoice and mail headers become `Findings`. Nothing here touches the database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kundenakte.customers import normal_forms
from kundenakte.customers.own import OwnCompany
from kundenakte.records.findings import EInvoice, Entity, FieldValue, Findings
from kundenakte.records.letter import Letter
from kundenakte.records.number_shapes import NumberShapes
from kundenakte.records.pagetext import DocumentText
from kundenakte.steps.recognition import mail_kinds
from kundenakte.steps.recognition.classes import guess_classes
from kundenakte.steps.recognition.direction import Direction, direction_of
from kundenakte.steps.recognition.einvoice_entities import entities_of
from kundenakte.steps.recognition.entities import find_entities
from kundenakte.steps.recognition.index_values import index_values
from kundenakte.steps.recognition.printed import differences

NEEDS_OCR = "Auf den Seiten steht kein Text, der sich lesen ließe."


@dataclass(frozen=True, slots=True)
class Material:
    """What there is to read: the type by content, the text, what stands in the bytes, and what the house knows."""

    media_type: str
    text: DocumentText | None
    own: OwnCompany
    shapes: NumberShapes
    einvoice: EInvoice | None = None
    # What foreign.mail_headers says of a mail.
    mail: Mapping[str, Any] = field(default_factory=dict)
    # What rendition had to say ("Das PDF ist mit einem Passwort geschützt.").
    notes: Sequence[str] = ()
    # What the learned model thinks.
    learned: Sequence[tuple[str, float]] = ()
    # The house's own words for its classes: (word, code).
    class_words: Sequence[tuple[str, str]] = ()


def read(material: Material) -> Findings:
    """Everything that can be said about it; an empty list says that nothing was found."""
    text = material.text
    letter = Letter(text) if text is not None and not text.is_empty() else None
    entities = find_entities(letter, own=material.own, shapes=material.shapes) if letter else []
    einvoice = material.einvoice
    # A mail's headers say it; its text may quote a letter of the other side.
    direction = _direction_of_mail(material) or direction_of(letter, entities, material.own, einvoice=einvoice)
    in_xml = entities_of(einvoice, material.own, direction) if einvoice is not None else []
    findings = Findings(
        entities=[*in_xml, *_of_mail(material), *entities],
        einvoice=einvoice,
        direction=direction,
        notes=[*material.notes],
    )
    if einvoice is not None:
        einvoice.differences = differences(einvoice, letter, entities)
        findings.notes += einvoice.notes
    findings.needs_ocr = letter is None and text is not None and bool(text.pages)
    if findings.needs_ocr and einvoice is None:
        findings.notes.append(NEEDS_OCR)
    findings.classes = guess_classes(
        letter, entities=entities, direction=direction, einvoice=einvoice,
        media_type=material.media_type, learned=material.learned, class_words=material.class_words,
    )  # fmt: skip
    findings.classes = mail_kinds.settled(findings.classes, material.mail, letter)
    code = findings.classes[0].code if findings.classes else ""
    page = index_values(letter, findings.entities, class_code=code, einvoice=einvoice, direction=direction)
    findings.values = page | _values_of_mail(material)
    return findings


def _of_mail(material: Material) -> Iterator[Entity]:
    """The addresses in the headers; whoever wrote counts like whoever was written to, except ourselves."""
    for role, addresses in material.mail.get("addresses", {}).items():
        for text in addresses[:20]:
            address = normal_forms.email(text)
            if address:
                ours = material.own.has_domain(address)
                part = "sender" if role == "from" else "recipient"
                yield Entity("email", address, text, "mail", label=role, own=ours, part=part)
                domain = normal_forms.email_domain(address)
                if domain:
                    yield Entity("email_domain", domain, domain, "mail", label=role, own=ours, part=part)


def _direction_of_mail(material: Material) -> Direction:
    addresses = material.mail.get("addresses", {})
    if any(material.own.has_domain(one) for one in addresses.get("from", [])):
        return "sent"
    if any(material.own.has_domain(one) for one in (*addresses.get("to", []), *addresses.get("cc", []))):
        return "received"
    return ""


def _values_of_mail(material: Material) -> dict[str, FieldValue]:
    sender = material.mail.get("addresses", {}).get("from", [])
    said = {
        "subject": str(material.mail.get("subject", "")),
        "dated_on": str(material.mail.get("sent_on", "")),
        "sender": sender[0] if sender else "",
    }
    return {key: FieldValue(value, "mail") for key, value in said.items() if value}
