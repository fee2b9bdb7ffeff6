"""PDFs that cannot be signed or do harm, and parsers that one has taken over: nothing is signed, nothing hangs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.utils import timezone
from pyhanko.sign.fields import MDPPerm

from kundenakte import pipeline
from kundenakte.records.refusals import Refused
from kundenakte.steps.signing import hand, port, refusals
from kundenakte.steps.signing.hand import Wish
from kundenakte.steps.signing.port import Request
from tests.signing_builders import (
    a_certificate,
    a_paper,
    a_pdf,
    a_stranger,
    bytes_of,
    sign,
    signed_by,
    signed_elsewhere,
    untouched,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _jobs(db: None) -> None:
    pipeline.register_jobs()


def encrypted() -> bytes:
    """A PDF that opens without a password but is encrypted."""
    import io

    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(a_pdf())) as pdf:
        pdf.save(made, encryption=pikepdf.Encryption(owner="besitzer", user=""))
    return made.getvalue()


def closed_for_good() -> bytes:
    """A PDF whose first signature allows no change at all."""
    return signed_elsewhere(a_pdf(), certify=True, docmdp_permissions=MDPPerm.NO_CHANGES)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (encrypted, refusals.Encrypted),
        (closed_for_good, refusals.ChangesForbidden),
        (lambda: b"%PDF-1.7\nnothing of it\n%%EOF", refusals.Broken),
        (lambda: a_pdf()[:200], refusals.Broken),
    ],
)
def test_what_cannot_be_signed_is_refused_with_its_sentence(content: Any, kind: type[Refused]) -> None:
    a_certificate()
    document = a_paper(content())
    with pytest.raises(kind) as refused:
        sign(document)
    assert refused.value.sentence == kind.sentence
    untouched(document)


def test_a_hostile_pdf_hangs_nothing(samples: Path) -> None:
    a_certificate()
    for name in (
        "qpdf_pages-loop.pdf",
        "qpdf_append-xref-loop.pdf",
        "opf_T02-02_002_page-tree-kids-links-recursive.pdf",
    ):
        document = a_paper((samples / "hostile" / name).read_bytes())
        try:
            sign(document)
        except refusals.NotSignable:
            untouched(document)
        else:
            assert bytes_of(document).startswith((samples / "hostile" / name).read_bytes())


def test_a_pdf_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    a_certificate()
    document = a_paper()
    monkeypatch.setattr(hand, "SECONDS", 0.01)
    with pytest.raises(refusals.TooLong):
        sign(document)
    untouched(document)


@pytest.mark.parametrize("when", ["prepare", "check"])
def test_a_parser_that_was_taken_over_changes_nothing(
    when: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It may write what it likes into the copy: what does not begin with the original is neither signed nor kept."""
    asked_to_sign = []

    @contextmanager
    def taken_over(folder: Path) -> Iterator[Callable[[Mapping[str, Any]], Any]]:
        with confined(folder) as ask:

            def bad(job: Mapping[str, Any]) -> Any:
                answer = ask(job)
                if job["do"] == when:
                    with Path(str(job["file"])).open("r+b") as file:
                        file.seek(20)
                        file.write(b"X")
                return answer

            yield bad

    confined = hand._confined
    monkeypatch.setattr(hand, "_confined", taken_over)
    original, who = tmp_path / "original.pdf", a_stranger()
    original.write_bytes(a_pdf())

    def begin(asked: Request) -> port.Signed:
        asked_to_sign.append(asked)
        return signed_by(who, asked)

    with pytest.raises(refusals.Broken):
        hand.signed_copy(original, tmp_path / "signed.pdf", Wish("U-1", "", "", "", timezone.now()), begin)
    assert len(asked_to_sign) == (1 if when == "check" else 0)


def signed_by_a_parser_that(
    does: Callable[[Mapping[str, Any], Any], Any], folder: Path, patch: pytest.MonkeyPatch
) -> None:
    """Sign something while the confined process answers as `does` makes of its answer."""
    confined = hand._confined

    @contextmanager
    def taken_over(scratch: Path) -> Iterator[Callable[[Mapping[str, Any]], Any]]:
        with confined(scratch) as ask:
            yield lambda job: does(job, ask(job))

    patch.setattr(hand, "_confined", taken_over)
    original, who = folder / "original.pdf", a_stranger()
    original.write_bytes(a_pdf())
    hand.signed_copy(
        original, folder / "signed.pdf", Wish("U-1", "", "", "", timezone.now()), lambda asked: signed_by(who, asked)
    )


def test_a_parser_that_puts_another_signature_in_the_place_is_noticed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def exchanges(job: Mapping[str, Any], answer: Any) -> Any:
        if job["do"] == "check":
            file = Path(str(job["file"]))
            content = file.read_bytes()
            at = content.rindex(b"/Contents <") + len(b"/Contents <")
            file.write_bytes(content[:at] + b"ffff" + content[at + 4 :])
        return answer

    with pytest.raises(refusals.Broken):
        signed_by_a_parser_that(exchanges, tmp_path, monkeypatch)


@pytest.mark.parametrize("nonsense", [{}, {"start": "x", "end": 1}, {"start": None, "end": None}, [{"who": 1}], 7])
def test_a_parser_that_answers_nonsense_signs_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, nonsense: Any
) -> None:
    for step in ("prepare", "check"):

        def answers(job: Mapping[str, Any], said: Any, step: str = step) -> Any:
            return nonsense if job["do"] == step else said

        with pytest.raises(refusals.Broken), monkeypatch.context() as patch:
            signed_by_a_parser_that(answers, tmp_path, patch)
