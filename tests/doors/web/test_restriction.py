"""Restricting a document on its page: who may, with what reason, and what the page then says."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from kundenakte.base.accounts.models import Role
from kundenakte.base.journal import queries as journal
from kundenakte.records.models import Document, Permission, Verb
from tests.builders import a_document
from tests.doors.web.pages import SignIn, words

pytestmark = pytest.mark.django_db


def _asked(document: Document, **more: Any) -> dict[str, Any]:
    document.refresh_from_db()
    return {"edition": document.edition, "grund": "Verlangen nach Art. 18"} | more


def test_a_document_is_restricted_with_a_reason_and_lifted_again(signed_in: SignIn) -> None:
    document = a_document()
    anton, address = signed_in("anton"), reverse("document-restrict", args=(document.pk,))
    page = reverse("document", args=(document.pk,))
    assert address in words(anton.get(f"{page}?sicht=rechte"))
    assert anton.post(address, _asked(document))["Location"] == f"{page}?sicht=rechte"
    said = words(anton.get(page))
    assert "Die Verarbeitung ist eingeschränkt." in said
    assert "Grund: Verlangen nach Art. 18" in said
    assert signed_in("verena").get(page).status_code == 404
    anton.post(address, _asked(document, grund="Streit beigelegt", aufheben="ja"))
    assert "Die Verarbeitung ist eingeschränkt." not in words(anton.get(page))
    assert signed_in("verena").get(page).status_code == 200
    told = [one.kind for one in journal.history(document)]
    assert told.count("document.restricted") == told.count("document.restriction_lifted") == 1


@pytest.mark.parametrize("wrong", [{"grund": "  "}, {"edition": 99}])
def test_without_a_reason_or_with_an_old_state_nothing_is_restricted(wrong: dict[str, Any], signed_in: SignIn) -> None:
    document = a_document()
    anton = signed_in("anton")
    answer = anton.post(reverse("document-restrict", args=(document.pk,)), _asked(document, **wrong), follow=True)
    assert 'class="note error"' in words(answer)
    document.refresh_from_db()
    assert not document.is_restricted


@pytest.mark.parametrize(("person", "status"), [("verena", 403), ("sabine", 404)])
def test_whoever_may_not_restrict_has_no_form_and_is_refused(person: str, status: int, signed_in: SignIn) -> None:
    document = a_document()
    client, address = signed_in(person), reverse("document-restrict", args=(document.pk,))
    assert address not in words(client.get(f"{reverse('document', args=(document.pk,))}?sicht=rechte"))
    assert client.post(address, _asked(document)).status_code == status
    document.refresh_from_db()
    assert not document.is_restricted


def test_whoever_restricts_without_reading_restricted_ones_goes_back_to_the_file(signed_in: SignIn) -> None:
    document = a_document()
    Permission.objects.create(role=Role.objects.get(code="vertrieb"), verb=Verb.RESTRICT)
    answer = signed_in("verena").post(reverse("document-restrict", args=(document.pk,)), _asked(document))
    assert answer["Location"] == reverse("file", args=(document.customer_file_id,))
