"""Where a new document begins in a stack without separator sheets: what speaks for it, and what against."""

from __future__ import annotations

import time

import pytest

from kundenakte.records.pagetext import PageText, Word
from kundenakte.steps.scanning import proposing
from kundenakte.steps.scanning.page_signs import alike, lookalike
from kundenakte.steps.scanning.proposing import Beginning, beginnings

EMPTY = PageText(595, 842, ())

# What stands where, in fractions of the page: (left, top, text).
Put = tuple[float, float, str]
BERG_FOOT: list[Put] = [
    (0.1, 0.92, "Berg Pumpen GmbH"),
    (0.1, 0.94, "Amtsgericht Fürth HRB 99417 USt-IdNr. DE129274202"),
    (0.1, 0.96, "IBAN DE02 1203 0000 0000 2020 51 info@berg-pumpen.example"),
]
TAL_FOOT: list[Put] = [
    (0.1, 0.92, "Tal Armaturen KG"),
    (0.1, 0.94, "Amtsgericht Hof HRA 4711 USt-IdNr. DE811569869"),
    (0.1, 0.96, "IBAN DE89 3704 0044 0532 0130 00 buero@tal-armaturen.example"),
]
TO_US: list[Put] = [(0.12, 0.19, "Löhlein GmbH"), (0.12, 0.205, "Am Hafen 14"), (0.12, 0.22, "91056 Erlangen")]
TO_OTHERS: list[Put] = [(0.12, 0.19, "Mühlbauer KG"), (0.12, 0.205, "Turmstraße 3"), (0.12, 0.22, "95028 Hof")]
DEAR: list[Put] = [(0.12, 0.4, "Sehr geehrte Damen und Herren,")]
REGARDS: list[Put] = [(0.12, 0.7, "Mit freundlichen Grüßen")]
TEXT: list[Put] = [(0.12, 0.5, "Wir danken für das Gespräch und kommen gern auf die besprochenen Punkte zurück.")]


def a_page(*parts: list[Put]) -> PageText:
    """A page of A4 with the texts where they are put, each a line."""
    lines = []
    for left, top, text in sorted((put for part in parts for put in part), key=lambda put: (put[1], put[0])):
        words, at = [], left
        for word in text.split():
            words.append(Word(word, (at, top, at + 0.009 * len(word), top + 0.011)))
            at += 0.009 * len(word) + 0.006
        lines.append(tuple(words))
    return PageText(595, 842, tuple(lines))


def counted(text: str) -> list[Put]:
    """A page number at the lower edge."""
    return [(0.8, 0.9, text)]


def numbers(found: list[Beginning]) -> list[int]:
    return [one.page for one in found]


LETTER = (TO_US, DEAR, TEXT, REGARDS)


def test_a_letter_behind_a_letter_is_a_sure_beginning_and_says_why() -> None:
    found = beginnings([a_page(*LETTER, BERG_FOOT), a_page(*LETTER, TAL_FOOT)], ())
    assert [(one.page, one.is_sure) for one in found] == [(2, True)]
    assert {proposing.WINDOW, proposing.SALUTATION, proposing.OTHER_SENDER, proposing.CLOSED_BEFORE} <= set(
        found[0].reasons
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Seite 1 von 2", "Seite 2 von 2"),
        ("Seite 1/2", "Seite 2/2"),
        ("Seite: 1", "Seite: 2"),
        ("Blatt 1", "Blatt 2"),
        ("Page 1 of 2", "Page 2 of 2"),
        ("Seite l von Z", "Seite 2 von Z"),
        ("5eite I von 2", "Seitc 2 von 2"),
        ("Seite 1 von 2", "2 von 2"),
    ],
)
def test_numbering_that_goes_on_outweighs_whatever_else_the_page_shows(first: str, second: str) -> None:
    pages = [a_page(*LETTER, BERG_FOOT, counted(first)), a_page(*LETTER, TAL_FOOT, counted(second))]
    assert beginnings(pages, ()) == []


