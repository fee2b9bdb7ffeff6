"""How a folder goes from step to step, and back."""

from __future__ import annotations

import pytest

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import User
from kundenakte.circulation import actions, checking
from kundenakte.circulation.minutes import minutes_of
from kundenakte.circulation.models import CirculationFolder, Stop, Task
from kundenakte.circulation.models.slips import Wish
from kundenakte.circulation.refusals import (
    FolderEnded,
    FourEyes,
    NobodyThere,
    RefusalReasonMissing,
    RemarkMissing,
    TaskClaimed,
    TaskEnded,
)
from kundenakte.records.refusals import BadValue, ChangedMeanwhile, NotAllowed, NotFound
from tests.builders import NOW, a_customer_file, a_document, a_user, an_actor
from tests.circulation_builders import a_folder, a_team, does, stop, task_of, under_way

pytestmark = pytest.mark.django_db


def whats(folder: CirculationFolder) -> list[str]:
    return [line.what for line in minutes_of(folder)]


def refused_by(who: str, task: Task, reason: str = "Die Fotos fehlen.") -> None:
    actions.refuse(actor=an_actor(who), task=task, edition=task.edition, reason=reason, now=NOW)


def test_folders_are_numbered_through_the_year() -> None:
    assert [a_folder().number, a_folder().number] == ["UM-2026-0001", "UM-2026-0002"]


def test_the_first_step_opens_at_once_and_the_others_wait() -> None:
    folder = a_folder(stop(1, "verena"), stop(2, "bernd"))
    assert under_way(folder) == [(1, "Verena Vogt")]
    assert list(folder.stops.values_list("state", flat=True)) == [Stop.State.OPEN, Stop.State.WAITING]


def test_the_next_step_opens_only_when_all_stops_before_are_done() -> None:
    folder = a_folder(stop(1, "verena"), stop(1, "bernd"), stop(5, "anton"))
    does("verena", task_of(folder, "verena"))
    assert under_way(folder) == [(1, "Bernd Beck")]
    does("bernd", task_of(folder, "bernd"))
    assert under_way(folder) == [(5, "Anton Adler")]


def test_a_folder_ends_with_its_last_stop_and_changes_no_more() -> None:
    folder = a_folder(stop(1, "verena"))
    does("verena", task_of(folder))
    folder.refresh_from_db()
    assert (folder.state, folder.ended_at) == (CirculationFolder.State.FINISHED, NOW)
    assert whats(folder) == ["started", "opened", "completed", "finished"]
    with pytest.raises(FolderEnded):
        actions.extend_slip(actor=an_actor("sabine"), folder=folder, stops=[stop(2, "bernd")], now=NOW)


def test_a_task_is_done_once_and_the_second_is_told_who_was_quicker() -> None:
    folder = a_folder(stop(1, a_team("service")), stop(2, "bernd"), by="verena")
    task = task_of(folder)
    does("sabine", task)
    with pytest.raises(TaskEnded, match="Sabine Seidl"):
        does("sabine", task)
    assert whats(folder).count("completed") == 1


def test_whoever_saw_an_older_edition_is_told() -> None:
    folder = a_folder(stop(1, "verena"))
    seen = task_of(folder)
    actions.claim(actor=an_actor("verena"), task=seen, edition=seen.edition, now=NOW)
    with pytest.raises(ChangedMeanwhile):
        actions.claim(actor=an_actor("verena"), task=seen, edition=1, now=NOW)


def test_somebody_else_does_not_do_it() -> None:
    folder = a_folder(stop(1, "verena"))
    with pytest.raises(NotAllowed):
        does("bernd", task_of(folder))


def test_a_team_task_that_somebody_claimed_is_left_alone_until_it_is_given_back() -> None:
    other = User.objects.create_user("rolf", name="Rolf Roth")
    team = a_team("service")
    other.roles.add(team)
    folder = a_folder(stop(1, team), by="verena")
    claimed = actions.claim(actor=Actor.of(other), task=task_of(folder), edition=1, now=NOW)
    with pytest.raises(TaskClaimed, match="Rolf Roth"):
        does("sabine", claimed)
    with pytest.raises(NotAllowed):
        actions.give_back(actor=an_actor("bernd"), task=claimed, edition=claimed.edition, now=NOW)
    back = actions.give_back(actor=Actor.of(other), task=claimed, edition=claimed.edition, now=NOW)
    does("sabine", back)
    assert whats(folder)[-4:] == ["claimed", "given_back", "completed", "finished"]


