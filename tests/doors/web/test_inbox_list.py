"""The list of the inbox: who sees what waits and what is to be checked, in which order, and how it stays true."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.urls import reverse

from kundenakte.base.accounts.models import Role
from kundenakte.records.models import Arrival, Document, Grant, Verb
from tests.builders import NOW, a_document, a_user, an_arrival
from tests.doors.web.inbox_rows import waiting
from tests.doors.web.pages import SignIn

FORM = {"class": "OFFER", "title": "Angebot 7", "number": "AN-7", "dated_on": "20.11.2026"}


def test_what_waits_before_another_team_is_neither_shown_nor_counted(signed_in: SignIn) -> None:
    arrival = waiting(file_name="fuer-die-buchhaltung.pdf")
    arrival.team = Role.objects.get(code="buchhaltung")
    arrival.save()
    a_user("verena")
    assert "fuer-die-buchhaltung" not in signed_in("verena").get(reverse("inbox")).content.decode()
    assert signed_in("verena").get(reverse("inbox-arrival", args=(arrival.pk,))).status_code == 404
    assert "fuer-die-buchhaltung" in signed_in("bernd").get(reverse("inbox")).content.decode()
    assert 'class="count"' not in signed_in("verena").get(reverse("customers")).content.decode()


def test_the_list_asks_no_query_per_arrival(signed_in: SignIn, django_assert_max_num_queries: Any) -> None:
    for n in range(20):
        waiting(content=f"Nummer {n}")
    client = signed_in("verena")
    with django_assert_max_num_queries(30):
        client.get(reverse("inbox"))


def _to_check(document: Document, **more: Any) -> Arrival:
    arrival = an_arrival(file_name="bestellung.pdf", **more)
    arrival.state, arrival.document = Arrival.State.FILED, document
    arrival.reason, arrival.sentence = "please_check", "Die Quelle nennt einen anderen Kunden als das Dokument."
    arrival.save()
    return arrival


def test_what_is_filed_with_a_contradiction_is_shown_and_counted_until_it_is_confirmed(signed_in: SignIn) -> None:
    document = a_document(title="Angebot 7")
    arrival, other = _to_check(document), waiting(content="anderes")
    Arrival.objects.filter(pk=other.pk).update(received_at=NOW + timedelta(minutes=1))
    client = signed_in("verena")
    listed = client.get(reverse("inbox"))
    assert [one.pk for one in listed.context["arrivals"].rows] == [other.pk, arrival.pk]
    assert listed.context["shell"].waiting == 2
    page = client.get(reverse("inbox-arrival", args=(arrival.pk,))).content.decode()
    assert "Die Quelle nennt einen anderen Kunden als das Dokument." in page
    assert reverse("document", args=(document.pk,)) in page
    assert reverse("inbox-file", args=(arrival.pk,)) not in page
    address = reverse("inbox-confirm", args=(arrival.pk,))
    assert address in page
    assert client.post(address)["Location"] == reverse("inbox-arrival", args=(other.pk,))
    left = client.get(reverse("inbox"))
    assert [one.pk for one in left.context["arrivals"].rows] == [other.pk]
    assert left.context["shell"].waiting == 1
    assert client.post(address).status_code == 409
    onward = client.get(reverse("inbox-arrival", args=(arrival.pk,)))
    assert onward["Location"] == reverse("document", args=(document.pk,))


def test_a_contradiction_about_a_hidden_document_is_neither_shown_nor_counted(signed_in: SignIn) -> None:
    document = a_document()
    arrival = _to_check(document)
    Grant.objects.create(
        user=a_user("verena"), verb=Verb.READ, is_deny=True, customer_file=document.customer_file, reason="x",
        created_at=NOW,
    )  # fmt: skip
    client = signed_in("verena")
    listed = client.get(reverse("inbox"))
    assert not listed.context["arrivals"].rows
    assert listed.context["shell"].waiting == 0
    for name, ask in (("inbox-arrival", client.get), ("inbox-confirm", client.post), ("inbox-page", client.get)):
        more = (1,) if name == "inbox-page" else ()
        assert ask(reverse(name, args=(arrival.pk, *more))).status_code == 404


def test_who_has_no_inbox_sees_the_doubt_about_what_he_brought_and_cannot_confirm_it(signed_in: SignIn) -> None:
    from kundenakte.base.accounts.actors import Actor

    document = a_document()
    arrival = _to_check(document, actor=Actor.of(a_user("paula")))
    Grant.objects.create(
        user=a_user("paula"), verb=Verb.READ, customer_file=document.customer_file, reason="x", created_at=NOW
    )
    client, address = signed_in("paula"), reverse("inbox-confirm", args=(arrival.pk,))
    page = client.get(reverse("inbox-arrival", args=(arrival.pk,))).content.decode()
    assert "Die Quelle nennt einen anderen Kunden als das Dokument." in page
    assert address not in page
    assert client.post(address).status_code == 403


def test_the_same_file_waiting_twice_is_said_on_both_entries(signed_in: SignIn) -> None:
    first, second = waiting(file_name="scan.pdf"), waiting(file_name="noch einmal.pdf")
    other = waiting(file_name="anders.pdf", content=b"etwas anderes")
    client = signed_in("verena")
    for arrival, twin in ((first, second), (second, first)):
        page = client.get(reverse("inbox-arrival", args=(arrival.pk,)))
        assert page.context["twins"] == [twin]
        assert "Genau diese Datei wartet noch einmal:" in page.content.decode()
    assert client.get(reverse("inbox-arrival", args=(other.pk,))).context["twins"] == []
    # What is filed or set aside waits no more.
    Arrival.objects.filter(pk=second.pk).update(state=Arrival.State.DISCARDED)
    assert client.get(reverse("inbox-arrival", args=(first.pk,))).context["twins"] == []


def test_the_same_file_in_the_inbox_of_another_team_is_not_spoken_of(signed_in: SignIn) -> None:
    mine, theirs = waiting(file_name="scan.pdf"), waiting(file_name="geheim.pdf")
    Arrival.objects.filter(pk=theirs.pk).update(team=Role.objects.get(code="buchhaltung"))
    page = signed_in("verena").get(reverse("inbox-arrival", args=(mine.pk,))).content.decode()
    assert "Genau diese Datei wartet noch einmal:" not in page
    assert signed_in("anton").get(reverse("inbox-arrival", args=(mine.pk,))).context["twins"] == [theirs]


def test_the_newest_stands_first_and_the_next_is_the_one_below(signed_in: SignIn) -> None:
    oldest, middle, newest = (waiting(content=f"{n}", file_name=f"{n}.pdf") for n in range(3))
    for minutes, one in enumerate((oldest, middle, newest)):
        Arrival.objects.filter(pk=one.pk).update(received_at=NOW + timedelta(minutes=minutes))
    client, form = signed_in("verena"), {"reason": "Werbung"}
    assert client.get(reverse("inbox")).context["arrivals"].rows == [newest, middle, oldest]
    after = client.post(reverse("inbox-discard", args=(middle.pk,)), form)
    assert after["Location"] == reverse("inbox-arrival", args=(oldest.pk,))
    # Behind the last one it goes on at the top.
    assert client.post(reverse("inbox-discard", args=(oldest.pk,)), form)["Location"] == reverse(
        "inbox-arrival", args=(newest.pk,)
    )


def test_the_list_beside_an_open_arrival_is_asked_for_again_with_the_count(signed_in: SignIn) -> None:
    arrival, client = waiting(file_name="erste.pdf"), signed_in("verena")
    address = reverse("inbox-arrival", args=(arrival.pk,))
    part = {"HX-Request": "true", "HX-Target": "arrivals"}
    assert f'id="arrivals" data-poll="{address}"' in client.get(address).content.decode()
    first = client.get(address, headers=part)
    assert client.get(address, headers=part | {"If-None-Match": first["ETag"]}).status_code == 304
    waiting(file_name="zweite.pdf", content="neu")
    fresh = client.get(address, headers=part | {"If-None-Match": first["ETag"]}).content.decode()
    assert fresh.index("zweite.pdf") < fresh.index("erste.pdf")
    assert "data-inbox-count>2<" in fresh
    assert fresh.count('aria-current="true"') == 1
    # A colleague files the open one: the list goes on without it.
    Arrival.objects.filter(pk=arrival.pk).update(state=Arrival.State.FILED, document=a_document())
    left = client.get(address, headers=part)
    assert left.status_code == 200
    assert "erste.pdf" not in left.content.decode()


def test_who_has_no_inbox_is_not_told_that_all_is_filed(signed_in: SignIn) -> None:
    waiting()
    theirs = signed_in("paula").get(reverse("inbox")).content.decode()
    assert "Alles eingeaktet" not in theirs
    assert "Von Ihnen wartet nichts" in theirs
    Arrival.objects.all().update(state=Arrival.State.DISCARDED)
    assert "Alles eingeaktet" in signed_in("verena").get(reverse("inbox")).content.decode()


def test_a_source_is_called_by_the_name_it_was_given(signed_in: SignIn) -> None:
    arrival = waiting(file_name="scan.pdf")
    waiting(file_name="noch einmal.pdf", source="folder:fremd")
    page = signed_in("verena").get(reverse("inbox-arrival", args=(arrival.pk,))).content.decode()
    assert "Überwachter Ordner „fremd“" in page
    assert "folder:fremd" not in page


def test_the_counts_of_the_teams_come_with_the_list(signed_in: SignIn) -> None:
    first, client = waiting(content="1"), signed_in("anton")
    address, part = reverse("inbox-arrival", args=(first.pk,)), {"HX-Request": "true", "HX-Target": "arrivals"}

    def chips(content: bytes) -> list[str]:
        held = re.search(r"<template data-waiting-teams>(.*?)</template>", content.decode(), re.DOTALL)
        assert held
        return [" ".join(re.sub("<[^>]+>", " ", one).split()) for one in re.findall(r"<a .*?</a>", held[1], re.DOTALL)]

    # One team alone is not told apart.
    before = client.get(address, headers=part)
    assert chips(before.content) == []
    accounting = Role.objects.get(code="buchhaltung")
    Arrival.objects.filter(pk=waiting(content="2").pk).update(team=accounting)
    after = client.get(address, headers=part | {"If-None-Match": before["ETag"]})
    assert chips(after.content) == ["Alle Teams", "ohne Team 1", f"{accounting.name} 1"]
