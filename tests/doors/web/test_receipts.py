"""The receipt on the document's page: for whoever may read the document, as soon as it is sealed."""

from __future__ import annotations

import json

import pypdfium2
import pytest
from django.urls import reverse
from django.utils import timezone

from kundenakte.base.accounts.models import User
from kundenakte.base.journal import heads
from kundenakte.records.models import Document
from tests.base.journal.writing import write
from tests.builders import a_document
from tests.doors.web.pages import SignIn
from tests.steps.archive.papers import sealed, valid

pytestmark = pytest.mark.django_db


def test_the_versions_of_a_sealed_document_offer_the_receipt(signed_in: SignIn) -> None:
    document, client = a_document(number="AN-1"), signed_in("verena")
    tab = f"{reverse('document', args=(document.pk,))}?sicht=versionen"
    address = reverse("document-receipt", args=(document.pk, 1))
    assert address not in client.get(tab).content.decode()
    assert client.get(address).status_code == 422
    write(5)
    heads.make(timezone.now())
    sealed(valid(document))
    early = client.get(address)
    assert early.status_code == 409
    assert "spätestens in einer Stunde" in early.content.decode()
    write(1)
    assert heads.make(timezone.now())
    assert address in client.get(tab).content.decode()
    assert client.get(address).content.startswith(b"%PDF-")
    said = json.loads(client.get(reverse("document-receipt-json", args=(document.pk, 1))).content)
    assert said["document"]["number"] == "AN-1"


def test_whoever_may_not_see_the_document_gets_no_receipt(signed_in: SignIn) -> None:
    document = a_document(number="AN-1")
    Document.objects.filter(pk=document.pk).update(is_restricted=True)
    for name in ("document-receipt", "document-receipt-json"):
        assert signed_in("verena").get(reverse(name, args=(document.pk, 1))).status_code == 404


def test_who_reads_english_gets_an_english_receipt_with_the_same_commands(signed_in: SignIn) -> None:
    document = a_document(number="AN-1")
    write(5)
    heads.make(timezone.now())
    sealed(valid(document))
    write(1)
    assert heads.make(timezone.now())
    client = signed_in("verena")
    addresses = [reverse(name, args=(document.pk, 1)) for name in ("document-receipt", "document-receipt-json")]
    german = json.loads(client.get(addresses[1]).content)
    User.objects.filter(username="verena").update(language="en")
    english = json.loads(client.get(addresses[1]).content)
    assert [step["command"] for step in english["steps"]] == [step["command"] for step in german["steps"]]
    assert [step["expected"] for step in english["steps"]] == [step["expected"] for step in german["steps"]]
    assert english["steps"][0]["sentence"].startswith("Put the receipt as beleg.json")
    assert german["steps"][0]["sentence"].startswith("Legen Sie in einen leeren Ordner")
    page = pypdfium2.PdfDocument(client.get(addresses[0]).content)
    text = "".join(one.get_textpage().get_text_bounded() for one in page)
    for word in ("Receipt of sealing", "Journal entry", "How to check it yourself", "Must print:", "Page 1"):
        assert word in text
    for word in ("Festschreibung", "Muss ausgeben", "Uhr"):
        assert word not in text
