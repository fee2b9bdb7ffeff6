"""Mail in the browser: setting up mailboxes and the door, addresses of files, what was sent."""

from __future__ import annotations

from email.message import EmailMessage
from io import BytesIO
from typing import Any

import pytest
from django.test import Client

from kundenakte import pipeline
from kundenakte.base import secret_files
from kundenakte.base.jobs.worker import Worker
from kundenakte.records.actions import documents
from kundenakte.records.models import Arrival, FileAddress
from kundenakte.records.refusals import BadValue
from kundenakte.steps.intake.imap_sign_in import MAILBOX
from kundenakte.steps.intake.mailboxes import add_mailbox, door
from kundenakte.steps.intake.models import Mailbox, MailEvent
from tests.builders import NOW, SETUP, a_customer_file, a_document, a_section, some_bytes
from tests.doors.web.pages import SignIn, words

BOX = {
    "name": "info", "host": "127.0.0.1", "port": "1", "security": "plain", "username": "info", "sign_in": "password",
    "password": "geheim", "all_of": "INBOX", "moved_to": "Kundenakte",
}  # fmt: skip


@pytest.fixture
def anton(signed_in: SignIn) -> Client:
    return signed_in("anton")


def test_a_mailbox_is_set_up_tried_and_changed_and_its_password_never_shown(anton: Client) -> None:
    assert "Noch keines" in words(anton.get("/verwaltung/mail"))
    refused = anton.post("/verwaltung/mail/postfach/neu", {**BOX, "all_of": "", "moved_to": ""})
    assert (refused.status_code, "wenigstens einen Ordner" in words(refused)) == (422, True)
    made = anton.post("/verwaltung/mail/postfach/neu", BOX)
    assert made.status_code == 303, words(made)
    box = Mailbox.objects.get()
    assert box.folders == [
        {"folder": "INBOX", "takes": "all", "done": ""},
        {"folder": "Kundenakte", "takes": "all", "done": "Kundenakte erledigt"},
    ]
    address = f"/verwaltung/mail/postfach/{box.pk}"
    shown = anton.get(address)
    assert b"geheim" not in shown.content
    assert "nicht erreichbar" in words(anton.post(address, {"was": "pruefen"}))
    saved = anton.post(address, {**BOX, "password": "", "known_of": "Privat", "edition": box.edition})
    assert saved.status_code == 303, words(saved)
    assert secret_files.of(MAILBOX, "info") == {"password": "geheim"}
    again = anton.post(address, {**BOX, "edition": box.edition})
    assert again.status_code == 409
    anton.post(f"{address}/schalten", {"an": "nein"})
    assert "ruht" in words(anton.get("/verwaltung/mail"))


def test_a_mailbox_without_its_secrets_is_refused_where_they_are_missing(anton: Client) -> None:
    says = "Ohne diese Angabe lässt sich das Postfach nicht öffnen."
    for given, times in (({"password": ""}, 1), ({"sign_in": "oauth2", "client_id": "x"}, 2)):
        refused = anton.post("/verwaltung/mail/postfach/neu", {**BOX, **given})
        assert (refused.status_code, words(refused).count(says)) == (422, times)
    assert not Mailbox.objects.exists()


def test_the_door_says_whom_it_turned_away_and_what_came_of_the_rest(anton: Client) -> None:
    given = {
        "enabled": "on", "domain": "akte.frankenblech.example", "local_part": "akte",
        "senders": "@frankenblech.example", "max_megabytes": "50", "address": "127.0.0.1",
        "smtp_port": "1", "lmtp_port": "0", "answers": "on",
    }  # fmt: skip
    refused = anton.post("/verwaltung/mail/eingang", {**given, "senders": "irgendwer"})
    assert (refused.status_code, "weder eine Adresse" in words(refused)) == (422, True)
    assert anton.post("/verwaltung/mail/eingang", given).status_code == 303
    MailEvent.objects.create(outcome="refused", sentence="Diese Adresse gibt es nicht.", at=NOW)
    page = words(anton.get("/verwaltung/mail/eingang"))
    assert "Diese Adresse gibt es nicht." in page
    assert "antwortet niemand" in words(anton.post("/verwaltung/mail/eingang", {"was": "pruefen"}))
    assert door().senders == ["@frankenblech.example"]


def test_mail_is_no_business_of_others(signed_in: SignIn) -> None:
    verena = signed_in("verena")
    assert [verena.get(f"/verwaltung/mail{more}").status_code for more in ("", "/eingang", "/postfach/neu")] == [
        404
    ] * 3


def test_a_file_and_its_sections_have_addresses(signed_in: SignIn) -> None:
    file = a_customer_file()
    verena = signed_in("verena")
    address = f"/akte/{file.pk}/adresse"
    assert address in verena.get(f"/akte/{file.pk}").content.decode()
    verena.post(address, {"register": ""})
    verena.post(address, {"register": a_section("korrespondenz").pk})
    made = list(FileAddress.objects.order_by("pk"))
    assert [one.section.key if one.section else "" for one in made] == ["", "korrespondenz"]
    assert len({one.token for one in made}) == 2
    page = words(verena.get(address))
    assert all(f"akte+{one.token}@" in page for one in made)
    verena.post(address, {"zurueck": made[0].pk})
    assert made[0].token not in words(verena.get(address))
    paula = signed_in("paula")
    assert paula.get(address).status_code == 404


def _sent(content: bytes, name: str, to: str) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "wir@frankenblech.example", to, "Unser Angebot"
    message["Message-ID"], message["Date"] = "<s1@frankenblech.example>", "Tue, 24 Nov 2026 10:00:00 +0100"
    message.set_content("Anbei unser Angebot, wie gestern am Telefon mit Ihnen im Einzelnen besprochen.")
    message.add_attachment(content, maintype="text", subtype="plain", filename=name)
    pipeline.receive(
        actor=SETUP, stream=BytesIO(bytes(message)), file_name="m.eml", source="mailbox:sent", now=NOW
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_who_got_an_older_version_than_the_valid_one_is_told(signed_in: SignIn, settings: Any) -> None:
    pipeline.register_jobs()
    file = a_customer_file(identifiers=[("email", "einkauf@muster.example")])
    offer = a_document(customer_file=file, content=["Angebot, erste Fassung"])
    _sent(b"Angebot, erste Fassung", "Angebot.txt", "einkauf@muster.example")
    worker = Worker()
    while worker.work_once():
        pass
    assert {one.document.customer_file for one in Arrival.objects.all() if one.document} == {file}
    verena = signed_in("verena")
    versions = words(verena.get(f"/dokument/{offer.pk}?sicht=versionen"))
    assert "Versandt" in versions
    assert "einkauf@muster.example" in versions
    fields = f"/dokument/{offer.pk}?sicht=felder"
    assert "nicht versandt" not in words(verena.get(fields))
    documents.add_version(actor=SETUP, document=offer, version=some_bytes("Angebot, zweite Fassung"), now=NOW)
    assert "ging Version 1 an einkauf@muster.example" in words(verena.get(fields))


@pytest.mark.parametrize("name", ["../../x", "a b", "", "ä"])
def test_no_mailbox_has_a_name_that_leads_out_of_the_folder_of_secrets(anton: Client, name: str) -> None:
    with pytest.raises(BadValue):
        add_mailbox(actor=SETUP, name=name, host="imap.example", username="u", keys={"password": "geheim"}, now=NOW)
    assert not Mailbox.objects.exists()
