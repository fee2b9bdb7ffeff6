"""The start page: one's own customers and their news, the inbox by team, failed work for who runs the house."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from kundenakte.base.accounts.models import Role
from kundenakte.base.jobs.models import Job
from kundenakte.doors.web.look import COOKIE as LOOK
from kundenakte.doors.web.start.visits import COOKIE
from kundenakte.records.models import Arrival, CustomerFile, Document, Grant, Watch
from tests.builders import NOW, a_customer_file, a_document, a_user, an_arrival
from tests.doors.web.pages import SignIn


def opened(client: Client, customer_file: CustomerFile) -> None:
    assert client.get(reverse("file", args=(customer_file.pk,))).status_code == 200


def shown(client: Client, of: str) -> list[str]:
    """The customers of a list on the start page."""
    return [one.customer_file.customer.name for one in client.get("/").context[of]]


def test_files_one_opened_are_there_again_the_latest_first(signed_in: SignIn) -> None:
    client = signed_in("verena")
    for name in ("Alpha GmbH", "Beta GmbH", "Alpha GmbH"):
        opened(client, CustomerFile.objects.filter(customer__name=name).first() or a_customer_file(name))
    assert shown(client, "recent") == ["Alpha GmbH", "Beta GmbH"]


def test_somebody_elses_visits_on_the_same_device_are_not_shown(signed_in: SignIn) -> None:
    client = signed_in("verena")
    opened(client, a_customer_file("Alpha GmbH"))
    client.force_login(a_user("bernd"))
    assert shown(client, "recent") == []


@pytest.mark.parametrize(
    "rows", ["", "x", "1-2-3", "99999999999999999999-1", "7-99999999999999", ".-.-", "7-1.7-", "\0"]
)
def test_a_cookie_somebody_played_with_shows_nothing(rows: str, signed_in: SignIn) -> None:
    client = signed_in("verena")
    client.cookies[COOKIE] = f"{a_user('verena').pk}:{rows}"
    assert shown(client, "recent") == []


def test_a_file_one_may_no_longer_open_is_left_out(signed_in: SignIn) -> None:
    client, customer_file, user = signed_in("verena"), a_customer_file("Alpha GmbH"), a_user("verena")
    other = a_customer_file("Beta GmbH")
    opened(client, customer_file)
    client.post(reverse("file-watch", args=(other.pk,)), {"beobachten": "1"})
    for closed in (customer_file, other):
        Grant.objects.create(user=user, customer_file=closed, is_deny=True, reason="befangen", created_at=NOW)
    assert (shown(client, "recent"), shown(client, "watched")) == ([], [])


def test_a_watched_customer_tells_what_changed_until_one_looks(signed_in: SignIn) -> None:
    client, customer_file = signed_in("verena"), a_customer_file("Alpha GmbH")
    client.post(reverse("file-watch", args=(customer_file.pk,)), {"beobachten": "1"})
    assert [one.news for one in client.get("/").context["watched"]] == [[]]
    document = a_document(customer_file=customer_file, title="Angebot AN-1")
    Document.objects.update(changed_at=Watch.objects.get().seen_at + timedelta(microseconds=1))
    page = client.get("/")
    assert [one.news for one in page.context["watched"]] == [[document]]
    assert "1 neu" in page.content.decode()
    opened(client, customer_file)
    assert [one.news for one in client.get("/").context["watched"]] == [[]]


def test_looking_at_a_watched_file_without_news_writes_nothing(signed_in: SignIn) -> None:
    client, customer_file = signed_in("verena"), a_customer_file("Alpha GmbH")
    client.post(reverse("file-watch", args=(customer_file.pk,)), {"beobachten": "1"})
    before = Watch.objects.get().seen_at
    opened(client, customer_file)
    assert Watch.objects.get().seen_at == before


def test_watching_answers_the_button_alone_to_htmx_and_ends_the_same_way(signed_in: SignIn) -> None:
    client, customer_file = signed_in("verena"), a_customer_file("Alpha GmbH")
    address = reverse("file-watch", args=(customer_file.pk,))
    button = client.post(
        address, {"beobachten": "1"}, headers={"HX-Request": "true", "HX-Target": "watch"}
    ).content.decode()
    assert 'aria-pressed="true"' in button
    assert "<html" not in button
    assert client.post(address, {"beobachten": "0"}).headers["Location"] == f"/akte/{customer_file.pk}"
    assert not Watch.objects.exists()


def test_the_inbox_is_counted_by_team_for_what_one_may_see(signed_in: SignIn) -> None:
    role = Role.objects.get(code=a_user("verena").roles.get().code)
    an_arrival(content="a", waiting=True)
    mine = an_arrival(content="b", waiting=True)
    Arrival.objects.filter(pk=mine.pk).update(team=role)
    counted = {team.name: team.count for team in signed_in("anton").get("/").context["teams"]}
    assert counted == {"": 1, role.name: 1}


def test_failed_work_is_shown_to_who_runs_the_house_only(signed_in: SignIn) -> None:
    Job.objects.create(
        name="rendition.render", subject_id=1, state=Job.State.FAILED, error="Die Vorschau gelang nicht.\nSpur",
        run_after=NOW, ended_at=NOW,
    )  # fmt: skip
    assert "Die Vorschau gelang nicht." in signed_in("anton").get("/").content.decode()
    assert "Die Vorschau gelang nicht." not in signed_in("verena").get("/").content.decode()


def test_the_look_is_kept_on_the_device_and_leads_back(client: Client) -> None:
    answer = client.post("/ansicht", {"look": "dark", "next": "/konto/login/"})
    assert (answer.headers["Location"], answer.cookies[LOOK].value) == ("/konto/login/", "dark")
    assert 'data-look="dark"' in client.get("/konto/login/").content.decode()
    client.post("/ansicht", {"look": "", "next": "/"})
    assert "data-look" not in client.get("/konto/login/").content.decode()


def test_the_look_takes_no_other_word_and_no_way_out_of_the_house(client: Client) -> None:
    answer = client.post("/ansicht", {"look": '"><script>', "next": "https://anderswo.example/"})
    assert answer.headers["Location"] == "/"
    client.cookies[LOOK] = "rosa"
    assert "data-look" not in client.get("/konto/login/").content.decode()


def test_a_teams_inbox_is_worked_through_until_all_are_asked_for_again(signed_in: SignIn) -> None:
    role = a_user("verena").roles.get()
    for content in ("a", "b", "c"):
        an_arrival(content=content, file_name=f"{content}.pdf", waiting=True)
    Arrival.objects.filter(file_name__in=("b.pdf", "c.pdf")).update(team=role)
    client = signed_in("anton")

    def listed(address: str) -> set[str]:
        return {one.file_name for one in client.get(address).context["arrivals"].rows}

    assert listed("/posteingang/") == {"a.pdf", "b.pdf", "c.pdf"}
    assert listed(f"/posteingang/?team={role.pk}") == {"b.pdf", "c.pdf"}
    first = Arrival.objects.get(file_name="b.pdf")
    assert listed(f"/eingang/{first.pk}") == {"b.pdf", "c.pdf"}
    gone_on = client.post(reverse("inbox-discard", args=(first.pk,)), {"reason": "Werbung"}).headers["Location"]
    assert gone_on == f"/eingang/{Arrival.objects.get(file_name='c.pdf').pk}"
    assert listed("/posteingang/?team=keines") == {"a.pdf"}
    assert listed("/posteingang/?team=") == {"a.pdf", "c.pdf"}
    assert listed("/posteingang/?team='1") == {"a.pdf", "c.pdf"}
