"""TLS for the door that listens: the house's certificate, or one made for it, so that STARTTLS is always offered."""

from __future__ import annotations

import datetime as dt
import os
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kundenakte.base import secret_files
from kundenakte.steps.intake.models import MailDoor

_YEARS = 10


def context(door: MailDoor) -> ssl.SSLContext:
    """What STARTTLS speaks. Raises OSError when the files cannot be read."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    certificate, key = (Path(door.certificate), Path(door.key)) if door.certificate else _own(door.domain)
    made.load_cert_chain(certificate, key)
    return made


def _own(domain: str) -> tuple[Path, Path]:
    """A certificate that nobody has signed: it hides what is said, and does not prove who listens."""
    folder = secret_files.folder("mail-door")
    certificate, key = folder / f"{domain}.crt", folder / f"{domain}.key"
    if not certificate.exists():
        _make(domain, certificate, key)
    return certificate, key


def _make(domain: str, certificate: Path, key: Path) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, domain[:64])])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=365 * _YEARS))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(domain)]), critical=False)
        .sign(private, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(pem)
    fresh = certificate.with_suffix(".new")
    fresh.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    fresh.replace(certificate)