def test_a_bare_number_that_goes_on_leaves_nothing_sure() -> None:
    pages = [a_page(*LETTER, BERG_FOOT, counted("- 1 -")), a_page(*LETTER, TAL_FOOT, counted("- 2 -"))]
    assert [one.is_sure for one in beginnings(pages, ())] == [False]


@pytest.mark.parametrize("printed", ["Seite 1 von 3", "Seite 1/3", "Page 1 of 3", "Seite l von 3", "Blatt 1"])
def test_a_count_that_begins_anew_is_proposed_and_is_sure_on_an_addressed_paper(printed: str) -> None:
    before = a_page(TO_US, TEXT, BERG_FOOT, counted("Seite 2 von 2"))
    bare, addressed = a_page(TEXT, counted(printed)), a_page(TO_OTHERS, TEXT, counted(printed))
    # A list of hours counts its pages and says where the work was done, and is an annex all the same.
    assert [one.is_sure for page in (bare, addressed) for one in beginnings([before, page], ())] == [False, False]
    found = beginnings([before, a_page(TO_OTHERS, NUMBER_12, TEXT, counted(printed))], ())
    assert [one.is_sure for one in found] == [True]
    assert found[0].reasons[:2] == (proposing.FIRST_OF_SEVERAL, proposing.WINDOW)


def test_a_reference_to_a_page_is_no_page_number() -> None:
    refers = [(0.12, 0.55, "Die Preise finden Sie auf Seite 1 von 3 unseres Katalogs."), (0.12, 0.9, "siehe Seite 1")]
    assert beginnings([a_page(*LETTER, BERG_FOOT), a_page(TEXT, refers, BERG_FOOT)], ()) == []


NUMBER_12, NUMBER_977 = [(0.6, 0.25, "Rechnungs-Nr.: RE-2025-0012")], [(0.6, 0.25, "Rechnungs-Nr.: RE-2025-4977")]
NUMBER_12_READ_BADLY = [(0.6, 0.25, "Rechnungs-Nr.: RE-2O25-OOl2")]


def test_the_next_invoice_of_the_same_house_is_known_by_its_number() -> None:
    found = beginnings([a_page(TO_US, NUMBER_12, TEXT, BERG_FOOT), a_page(TO_US, NUMBER_977, TEXT, BERG_FOOT)], ())
    assert [one.is_sure for one in found] == [True]
    assert proposing.OTHER_NUMBER in found[0].reasons


@pytest.mark.parametrize("again", [NUMBER_12, NUMBER_12_READ_BADLY])
def test_a_head_that_is_printed_on_each_page_begins_nothing(again: list[Put]) -> None:
    title: list[Put] = [(0.12, 0.3, "RECHNUNG")]
    pages = [a_page(TO_US, number, title, TEXT, BERG_FOOT) for number in (NUMBER_12, again)]
    assert beginnings(pages, ()) == []
    assert numbers(beginnings([pages[0], a_page(TO_US, NUMBER_977, title, TEXT, BERG_FOOT)], ())) == [2]


def test_an_account_read_badly_is_no_other_sender() -> None:
    read_badly: list[Put] = [
        (0.1, 0.92, "Bcrg Pumpen GrnbH"),
        (0.1, 0.94, "Amtsgericht Furth HRB 994l7 USt-IdNr. DE1Z9274Z02"),
        (0.1, 0.96, "IBAN DE0Z 1203 0O00 000O 2020 Sl info@bcrg-purnpen.example"),
    ]
    before = a_page(*LETTER, BERG_FOOT)
    assert beginnings([before, a_page(TEXT, read_badly)], ()) == []
    assert proposing.OTHER_SENDER not in beginnings([before, a_page(*LETTER, read_badly)], ())[0].reasons


def test_what_is_announced_as_an_annex_is_offered_and_never_sure() -> None:
    encloses = [(0.12, 0.8, "Anlage: Abschrift")]
    pages = [a_page(*LETTER, encloses, BERG_FOOT), a_page(*LETTER, TAL_FOOT)]
    assert [one.is_sure for one in beginnings(pages, ())] == [False]


