"""A page is seen as a letter: pieces, address blocks and their roles."""

from __future__ import annotations

from kundenakte.records.letter import Letter
from kundenakte.records.pagetext import DocumentText, PageText
from tests.letters import block, document

CUSTOMER = ("Müller Metallbau GmbH", "Frau Weber", "Hauptstraße 5", "90402 Nürnberg")
OURS = ("Pegnitzwerk GmbH", "Am Kanal 12", "90459 Nürnberg")


def test_columns_on_one_height_are_pieces_of_their_own() -> None:
    letter = Letter(document([(25, 60, "Hauptstraße 5"), (130, 60, "Datum: 01.02.2026")]))
    assert [piece.text for piece in letter.pieces(1)] == ["Hauptstraße 5", "Datum: 01.02.2026"]
    assert [letter.plain[piece.start : piece.end] for piece in letter.pieces(1)] == [
        "Hauptstraße 5",
        "Datum: 01.02.2026",
    ]


def test_the_block_in_the_window_is_the_recipient() -> None:
    letter = Letter(document([*block(150, 20, *OURS), *block(25, 55, *CUSTOMER)]))
    roles = {found.above[-1].text: found.part for found in letter.blocks}
    assert roles == {"Müller Metallbau GmbH": "recipient", "Pegnitzwerk GmbH": "sender"}


def test_a_window_at_the_right_is_found_too() -> None:
    letter = Letter(document([*block(20, 18, *OURS), *block(120, 50, *CUSTOMER)]))
    assert [found.zip_code for found in letter.blocks if found.part == "recipient"] == ["90402"]


def test_a_return_line_above_the_window_is_not_part_of_the_address() -> None:
    line = (25.0, 48.0, "Pegnitzwerk GmbH, Am Kanal 12, 90459 Nürnberg", 6.5)
    letter = Letter(document([line, *block(25, 55, *CUSTOMER)]))
    recipient = next(found for found in letter.blocks if found.part == "recipient")
    assert [piece.text for piece in reversed(recipient.above)] == list(CUSTOMER[:3])


def test_an_address_in_a_sentence_has_its_parts() -> None:
    letter = Letter(document([(25, 120, "Lieferanschrift: Koch KG, Werkstr. 7, 90762 Fürth")]))
    assert [piece.text for piece in letter.blocks[0].above] == ["Werkstr. 7", "Lieferanschrift: Koch KG"]


def test_article_numbers_and_years_are_no_zip_codes() -> None:
    letter = Letter(document([(25, 120, "12799"), (60, 120, "Rohr"), (25, 130, "12. März 2024 Rechnung")]))
    assert letter.blocks == []


def test_an_empty_document_has_no_blocks() -> None:
    assert Letter(DocumentText((PageText(595, 842, ()),))).blocks == []
