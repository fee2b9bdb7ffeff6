"""S/MIME shown as what it is: a signed wrapping is opened, its signer named; an encrypted one says so.

Whether a signature is right is not judged here, and no sentence says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

# Damage shows itself as any of these.
_BROKEN: Final = (ValueError, TypeError, KeyError, IndexError, OverflowError, AttributeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Opened:
    """What is inside, where it can be read, and what to say of the wrapping."""

    content: bytes = b""
    sentence: str = ""


def opened(data: bytes) -> Opened:
    """Look into a CMS container (p7m). Never raises for what stands in it."""
    from asn1crypto import cms

    try:
        info = cms.ContentInfo.load(data)
        kind = info["content_type"].native
        if kind == "signed_data":
            signed = info["content"]
            inner = signed["encap_content_info"]["content"]
            return Opened(bytes(inner.native or b"") if inner else b"", _sentence(signed))
        if kind in {"enveloped_data", "authenticated_enveloped_data", "encrypted_data"}:
            return Opened(b"", "Die E-Mail ist verschlüsselt (S/MIME); lesen kann sie nur, wer den Schlüssel hat.")
    except _BROKEN:
        pass
    return Opened(b"", "Die E-Mail ist mit S/MIME verpackt; die Verpackung ist beschädigt oder unbekannt.")


def signed_by(data: bytes) -> str:
    """The sentence for a signature that stands beside the text (p7s)."""
    from asn1crypto import cms

    try:
        info = cms.ContentInfo.load(data)
        if info["content_type"].native == "signed_data":
            return _sentence(info["content"])
    except _BROKEN:
        pass
    return "Die E-Mail ist signiert (S/MIME)."


def _sentence(signed: Any) -> str:
    name = ""
    try:
        for choice in signed["certificates"]:
            subject = choice.chosen.subject.native
            # The signer's own certificate carries his address; those of the issuers do not.
            name = str(subject.get("email_address") or subject.get("common_name") or name)
            if subject.get("email_address"):
                break
    except _BROKEN:
        name = ""
    return f"Die E-Mail ist signiert (S/MIME){f' von {name[:100]}' if name else ''}; die Signatur ist nicht geprüft."