def test_several_annexes_are_not_sure_either_until_a_letter_comes() -> None:
    encloses = [(0.12, 0.8, "Anlagen: 2 Rechnungen")]
    invoices = [a_page(TO_OTHERS, number, TEXT, TAL_FOOT) for number in (NUMBER_12, NUMBER_977)]
    letters = [a_page(*LETTER, encloses, BERG_FOOT), a_page(*LETTER, BERG_FOOT), a_page(*LETTER, TAL_FOOT)]
    found = beginnings([letters[0], *invoices, *letters[1:]], ())
    assert [(one.page, one.is_sure) for one in found] == [(2, False), (3, False), (4, False), (5, True)]


@pytest.mark.parametrize("on_top", ["Anlage 2", "Anhang", "Übertrag 1.234,00", "Fortsetzung"])
def test_annexes_and_carried_sums_belong_to_what_was_before(on_top: str) -> None:
    before, top = a_page(*LETTER, BERG_FOOT), [(0.12, 0.05, on_top)]
    assert beginnings([before, a_page(top, TEXT, counted("Seite 1 von 2"))], ()) == []
    assert numbers(beginnings([before, a_page(TEXT, counted("Seite 1 von 2"))], ())) == [2]
    assert not any(one.is_sure for one in beginnings([before, a_page(top, *LETTER, TAL_FOOT)], ()))


@pytest.mark.parametrize(
    ("before", "then"),
    [
        (counted("Seite 1 von 3"), []),
        ([(0.7, 0.88, "Übertrag 1.234,00")], []),
        ([(0.7, 0.88, "bitte wenden")], []),
        ([], [(0.12, 0.05, "und wird von uns bis zum Ende des Monats ohne weitere Kosten geliefert.")]),
    ],
)
def test_where_more_should_follow_nothing_is_sure(before: list[Put], then: list[Put]) -> None:
    pages = [a_page(*LETTER, BERG_FOOT, before), a_page(then, *LETTER, TAL_FOOT)]
    assert not any(one.is_sure for one in beginnings(pages, ()))


def test_a_place_that_is_named_on_the_upper_page_is_no_window() -> None:
    place = [(0.12, 0.175, "Leistungsort:"), *TO_OTHERS]
    found = beginnings([a_page(*LETTER, BERG_FOOT), a_page(place, TEXT, counted("Seite 1"))], ())
    assert [proposing.WINDOW in one.reasons for one in found] == [False]


def test_a_mail_on_paper_with_all_it_quotes_is_never_cut_for_sure() -> None:
    rows: list[Put] = [
        (0.1, 0.05, "Von: Berg Pumpen <info@berg-pumpen.example>"),
        (0.1, 0.07, "Gesendet: 3. Mai 2025 10:12"),
        (0.1, 0.09, "An: Löhlein <info@loehlein.example>"),
        (0.1, 0.11, "Betreff: AW: Lieferung"),
    ]
    pages = [a_page(rows, DEAR, TEXT, REGARDS, BERG_FOOT), a_page(rows, DEAR, TEXT, REGARDS, TAL_FOOT)]
    assert not any(one.is_sure for one in beginnings(pages, ()))
    quoted: list[Put] = [
        (0.1, 0.05, "Von: Tal Armaturen"),
        (0.1, 0.07, "Gesendet: 2. Mai 2025 08:30"),
        (0.1, 0.09, "An: Berg Pumpen"),
    ]
    for second in ([DEAR, counted("Seite 1 von 1")], [quoted, TO_OTHERS], [quoted, TO_OTHERS, DEAR]):
        pages = [a_page(rows, DEAR, TEXT, REGARDS, BERG_FOOT), a_page(*second, TEXT, REGARDS, TAL_FOOT)]
        assert not any(one.is_sure for one in beginnings(pages, ()))


def test_a_signature_with_an_address_on_the_upper_page_is_no_window() -> None:
    signature = [*TO_OTHERS, (0.12, 0.235, "Tel. 09281 4711")]
    found = beginnings([a_page(*LETTER, BERG_FOOT), a_page(signature, DEAR, TEXT, TAL_FOOT)], ())
    assert not any(proposing.WINDOW in one.reasons for one in found)


