"""People without an account: the link for one task, what it opens, and everything it does not."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kundenakte.base.journal import canonical
from kundenakte.base.journal.models import JournalEntry
from kundenakte.circulation import actions, checking, disposing
from kundenakte.circulation.minutes import minutes_of
from kundenakte.circulation.models import CirculationFolder, GuestLink, Task
from kundenakte.doors.web.circulation import guests
from kundenakte.records.disposition.traces import Gone
from kundenakte.records.models import Document, Grant, Verb
from tests.builders import NOW, a_customer_file, a_document, a_user, an_actor, an_arrival
from tests.circulation_builders import a_folder, does, stop, task_of, under_way
from tests.doors.web.pages import SignIn, words

GONE = "Dieser Link gilt nicht mehr."


@pytest.fixture(autouse=True)
def _no_wrong_tries(_house: None) -> None:
    cache.clear()


def _three(folder: CirculationFolder) -> tuple[Document, Document, Document]:
    """Chosen for the guest, in the folder but not chosen, and restricted."""
    file = folder.customer_file
    chosen, other, restricted = (
        a_document(customer_file=file, document_class="COMPLAINT", title=title, versions=1)
        for title in ("Für den Gast", "Nur intern", "Eingeschränkt")
    )
    for document in (chosen, other, restricted):
        actions.add_document(actor=an_actor("anton"), folder=folder, document=document, now=NOW)
    Document.objects.filter(pk=restricted.pk).update(is_restricted=True)
    return chosen, other, restricted


def _secret(client: Client, task: Task, *documents: Document, **more: Any) -> str:
    form = {"name": "Erika Muster", "address": "erika@gutachten.example", "days": "7"}
    form |= {"documents": [document.pk for document in documents]} | more
    page = client.post(reverse("task-invite", args=(task.pk,)), form)
    assert page.status_code == 200, words(page)
    found = re.search(r"/gast/([\w-]{40,})", words(page))
    assert found is not None
    return found[1]


def test_a_guest_does_one_task_once_and_stands_in_the_minutes_by_name(signed_in: SignIn) -> None:
    folder = a_folder(stop(1, "verena", wish="comment", instruction="Bitte begutachten"), stop(2, "bernd"), by="anton")
    chosen, _other, _restricted = _three(folder)
    secret = _secret(signed_in("verena"), task_of(folder), chosen)
    assert secret not in str(list(GuestLink.objects.values()))
    guest, address = Client(), reverse("guest", args=(secret,))
    page = guest.get(address)
    assert (page.status_code, page.headers["Referrer-Policy"]) == (200, "no-referrer")
    assert page.headers["Cache-Control"] == "private, no-store"
    text = words(page)
    assert "Guten Tag, Erika Muster. Verena Vogt bittet Sie um Ihre Mithilfe." in text
    assert "Bitte begutachten" in text
    assert ("Für den Gast" in text, "Nur intern" in text, "Eingeschränkt" in text) == (True, False, False)
    empty = guest.post(address, {"tun": "erledigen"})
    assert (empty.status_code, "Bitte schreiben Sie Ihre Stellungnahme dazu." in words(empty)) == (422, True)
    assert guest.post(address, {"bemerkung": "Nichts gedrückt"}).status_code == 422
    done = guest.post(address, {"tun": "erledigen", "bemerkung": "Dichtung gerissen"})
    assert "Ihre Antwort ist angekommen." in words(done)
    assert under_way(folder) == [(2, "Bernd Beck")]
    line = minutes_of(folder).get(what="completed")
    assert (line.who, line.instead_of, line.comment) == (
        "Erika Muster (erika@gutachten.example)", "Verena Vogt", "Dichtung gerissen",
    )  # fmt: skip
    assert list(checking.differences([folder.pk])) == []
    cover = words(signed_in("bernd").get(reverse("circulation-folder", args=(folder.pk,))))
    assert "Stellung genommen</b> Erika Muster" in cover
    for method in (guest.get, guest.post):
        assert (method(address).status_code, GONE in words(method(address))) == (404, True)


def test_a_guests_refusal_sends_the_folder_back(signed_in: SignIn) -> None:
    folder = a_folder(stop(1, "bernd"), stop(2, "verena", wish="approve"))
    does("bernd", task_of(folder))
    secret = _secret(signed_in("verena"), task_of(folder))
    address = reverse("guest", args=(secret,))
    assert Client().post(address, {"tun": "zurueckweisen"}).status_code == 422
    assert Client().post(address, {"tun": "zurueckweisen", "bemerkung": "Falsche Zeichnung"}).status_code == 200
    assert under_way(folder) == [(1, "Bernd Beck")]
    assert list(checking.differences([folder.pk])) == []


def test_a_link_opens_its_own_documents_and_no_other_address(signed_in: SignIn) -> None:
    folder = a_folder(stop(1, "verena"), by="anton")
    chosen, other, restricted = _three(folder)
    secret = _secret(signed_in("verena"), task_of(folder), chosen)
    guest = Client()
    assert "Für den Gast" in words(guest.get(reverse("guest-document", args=(secret, chosen.pk))))
    stranger = a_document(title="Anderer Kunde")
    for document in (other, restricted, stranger):
        for address in (
            reverse("guest-document", args=(secret, document.pk)),
            reverse("guest-file", args=(secret, document.pk)),
            reverse("guest-page", args=(secret, document.pk, 1)),
        ):
            answer = guest.get(address)
            assert (answer.status_code, document.title in words(answer)) == (404, False), address
    # No picture is there yet: not found as well, but asked for.
    assert guest.get(reverse("guest-page", args=(secret, chosen.pk, 1))).status_code == 404
    for name, args in (("circulation-folder", (folder.pk,)), ("document", (chosen.pk,)), ("tasks", ()),
                       ("document-download", (chosen.pk, 1)), ("file", (folder.customer_file_id,))):  # fmt: skip
        assert guest.get(reverse(name, args=args)).headers["Location"].startswith("/konto/login/"), name
    read = JournalEntry.objects.filter(kind="guest_link.read")
    assert [json.loads(bytes(entry.body))["facts"]["document"] for entry in read] == [canonical.plain(chosen)]


@pytest.mark.parametrize("why", ["late", "ended", "done", "recalled", "renewed", "removed", "denied", "locked"])
def test_a_link_ends_with_what_it_stands_on(why: str, signed_in: SignIn) -> None:
    folder = a_folder(stop(1, "verena"), stop(2, "bernd"), by="anton")
    chosen, _other, _restricted = _three(folder)
    clerk, task = signed_in("verena"), task_of(folder)
    secret = _secret(clerk, task, chosen)
    document = reverse("guest-document", args=(secret, chosen.pk))
    assert Client().get(document).status_code == 200
    if why == "late":
        GuestLink.objects.update(until=timezone.now() - timedelta(seconds=1))
    elif why == "ended":
        assert clerk.post(reverse("task-invite-end", args=(task.pk,))).status_code == 303
    elif why == "done":
        does("verena", task)
    elif why == "recalled":
        actions.recall_folder(actor=an_actor("anton"), folder=folder, reason="Erledigt", now=NOW)
    elif why == "renewed":
        assert _secret(clerk, task, chosen) != secret
    elif why == "removed":
        actions.remove_document(actor=an_actor("anton"), folder=folder, document=chosen, now=NOW)
        assert Client().get(reverse("guest", args=(secret,))).status_code == 200
    elif why == "denied":
        Grant.objects.create(
            user=a_user("verena"), customer_file=folder.customer_file, verb=Verb.READ, is_deny=True, reason="-",
            created_at=NOW,
        )  # fmt: skip
    else:
        type(a_user("verena")).objects.filter(username="verena").update(is_active=False)
    for address in (document, reverse("guest-file", args=(secret, chosen.pk))):
        assert Client().get(address).status_code == 404


def test_only_whoever_can_do_the_task_gives_a_link_and_never_for_four_eyes(signed_in: SignIn) -> None:
    folder = a_folder(stop(1, "verena"), stop(2, "bernd", four_eyes=True))
    task = task_of(folder)
    form = {"name": "Erika", "address": "e@x.example", "days": "7"}
    address = reverse("task-invite", args=(task.pk,))
    assert signed_in("paula").post(address, form).status_code in {403, 404}
    assert signed_in("sabine").post(address, form).status_code == 403
    wrong = signed_in("verena").post(address, {"name": "", "address": "kein", "days": "99"})
    assert wrong.status_code == 422
    assert set(wrong.context["form"].errors) == {"name", "address", "days"}
    stranger = a_document(title="Fremd", customer_file=a_customer_file())
    assert signed_in("verena").post(address, form | {"documents": [stranger.pk]}).status_code == 422
    does("verena", task)
    late = signed_in("verena").post(address, form)
    assert (late.status_code, "schon getan" in words(late)) == (409, True)
    eyes = signed_in("bernd").post(reverse("task-invite", args=(task_of(folder).pk,)), form)
    assert (eyes.status_code, "Vier-Augen-Prinzip" in words(eyes)) == (422, True)
    assert not GuestLink.objects.exists()


def test_whoever_guesses_has_to_wait(signed_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guests, "_window", lambda: 7)
    secret = _secret(signed_in("verena"), task_of(a_folder(stop(1, "verena"))))
    guest, answers = Client(), []
    for n in range(21):
        answers.append(guest.get(reverse("guest", args=(f"geraten-{n}",))).status_code)
    assert answers == [404] * 20 + [429]
    assert guest.get(reverse("guest", args=(secret,))).status_code == 429
    assert Client(REMOTE_ADDR="192.0.2.7").get(reverse("guest", args=(secret,))).status_code == 200


def test_what_was_outside_is_forgotten_with_the_minutes() -> None:
    folder = a_folder(stop(1, "verena"))
    actions.give_link(
        actor=an_actor("verena"), task=task_of(folder), name="Erika", address="e@x.example", documents=[],
        until=NOW + timedelta(days=1), now=NOW,
    )  # fmt: skip
    arrival = an_arrival()
    arrival.document = a_document()
    arrival.save()
    CirculationFolder.objects.filter(pk=folder.pk).update(minutes_arrival=arrival)
    disposing.forget(Gone(arrival.document.pk), NOW)
    assert [str(link) for link in GuestLink.objects.all()] == [" ()"]
