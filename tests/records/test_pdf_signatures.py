"""Reading signatures in PDFs of strangers: who, when, whether the bytes still fit; hostile files hang nothing."""

from __future__ import annotations

import io
from dataclasses import asdict
from pathlib import Path

import pytest
from django.db import transaction
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm

from kundenakte import pipeline
from kundenakte.base import confinement
from kundenakte.base.confinement import ConfinementError
from kundenakte.records import pdf_signatures
from kundenakte.records.findings import Findings
from kundenakte.records.models import Arrival
from kundenakte.steps.recognition import foreign
from kundenakte.steps.recognition import tasks as recognition
from kundenakte.steps.signing import pdf
from tests.builders import NOW, an_actor
from tests.signing_builders import a_pdf, a_stranger, signed_elsewhere


def read(tmp_path: Path, content: bytes) -> list[tuple[str, str]]:
    """Who signed, and how it stands."""
    file = tmp_path / "signed.pdf"
    file.write_bytes(content)
    return [(one.by, one.state) for one in pdf_signatures.read(file)]


def test_it_tells_who_signed_and_that_nothing_has_changed_since(tmp_path: Path) -> None:
    who = a_stranger("Öhler, Dr.")
    file = tmp_path / "signed.pdf"
    file.write_bytes(signed_elsewhere(a_pdf(), by=who))
    (found,) = pdf_signatures.read(file)
    assert (found.by, found.issuer, found.state, found.field) == ("Öhler, Dr.", "Öhler, Dr.", "fits", "Signature1")
    assert found.fingerprint == who.fingerprint
    assert found.signed_at
    assert pdf_signatures.may_be_signed(file)


def test_a_further_signature_leaves_the_first_as_it_was(tmp_path: Path) -> None:
    once = signed_elsewhere(a_pdf(), by=a_stranger("Erste"))
    twice = signed_elsewhere(once, by=a_stranger("Zweiter"), field="Signature2")
    assert read(tmp_path, twice) == [("Erste", "added"), ("Zweiter", "fits")]


def test_a_changed_byte_is_told(tmp_path: Path) -> None:
    content = bytearray(signed_elsewhere(a_pdf(), by=a_stranger("Erste")))
    content[content.index(b"ReportLab")] ^= 1
    assert read(tmp_path, bytes(content)) == [("Erste", "altered")]


def test_another_page_content_behind_the_signature_is_told(tmp_path: Path) -> None:
    from pyhanko.pdf_utils.generic import NameObject, StreamObject

    writer = IncrementalPdfFileWriter(io.BytesIO(signed_elsewhere(a_pdf(), by=a_stranger("Erste"))))
    page = writer.root["/Pages"]["/Kids"][0]
    page[NameObject("/Contents")] = writer.add_object(StreamObject(stream_data=b"BT (Anderer Preis) Tj ET"))
    writer.update_container(page)
    made = io.BytesIO()
    writer.write(made)  # type: ignore[no-untyped-call]
    assert read(tmp_path, made.getvalue()) == [("Erste", "changed")]


def test_a_field_behind_a_signature_that_allows_nothing_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = signed_elsewhere(
        a_pdf(), by=a_stranger("Erste"), certify=True, docmdp_permissions=MDPPerm.NO_CHANGES
    )  # fmt: skip
    file = tmp_path / "more.pdf"
    file.write_bytes(closed)
    monkeypatch.setattr(pdf, "_require_open", lambda _: None)
    pdf.prepare(file, field="Zweite", person="", reason="", at=NOW)
    assert read(tmp_path, closed) == [("Erste", "fits")]
    assert read(tmp_path, file.read_bytes()) == [("Erste", "changed"), ("", "unreadable")]


def test_a_signature_that_cannot_be_read_does_not_hide_the_other(tmp_path: Path) -> None:
    once = signed_elsewhere(a_pdf(), by=a_stranger("Erste"))
    twice = bytearray(signed_elsewhere(once, by=a_stranger("Zweiter"), field="Signature2"))
    start = twice.index(b"/Contents <", len(once)) + len(b"/Contents <")
    twice[start : start + 8] = b"00000000"
    assert read(tmp_path, bytes(twice)) == [("Erste", "added"), ("", "unreadable")]


def test_an_unsigned_pdf_has_none_and_is_not_even_parsed(tmp_path: Path) -> None:
    assert read(tmp_path, a_pdf()) == []
    assert not pdf_signatures.may_be_signed(tmp_path / "signed.pdf")
    empty = tmp_path / "empty.pdf"
    empty.touch()
    assert not pdf_signatures.may_be_signed(empty)


def test_a_name_that_steers_is_told_in_one_plain_line(tmp_path: Path) -> None:
    ((by, _state),) = read(tmp_path, signed_elsewhere(a_pdf(), by=a_stranger("Gut\u202eesöb\nZeile")))
    assert by == "Gut esöb Zeile"


def test_a_file_really_signed_by_another_program_is_read(samples: Path) -> None:
    found = confinement.of_this_process().call(
        foreign.signatures_in_pdf, source=str(samples / "pdf" / "qpdf_digitally-signed.pdf")
    )
    assert found
    assert {one["state"] for one in found} <= {"fits", "added", "changed", "altered", "unreadable"}


def test_hostile_files_end_in_an_answer(samples: Path) -> None:
    for file in sorted((samples / "hostile").glob("*.pdf")):
        try:
            found = confinement.of_this_process().call(foreign.signatures_in_pdf, source=str(file), within=20)
        except ConfinementError:
            continue
        assert isinstance(found, list), file.name


@pytest.mark.django_db
def test_what_was_found_is_remembered_with_the_arrival() -> None:
    pipeline.register_jobs()
    content = signed_elsewhere(a_pdf(), by=a_stranger("Erste"))
    assert [one.by for one in _taken_in(content).signatures] == ["Erste"]


@pytest.mark.django_db
def test_what_only_looks_signed_and_cannot_be_read_says_so() -> None:
    pipeline.register_jobs()
    findings = _taken_in(b"%PDF-1.7\n/ByteRange [0 1 2 3]\n%%EOF")
    assert findings.signatures == []
    assert recognition.UNCHECKED in findings.notes
    assert Findings.from_json(findings.to_json()) == findings


def _taken_in(content: bytes) -> Findings:
    arrival = pipeline.receive(
        actor=an_actor("verena"), stream=io.BytesIO(content), file_name="vertrag.pdf", source="web", now=NOW
    )
    apply = recognition.recognise(arrival.pk)
    with transaction.atomic():
        apply()
    return Findings.from_json(Arrival.objects.get(pk=arrival.pk).findings)


def test_findings_of_an_older_release_have_no_signatures() -> None:
    older = Findings().to_json()
    del older["signatures"]
    assert Findings.from_json(older).signatures == []
    assert asdict(Findings())["signatures"] == []
