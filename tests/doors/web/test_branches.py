"""Two people have a form of the same field before them: the second one sees what the first has entered."""

from __future__ import annotations

from django.test import Client

from kundenakte.base.accounts.actors import Actor
from kundenakte.circulation import actions
from kundenakte.circulation.cases import answering, working
from kundenakte.circulation.models import Case
from tests.builders import NOW, a_user
from tests.case_builders import a_probe, step_task
from tests.doors.web.pages import SignIn, words
from tests.process_builders import TWO_BRANCHES


def _seen(case: Case, what: str) -> str:
    step = working.step_of(step_task(case, what).stop)
    assert step is not None
    return answering.marks(working.form_of(step), Case.objects.get(pk=case.pk).fields)


def test_the_page_says_what_was_entered_meanwhile_and_shows_both(signed_in: SignIn) -> None:
    case = a_probe(TWO_BRANCHES)
    browser: Client = signed_in("sabine")
    task, seen = step_task(case, "b"), _seen(case, "b")
    address = f"/umlauf/{case.folder_id}"
    assert f'name="gesehen" value="{seen}"' in browser.get(address).content.decode()
    other = step_task(case, "a")
    actions.complete(
        actor=Actor.of(a_user("sabine")), task=other, edition=other.edition, now=NOW, answers={"betrag": "100"}
    )
    sent = {"tun": "erledigen", "edition": str(task.edition), "feld_betrag": "200", "gesehen": seen}
    page = browser.post(f"/aufgabe/{task.pk}", sent)
    assert (page.status_code, "ein anderer Schritt hier „100“ eingetragen" in words(page)) == (422, True)
    # What was typed is still there, and what was seen is up to date.
    text = page.content.decode()
    assert ('value="200"' in text, f'value="{seen}"' in text) == (True, False)
    assert browser.post(f"/aufgabe/{task.pk}", sent | {"gesehen": _seen(case, "b")}).status_code == 303
    assert "(vorher: 100)" in words(browser.get(address))
