"""My tasks: the list, its filters, several at once, counts in the frame, absences and the calendar."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import User
from kundenakte.circulation import actions
from kundenakte.circulation.models import Absence, Task, TaskFeed
from kundenakte.circulation.reminding import remind
from kundenakte.doors.web.circulation import listing
from kundenakte.records.models import Grant, Verb
from tests.builders import NOW, a_customer_file, a_user
from tests.circulation_builders import a_folder, a_team, does, stop, task_of
from tests.doors.web.pages import SignIn, words


def _titles(client: Client, **asked: str) -> list[str]:
    return [row.task.folder.title for row in client.get(reverse("tasks"), asked).context["rows"]]


def _due(folder: Any, days: int | None) -> None:
    day = None if days is None else timezone.localdate() + timedelta(days=days)
    Task.objects.filter(folder=folder, is_under_way=True).update(due_on=day)


def _away(user: str, deputy: str) -> None:
    today = timezone.localdate()
    actions.enter_absence(
        actor=Actor.of(a_user(user)), user=a_user(user), deputy=a_user(deputy), begins_on=today, ends_on=today,
        now=timezone.now(),
    )  # fmt: skip


# --- the list ----------------------------------------------------------------------------------------------------


def test_what_is_due_soonest_comes_first_and_what_has_no_day_last(signed_in: SignIn) -> None:
    for title, days in (("ohne", None), ("morgen", 1), ("gestern", -1), ("heute", 0), ("in zwei Wochen", 14)):
        _due(a_folder(stop(1, "verena"), title=title), days)
    client = signed_in("verena")
    assert _titles(client) == ["gestern", "heute", "morgen", "in zwei Wochen", "ohne"]
    assert _titles(client, faellig="ueberfaellig") == ["gestern"]
    assert _titles(client, faellig="heute") == ["gestern", "heute"]
    assert _titles(client, faellig="woche") == ["gestern", "heute", "morgen"]
    assert len(_titles(client, faellig="quatsch")) == 5
    page = words(client.get(reverse("tasks")))
    # Told in words, not by colour alone.
    assert page.count("seit einem Tag überfällig") == 1
    assert page.count("heute fällig") == 1 + page.count("bis heute fällig")


def test_mine_my_teams_and_those_i_stand_in_for_are_told_apart(signed_in: SignIn) -> None:
    a_folder(stop(1, "verena"), title="meine")
    a_folder(stop(1, a_team("vertrieb")), title="vom Team")
    a_folder(stop(1, "bernd"), title="von Bernd")
    client = signed_in("verena")
    assert _titles(client) == ["meine", "vom Team"]
    _away("bernd", "verena")
    assert _titles(client) == ["meine", "vom Team", "von Bernd"]
    assert _titles(client, wessen="ich") == ["meine"]
    assert _titles(client, wessen="team") == ["vom Team"]
    assert _titles(client, wessen="vertretung") == ["von Bernd"]
    page = words(client.get(reverse("tasks")))
    assert "für Bernd Beck" in page
    assert "Team Vertrieb" in page


def test_the_list_is_narrowed_by_what_is_to_be_done(signed_in: SignIn) -> None:
    for wish in ("take_note", "approve", "complete"):
        a_folder(stop(1, "verena", wish=wish), title=wish)
    client = signed_in("verena")
    assert _titles(client, was="approve") == ["approve"]
    assert _titles(client, was="quatsch") == ["take_note", "approve", "complete"]
    nothing = client.get(reverse("tasks"), {"was": "sign_off"})
    assert "Keine Aufgabe passt dazu" in words(nothing)


def test_the_list_goes_on_behind_its_last_row_and_asks_no_query_per_task(signed_in: SignIn) -> None:
    customer_file = a_customer_file()
    client = signed_in("verena")

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("tasks"))
        return len(queries)

    for n in range(2):
        a_folder(stop(1, "verena"), title=f"Mappe {n}", customer_file=customer_file, documents=[])
    asked()
    few = asked()
    for n in range(2, 53):
        _due(a_folder(stop(1, "verena"), title=f"Mappe {n}", customer_file=customer_file, documents=[]), n - 50)
    assert asked() == few
    first = client.get(reverse("tasks"))
    rest = _titles(client, nach=first.context["next"])
    assert len(first.context["rows"]) == 50
    assert rest == ["Mappe 52", "Mappe 0", "Mappe 1"]


def test_a_task_of_a_customer_one_must_not_see_is_in_no_list_and_no_count(signed_in: SignIn) -> None:
    folder = a_folder(stop(1, "verena"), title="Quastenflosser")
    client = signed_in("verena")
    assert client.get(reverse("tasks")).context["shell"].open_tasks == 1
    Grant.objects.create(
        user=a_user("verena"), customer_file=folder.customer_file, verb=Verb.READ, is_deny=True, reason="-",
        created_at=NOW,
    )  # fmt: skip
    for name in ("tasks", "start"):
        page = client.get(reverse(name))
        assert "Quastenflosser" not in words(page)
        assert page.context["shell"].open_tasks == 0


def test_the_bar_and_the_start_page_say_how_much_there_is_to_do(signed_in: SignIn) -> None:
    client = signed_in("verena")
    assert 'id="start-tasks"' not in words(client.get(reverse("start")))
    folder = a_folder(stop(1, "verena"), title="Reklamation Quasten")
    page = words(client.get(reverse("start")))
    assert 'id="start-tasks"' in page
    assert "Reklamation Quasten" in page
    bar = words(client.get(reverse("customers"))).split("</header>")[0]
    assert '<b class="count">1<span class="unseen"> offen</span></b>' in bar
    does("verena", task_of(folder))
    assert '<span class="unseen"> offen</span>' not in words(client.get(reverse("customers")))


def test_whoever_sent_it_round_sees_what_is_late_with_others(signed_in: SignIn) -> None:
    folder = a_folder(stop(1, "verena"), by="sabine", title="Liegt zu lange")
    _due(folder, -30)
    client = signed_in("sabine")
    assert "Liegt zu lange" not in words(client.get(reverse("tasks")))
    remind(now=timezone.now())
    page = words(client.get(reverse("tasks")))
    assert "Seit Tagen überfällig bei anderen:" in page
    assert "(liegt bei Verena Vogt, bis" in page
    # For whoever has to do it, the list itself says so.
    assert "überfällig bei anderen" not in words(signed_in("verena").get(reverse("tasks")))
    does("verena", task_of(folder))
    assert "Liegt zu lange" not in words(client.get(reverse("tasks")))


def test_of_many_that_are_late_ten_are_shown_and_none_of_a_denied_customer(
    signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "_LOOKED_AT", 3)
    denied = a_customer_file("Verschlossen GmbH", "K-9001")
    for number in range(14):
        file = denied if number % 5 == 4 else a_customer_file(f"Offen {number} GmbH", f"K-91{number:02}")
        _due(a_folder(stop(1, "verena"), by="sabine", title=f"Spät {number}", customer_file=file), -30)
    client = signed_in("sabine")
    remind(now=timezone.now())
    Grant.objects.create(
        user=a_user("sabine"), customer_file=denied, verb=Verb.READ, is_deny=True, reason="Prüfung", created_at=NOW
    )
    shown = [task.folder.title for task, _holder in client.get(reverse("tasks")).context["late"]]
    newest = [f"Spät {number}" for number in reversed(range(14)) if number % 5 != 4]
    assert shown == newest[:10]


def test_ones_own_task_stays_in_sight_while_a_deputy_is_at_it(signed_in: SignIn) -> None:
    folder = a_folder(stop(1, "bernd"), title="von Bernd")
    _away("bernd", "verena")
    actions.claim(actor=Actor.of(a_user("verena")), task=task_of(folder), edition=1, now=timezone.now())
    own = words(signed_in("bernd").get(reverse("tasks")))
    assert "übernommen von Verena Vogt" in own
    assert "für Bernd Beck" not in own
    assert "für Bernd Beck" in words(signed_in("verena").get(reverse("tasks")))


# --- several at once ---------------------------------------------------------------------------------------------


def _notes(client: Client, *tasks: Task) -> Any:
    marked = [f"{task.pk}-{task.edition}" for task in tasks]
    return client.post(reverse("tasks-note"), {"aufgabe": marked, "liste": "faellig=woche"}, follow=True)


def test_several_are_taken_note_of_at_once(signed_in: SignIn) -> None:
    folders = [a_folder(stop(1, "verena", wish="take_note")) for _ in range(3)]
    other = a_folder(stop(1, "verena", wish="approve"), title="bleibt")
    client = signed_in("verena")
    answer = _notes(client, *(task_of(folder) for folder in folders))
    assert "3 Mappen zur Kenntnis genommen." in words(answer)
    assert answer.redirect_chain == [(f"{reverse('tasks')}?faellig=woche", 303)]
    assert _titles(client) == ["bleibt"]
    # What wants more than a glance is not done like that.
    assert "Eine Aufgabe war nicht mehr da." in words(_notes(client, task_of(other)))
    assert _titles(client) == ["bleibt"]


def test_one_that_has_changed_meanwhile_holds_up_no_other(signed_in: SignIn) -> None:
    one, two = (a_folder(stop(1, a_team("vertrieb"), wish="take_note"), title=title) for title in ("Eins", "Zwei"))
    seen = [task_of(one), task_of(two)]
    actions.claim(actor=Actor.of(a_user("verena")), task=seen[0], edition=1, now=NOW)
    client = signed_in("verena")
    answer = words(_notes(client, *seen))
    assert "1 Mappe zur Kenntnis genommen." in answer
    assert "„Eins“:" in answer
    assert "Bitte markieren Sie zuerst" in words(_notes(client))


def test_a_task_of_somebody_else_is_not_noted(signed_in: SignIn) -> None:
    folder = a_folder(stop(1, "bernd", wish="take_note"))
    _notes(signed_in("verena"), task_of(folder))
    assert task_of(folder).is_under_way


# --- absences ----------------------------------------------------------------------------------------------------


def _days(first: int, last: int) -> dict[str, str]:
    today = timezone.localdate()
    return {
        "begins_on": (today + timedelta(days=first)).isoformat(),
        "ends_on": (today + timedelta(days=last)).isoformat(),
    }


def test_somebody_says_that_she_is_away_and_takes_it_back(signed_in: SignIn) -> None:
    client, address = signed_in("verena"), reverse("own-absence")
    a_folder(stop(1, "verena"), title="von Verena")
    form = {"deputy": f"p{a_user('bernd').pk}", "note": "Urlaub"} | _days(0, 5)
    assert client.post(address, form).status_code == 303
    page = words(client.get(address))
    assert "Bernd Beck vertritt" in page
    deputy = signed_in("bernd")
    assert _titles(deputy) == ["von Verena"]
    assert "Sie vertreten zurzeit: Verena Vogt" in words(deputy.get(address))
    task = task_of(Task.objects.get().folder)
    answer = deputy.post(reverse("task", args=(task.pk,)), {"tun": "erledigen", "edition": task.edition}, follow=True)
    assert "In Vertretung von Verena Vogt." in words(answer)
    row = Absence.objects.get()
    assert client.post(reverse("own-absence-cancel", args=(row.pk,))).status_code == 303
    assert "Keine eingetragen." in words(client.get(address))


def test_a_deputy_whose_page_is_still_open_is_told_who_was_quicker(signed_in: SignIn) -> None:
    # By her own rights she sees no folder; as a deputy she sees this one.
    _away("verena", "paula")
    folder = a_folder(stop(1, "verena"), stop(2, "anton"))
    task = task_of(folder)
    deputy, stranger = signed_in("paula"), Client()
    stranger.force_login(User.objects.create_user("fremd"))
    assert deputy.get(reverse("circulation-folder", args=(folder.pk,))).status_code == 200
    does("verena", task)
    address, form = reverse("task", args=(task.pk,)), {"tun": "erledigen", "edition": task.edition}
    late = deputy.post(address, form)
    assert (late.status_code, "Das hat Verena Vogt schon getan" in words(late)) == (409, True)
    assert deputy.get(address).status_code == 409
    assert stranger.post(address, form).status_code == 404
    Grant.objects.create(
        user=a_user("paula"), customer_file=folder.customer_file, verb="read", is_deny=True, reason="-", created_at=NOW
    )
    assert deputy.post(address, form).status_code == 404


def test_wrong_days_and_nobody_to_stand_in_are_told_at_the_field(signed_in: SignIn) -> None:
    client, address = signed_in("verena"), reverse("own-absence")
    answer = client.post(address, {"deputy": "", "note": "Quasten"} | _days(3, 1))
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert errors["deputy"] == ["Bitte wählen Sie, wer die Aufgaben übernimmt."]
    assert errors["ends_on"] == ["Das Ende liegt vor dem Anfang."]
    assert "Quasten" in words(answer)
    past = client.post(address, {"deputy": f"p{a_user('bernd').pk}"} | _days(-9, -3))
    assert past.context["form"].errors["ends_on"] == ["Das Ende liegt in der Vergangenheit."]
    # Nobody is offered herself.
    own = client.post(address, {"deputy": f"p{a_user('verena').pk}"} | _days(0, 3))
    assert "deputy" in own.context["form"].errors
    assert not Absence.objects.exists()


def test_an_absence_of_somebody_else_is_for_the_administration(signed_in: SignIn) -> None:
    bernd = a_user("bernd")
    address = reverse("administration-user-absence", args=(bernd.pk,))
    form = {"deputy": f"p{a_user('verena').pk}", "note": ""} | _days(0, 5)
    assert signed_in("verena").get(address).status_code == 404
    assert signed_in("verena").post(address, form).status_code == 404
    anton = signed_in("anton")
    assert anton.post(address, form).status_code == 303
    row = Absence.objects.get()
    assert (row.user, row.entered_by) == (bernd, a_user("anton"))
    own = reverse("own-absence-cancel", args=(row.pk,))
    assert signed_in("verena").post(own).status_code == 404
    cancel = reverse("administration-user-absence-cancel", args=(bernd.pk, row.pk))
    assert signed_in("verena").post(cancel).status_code == 404
    assert anton.post(cancel).status_code == 303
    row.refresh_from_db()
    assert row.cancelled_at is not None
    assert anton.get(reverse("administration-user-absence", args=(987_654,))).status_code == 404


# --- the calendar ------------------------------------------------------------------------------------------------


def _feed_of(client: Client) -> str:
    """The address a person is given."""
    address: str = client.post(reverse("tasks-feed-renew")).context["address"]
    return address.removeprefix("http://testserver")


def test_the_secret_address_shows_ones_own_tasks_without_signing_in(signed_in: SignIn, client: Client) -> None:
    mine = a_folder(stop(1, "verena", wish="approve", instruction="Bitte prüfen; eilt, sehr"), title="Meine, mit Komma")
    _due(mine, 2)
    _due(a_folder(stop(1, "bernd"), title="Quastenflosser"), 2)
    _due(a_folder(stop(1, "verena"), title="Ohne Tag"), None)
    address = _feed_of(signed_in("verena"))
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "no-store" in answer.headers["Cache-Control"]
    text = answer.content.decode().replace("\r\n ", "")
    day = timezone.localdate() + timedelta(days=2)
    assert "SUMMARY:Meine\\, mit Komma (zur Freigabe)" in text
    assert "DESCRIPTION:Bitte prüfen\\; eilt\\, sehr\\n" in text
    assert f"DTSTART;VALUE=DATE:{day:%Y%m%d}" in text
    assert f"URL:http://testserver{reverse('task', args=(task_of(mine).pk,))}" in text
    assert text.count("BEGIN:VEVENT") == 1
    assert "Quastenflosser" not in text


def test_the_secret_is_kept_as_a_hash_and_a_new_one_ends_the_old(signed_in: SignIn, client: Client) -> None:
    verena = signed_in("verena")
    old = _feed_of(verena)
    secret = old.rpartition("/")[2].removesuffix(".ics")
    row = TaskFeed.objects.get()
    assert secret not in row.digest
    assert secret not in words(verena.get(reverse("own-absence")))
    new = _feed_of(verena)
    missing = client.get(reverse("tasks-feed", args=("unbekannt",)))
    assert [client.get(one).status_code for one in (old, new)] == [404, 200]
    assert words(client.get(old)) == words(missing)
    verena.post(reverse("tasks-feed-end"))
    assert client.get(new).status_code == 404
    assert not TaskFeed.objects.exists()


def test_the_feed_of_a_locked_account_is_gone(signed_in: SignIn, client: Client) -> None:
    address = _feed_of(signed_in("verena"))
    User.objects.filter(username="verena").update(is_active=False)
    assert client.get(address).status_code == 404


def test_the_feed_asks_no_query_per_task(signed_in: SignIn, client: Client) -> None:
    address = _feed_of(signed_in("verena"))

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries)

    _due(a_folder(stop(1, "verena")), 1)
    asked()
    few = asked()
    for _n in range(4):
        _due(a_folder(stop(1, "verena")), 1)
    assert asked() == few


def test_somebody_says_what_she_wants_a_mail_for(signed_in: SignIn) -> None:
    client, address = signed_in("verena"), reverse("own-absence")
    assert 'value="own" checked' in client.get(address).text
    assert client.post(reverse("own-notices"), {"bei": "teams"}).status_code == 303
    assert 'value="teams" checked' in client.get(address).text
    assert client.post(reverse("own-notices"), {"bei": "alles"}).status_code == 422
    assert 'value="teams" checked' in client.get(address).text
