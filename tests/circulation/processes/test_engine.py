"""A process under way, in memory: gateways, sub-processes, timers, messages, and moving to another edition."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from kundenakte.circulation.processes import reading
from kundenakte.circulation.processes.engine import Run
from kundenakte.circulation.processes.refusals import CaseStuck, NotMigrated
from tests.builders import NOW
from tests.process_builders import ENDS, a_file, flow, shipped, timer, user_task

AMOUNT = '{"type":"object","properties":{"betrag":{"type":"number","title":"Betrag"}}}'


def begun(inside: str, *, before: str = "", **fields: Any) -> Run:
    return Run.begin(reading.read(a_file(inside, before=before)), fields, now=NOW)


def again(run: Run, *, now: datetime = NOW) -> Run:
    """Put away and taken up by another process of the house."""
    return Run.resume(run.definition, json.loads(json.dumps(run.position())), run.fields, now=now)


def open_(run: Run) -> list[str]:
    return sorted(step.name for _, step in run.open_steps())


def does(run: Run, name: str, **answers: Any) -> Run:
    run = again(run)
    [run_id] = [one.run for one, step in run.open_steps() if step.name == name]
    run.finish(run_id, answers)
    return run


def test_a_gateway_chooses_by_the_fields() -> None:
    inside = (
        ENDS + user_task("tun", AMOUNT) + user_task("viel") + user_task("wenig")
        + '<bpmn:exclusiveGateway id="g" default="f4"/>' + flow("f1", "los", "tun") + flow("f2", "tun", "g")
        + flow("f3", "g", "viel", "betrag &gt; 500") + flow("f4", "g", "wenig") + flow("f5", "viel", "aus")
        + flow("f6", "wenig", "aus")
    )  # fmt: skip
    assert open_(does(begun(inside), "tun", betrag="500.01")) == ["viel"]
    assert open_(does(begun(inside), "tun", betrag="500")) == ["wenig"]
    assert open_(does(begun(inside), "tun", betrag=None)) == ["wenig"]


def test_parallel_ways_join_when_all_are_done() -> None:
    inside = (
        ENDS + '<bpmn:parallelGateway id="auf"/><bpmn:parallelGateway id="zu"/>' + user_task("a") + user_task("b")
        + user_task("danach") + flow("f1", "los", "auf") + flow("f2", "auf", "a") + flow("f3", "auf", "b")
        + flow("f4", "a", "zu") + flow("f5", "b", "zu") + flow("f6", "zu", "danach") + flow("f7", "danach", "aus")
    )  # fmt: skip
    run = begun(inside)
    assert open_(run) == ["a", "b"]
    run = does(run, "b")
    assert open_(run) == ["a"]
    run = does(does(run, "a"), "danach")
    assert run.is_over


def test_inclusive_ways_join_when_those_taken_are_done() -> None:
    inside = (
        ENDS + user_task("tun", AMOUNT) + user_task("a") + user_task("b") + user_task("c")
        + '<bpmn:inclusiveGateway id="auf" default="f5"/><bpmn:inclusiveGateway id="zu"/>'
        + flow("f1", "los", "tun") + flow("f2", "tun", "auf") + flow("f3", "auf", "a", "betrag &gt; 1")
        + flow("f4", "auf", "b", "betrag &gt; 100") + flow("f5", "auf", "c") + flow("f6", "a", "zu")
        + flow("f7", "b", "zu") + flow("f8", "c", "zu") + flow("f9", "zu", "aus")
    )  # fmt: skip
    run = does(begun(inside), "tun", betrag="200")
    assert open_(run) == ["a", "b"]
    run = does(does(run, "a"), "b")
    assert run.is_over
    assert open_(does(begun(inside), "tun", betrag="0")) == ["c"]


def test_a_sub_process_has_tasks_of_its_own() -> None:
    inner = (
        '<bpmn:startEvent id="s1"/><bpmn:endEvent id="s2"/>' + user_task("innen") + flow("i1", "s1", "innen")
        + flow("i2", "innen", "s2")
    )  # fmt: skip
    inside = (
        ENDS + f'<bpmn:subProcess id="teil" name="Teil">{inner}</bpmn:subProcess>' + user_task("danach")
        + flow("f1", "los", "teil") + flow("f2", "teil", "danach") + flow("f3", "danach", "aus")
    )  # fmt: skip
    run = begun(inside)
    assert (open_(run), set(run.here())) == (["innen"], {"innen", "teil"})
    run = does(run, "innen")
    assert open_(run) == ["danach"]
    assert does(run, "danach").is_over


def with_boundary(duration: str, *, cancels: bool, working: bool = False) -> str:
    cancel = "true" if cancels else "false"
    return (
        ENDS + user_task("tun") + user_task("spaet")
        + f'<bpmn:boundaryEvent id="b" attachedToRef="tun" cancelActivity="{cancel}">{timer(duration, working=working)}'
        + "</bpmn:boundaryEvent>" + flow("f1", "los", "tun") + flow("f2", "tun", "aus") + flow("f3", "b", "spaet")
        + flow("f4", "spaet", "aus")
    )  # fmt: skip


@pytest.mark.parametrize(("cancels", "left"), [(True, ["spaet"]), (False, ["spaet", "tun"])])
def test_a_timer_at_a_task_goes_off_and_interrupts_or_not(*, cancels: bool, left: list[str]) -> None:
    run = begun(with_boundary("P2D", cancels=cancels))
    [waiting] = run.timers()
    assert waiting.due_at == NOW + timedelta(days=2)
    early = again(run, now=NOW + timedelta(days=2, seconds=-1))
    early.ring()
    assert open_(early) == ["tun"]
    late = again(run, now=NOW + timedelta(days=2))
    late.ring()
    assert open_(late) == left
    assert late.timers() == []


def test_a_timer_ends_with_its_task() -> None:
    run = does(begun(with_boundary("P2D", cancels=False)), "tun")
    assert (run.is_over, run.timers()) == (True, [])


def test_working_days_are_counted_with_the_calendar() -> None:
    # NOW is a Tuesday: three working days later it is Friday, four Monday.
    [waiting] = begun(with_boundary("P4D", cancels=True, working=True)).timers()
    assert waiting.due_at == NOW + timedelta(days=6)


def test_a_message_is_waited_for() -> None:
    inside = (
        ENDS + '<bpmn:intermediateCatchEvent id="da"><bpmn:messageEventDefinition messageRef="m"/>'
        "</bpmn:intermediateCatchEvent>" + user_task("danach") + flow("f1", "los", "da") + flow("f2", "da", "danach")
        + flow("f3", "danach", "aus")
    )  # fmt: skip
    run = begun(inside, before='<bpmn:message id="m" name="Ware eingetroffen"/>')
    assert [one.element for one in run.messages()] == ["da"]
    with pytest.raises(CaseStuck):
        run.tell("Etwas anderes")
    run = again(run)
    run.tell("Ware eingetroffen")
    assert open_(run) == ["danach"]
    with pytest.raises(CaseStuck):
        run.tell("Ware eingetroffen")


def test_of_an_answer_and_a_timer_the_first_counts() -> None:
    run = Run.begin(reading.read(shipped("vertragsverlaengerung")), {}, now=NOW)
    run = does(does(run, "Vertrag bewerten", ergebnis="verlaengern"), "Angebot machen")
    assert (open_(run), len(run.timers())) == (["Auf Antwort warten"], 1)
    answered = does(run, "Auf Antwort warten")
    assert (open_(answered), answered.timers()) == (["Ergebnis festhalten"], [])
    rung = again(run, now=NOW + timedelta(days=40))
    rung.ring()
    assert (open_(rung), rung.timers()) == (["Kunden anrufen"], [])


def test_the_house_sets_a_field_on_the_way() -> None:
    run = Run.begin(reading.read(shipped("neukunde")), {}, now=NOW)
    run = does(does(run, "Stammdaten vervollständigen"), "Bonität prüfen", bonitaet="schlecht")
    assert (run.fields["vorkasse"], open_(run)) == (True, ["Kunden begrüßen"])


def test_what_is_not_open_cannot_be_finished() -> None:
    run = begun(ENDS + user_task("tun") + flow("f1", "los", "tun") + flow("f2", "tun", "aus"))
    [(one, _)] = run.open_steps()
    run.finish(one.run)
    with pytest.raises(CaseStuck):
        run.finish(one.run)


# --- another edition -----------------------------------------------------------------------------------------------

TWO = ENDS + user_task("eins") + user_task("zwei") + flow("f1", "los", "eins") + flow("f2", "eins", "zwei")


def test_a_run_goes_over_to_an_edition_that_differs_only_ahead() -> None:
    run = begun(TWO + flow("f3", "zwei", "aus"))
    longer = reading.read(a_file(TWO + user_task("drei") + flow("f3", "zwei", "drei") + flow("f4", "drei", "aus")))
    run = does(again(run).migrated(longer), "eins")
    run = does(run, "zwei")
    assert open_(run) == ["drei"]
    assert does(run, "drei").is_over


def test_a_run_stays_when_what_is_behind_it_has_changed() -> None:
    run = does(begun(TWO + flow("f3", "zwei", "aus")), "eins")
    other = reading.read(
        a_file(ENDS + user_task("eins") + user_task("neu") + user_task("zwei") + flow("f1", "los", "eins")
               + flow("f2", "eins", "neu") + flow("f3", "neu", "zwei") + flow("f4", "zwei", "aus"))
    )  # fmt: skip
    with pytest.raises(NotMigrated):
        again(run).migrated(other)
    gone = reading.read(a_file(ENDS + user_task("eins") + flow("f1", "los", "eins") + flow("f2", "eins", "aus")))
    with pytest.raises(NotMigrated):
        again(run).migrated(gone)


def test_a_timer_that_runs_goes_on_running_in_the_new_edition() -> None:
    run = begun(with_boundary("P2D", cancels=True))
    other = reading.read(a_file(with_boundary("P2D", cancels=True).replace('name="spaet"', 'name="Zu spät"')))
    moved = again(run, now=NOW + timedelta(days=1)).migrated(other)
    assert [one.due_at for one in moved.timers()] == [one.due_at for one in run.timers()]
    late = again(moved, now=NOW + timedelta(days=2))
    late.ring()
    assert open_(late) == ["Zu spät"]
