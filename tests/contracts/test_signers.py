"""What every signer promises (steps/signing/port.py). Whoever connects a provider runs this suite against his class.

A signer that answers at once and one that lets the person wait both pass it; the second is asked again with its key
until it answers.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Protocol

import pytest
from asn1crypto import cms as asn1_cms
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import load_der_x509_certificate
from django.utils import timezone

from kundenakte.steps.signing import cms, hand, pdf, port
from kundenakte.steps.signing.hand import Wish
from kundenakte.steps.signing.house import House, HouseSigner
from kundenakte.steps.signing.port import Answer, Declined, Request, Signed, Signer, Waiting
from tests.signing_builders import a_certificate, a_pdf, a_stranger, judged

pytestmark = pytest.mark.django_db


class Desk(Protocol):
    """What a test has of a signer: the signer itself, and the person at the provider's screen."""

    signer: Signer
    # Whose certificate it signs with.
    made: House

    def agrees(self, waiting: Waiting) -> None:
        """The person says yes there."""

    def refuses(self, waiting: Waiting) -> None:
        """The person says no there."""


class AtOnce:
    """The house itself."""

    def __init__(self) -> None:
        self.made = a_certificate()
        self.signer: Signer = HouseSigner()

    def agrees(self, waiting: Waiting) -> None:
        raise AssertionError("the house lets nobody wait")

    def refuses(self, waiting: Waiting) -> None:
        raise AssertionError("the house lets nobody wait")


class _Remote:
    """A provider in memory: the person has to agree at its screen before it signs."""

    name = "remote"
    kind: port.Kind = "qualified"

    def __init__(self) -> None:
        self.owner: House = a_stranger("Verena Vogt")
        self.waiting: dict[str, Request] = {}
        self.said: dict[str, bool] = {}

    def begin(self, request: Request) -> Answer:
        key = str(len(self.waiting) + 1)
        self.waiting[key] = request
        return Waiting(f"https://anbieter.example/{key}?zurueck={request.back}", key)

    def collect(self, key: str) -> Answer:
        if key not in self.waiting:
            return Declined("Diesen Vorgang gibt es beim Anbieter nicht.")
        if key not in self.said:
            return Waiting(f"https://anbieter.example/{key}", key)
        if not self.said[key]:
            return Declined("Verena Vogt hat beim Anbieter abgelehnt.")
        value = cms.signed(self.waiting[key].digest, key=self.owner.key, certificate=self.owner.certificate)
        return Signed(value, self.owner.fingerprint)


class Later:
    """A remote provider."""

    def __init__(self) -> None:
        self.remote = _Remote()
        self.signer: Signer = self.remote
        self.made = self.remote.owner

    def agrees(self, waiting: Waiting) -> None:
        self.remote.said[waiting.key] = True

    def refuses(self, waiting: Waiting) -> None:
        self.remote.said[waiting.key] = False


@pytest.fixture(params=[AtOnce, Later])
def desk(request: pytest.FixtureRequest) -> Desk:
    """Each signer there is."""
    made: Desk = request.param()
    return made


def a_request(content: bytes = b"alles bis auf die Unterschrift") -> Request:
    """Something to be signed."""
    return Request(
        hashlib.sha256(content).digest(), "Wartungsvertrag", "Verena Vogt", "geprüft", timezone.now(), pdf.ROOM,
        back="https://akte.example/dokument/1",
    )  # fmt: skip


def signed(desk: Desk, request: Request) -> Signed:
    """The signature, after the person has agreed where she has to."""
    answer = desk.signer.begin(request)
    if isinstance(answer, Waiting):
        desk.agrees(answer)
        answer = desk.signer.collect(answer.key)
    assert isinstance(answer, Signed)
    return answer


def test_it_has_a_name_for_the_journal_and_says_what_it_is_worth(desk: Desk) -> None:
    assert 0 < len(desk.signer.name) <= 40
    assert desk.signer.kind in port.WORDS


def test_the_signature_is_over_the_digest_and_names_its_certificate(desk: Desk) -> None:
    request = a_request()
    answer = signed(desk, request)
    content = asn1_cms.ContentInfo.load(answer.cms, strict=True)["content"]
    assert content["encap_content_info"]["content"].native is None, "detached"
    (by,) = content["signer_infos"]
    attributes = {one["type"].native: one["values"][0] for one in by["signed_attrs"]}
    assert attributes["message_digest"].native == request.digest
    assert attributes["content_type"].native == "data"
    assert "signing_time" not in attributes, "PAdES has the time in the PDF"
    certificates = [load_der_x509_certificate(one.chosen.dump()) for one in content["certificates"]]
    mine = next(one for one in certificates if one.fingerprint(hashes.SHA256()).hex() == answer.fingerprint)
    named = attributes["signing_certificate_v2"]["certs"][0]["cert_hash"].native
    assert named.hex() == answer.fingerprint
    key = mine.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey), "the suite's own check knows ECDSA; add yours"
    signed_bytes = by["signed_attrs"].untag().dump(force=True)
    key.verify(bytes(by["signature"].native), signed_bytes, ec.ECDSA(hashes.SHA256()))


def test_it_finds_room(desk: Desk) -> None:
    assert len(signed(desk, a_request()).cms) <= pdf.ROOM


def test_the_same_request_twice_is_two_signatures(desk: Desk) -> None:
    request = a_request()
    assert signed(desk, request).cms != signed(desk, request).cms


def test_an_unknown_key_is_declined_with_a_sentence(desk: Desk) -> None:
    answer = desk.signer.collect("gibt-es-nicht")
    assert isinstance(answer, Declined)
    assert answer.sentence.endswith(".")


def test_who_waits_can_be_asked_often_and_is_told_a_refusal(desk: Desk) -> None:
    answer = desk.signer.begin(a_request())
    if isinstance(answer, Signed):
        return
    assert isinstance(answer, Waiting)
    assert answer.address.startswith("https://")
    assert isinstance(desk.signer.collect(answer.key), Waiting)
    assert isinstance(desk.signer.collect(answer.key), Waiting)
    desk.refuses(answer)
    assert isinstance(desk.signer.collect(answer.key), Declined)


def test_a_pdf_signed_with_it_holds(desk: Desk, tmp_path: Path) -> None:
    original, target = tmp_path / "original.pdf", tmp_path / "signed.pdf"
    original.write_bytes(a_pdf())
    wish = Wish("Unterschrift-1", "Wartungsvertrag", "Verena Vogt", "geprüft", timezone.now())
    hand.signed_copy(original, target, wish, lambda request: signed(desk, request))
    assert judged(target.read_bytes(), desk.made)[0].bottom_line
