"""What a source says, made fit to be kept."""

from kundenakte.records.facts import clean


def test_known_statements_are_kept_and_others_under_their_own_name() -> None:
    said = {"customer": " 10023 ", "Sachbearbeiter": "Huber", "title": "", "fields": {"project": "Süd", "leer": " "}}
    assert clean(said) == {"customer": "10023", "fields": {"project": "Süd"}, "other": {"Sachbearbeiter": "Huber"}}


def test_texts_no_database_takes_are_made_fit() -> None:
    said = clean({"title": "a\0b", "x\0": "\ud800", "fields": {"pro\0ject": "S\0üd", "leer": "\0"}})
    assert said == {"title": "ab", "fields": {"project": "Süd"}, "other": {"x": "?"}}


def test_long_texts_are_cut() -> None:
    assert len(clean({"title": "x" * 9000})["title"]) == 500
