"""What tests of signatures need: small PDFs, documents with one, a certificate, and somebody else who signs."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from django.utils import timezone
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext
from reportlab.pdfgen.canvas import Canvas

from kundenakte import pipeline
from kundenakte.base import blobs
from kundenakte.base.journal import queries as journal
from kundenakte.records.actions.documents import Description, NewVersion, create_document
from kundenakte.records.models import Arrival, Document, Version
from kundenakte.steps.signing import cms, house, port
from kundenakte.steps.signing.house import House
from tests.builders import NOW, SETUP, TODAY, a_class, a_customer_file, a_house, an_actor

_ODD = "Großmann & Söhne"


def a_pdf(text: str = "Wartungsvertrag", *, pages: int = 1) -> bytes:
    """A PDF with so many pages."""
    made = io.BytesIO()
    canvas = Canvas(made)
    for number in range(pages):
        canvas.drawString(72, 720, f"{text}, Seite {number + 1}")
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def a_certificate() -> House:
    """The certificate of the test's house, made as the administrator makes it."""
    a_house()
    return house.make(actor=SETUP, now=timezone.now())


def a_paper(
    content: bytes | None = None, *, media_type: str = "application/pdf", document_class: str = "OFFER", **more: Any
) -> Document:
    """A filed document whose only version is this PDF."""
    stored = blobs.default().put(io.BytesIO(a_pdf() if content is None else content))
    version = NewVersion(
        digest=stored.digest, size=stored.size, media_type=media_type, file_name="Vertrag.pdf", source="test"
    )
    return create_document(
        actor=SETUP, customer_file=more.pop("customer_file", None) or a_customer_file(),
        description=Description(a_class(document_class), "Wartungsvertrag", "", TODAY, {}), version=version, now=NOW,
        **more,
    )  # fmt: skip


def bytes_of(document: Document) -> bytes:
    """The bytes of the valid version as the row has it now."""
    document.refresh_from_db()
    assert document.valid_version is not None
    with blobs.default().open(document.valid_version.digest) as file:
        return file.read()


def a_stranger(name: str = _ODD, *, rsa_key: bool = False) -> House:
    """Somebody else's key and certificate."""
    key: Any = rsa.generate_private_key(65537, 3072) if rsa_key else ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30)).sign(key, hashes.SHA256())
    )  # fmt: skip
    return House(key, certificate)


def signed_elsewhere(content: bytes, *, by: House | None = None, field: str = "Signature1", **meta: Any) -> bytes:
    """The PDF with a signature that another program has put under it."""
    from asn1crypto import keys
    from asn1crypto import x509 as asn1
    from cryptography.hazmat.primitives import serialization
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    who = by or a_stranger()
    private = who.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    signer = signers.SimpleSigner(
        signing_cert=asn1.Certificate.load(who.certificate.public_bytes(serialization.Encoding.DER)),
        signing_key=keys.PrivateKeyInfo.load(private), cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
    )  # fmt: skip
    made = io.BytesIO()
    told = signers.PdfSignatureMetadata(field_name=field, subfilter=fields.SigSeedSubFilter.PADES, **meta)
    with ThreadPoolExecutor(1) as apart:
        # pyHanko opens an event loop for it; after a journey there is one in this thread already.
        paper = IncrementalPdfFileWriter(io.BytesIO(content))
        apart.submit(signers.sign_pdf, paper, told, signer=signer, output=made).result()
    return made.getvalue()


def judged(content: bytes, trusted: House) -> list[PdfSignatureStatus]:
    """What pyHanko's own full validation says of each signature, when this one certificate is trusted."""
    from asn1crypto import x509 as asn1
    from cryptography.hazmat.primitives import serialization

    root = asn1.Certificate.load(trusted.certificate.public_bytes(serialization.Encoding.DER))
    context = ValidationContext(trust_roots=[root], allow_fetching=False)
    reader = PdfFileReader(io.BytesIO(content))
    with ThreadPoolExecutor(1) as apart:
        # pyHanko opens an event loop for it; in a journey there is one in this thread already.
        judge = partial(validate_pdf_signature, signer_validation_context=context)
        return list(apart.map(judge, reader.embedded_regular_signatures))


def sign(document: Document, who: str = "verena", *, reason: str = "Vertrag geprüft", **more: Any) -> Version:
    """Somebody of the cast signs the document as it is now."""
    document.refresh_from_db()
    asked: dict[str, Any] = {"edition": document.edition, "confirmed": "password", "now": timezone.now()} | more
    return pipeline.sign(actor=an_actor(who), document=document, reason=reason, **asked)


def signed_by(who: House, asked: port.Request) -> port.Signed:
    """The answer of a provider who signs with this certificate."""
    return port.Signed(cms.signed(asked.digest, key=who.key, certificate=who.certificate), who.fingerprint)


def untouched(document: Document) -> None:
    """One version, no entry, no arrival: as if nobody had asked."""
    assert document.versions.count() == 1
    assert not [one for one in journal.history(document) if one.kind == "document.signed"]
    assert not Arrival.objects.filter(source="signing", document=document).exists()
