"""Who sees folders, tasks and the documents in them."""

from __future__ import annotations

import pytest
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import User
from kundenakte.circulation import access, actions
from kundenakte.circulation.models import TaskGrant
from kundenakte.circulation.refusals import NobodyThere
from kundenakte.records import access as records_access
from kundenakte.records.actions import grants
from kundenakte.records.actions.restricting import restrict
from kundenakte.records.models import Document, Grant, Verb
from kundenakte.records.refusals import NotFound
from tests.builders import SETUP, a_customer_file, a_document, a_user, an_actor
from tests.circulation_builders import a_folder, a_team, does, stop, task_of

pytestmark = pytest.mark.django_db


def may_read(who: str | User, document: Document) -> bool:
    user = a_user(who) if isinstance(who, str) else who
    return records_access.documents_for(user).filter(pk=document.pk).exists()


def an_invoice() -> Document:
    return a_document(document_class="INV_OUT", number="R-1")


def test_a_task_opens_its_documents_and_its_end_closes_them() -> None:
    invoice = an_invoice()
    now = timezone.now()
    folder = a_folder(stop(1, "sabine"), stop(2, "bernd"), by="bernd", now=now, documents=[invoice],
                      customer_file=invoice.customer_file)  # fmt: skip
    assert may_read("sabine", invoice)
    grant = Grant.objects.get(user=a_user("sabine"))
    assert folder.number in grant.reason
    assert grant.until is not None
    does("sabine", task_of(folder), now=now)
    assert not may_read("sabine", invoice)
    grant.refresh_from_db()
    assert grant.revoked_at == now


def test_a_team_may_read_until_one_of_it_claims_the_task() -> None:
    invoice = an_invoice()
    team = a_team("service")
    other = User.objects.create_user("rolf", name="Rolf Roth")
    other.roles.add(team)
    folder = a_folder(stop(1, team), by="bernd", documents=[invoice], customer_file=invoice.customer_file)
    assert may_read("sabine", invoice)
    assert may_read(other, invoice)
    claimed = actions.claim(actor=Actor.of(other), task=task_of(folder), edition=1, now=timezone.now())
    assert (may_read("sabine", invoice), may_read(other, invoice)) == (False, True)
    actions.give_back(actor=Actor.of(other), task=claimed, edition=claimed.edition, now=timezone.now())
    assert may_read("sabine", invoice)


def test_handing_on_takes_the_permission_along() -> None:
    invoice = an_invoice()
    folder = a_folder(stop(1, "sabine"), by="bernd", documents=[invoice], customer_file=invoice.customer_file)
    rolf = User.objects.create_user("rolf", name="Rolf Roth")
    actions.hand_on(actor=an_actor("sabine"), task=task_of(folder), edition=1, to=rolf, reason="Urlaub",
                    now=timezone.now())  # fmt: skip
    assert (may_read("sabine", invoice), may_read(rolf, invoice)) == (False, True)


def test_documents_put_in_and_taken_out_on_the_way_are_opened_and_closed() -> None:
    invoice = an_invoice()
    folder = a_folder(stop(1, "sabine"), by="bernd", documents=[], customer_file=invoice.customer_file)
    assert not may_read("sabine", invoice)
    actions.add_document(actor=an_actor("bernd"), folder=folder, document=invoice, now=timezone.now())
    assert may_read("sabine", invoice)
    actions.remove_document(actor=an_actor("bernd"), folder=folder, document=invoice, now=timezone.now())
    assert not may_read("sabine", invoice)


def test_nobody_puts_in_what_he_may_not_read() -> None:
    invoice = an_invoice()
    folder = a_folder(stop(1, "sabine"), by="bernd", documents=[], customer_file=invoice.customer_file)
    with pytest.raises(NotFound):
        actions.add_document(actor=an_actor("sabine"), folder=folder, document=invoice, now=timezone.now())


def test_a_later_step_gets_only_what_whoever_put_it_in_may_still_read() -> None:
    invoice = an_invoice()
    lent = grants.grant(actor=SETUP, to=a_user("sabine"), on=invoice, verb=Verb.READ, reason="Hilft aus",
                        now=timezone.now())  # fmt: skip
    rolf = User.objects.create_user("rolf", name="Rolf Roth")
    folder = a_folder(stop(1, "verena"), stop(2, rolf), by="sabine", documents=[invoice],
                      customer_file=invoice.customer_file)  # fmt: skip
    grants.revoke(actor=SETUP, grant=lent, now=timezone.now())
    does("verena", task_of(folder))
    assert not may_read(rolf, invoice)
    assert not access.documents_in(rolf, folder).exists()


