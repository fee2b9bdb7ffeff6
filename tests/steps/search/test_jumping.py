"""The jump box."""

from __future__ import annotations

from typing import Any

import pytest

from kundenakte.records.actions import files
from kundenakte.records.models import Document
from kundenakte.steps.search.jumping import Jump, jump
from tests.builders import SETUP, a_customer_file, a_user
from tests.steps.search.papers import a_paper, catch_up

pytestmark = pytest.mark.usefixtures("db")


def to(text: str, user: str = "anton", **more: Any) -> Jump:
    return jump(a_user(user), text, **more)


def customers(found: Jump) -> list[str]:
    return [one.customer.name for one in found.customers]


def sections(found: Jump) -> list[tuple[str, str]]:
    return [(one.name, one.customer.customer.name if one.customer else "") for one in found.sections]


def titles(found: Jump) -> list[str]:
    return sorted(document.title for document in found.documents)


def test_a_customer_is_found_by_name_and_number_with_its_file() -> None:
    file = a_customer_file("Müller Metallbau GmbH", number="K-55501")
    a_customer_file("Huber KG")
    for text in ("müll", "mueller", "Metallb", "K-55501", "55501"):
        found = to(text)
        assert customers(found) == ["Müller Metallbau GmbH"], text
        assert found.customers[0].file_id == file.pk


def test_a_document_is_found_by_the_beginning_of_its_number_or_title_and_by_numbers_in_its_text() -> None:
    a_paper("IBAN DE89 3704 0044 0532 0130 00", title="Wartungsvertrag Halle 3", number="WV-2026-17",
            document_class="MAINT_CONTRACT")  # fmt: skip
    a_paper("nichts davon", title="Brief")
    catch_up()
    for text in ("WV-2026", "wv2026", "wartungsv", "halle wart", "vertrag", "DE89370400440532013000", "WV-2O26-I7"):
        assert titles(to(text)) == ["Wartungsvertrag Halle 3"], text
    assert titles(to("zebra")) == []


def test_a_section_is_found_by_name_and_within_the_file_of_a_customer() -> None:
    file = a_customer_file("Müller Metallbau GmbH")
    files.add_local_section(actor=SETUP, customer_file=file, name="Prüfstand Nord")
    assert ("Rechnungen", "") in sections(to("rechn"))
    assert sections(to("müller rechn")) == [("Rechnungen", "Müller Metallbau GmbH")]
    assert sections(to("müller prüfst")) == [("Prüfstand Nord", "Müller Metallbau GmbH")]


def test_what_is_hidden_is_not_jumped_to() -> None:
    a_paper("", title="Angebot geheim", number="AN-77", document_class="OFFER")
    a_paper("", title="Rechnung offen", number="RE-77", document_class="INV_OUT")
    catch_up()
    assert titles(to("AN-77", "paula")) == []
    assert titles(to("RE-77", "paula")) == ["Rechnung offen"]
    assert sections(to("angeb", "paula")) == []
    assert [name for name, _ in sections(to("rechn", "paula"))] == ["Rechnungen"]
    Document.objects.filter(number="RE-77").update(is_restricted=True)
    assert titles(to("RE-77", "paula")) == []


def test_a_letter_alone_and_signs_lead_nowhere_and_nothing_breaks_without_an_index() -> None:
    a_customer_file("Müller Metallbau GmbH")
    assert to("m") == Jump()
    for text in ("", "  ", "(*", "\\", "%%", "'; --", "\x00\x00"):
        assert to(text).documents == ()
    assert customers(to("müll")) == ["Müller Metallbau GmbH"]
