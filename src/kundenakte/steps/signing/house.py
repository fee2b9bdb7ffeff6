"""The certificate of the house: made once, or brought by the administrator; and the signer that uses it at once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID, ObjectIdentifier
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation.trans_null import gettext_noop

from kundenakte.base import secret_files
from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions as journal
from kundenakte.customers.models import OwnCompany
from kundenakte.records import access
from kundenakte.records.models import Verb
from kundenakte.records.refusals import AlreadyDone, BadValue
from kundenakte.steps.signing import cms
from kundenakte.steps.signing.port import Answer, Declined, Kind, Request, Signed
from kundenakte.steps.signing.refusals import NoCertificate

_KIND, _NAME = "signing", "house"
YEARS: Final = 5
# From then on the health page says that a new one is needed.
WARN_BEFORE: Final = timedelta(days=60)
# RFC 9336: for signing documents.
_DOCUMENT_SIGNING: Final = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
_EXPIRED: Final = gettext_noop(
    "Das Zertifikat zum Unterschreiben gilt nicht mehr oder noch nicht. Bitte wenden Sie sich an Ihren Administrator."
)
_UNREADABLE: Final = gettext_noop(
    "Das Zertifikat zum Unterschreiben ist nicht lesbar. Bitte wenden Sie sich an Ihren Administrator."
)


@dataclass(frozen=True, slots=True)
class House:
    """Key and certificate, and the certificates on the way to a root where there are any."""

    key: cms.Key
    certificate: x509.Certificate
    others: Sequence[x509.Certificate] = ()

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the certificate, in hex."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    @property
    def until(self) -> datetime:
        """The last moment at which it is valid."""
        return self.certificate.not_valid_after_utc


def present() -> House | None:
    """What the house signs with; None when nothing is set up. Raises NoCertificate when it cannot be read."""
    try:
        if settings.SIGNING_CERTIFICATE:
            return _brought(Path(settings.SIGNING_CERTIFICATE).read_bytes())
        kept = secret_files.of(_KIND, _NAME)
        return _read(f"{kept['key']}\n{kept['certificate']}".encode()) if kept else None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoCertificate(_UNREADABLE) from error


def usable(now: datetime) -> House:
    """What the house signs with at this moment. Raises NoCertificate with a sentence that says what is wrong."""
    found = present()
    if found is None:
        raise NoCertificate
    if not found.certificate.not_valid_before_utc <= now <= found.until:
        raise NoCertificate(_EXPIRED)
    return found


def make(*, actor: Actor, now: datetime, years: int = YEARS, again: bool = False) -> House:
    """Make key and certificate (ECDSA P-256) in the company's name; on return both are on disk.

    The key that is there is replaced only when the entry in the journal is committed; so this is no part of another
    transaction. When anything fails before that, the former one goes on signing.

    Raises NotAllowed for who may not administer, BadValue while the company has no name or an own certificate is
    set, AlreadyDone when there is one, unless `again`. What was signed with the old one stays as valid as it was.
    """
    with ExitStack() as after_commit, transaction.atomic(durable=True):
        made, kept = _made(actor, now, years, again=again)
        after_commit.enter_context(secret_files.laid_beside(_KIND, _NAME, kept))
    return made


class HouseSigner:
    """Signs at once with the certificate of the house.

    One certificate for all who work here: it says which house signed, and the house's journal says who. So by eIDAS it
    is a simple signature of the person, whatever the cryptography is.
    """

    name = "house"
    kind: Kind = "simple"

    def begin(self, request: Request) -> Answer:
        """The signature, or the reason why the certificate gives none."""
        try:
            found = usable(timezone.now())
        except NoCertificate as error:
            return Declined(error.sentence)
        return Signed(
            cms.signed(request.digest, key=found.key, certificate=found.certificate, others=found.others),
            found.fingerprint,
        )

    def collect(self, key: str) -> Answer:
        """Nothing ever waits here."""
        return Declined(gettext_noop("Dazu wartet keine Unterschrift."))


def _made(actor: Actor, now: datetime, years: int, *, again: bool) -> tuple[House, dict[str, str]]:
    """Both, what is to be kept of them, and the entry in the journal."""
    access.require(actor, Verb.ADMINISTER)
    company = OwnCompany.objects.select_for_update().order_by("pk").first()
    if company is None:
        raise BadValue("Die eigene Firma ist noch nicht eingetragen: kundenakte company set --name …")
    if settings.SIGNING_CERTIFICATE:
        raise BadValue("KUNDENAKTE_SIGNING_CERTIFICATE nennt schon ein Zertifikat; das gilt.")
    if secret_files.of(_KIND, _NAME) and not again:
        raise AlreadyDone("Es gibt schon ein Zertifikat. Mit --again wird es durch ein neues ersetzt.")
    key = ec.generate_private_key(ec.SECP256R1())
    made = House(key, _certificate(key, company, now, years))
    kept = {
        "key": key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode(),
        "certificate": made.certificate.public_bytes(serialization.Encoding.PEM).decode(),
    }
    journal.append(
        actor, "signing.certificate_made", company, at=now, fingerprint=made.fingerprint, until=made.until.isoformat()
    )
    return made, kept


def _certificate(key: ec.EllipticCurvePrivateKey, company: OwnCompany, now: datetime, years: int) -> x509.Certificate:
    names = [
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, company.name[:64]),
        x509.NameAttribute(NameOID.COMMON_NAME, company.name[:64]),
    ]
    country = company.country.strip().upper()
    if len(country) == 2 and country.isascii() and country.isalpha():
        names.insert(0, x509.NameAttribute(NameOID.COUNTRY_NAME, country))
    name = x509.Name(names)
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # A clock that goes a little behind elsewhere finds it valid, too.
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=365 * years))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([_DOCUMENT_SIGNING]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _brought(content: bytes) -> House:
    """PKCS#12, or PEM with key and certificates in one file."""
    password = str(settings.SIGNING_PASSWORD).encode() or None
    if b"-----BEGIN" in content:
        return _read(content, password)
    key, certificate, others = pkcs12.load_key_and_certificates(content, password)
    if certificate is None:
        raise ValueError("no certificate")
    return _fitting(key, certificate, others)


def _read(content: bytes, password: bytes | None = None) -> House:
    certificate, *others = x509.load_pem_x509_certificates(content)
    return _fitting(serialization.load_pem_private_key(content, password), certificate, others)


def _fitting(key: object, certificate: x509.Certificate, others: Sequence[x509.Certificate]) -> House:
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise TypeError("neither ECDSA nor RSA")
    if key.public_key() != certificate.public_key():
        raise ValueError("the certificate belongs to another key")
    return House(key, certificate, tuple(others))
