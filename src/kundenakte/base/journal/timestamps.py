"""Time-stamps by RFC 3161: what we ask an authority, and whether its answer holds. Knows neither rows nor the network.

An answer holds when the authority granted it; it is over our digest and bears our nonce; the signature fits; and the
certificate may stamp, was valid at the stamped time and leads to a root we trust.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

# Clocks differ; more than this is no difference of clocks.
TOLERANCE: Final = timedelta(minutes=5)
_HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_LONGEST_CHAIN: Final = 8


class StampRefused(Exception):
    """An answer that proves nothing; the text is a German sentence."""


def request(content: bytes) -> bytes:
    """A time-stamp request over the SHA-256 of `content`, with a nonce of its own, asking for the certificate."""
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": hashlib.sha256(content).digest()}
    return bytes(
        tsp.TimeStampReq(
            {"version": "v1", "message_imprint": imprint, "nonce": secrets.randbits(63) | 1, "cert_req": True}
        ).dump()
    )


def checked(response: bytes, *, asked: bytes, roots: Sequence[x509.Certificate], now: datetime) -> datetime:
    """The time the authority attests to. Raises StampRefused."""
    try:
        return _checked(response, asked, roots, now)
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise StampRefused("Die Antwort des Zeitstempeldienstes ist nicht lesbar.") from error


def _checked(response: bytes, asked: bytes, roots: Sequence[x509.Certificate], now: datetime) -> datetime:
    answer, question = tsp.TimeStampResp.load(response, strict=True), tsp.TimeStampReq.load(asked, strict=True)
    if answer["status"]["status"].native not in {"granted", "granted_with_mods"}:
        raise StampRefused("Der Zeitstempeldienst hat die Anfrage abgelehnt.")
    signed = answer["time_stamp_token"]["content"]
    info = signed["encap_content_info"]["content"].parsed
    if not isinstance(info, tsp.TSTInfo):
        raise StampRefused("Die Antwort ist kein Zeitstempel.")
    if info["message_imprint"].native != question["message_imprint"].native:
        raise StampRefused("Der Zeitstempel gilt einer anderen Prüfsumme.")
    if info["nonce"].native != question["nonce"].native:
        raise StampRefused("Der Zeitstempel antwortet auf eine andere Anfrage (Nonce).")
    stamped_at: datetime = info["gen_time"].native
    if stamped_at > now + TOLERANCE or stamped_at < now - timedelta(days=1):
        raise StampRefused("Die Uhr des Zeitstempeldienstes weicht von der eigenen ab.")
    certificates = [x509.load_der_x509_certificate(one.chosen.dump()) for one in signed["certificates"]]
    signer = _signer(signed, certificates)
    _trusted(signer, certificates, roots, stamped_at)
    return stamped_at.astimezone(UTC)


def _signer(signed: cms.SignedData, certificates: Iterable[x509.Certificate]) -> x509.Certificate:
    """The certificate whose key signed this. Both digest and signature are checked."""
    if len(signed["signer_infos"]) != 1:
        raise StampRefused("Der Zeitstempel hat nicht genau eine Unterschrift.")
    by = signed["signer_infos"][0]
    attributes = {one["type"].native: one["values"] for one in by["signed_attrs"]}
    hashing = _HASHES[by["digest_algorithm"]["algorithm"].native]
    content = bytes(signed["encap_content_info"]["content"])
    if attributes["content_type"][0].native != "tst_info":
        raise StampRefused("Die Unterschrift gilt keinem Zeitstempel.")
    if attributes["message_digest"][0].native != _digest(hashing, content):
        raise StampRefused("Der Inhalt des Zeitstempels wurde verändert.")
    signer = next((one for one in certificates if _is_meant(one, attributes)), None)
    if signer is None:
        raise StampRefused("Das Zertifikat zum Zeitstempel fehlt.")
    try:
        _verify(signer, bytes(by["signature"].native), by["signed_attrs"].untag().dump(force=True), by, hashing)
    except InvalidSignature as error:
        raise StampRefused("Die Unterschrift des Zeitstempels stimmt nicht.") from error
    return signer


def _is_meant(certificate: x509.Certificate, attributes: dict[str, Any]) -> bool:
    """Whether the signed attributes name this certificate (RFC 5816, and RFC 2634 with its SHA-1)."""
    if "signing_certificate_v2" in attributes:
        named = attributes["signing_certificate_v2"][0]["certs"][0]
        algorithm = named["hash_algorithm"]["algorithm"].native
        return bool(named["cert_hash"].native == certificate.fingerprint(_HASHES[algorithm]))
    named = attributes["signing_certificate"][0]["certs"][0]
    return bool(named["cert_hash"].native == certificate.fingerprint(hashes.SHA1()))  # noqa: S303 - the old norm's choice


def _verify(
    signer: x509.Certificate, signature: bytes, content: bytes, by: cms.SignerInfo, hashing: hashes.HashAlgorithm
) -> None:
    key, algorithm = signer.public_key(), by["signature_algorithm"]
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, content, ec.ECDSA(hashing))
    elif isinstance(key, rsa.RSAPublicKey) and algorithm.signature_algo == "rsassa_pss":
        key.verify(signature, content, padding.PSS(padding.MGF1(hashing), padding.PSS.AUTO), hashing)
    elif isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, content, padding.PKCS1v15(), hashing)
    else:
        raise StampRefused("Der Zeitstempeldienst unterschreibt mit einem Verfahren, das hier niemand prüfen kann.")


def _trusted(
    signer: x509.Certificate,
    certificates: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    at: datetime,
) -> None:
    """Whether the signer may stamp and leads, valid at that time, to one of the roots."""
    usage = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage) if _has_usage(signer) else None
    if usage is None or not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise StampRefused("Das Zertifikat ist nicht für Zeitstempel ausgestellt.")
    here = signer
    for _ in range(_LONGEST_CHAIN):
        if not here.not_valid_before_utc <= at <= here.not_valid_after_utc:
            raise StampRefused("Ein Zertifikat des Zeitstempels war zu dieser Zeit nicht gültig.")
        if here in roots:
            return
        above = next((one for one in [*roots, *certificates] if one != here and _issued(one, here)), None)
        if above is None:
            break
        here = above
    raise StampRefused("Das Zertifikat des Zeitstempels führt zu keiner Stelle, der vertraut wird.")


def _has_usage(certificate: x509.Certificate) -> bool:
    return any(one.oid == x509.ExtendedKeyUsage.oid for one in certificate.extensions)


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
        basic = issuer.extensions.get_extension_for_class(x509.BasicConstraints)
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    return basic.value.ca


def _digest(hashing: hashes.HashAlgorithm, content: bytes) -> bytes:
    digest = hashes.Hash(hashing)
    digest.update(content)
    return digest.finalize()
