"""How things are said on the screen."""

from __future__ import annotations

import pytest

from kundenakte.doors.web.templatetags.shown import dialled, file_kind, from_source, options


@pytest.mark.parametrize(
    ("phone", "address"),
    [
        ("0911 1234-0", "091112340"),
        ("+49 (0) 911 / 12 34", "+499111234"),
        (" +43 1 58858", "+43158858"),
        ("(09131) 7-77", "09131777"),
        ("", ""),
    ],
)
def test_a_phone_number_is_dialled_without_spaces(phone: str, address: str) -> None:
    assert dialled(phone) == address


def test_a_type_of_file_and_a_source_are_said_in_words() -> None:
    docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    assert (file_kind("application/pdf"), file_kind(docx), file_kind("")) == ("PDF-Dokument", "Word-Dokument", "")
    assert file_kind("application/x-whatever") == "Unbekannte Datei"
    assert from_source("folder:buero") == "Überwachter Ordner „buero“"


def test_options_mark_the_chosen_one_and_escape_what_they_are_called() -> None:
    drawn = options([("", "alle"), ("7", "Müller & <Söhne>"), ('"8"', "Meier")], "7")
    assert drawn == (
        '<option value="">alle</option><option value="7" selected>Müller &amp; &lt;Söhne&gt;</option>'
        '<option value="&quot;8&quot;">Meier</option>'
    )