def test_a_contract_that_runs_over_pages_without_numbers_is_left_alone() -> None:
    clauses = [
        [(0.12, 0.1 + 0.1 * at, f"§ {at + page} Gegenstand und Vergütung") for at in range(7)] for page in range(6)
    ]
    assert beginnings([a_page(page) for page in clauses], ()) == []


@pytest.mark.parametrize("label", ["İNVOİCE NO: 2026-0001", "Lıeferscheın 12345", "Lieferſchein Nr. 12345"])
def test_letters_of_other_scripts_break_nothing(label: str) -> None:
    other = a_page(TO_OTHERS, DEAR, [(0.12, 0.3, label)], TEXT)
    assert numbers(beginnings([a_page(*LETTER), other], ())) == [2]


def test_empty_pages_neither_begin_nor_count() -> None:
    letter = a_page(*LETTER, BERG_FOOT)
    assert numbers(beginnings([EMPTY, letter, EMPTY, a_page(*LETTER, TAL_FOOT), EMPTY], {1, 3, 5})) == [4]
    assert beginnings([EMPTY, EMPTY], {1, 2}) == []
    assert beginnings([EMPTY, letter], {1}) == []
    # A page nobody could read is not blank, and begins nothing either.
    assert beginnings([letter, EMPTY], ()) == []
    assert beginnings([], ()) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("RE-2025-0012", "RE2025OOl2", True),
        ("DE129274202", "DE1Z92742OZ", True),
        ("RE-2025-0012", "RE-2025-0013", None),
        ("DE02120300000000202051", "DE0212030000000020205", None),
        ("DE02120300000000202051", "DE89370400440532013000", False),
        ("RE-2025-0012", "RE-2025-4977", False),
    ],
)
def test_values_are_compared_as_badly_as_they_are_read(one: str, other: str, *, same: bool | None) -> None:
    assert alike(lookalike(one), lookalike(other)) is same
    assert alike(lookalike(other), lookalike(one)) is same


BOX = (0.1, 0.15, 0.3, 0.16)


@pytest.mark.parametrize(
    "text",
    [
        "1" * 200_000,
        "DE" + "1 " * 50_000,
        "Seite " * 5_000,
        "a." * 50_000 + "@" + "a-" * 50_000,
        "Rechnung" * 20_000,
        "\u0000\ud800İ" * 1_000,
        "12345 " + "A" * 100_000,
        "(" * 100_000,
        "٣ Seite ² von ³",
    ],
)
def test_hostile_text_costs_no_more_than_any_other(text: str) -> None:
    words = text.split(" ")[:20_000]
    in_one_line = PageText(0, 0, (tuple(Word(word, BOX) for word in words),))
    in_many = PageText(595, 842, tuple((Word(word, BOX),) for word in words))
    nowhere = float("nan")
    whole = PageText(595, 842, ((Word(text, (nowhere, nowhere, nowhere, nowhere)),),) * 20)
    began = time.process_time()
    beginnings([in_one_line, in_many, whole] * 10, ())
    assert time.process_time() - began < 3


def test_a_page_full_of_towns_is_read_in_no_time() -> None:
    lines = tuple(
        tuple(
            Word("12345 Hof", (left, 0.2, left + 0.001, 0.21))
            for left in (0.03 * (at + 40 * row) for at in range(40))
        )
        for row in range(220)
    )  # fmt: skip
    began = time.process_time()
    beginnings([PageText(595, 842, lines)] * 4, ())
    assert time.process_time() - began < 3


def test_a_large_stack_takes_time_in_proportion() -> None:
    pages = [a_page(*LETTER, BERG_FOOT, NUMBER_12), a_page(*LETTER, TAL_FOOT, NUMBER_977)] * 1_000
    began = time.process_time()
    assert len(beginnings(pages, ())) == 1_999
    assert time.process_time() - began < 15
