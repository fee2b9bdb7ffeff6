"""What a source may say about what it brings: one vocabulary for REST, sidecar files, mail and the browser.

Facts are claims, kept as they came with the arrival. Filing believes exact keys and still checks them against the
document (design: an exact key that contradicts another exact key goes to the inbox).
"""

from __future__ import annotations

from typing import Any, Final

# The keys, with what a sidecar or REST call may put there.
KEYS: Final = {
    "system": "the system that speaks (erp, crm …); customer keys are looked up in its numbers first",
    "customer": "customer number as that system knows it",
    "vat_id": "VAT id of the customer",
    "email": "mail address of the customer's side",
    "class": "document class: code, name or one of its aliases",
    "number": "document number",
    "dated_on": "date of the document, ISO or German",
    "title": "title to show",
    "section": "key of the section, if not the one the class asks for",
    "key": "the system's own key of this document; the same key again is the same document",
    "comment": "comment on this version",
    "fields": "further index fields, a mapping of key to text",
    "customer_file_id": "the file it was dropped on: a person's choice, needs no evidence",
    "section_id": "the section it was dropped on: a person's choice, pins the document there",
    "address_id": "the mail address of a file it was sent to: an exact key, checked against the paper like any other",
    "document_id": "the document it was dropped on as a new version: a person's choice",
}


def clean(facts: dict[str, Any]) -> dict[str, Any]:
    """Known keys only, texts trimmed and bounded; whatever else a source sent is kept under "other"."""
    known: dict[str, Any] = {}
    other: dict[str, str] = {}
    for key, value in facts.items():
        if value is None or value == "":
            continue
        if key == "fields" and isinstance(value, dict):
            known["fields"] = {text(k, 40): text(v) for k, v in value.items() if text(v)}
        elif key.endswith("_id") and key in KEYS and key != "vat_id":
            known[key] = int(value)
        elif key in KEYS:
            known[key] = text(value)
        else:
            other[text(key, 60)] = text(value)
    if other:
        known["other"] = other
    return known


def text(value: Any, longest: int = 500) -> str:
    """A text that any database takes: no NUL and no half characters, as JSON may spell them; trimmed and bounded."""
    whole = str(value).encode("utf-8", "replace").decode("utf-8")
    return whole.replace("\0", "").strip()[:longest]