def test_handing_on_makes_a_task_of_the_others_own() -> None:
    folder = a_folder(stop(1, "verena"))
    task = task_of(folder)
    with pytest.raises(BadValue):
        actions.hand_on(actor=an_actor("verena"), task=task, edition=1, to=a_user("bernd"), reason=" ", now=NOW)
    made = actions.hand_on(
        actor=an_actor("verena"), task=task, edition=1, to=a_user("bernd"), reason="Das ist eine Rechnung.", now=NOW
    )
    task.refresh_from_db()
    assert (task.state, made.follows_id, made.stop_id) == (Task.State.HANDED_ON, task.pk, task.stop_id)
    assert under_way(folder) == [(1, "Bernd Beck")]
    does("bernd", made)
    assert minutes_of(folder).get(what="handed_on").comment == "Das ist eine Rechnung."


def test_a_refusal_needs_a_reason() -> None:
    folder = a_folder()
    with pytest.raises(RefusalReasonMissing):
        refused_by("verena", task_of(folder), reason="  ")


def test_a_refusal_opens_the_step_before_anew_and_then_its_own_step_as_a_whole() -> None:
    folder = a_folder(stop(1, "verena"), stop(2, "bernd"), stop(2, "anton"), stop(3, "sabine"))
    does("verena", task_of(folder))
    does("anton", task_of(folder, "anton"))
    refused_by("bernd", task_of(folder, "bernd"))
    folder.refresh_from_db()
    assert (folder.step, under_way(folder)) == (1, [(1, "Verena Vogt")])
    again = task_of(folder)
    assert again.round == 2
    does("verena", again)
    assert under_way(folder) == [(2, "Anton Adler"), (2, "Bernd Beck")]


def test_a_refusal_takes_the_open_tasks_beside_it_back() -> None:
    folder = a_folder(stop(1, "verena"), stop(2, "bernd"), stop(2, "anton"))
    does("verena", task_of(folder))
    beside = task_of(folder, "anton")
    refused_by("bernd", task_of(folder, "bernd"))
    beside.refresh_from_db()
    assert beside.state == Task.State.RECALLED
    with pytest.raises(TaskEnded, match="zurückgezogen"):
        does("anton", beside)
    assert whats(folder)[-3:] == ["refused", "withdrawn", "opened"]


def test_a_refusal_at_the_first_step_goes_to_whoever_started_it_and_no_further() -> None:
    folder = a_folder(stop(1, "verena"), by="sabine")
    refused_by("verena", task_of(folder))
    assert under_way(folder) == [(0, "Sabine Seidl")]
    with pytest.raises(BadValue):
        refused_by("sabine", task_of(folder))
    does("sabine", task_of(folder))
    assert under_way(folder) == [(1, "Verena Vogt")]


def test_four_eyes_keep_out_whoever_started_it_or_did_the_step_before() -> None:
    team = a_team("buchhaltung")
    for name in ("sabine", "verena"):
        a_user(name).roles.add(team)
    folder = a_folder(stop(1, "verena"), stop(2, team, wish=Wish.APPROVE, four_eyes=True), by="sabine")
    does("verena", task_of(folder))
    for name in ("sabine", "verena"):
        with pytest.raises(FourEyes):
            does(name, task_of(folder))
    does("bernd", task_of(folder))
    assert whats(folder)[-2:] == ["approved", "finished"]


def test_whoever_starts_it_cannot_be_the_second_pair_of_eyes() -> None:
    with pytest.raises(BadValue):
        a_folder(stop(1, "sabine", wish=Wish.APPROVE, four_eyes=True), by="sabine")


def test_what_was_wished_for_is_what_is_done() -> None:
    folder = a_folder(stop(1, "verena", wish=Wish.COMMENT), stop(1, "bernd", wish=Wish.APPROVE))
    with pytest.raises(RemarkMissing):
        does("verena", task_of(folder, "verena"), remark="")
    comment, approval = task_of(folder, "verena"), task_of(folder, "bernd")
    with pytest.raises(BadValue):
        actions.approve(actor=an_actor("verena"), task=comment, edition=1, now=NOW)
    with pytest.raises(BadValue):
        actions.complete(actor=an_actor("bernd"), task=approval, edition=1, now=NOW)


