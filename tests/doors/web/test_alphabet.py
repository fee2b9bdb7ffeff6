"""Names on screen in German order, whatever the database thinks of umlauts."""

from __future__ import annotations

import re

import pytest

from kundenakte.base.accounts.models import User
from kundenakte.doors.web.alphabet import alphabetical
from kundenakte.records.models import IndexField
from tests.builders import a_class
from tests.doors.web.pages import SignIn, words


def test_an_umlaut_stands_beside_its_letter_and_capitals_make_no_difference() -> None:
    assert alphabetical(["Zander", "Özil", "oetker", "Olm", "Ärger", "Arm", "Strauss", "Strauß", "émile"]) == [
        "Ärger", "Arm", "émile", "oetker", "Olm", "Özil", "Strauss", "Strauß", "Zander",
    ]  # fmt: skip


@pytest.mark.django_db
def test_accounts_and_index_fields_stand_in_german_order(signed_in: SignIn) -> None:
    for place, name in enumerate(("Zoe Zett", "Ömer Aras", "Otto Abel", "Paul Abel")):
        User.objects.create(username=f"u{place}", name=name)
    client = signed_in("anton")
    names = re.findall(r'<a href="/verwaltung/benutzer/\d+">([^<]+)</a>', words(client.get("/verwaltung/benutzer")))
    shown = [name for name in names if name.split()[0] in {"Zoe", "Ömer", "Otto", "Paul"}]
    assert shown == ["Ömer Aras", "Otto Abel", "Paul Abel", "Zoe Zett"]
    for name in ("Überlassung", "Unterlage", "Vorgang"):
        IndexField.objects.create(document_class=a_class(), key=name.lower(), name=name, type="text", position=90)
    form = words(client.get("/verwaltung/ablageregeln/neu"))
    at = [form.index(f">{name}<") for name in ("Überlassung", "Unterlage", "Vorgang")]
    assert at == sorted(at)