def test_a_restricted_document_stays_hidden_in_a_folder() -> None:
    paper = a_document(document_class="COMPLAINT")
    folder = a_folder(stop(1, "verena"), documents=[paper], customer_file=paper.customer_file)
    assert list(access.documents_in(a_user("verena"), folder)) == [paper]
    restrict(actor=SETUP, document=paper, edition=paper.edition, reason="Art. 18", now=timezone.now())
    assert not access.documents_in(a_user("verena"), folder).exists()
    assert list(access.documents_in(a_user("anton"), folder)) == [paper]


def test_folders_are_seen_by_whoever_may_read_minutes_or_had_a_hand_in_them() -> None:
    folder = a_folder(stop(1, "paula"), stop(2, "verena"), by="sabine")
    # Verena may read the section the minutes go into; Paula, who audits, may not, but has a task.
    for name in ("sabine", "verena", "paula", "anton"):
        assert access.get_folder(a_user(name), folder.pk) == folder
    does("paula", task_of(folder))
    assert access.get_folder(a_user("paula"), folder.pk) == folder
    other = a_folder(stop(1, "verena"), by="sabine")
    for missing in (other.pk, other.pk + 1):
        with pytest.raises(NotFound):
            access.get_folder(a_user("paula"), missing)
    with pytest.raises(NotFound):
        access.get_task(a_user("paula"), task_of(other).pk)


def test_a_denial_hides_folder_and_task() -> None:
    folder = a_folder(stop(1, "verena"), by="sabine")
    grants.grant(actor=SETUP, to=a_user("verena"), on=folder.customer_file, verb=Verb.READ, reason="Verwandt",
                 now=timezone.now(), deny=True)  # fmt: skip
    verena = a_user("verena")
    assert not access.folders_for(verena).exists()
    assert not access.tasks_for(verena).exists()
    with pytest.raises(NobodyThere):
        a_folder(stop(1, "verena"), by="sabine", customer_file=folder.customer_file, documents=[])


def test_a_locked_account_sees_nothing() -> None:
    a_folder(stop(1, "verena"))
    verena = a_user("verena")
    verena.is_active = False
    verena.save()
    assert not access.folders_for(verena).exists()
    assert not access.tasks_for(verena).exists()


def test_the_inbox_has_mine_and_my_teams_and_the_soonest_due_first() -> None:
    team = a_team("vertrieb")
    file = a_customer_file()
    none = a_folder(stop(1, "verena"), customer_file=file, documents=[])
    late = a_folder(stop(1, team, due_days=9), customer_file=file, documents=[])
    soon = a_folder(stop(1, "verena", due_days=1), customer_file=file, documents=[])
    a_folder(stop(1, "bernd"), customer_file=file, documents=[])
    verena = a_user("verena")
    assert [task.folder for task in access.tasks_for(verena)] == [soon, late, none]
    assert [task.folder for task in access.tasks_for(verena, whose="mine")] == [soon, none]
    assert [task.folder for task in access.tasks_for(verena, whose="team")] == [late]
    assert not access.tasks_for(verena, whose="deputy").exists()


def test_a_list_of_tasks_is_one_query_and_the_rights(django_assert_num_queries: object) -> None:
    file = a_customer_file()
    for _ in range(5):
        a_folder(stop(1, "verena"), customer_file=file, documents=[])
    verena = a_user("verena")
    # Roles, cells, grants; who is away; the tasks; their folders, stops and holders.
    with django_assert_num_queries(8):  # type: ignore[operator]
        for task in access.tasks_for(verena):
            assert str(task.folder.customer_file.customer)
            assert str(task.stop.instruction) == ""
            assert task.holder
            assert str(task.folder.started_by)


def test_no_grant_is_left_when_a_folder_is_recalled() -> None:
    folder = a_folder(stop(1, "verena"), stop(1, "bernd"), by="sabine")
    # Verena may read complaints by her role and needs none.
    assert TaskGrant.objects.filter(grant__revoked_at=None).count() == 1
    actions.recall_folder(actor=an_actor("sabine"), folder=folder, reason="Vorbei", now=timezone.now())
    assert not TaskGrant.objects.filter(grant__revoked_at=None).exists()