def test_stops_are_added_beside_the_open_ones_or_later_but_not_before() -> None:
    folder = a_folder(stop(1, "verena"), stop(2, "bernd"))
    does("verena", task_of(folder))
    actions.extend_slip(actor=an_actor("bernd"), folder=folder, stops=[stop(2, "anton"), stop(3, "sabine")], now=NOW)
    assert under_way(folder) == [(2, "Anton Adler"), (2, "Bernd Beck")]
    with pytest.raises(BadValue):
        actions.extend_slip(actor=an_actor("sabine"), folder=folder, stops=[stop(1, "anton")], now=NOW)
    with pytest.raises(NotAllowed):
        actions.extend_slip(actor=an_actor("verena"), folder=folder, stops=[stop(3, "anton")], now=NOW)


def test_a_step_comes_between_two_others_and_those_behind_it_move_back() -> None:
    folder = a_folder(stop(1, "verena"), stop(2, "bernd"), stop(3, "anton"))
    made = actions.insert_step(actor=an_actor("verena"), folder=folder, stops=[stop(2, "sabine")], now=NOW)
    assert [(one.step, str(one.user)) for one in folder.stops.all()] == [
        (1, "Verena Vogt"), (2, "Sabine Seidl"), (3, "Bernd Beck"), (4, "Anton Adler"),
    ]  # fmt: skip
    assert [line.what for line in minutes_of(folder)][-3:] == ["extended", "moved", "moved"]
    assert list(checking.differences([folder.pk])) == []
    with pytest.raises(BadValue):
        actions.insert_step(actor=an_actor("verena"), folder=folder, stops=[stop(1, "sabine")], now=NOW)
    does("verena", task_of(folder))
    assert under_way(folder) == [(2, str(made[0].user))]
    # She has done her part; extending is for those who still have one.
    with pytest.raises(NotAllowed):
        actions.insert_step(actor=an_actor("verena"), folder=folder, stops=[stop(4, "paula")], now=NOW)


def test_a_stop_whose_turn_has_not_come_is_dropped_and_no_other() -> None:
    folder = a_folder(stop(1, "verena"), stop(2, "bernd"), stop(3, "anton"))
    first, second, _ = folder.stops.all()
    actions.shorten_slip(actor=an_actor("sabine"), folder=folder, stops=[second.pk], now=NOW, comment="Nicht nötig")
    with pytest.raises(BadValue):
        actions.shorten_slip(actor=an_actor("sabine"), folder=folder, stops=[first.pk], now=NOW)
    with pytest.raises(NotAllowed):
        actions.shorten_slip(actor=an_actor("verena"), folder=folder, stops=[first.pk], now=NOW)
    does("verena", task_of(folder))
    assert under_way(folder) == [(3, "Anton Adler")]


def test_a_recalled_folder_ends_with_its_tasks() -> None:
    folder = a_folder()
    with pytest.raises(NotAllowed):
        actions.recall_folder(actor=an_actor("verena"), folder=folder, reason="Erledigt", now=NOW)
    actions.recall_folder(actor=an_actor("sabine"), folder=folder, reason="Kunde zieht zurück", now=NOW)
    folder.refresh_from_db()
    assert (folder.state, under_way(folder)) == (CirculationFolder.State.RECALLED, [])
    assert whats(folder)[-2:] == ["withdrawn", "recalled"]


def test_a_stop_is_for_somebody_who_is_there() -> None:
    gone = User.objects.create_user("weg", name="Weg", is_active=False)
    with pytest.raises(NobodyThere):
        a_folder(stop(1, gone))
    with pytest.raises(BadValue):
        a_folder(title=" ")


def test_a_document_of_another_customer_does_not_come_in() -> None:
    with pytest.raises(BadValue):
        a_folder(documents=[a_document(customer_file=a_customer_file("Andere GmbH"), document_class="COMPLAINT")])


def test_a_document_its_starter_may_not_read_does_not_come_in() -> None:
    file = a_customer_file()
    with pytest.raises(NotFound):
        a_folder(customer_file=file, documents=[a_document(customer_file=file, document_class="INV_OUT", number="R1")])
    assert not CirculationFolder.objects.exists()
