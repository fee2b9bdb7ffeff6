"""What file names say."""

import unicodedata

import pytest

from kundenakte.steps.intake.name_patterns import BadPattern, compiled, facts_from


def test_the_simple_form_reads_class_number_and_customer() -> None:
    said = facts_from("RE_4711_10023.pdf", ["{class}_{number}_{customer}.pdf"])
    assert said == {"class": "RE", "number": "4711", "customer": "10023"}


def test_a_regular_expression_with_named_groups_reads_the_same() -> None:
    said = facts_from("RE_4711_10023.pdf", [r"(?P<class>RE)_(?P<number>\d+)_(?P<customer>\d+)\.pdf"])
    assert said == {"class": "RE", "number": "4711", "customer": "10023"}


def test_the_first_matching_pattern_holds_and_a_name_that_matches_none_says_nothing() -> None:
    both = [r"(?P<class>RE)_(?P<number>\d+)\.pdf", "{title}.pdf"]
    assert facts_from("RE_4711.pdf", both) == {"class": "RE", "number": "4711"}
    assert facts_from("Besuch.pdf", both) == {"title": "Besuch"}
    assert facts_from("Besuch.docx", both) == {}


def test_upper_and_lower_case_are_alike() -> None:
    assert facts_from("re_1_2.PDF", ["{class}_{number}_{customer}.pdf"])["number"] == "1"


def test_unknown_placeholders_become_index_fields_and_a_star_stands_for_anything() -> None:
    said = facts_from("P7 - Angebot Halle 3.xlsx", ["{project} - {*}.xlsx"])
    assert said == {"fields": {"project": "P7"}}


def test_a_pattern_with_a_slash_reads_the_path_in_the_folder() -> None:
    pattern = "Kunden/{customer} {*}/{section}/{*}.xlsx"
    said = facts_from("Kunden/10023 Müller GmbH/praesentationen/Kalkulation.xlsx", [pattern])
    assert said == {"customer": "10023", "section": "praesentationen"}
    assert facts_from("Kunden/10023 Müller GmbH/tief/praesentationen/K.xlsx", [pattern]) == {}


def test_two_stars_are_any_number_of_folders_also_none() -> None:
    pattern = "{customer}/{**}/{title}.pdf"
    assert facts_from("10023/a.pdf", [pattern]) == {"customer": "10023", "title": "a"}
    assert facts_from("10023/2019/Alt/a.pdf", [pattern]) == {"customer": "10023", "title": "a"}
    for wrong in ("{customer}{**}", "{customer}/x{**}/{title}"):
        with pytest.raises(BadPattern, match="ganze Ordner"):
            compiled(wrong)


def test_umlauts_match_in_both_normal_forms() -> None:
    name = unicodedata.normalize("NFD", "Müller_4711.pdf")
    assert facts_from(name, ["Müller_{number}.pdf"]) == {"number": "4711"}


def test_the_same_placeholder_twice_must_say_the_same() -> None:
    pattern = ["{customer}/{customer}_{number}.pdf"]
    assert facts_from("10023/10023_4711.pdf", pattern)["number"] == "4711"
    assert facts_from("10023/10024_4711.pdf", pattern) == {}


@pytest.mark.parametrize("pattern", ["Rechnung.pdf", r"(?P<number>\d+", "{a}{b}{c}{d}{e}{f}{g}{h}{i}"])
def test_a_pattern_that_says_nothing_or_is_broken_is_refused_in_german(pattern: str) -> None:
    with pytest.raises(BadPattern, match="Namensmuster"):
        compiled(pattern)


def test_a_long_name_without_separators_is_answered_at_once() -> None:
    assert facts_from("a" * 251 + ".pdf", ["{class}_{number}_{customer}_{title}_{key}.pdf"]) == {}
