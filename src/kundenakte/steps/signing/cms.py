"""The signature itself: a detached CMS object as PAdES (EN 319 142-1, level B-B) wants it in a PDF."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

from asn1crypto import algos, cms, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
_SHA256: Final = {"algorithm": "sha256"}
_SALT: Final = 32


def signed(digest: bytes, *, key: Key, certificate: x509.Certificate, others: Sequence[x509.Certificate] = ()) -> bytes:
    """The CMS object over a SHA-256. It names its certificate in what is signed, so nobody can put another there.

    The time is not in it: PAdES has it in the PDF. `others` are certificates on the way to a root.
    """
    own = asn1.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
    attributes = cms.CMSAttributes(
        [
            {"type": "content_type", "values": ["data"]},
            {"type": "message_digest", "values": [digest]},
            {
                "type": "signing_certificate_v2",
                "values": [tsp.SigningCertificateV2({"certs": [{"cert_hash": hashlib.sha256(own.dump()).digest()}]})],
            },
        ]
    )
    value, algorithm = _sign(key, attributes.dump())
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                {
                    "issuer_and_serial_number": cms.IssuerAndSerialNumber(
                        {"issuer": own.issuer, "serial_number": own.serial_number}
                    )
                }
            ),
            "digest_algorithm": _SHA256,
            "signed_attrs": attributes,
            "signature_algorithm": algorithm,
            "signature": value,
        }
    )
    chain = [asn1.Certificate.load(one.public_bytes(serialization.Encoding.DER)) for one in others]
    content = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [_SHA256],
            "encap_content_info": {"content_type": "data"},
            "certificates": [own, *chain],
            "signer_infos": [signer],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": content}).dump())


def _sign(key: Key, content: bytes) -> tuple[bytes, algos.SignedDigestAlgorithm]:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(content, ec.ECDSA(hashes.SHA256())), algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"})
    # PKCS#1 v1.5 is no longer recommended (BSI TR-02102).
    parameters = algos.RSASSAPSSParams(
        {
            "hash_algorithm": _SHA256,
            "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": _SHA256},
            "salt_length": _SALT,
        }
    )
    value = key.sign(content, padding.PSS(padding.MGF1(hashes.SHA256()), _SALT), hashes.SHA256())
    return value, algos.SignedDigestAlgorithm({"algorithm": "rsassa_pss", "parameters": parameters})
