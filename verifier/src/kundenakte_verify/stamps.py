"""Time-stamps (RFC 3161): whether a token is over this head, answers this request and leads to a trusted root."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from kundenakte_verify import der

_HASHES: dict[bytes, hashes.HashAlgorithm] = {
    der.oid("2.16.840.1.101.3.4.2.1"): hashes.SHA256(),
    der.oid("2.16.840.1.101.3.4.2.2"): hashes.SHA384(),
    der.oid("2.16.840.1.101.3.4.2.3"): hashes.SHA512(),
}
_SIGNED_DATA = der.oid("1.2.840.113549.1.7.2")
_TST_INFO = der.oid("1.2.840.113549.1.9.16.1.4")
_CONTENT_TYPE = der.oid("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST = der.oid("1.2.840.113549.1.9.4")
_SIGNING_CERTIFICATE = der.oid("1.2.840.113549.1.9.16.2.12")
_SIGNING_CERTIFICATE_V2 = der.oid("1.2.840.113549.1.9.16.2.47")
_PSS = der.oid("1.2.840.113549.1.1.10")
_SHA256 = der.write(der.SEQUENCE, der.write(der.OID, der.oid("2.16.840.1.101.3.4.2.1")), b"\x05\x00")
_SHA256_BARE = der.write(der.SEQUENCE, der.write(der.OID, der.oid("2.16.840.1.101.3.4.2.1")))
_LONGEST_CHAIN = 8


class BadStamp(ValueError):
    """The token proves nothing; the text is the name of a sentence."""


class NoTrust(ValueError):
    """The token holds in itself, but its certificate leads to no root we were given."""


def checked(response: bytes, asked: bytes, content: bytes, roots: Sequence[x509.Certificate]) -> datetime:
    """The stamped time. Raises BadStamp, or NoTrust when only the root is unknown."""
    try:
        return _checked(response, asked, content, roots)
    except (BadStamp, NoTrust):
        raise
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise BadStamp("stamp-unreadable") from error


def _checked(response: bytes, asked: bytes, content: bytes, roots: Sequence[x509.Certificate]) -> datetime:
    nonce = _nonce(asked, content)
    status, token = der.read(response).expect(der.SEQUENCE).parts()
    if status.parts()[0].number() not in {0, 1}:
        raise BadStamp("stamp-unreadable")
    kind, inner = token.expect(der.SEQUENCE).parts()
    if kind.content != _SIGNED_DATA:
        raise BadStamp("stamp-unreadable")
    _version, _digests, encapsulated, *rest = inner.parts()[0].expect(der.SEQUENCE).parts()
    inner_kind, wrapped = encapsulated.parts()
    if inner_kind.content != _TST_INFO:
        raise BadStamp("stamp-unreadable")
    info = wrapped.parts()[0].expect(der.OCTETS).content
    at = _info(info, nonce, content)
    certificates = [
        x509.load_der_x509_certificate(one.whole) for value in rest if value.tag == 0xA0 for one in value.parts()
    ]
    signers = rest[-1].expect(der.SET).parts()
    if len(signers) != 1:
        raise BadStamp("stamp-unreadable")
    signer = _signer(signers[0], info, certificates)
    _trusted(signer, certificates, roots, at)
    return at


def _nonce(asked: bytes, content: bytes) -> int:
    """The nonce of a request that is, byte for byte, what the format says: version, imprint, nonce, certificate."""
    version, _imprint, nonce, _certificate = der.read(asked).expect(der.SEQUENCE).parts()
    digest = der.write(der.OCTETS, hashlib.sha256(content).digest())
    forms = [
        der.write(
            der.SEQUENCE, b"\x02\x01\x01", der.write(der.SEQUENCE, algorithm, digest), nonce.whole, b"\x01\x01\xff"
        )
        for algorithm in (_SHA256, _SHA256_BARE)
    ]
    if version.number() != 1 or asked not in forms:
        raise BadStamp("stamp-other-request")
    return nonce.number()


def _info(info: bytes, nonce: int, content: bytes) -> datetime:
    _version, _policy, imprint, _serial, at, *more = der.read(info).expect(der.SEQUENCE).parts()
    algorithm, digest = imprint.parts()
    hashing = _HASHES[algorithm.parts()[0].content]
    if digest.content != _digest(hashing, content):
        raise BadStamp("stamp-other-digest")
    nonces = [value.number() for value in more if value.tag == der.INTEGER]
    if nonces != [nonce]:
        raise BadStamp("stamp-other-request")
    text = at.expect(der.GENERALIZED).content.decode("ascii")
    if not text.endswith("Z"):
        raise BadStamp("stamp-unreadable")
    shape = "%Y%m%d%H%M%S.%f" if "." in text else "%Y%m%d%H%M%S"
    return datetime.strptime(text[:-1], shape).replace(tzinfo=UTC)


def _signer(by: der.Value, info: bytes, certificates: Sequence[x509.Certificate]) -> x509.Certificate:
    _version, _who, digesting, signed, signing, signature, *_unsigned = by.parts()
    hashing = _HASHES[digesting.parts()[0].content]
    attributes = {}
    for attribute in signed.expect(0xA0).parts():
        name, values = attribute.parts()
        attributes[name.content] = values.parts()[0]
    if attributes[_CONTENT_TYPE].content != _TST_INFO or attributes[_MESSAGE_DIGEST].content != _digest(hashing, info):
        raise BadStamp("stamp-signature")
    signer = next((one for one in certificates if _is_meant(one, attributes)), None)
    if signer is None:
        raise BadStamp("stamp-signature")
    # What is signed is the SET, not the [0] in whose place it stands (RFC 5652, 5.4).
    content = der.write(der.SET, signed.content)
    try:
        _verify(signer, signature.expect(der.OCTETS).content, content, signing, hashing)
    except InvalidSignature as error:
        raise BadStamp("stamp-signature") from error
    return signer


def _is_meant(certificate: x509.Certificate, attributes: dict[bytes, der.Value]) -> bool:
    if _SIGNING_CERTIFICATE_V2 in attributes:
        first = attributes[_SIGNING_CERTIFICATE_V2].parts()[0].parts()[0].parts()
        hashing: hashes.HashAlgorithm = hashes.SHA256()
        if first[0].tag == der.SEQUENCE:
            hashing, first = _HASHES[first[0].parts()[0].content], first[1:]
        return first[0].expect(der.OCTETS).content == certificate.fingerprint(hashing)
    first = attributes[_SIGNING_CERTIFICATE].parts()[0].parts()[0].parts()
    # RFC 2634 knows no other.
    return first[0].expect(der.OCTETS).content == certificate.fingerprint(hashes.SHA1())  # noqa: S303


def _verify(
    signer: x509.Certificate, signature: bytes, content: bytes, signing: der.Value, hashing: hashes.HashAlgorithm
) -> None:
    key = signer.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, content, ec.ECDSA(hashing))
    elif isinstance(key, rsa.RSAPublicKey):
        is_pss = signing.parts()[0].content == _PSS
        scheme = padding.PSS(padding.MGF1(hashing), padding.PSS.AUTO) if is_pss else padding.PKCS1v15()
        key.verify(signature, content, scheme, hashing)
    else:
        raise BadStamp("stamp-unreadable")


def _trusted(
    signer: x509.Certificate, certificates: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], at: datetime
) -> None:
    try:
        usage = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        raise BadStamp("stamp-certificate") from None
    if not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise BadStamp("stamp-certificate")
    here = signer
    for _ in range(_LONGEST_CHAIN):
        if not here.not_valid_before_utc <= at <= here.not_valid_after_utc:
            raise BadStamp("stamp-expired")
        if here in roots:
            return
        above = next((one for one in [*roots, *certificates] if one != here and _issued(one, here)), None)
        if above is None:
            break
        here = above
    raise NoTrust


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
        return issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False


def _digest(hashing: hashes.HashAlgorithm, content: bytes) -> bytes:
    digest = hashes.Hash(hashing)
    digest.update(content)
    return digest.finalize()
