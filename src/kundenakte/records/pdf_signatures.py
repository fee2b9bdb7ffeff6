"""Reads the electronic signatures in a PDF: who signed when, and whether the bytes are still those that were signed.

pyHanko parses what strangers send: call this in a confined process with limits on time and memory. Whether a
certificate deserves trust is not judged here, and nothing is fetched.
"""

from __future__ import annotations

import hashlib
import mmap
import unicodedata
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kundenakte.records.findings import FoundSignature, SignatureState

if TYPE_CHECKING:
    from asn1crypto.x509 import Certificate

# More signatures than any honest document has.
MOST: Final = 40
_LONGEST: Final = 200
# A signature names the bytes it covers so; its dictionary cannot be compressed.
_MARK: Final = b"/ByteRange"


def may_be_signed(path: Path) -> bool:
    """A quick look that parses nothing: False only for a file in which there is certainly no signature."""
    with path.open("rb") as file:
        if not file.read(1):
            return False
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return content.find(_MARK) >= 0


def read(path: Path) -> list[FoundSignature]:
    """The signatures in the order in which they stand in the file; empty for an encrypted PDF.

    One that cannot be read is told as such and does not hide the others. Raises whatever pyHanko raises for a PDF
    that is none.
    """
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.fields import enumerate_sig_fields

    with path.open("rb") as file:
        reader = PdfFileReader(file, strict=False)
        if reader.encrypted:
            return []
        filled = islice(enumerate_sig_fields(reader, filled_status=True), MOST)
        return [_found(reader, str(name), field) for name, _value, field in filled]


def _found(reader: Any, name: str, field: Any) -> FoundSignature:
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

    try:
        signature = EmbeddedPdfSignature(reader, field.get_object(), name)
        certificate = signature.signer_cert
        state = _state(signature, certificate)
        at = signature.self_reported_timestamp
    except Exception:  # noqa: BLE001 - the rim: whatever a parser throws about this one signature is an answer
        return FoundSignature(field=_plain(name), state="unreadable")
    return FoundSignature(
        field=_plain(name),
        state=state,
        by=_name(certificate.subject.native),
        issuer=_name(certificate.issuer.native),
        fingerprint=hashlib.sha256(certificate.dump()).hexdigest(),
        signed_at=at.isoformat() if at is not None else "",
        is_time_stamp=_is_time_stamp(signature),
    )


def _state(signature: Any, certificate: Certificate) -> SignatureState:
    """Whether what was signed is unchanged, and what was added behind it."""
    from pyhanko.sign.general import SigningError
    from pyhanko.sign.validation.errors import SignatureValidationError

    signature.compute_integrity_info()
    try:
        is_whole = _is_whole(signature, certificate)
    except (SignatureValidationError, SigningError):
        return "unreadable"
    return _added(signature) if is_whole else "altered"


def _is_whole(signature: Any, certificate: Certificate) -> bool:
    """Whether the bytes it covers are those that were signed, and the signature is that of the certificate."""
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    digest, kind = signature.compute_digest(), "data"
    if _is_time_stamp(signature):
        # The authority signed a statement about the digest.
        statement, kind = signature.signed_data["encap_content_info"]["content"], "tst_info"
        if statement.parsed["message_imprint"]["hashed_message"].native != digest:
            return False
        digest = hashlib.new(signature.md_algorithm, bytes(statement)).digest()
    intact, valid = validate_sig_integrity(signature.signer_info, certificate, kind, digest)
    return bool(intact and valid)


def _added(signature: Any) -> SignatureState:
    """What stands behind the bytes it covers."""
    from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    if signature.coverage == SignatureCoverageLevel.ENTIRE_FILE:
        return "fits"
    told, allowed = signature.diff_result, signature.docmdp_level
    if not isinstance(told, DiffResult) or told.modification_level == ModificationLevel.OTHER:
        return "changed"
    return "changed" if allowed is not None and told.modification_level.value > allowed.value else "added"


def _is_time_stamp(signature: Any) -> bool:
    return str(signature.sig_object_type) == "/DocTimeStamp"


def _name(given: Any) -> str:
    names = given if isinstance(given, dict) else {}
    for key in ("common_name", "organization_name", "email_address"):
        value = names.get(key)
        if value:
            return _plain(str(value[0] if isinstance(value, list) else value))
    return ""


def _plain(text: str) -> str:
    """One line without signs that steer, of a bounded length."""
    kept = "".join(" " if unicodedata.category(sign)[0] == "C" else sign for sign in text[: 4 * _LONGEST])
    return " ".join(kept.split())[:_LONGEST]
