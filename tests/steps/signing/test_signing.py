"""A person signs a PDF: the signed bytes are a new version, the earlier ones their beginning, and the journal knows."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.sign.validation.status import SignatureCoverageLevel

from kundenakte import pipeline
from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import queries as journal
from kundenakte.records import access
from kundenakte.records.actions.documents import describe_document
from kundenakte.records.models import Arrival, Document, DocumentClass, Verb, VersionState
from kundenakte.records.refusals import ChangedMeanwhile, NotAllowed, ReasonMissing
from kundenakte.steps.signing import hand, house, port, refusals
from kundenakte.steps.signing.hand import Wish
from kundenakte.steps.signing.port import Declined, Request, Waiting
from tests.builders import NOW, a_house, an_actor
from tests.signing_builders import (
    a_certificate,
    a_paper,
    a_pdf,
    a_stranger,
    bytes_of,
    judged,
    sign,
    signed_by,
    signed_elsewhere,
    untouched,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _jobs(db: None) -> None:
    pipeline.register_jobs()


def test_the_signed_version_begins_with_the_bytes_that_were_there_and_holds() -> None:
    made, document = a_certificate(), a_paper()
    before = bytes_of(document)
    version = sign(document)
    after = bytes_of(document)
    assert after.startswith(before)
    assert len(after) > len(before)
    assert (document.valid_version_id, version.number, version.media_type) == (version.pk, 2, "application/pdf")
    assert (version.author, version.file_name, version.comment) == (
        an_actor("verena").user,
        "Vertrag.pdf",
        "Vertrag geprüft",
    )
    (status,) = judged(after, made)
    assert (status.intact, status.valid, status.trusted, status.bottom_line) == (True, True, True, True)
    first = document.versions.get(number=1)
    assert first.states.last().state == VersionState.State.SUPERSEDED  # type: ignore[union-attr]


def test_the_journal_says_who_signed_what_with_which_certificate() -> None:
    made, document = a_certificate(), a_paper()
    version = sign(document)
    (entry,) = [one for one in journal.history(document) if one.kind == "document.signed"]
    assert (entry.actor, entry.reason) == ("Verena Vogt", "Vertrag geprüft")
    said = {
        name: entry.facts[name]
        for name in ("version", "digest", "of", "signature", "signer", "fingerprint", "confirmed")
    }
    assert said == {
        "version": 2, "digest": version.digest, "of": 1, "signature": "simple", "signer": "house",
        "fingerprint": made.fingerprint, "confirmed": "password",
    }  # fmt: skip


def test_two_people_sign_one_after_the_other_and_both_hold() -> None:
    made, document = a_certificate(), a_paper()
    sign(document, "verena")
    first = bytes_of(document)
    sign(document, "anton")
    second = bytes_of(document)
    assert second.startswith(first)
    early, late = judged(second, made)
    assert early.intact
    assert early.bottom_line
    assert late.bottom_line
    assert late.coverage == SignatureCoverageLevel.ENTIRE_FILE


def test_a_signature_from_elsewhere_still_holds_under_ours() -> None:
    a_certificate()
    stranger = a_stranger()
    document = a_paper(signed_elsewhere(a_pdf(), by=stranger))
    sign(document)
    assert judged(bytes_of(document), stranger)[0].bottom_line


def test_a_changed_byte_is_noticed() -> None:
    made, document = a_certificate(), a_paper()
    sign(document)
    content = bytearray(bytes_of(document))
    place = content.index(b"Wartungsvertrag") if b"Wartungsvertrag" in content else 40
    content[place] ^= 1
    assert not judged(bytes(content), made)[0].intact


@given(text=st.text(alphabet="abcäß (){}<>%/\\", max_size=60), pages=st.integers(1, 3))
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_it_the_original_is_the_beginning(tmp_path: Path, text: str, pages: int) -> None:
    who = a_stranger()
    original, target = tmp_path / "original.pdf", tmp_path / "signed.pdf"
    original.write_bytes(a_pdf(text, pages=pages))
    wish = Wish("Unterschrift-1", text, f"Ä{text}", text, timezone.now())
    hand.signed_copy(original, target, wish, lambda asked: signed_by(who, asked))
    assert target.read_bytes().startswith(original.read_bytes())
    assert judged(target.read_bytes(), who)[0].bottom_line


def test_a_certificate_of_ones_own_with_rsa_signs_as_well(tmp_path: Path, settings: Any) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.serialization import pkcs12

    mine = a_stranger("Muster GmbH", rsa_key=True)
    assert not isinstance(mine.key, str)
    store = pkcs12.serialize_key_and_certificates(
        b"muster", mine.key, mine.certificate, None, serialization.BestAvailableEncryption(b"geheim")
    )
    (tmp_path / "own.p12").write_bytes(store)
    settings.SIGNING_CERTIFICATE, settings.SIGNING_PASSWORD = str(tmp_path / "own.p12"), "geheim"
    document = a_paper()
    sign(document)
    assert judged(bytes_of(document), mine)[0].bottom_line
    settings.SIGNING_PASSWORD = "falsch"
    with pytest.raises(refusals.ProviderDeclined, match="nicht lesbar"):
        sign(document)


def test_another_program_finds_the_signature_valid(tmp_path: Path) -> None:
    a_certificate()
    document = a_paper()
    sign(document)
    file = tmp_path / "signed.pdf"
    file.write_bytes(bytes_of(document))
    said = subprocess.run(["pdfsig", str(file)], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in said


def test_what_is_no_pdf_or_too_large_or_only_a_draft_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    a_certificate()
    with pytest.raises(refusals.NoPdf):
        sign(a_paper(b"Wort", media_type="text/plain"))
    with pytest.raises(refusals.OnlyADraft):
        sign(a_paper(document_class=released_first("CONTRACT")), "anton")
    monkeypatch.setattr("kundenakte.steps.signing.signing.MOST", 10)
    with pytest.raises(refusals.TooLong):
        sign(a_paper())


def test_without_a_certificate_nobody_signs() -> None:
    document = a_paper()
    with pytest.raises(refusals.ProviderDeclined, match="noch kein Zertifikat"):
        sign(document)
    untouched(document)


def test_an_expired_certificate_signs_nothing() -> None:
    house.make(actor=an_actor("anton"), now=NOW.replace(year=2015), years=1)
    with pytest.raises(refusals.ProviderDeclined, match="gilt nicht mehr"):
        sign(a_paper())


@pytest.mark.parametrize("person", ["paula", "verena"])
def test_whoever_may_read_it_but_not_add_versions_may_not_sign(person: str) -> None:
    a_certificate()
    document = a_paper(document_class="INV_OUT")
    user = an_actor(person).user
    assert user is not None
    assert access.may(user, Verb.READ, document)
    with pytest.raises(NotAllowed):
        sign(document, person)
    untouched(document)


def test_a_program_does_not_sign_though_it_may_add_versions() -> None:
    a_certificate()
    document = a_paper()
    with pytest.raises(NotAllowed):
        sign(document, "erp")
    untouched(document)


def released_first(code: str) -> str:
    """The house wants a release of this class."""
    a_house()
    DocumentClass.objects.filter(code=code).update(valid_at_once=False)
    return code


def test_neither_rules_nor_the_house_sign() -> None:
    a_certificate()
    document = a_paper()
    with pytest.raises(NotAllowed):
        pipeline.sign(
            actor=Actor.rule("filing"),
            document=document,
            edition=document.edition,
            reason="",
            confirmed="word",
            now=NOW,
        )


def test_a_document_that_changed_meanwhile_is_not_signed() -> None:
    a_certificate()
    document = a_paper()
    with pytest.raises(ChangedMeanwhile):
        sign(document, edition=document.edition - 1)
    untouched(document)


def test_who_comes_in_between_is_not_overruled(settings: Any) -> None:
    """The document changes while the provider signs: then neither a version nor an entry is there."""
    a_certificate()
    document = a_paper()
    settings.SIGNER = f"{__name__}.Slow"
    Slow.document = document
    with pytest.raises(ChangedMeanwhile):
        sign(document)
    untouched(document)


class Slow(house.HouseSigner):
    """While it signs, somebody describes the document anew."""

    document: Document

    def begin(self, request: Request) -> port.Answer:
        from kundenakte.records.actions.documents import Description

        told = Description(self.document.document_class, "Neuer Titel", "", self.document.dated_on, {})
        describe_document(
            actor=an_actor("anton"), document=Document.objects.get(pk=self.document.pk), description=told,
            edition=self.document.edition, now=NOW,
        )  # fmt: skip
        return super().begin(request)


def test_nothing_is_there_when_the_entry_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    a_certificate()
    document = a_paper()

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("kundenakte.steps.signing.signing.journal.append", broken)
    with pytest.raises(RuntimeError):
        sign(document)
    untouched(document)


def test_a_reason_as_long_as_the_field_is_kept_whole() -> None:
    a_certificate()
    document, reason = a_paper(), "Geprüft, " * 33
    assert len(reason.strip()) == 296
    version = sign(document, reason=reason.strip())
    entry = next(one for one in journal.history(document) if one.kind == "document.signed")
    assert (version.comment, entry.reason) == (reason.strip(), reason.strip())


def test_a_sealed_document_wants_a_reason() -> None:
    a_certificate()
    document = a_paper()
    Document.objects.filter(pk=document.pk).update(is_sealed=True)
    with pytest.raises(ReasonMissing):
        sign(document, reason="")
    assert sign(document, reason="Nachtrag").number == 2


def test_where_a_release_is_needed_it_takes_that_right_and_holds_at_once() -> None:
    from kundenakte.records.actions.documents import release_version

    a_certificate()
    document = a_paper(document_class=released_first("CONTRACT"))
    version = document.versions.get()
    release_version(actor=an_actor("anton"), version=version, edition=document.edition, now=NOW)
    with pytest.raises(NotAllowed):
        sign(document, "bernd")
    untouched(document)
    signed = sign(document, "anton")
    document.refresh_from_db()
    assert document.valid_version_id == signed.pk


def test_an_e_invoice_keeps_its_xml_and_may_be_signed(samples: Path) -> None:
    from kundenakte.records.einvoice_pdf import read_pdf
    from kundenakte.records.findings import EInvoice, Findings

    a_certificate()
    content = (samples / "e-invoice" / "corpus-v1-correct_ZUGFeRD_1p0_BASIC_Einfach.pdf").read_bytes()
    document = a_paper(content, document_class="INV_OUT")
    version = document.versions.get()
    Arrival.objects.create(
        digest=version.digest, size=version.size, file_name="RE.pdf", received_at=NOW, changed_at=NOW, source="web",
        findings=Findings(einvoice=EInvoice("invoice")).to_json(),
    )  # fmt: skip
    signed = sign(document, "bernd")
    from kundenakte.base import blobs

    assert read_pdf(blobs.default().path(signed.digest)).status == "invoice"


def test_what_only_waits_is_said_and_nothing_is_kept(settings: Any) -> None:
    document = a_paper()
    settings.SIGNER = f"{__name__}.Elsewhere"
    with pytest.raises(refusals.ProviderDeclined, match="noch nicht"):
        sign(document)
    untouched(document)


class Elsewhere:
    """A provider that lets the person wait."""

    name = "elsewhere"
    kind: port.Kind = "qualified"

    def begin(self, request: Request) -> port.Answer:
        return Waiting("https://anbieter.example/1", "1")

    def collect(self, key: str) -> port.Answer:
        return Declined("Abgelehnt.")
