"""Files of unknown origin: what is not understood is refused, with a sentence; nothing of it is run or fetched."""

from __future__ import annotations

from pathlib import Path

import pytest

from kundenakte.circulation.processes import engine, reading, xml
from kundenakte.circulation.processes.refusals import BpmnRefused
from tests.builders import NOW
from tests.process_builders import ENDS, ONE_TASK, SHIPPED, a_file, flow, timer, user_task


def refused(content: bytes) -> str:
    with pytest.raises(BpmnRefused) as caught:
        engine.check(reading.read(content))
    assert caught.value.sentence.strip()
    return caught.value.sentence


def between(element: str, pk: str = "x") -> bytes:
    """A file with one element between start and end."""
    return a_file(ENDS + element + flow("f1", "los", pk) + flow("f2", pk, "aus"))


def choosing(condition: str) -> bytes:
    form = '{"type":"object","properties":{"betrag":{"type":"number","title":"Betrag"}}}'
    return a_file(
        ENDS + user_task("tun", form) + '<bpmn:exclusiveGateway id="g" default="f4"/>'
        + flow("f1", "los", "tun") + flow("f2", "tun", "g") + flow("f3", "g", "aus", condition) + flow("f4", "g", "aus")
    )  # fmt: skip


def test_the_shipped_ones_are_read() -> None:
    files = sorted(SHIPPED.glob("*.bpmn"))
    assert len(files) == 5
    for file in files:
        definition = reading.read(file.read_bytes())
        engine.check(definition)
        assert definition.key == file.stem
        assert definition.user_steps


def test_a_simple_one_is_read() -> None:
    definition = reading.read(a_file())
    assert (definition.key, definition.prefix, definition.name) == ("probe", "PR", "Probe")
    assert [step.name for step in definition.user_steps.values()] == ["Tun"]
    assert definition.field_names() == {"betrag"}


PYTHON = "__import__('pathlib').Path('{mark}').write_text('ran')"


@pytest.mark.parametrize(
    "element",
    [
        '<bpmn:scriptTask id="x" scriptFormat="python"><bpmn:script>{python}</bpmn:script></bpmn:scriptTask>',
        '<bpmn:businessRuleTask id="x"/>',
        '<bpmn:callActivity id="x" calledElement="andere"/>',
        '<bpmn:sendTask id="x"/>',
        '<bpmn:manualTask id="x"/>',
        '<bpmn:task id="x" name="{python}"/>',
        '<bpmn:adHocSubProcess id="x"/>',
        '<bpmn:transaction id="x"/>',
        '<bpmn:intermediateThrowEvent id="x"/>',
        '<bpmn:userTask id="x" name="x" onclick="{python}"/>',
        '<bpmn:userTask id="x" name="x" kundenakte:script="{python}"/>',
        '<bpmn:userTask id="x" name="x"><bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>{python}'
        "</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>",
        '<bpmn:userTask id="x" name="x"><bpmn:standardLoopCharacteristics/></bpmn:userTask>',
        '<bpmn:userTask id="x" name="x"><bpmn:ioSpecification/></bpmn:userTask>',
        '<bpmn:userTask id="x" name="x"><bpmn:extensionElements><s:preScript xmlns:s="http://spiffworkflow.org/bpmn/'
        'schema/1.0/core">{python}</s:preScript></bpmn:extensionElements></bpmn:userTask>',
        '<bpmn:userTask id="x" name="x"><bpmn:extensionElements><kundenakte:script>{python}</kundenakte:script>'
        "</bpmn:extensionElements></bpmn:userTask>",
        '<bpmn:userTask id="x" name="x"><bpmn:extensionElements><kundenakte:form>{python}</kundenakte:form>'
        "</bpmn:extensionElements></bpmn:userTask>",
        '<bpmn:userTask xmlns:c="http://camunda.org/schema/1.0/bpmn" id="x" name="x" c:assignee="{python}"/>',
        '<bpmn:userTask id="x" name="x" kundenakte:assignee="{python}"/>',
        '<bpmn:userTask id="x" name="x" kundenakte:wish="{python}"/>',
        '<bpmn:userTask id="x" name="x" kundenakte:dueDays="{python}"/>',
        '<bpmn:serviceTask id="x" kundenakte:service="run_python"/>',
        '<bpmn:serviceTask id="x" kundenakte:service="call_webhook"><bpmn:extensionElements><kundenakte:parameter '
        'name="url">http://169.254.169.254/</kundenakte:parameter></bpmn:extensionElements></bpmn:serviceTask>',
        '<bpmn:serviceTask id="x" kundenakte:service="set_field"><bpmn:extensionElements><kundenakte:parameter '
        'name="field">a</kundenakte:parameter><kundenakte:parameter name="value">{python}</kundenakte:parameter>'
        "</bpmn:extensionElements></bpmn:serviceTask>",
        '<bpmn:serviceTask id="x" operationRef="o" kundenakte:service="call_webhook"/>',
        '<bpmn:intermediateCatchEvent id="x"><bpmn:timerEventDefinition><bpmn:timeDuration>{python}'
        "</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>",
        '<bpmn:intermediateCatchEvent id="x"><bpmn:timerEventDefinition><bpmn:timeDate>{python}</bpmn:timeDate>'
        "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>",
        '<bpmn:intermediateCatchEvent id="x"><bpmn:timerEventDefinition><bpmn:timeCycle>R/PT1M</bpmn:timeCycle>'
        "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>",
        '<bpmn:intermediateCatchEvent id="x"><bpmn:conditionalEventDefinition><bpmn:condition>{python}'
        "</bpmn:condition></bpmn:conditionalEventDefinition></bpmn:intermediateCatchEvent>",
        '<bpmn:intermediateCatchEvent id="x"><bpmn:signalEventDefinition/></bpmn:intermediateCatchEvent>',
        '<bpmn:intermediateCatchEvent id="x"><bpmn:messageEventDefinition messageRef="keine"/>'
        "</bpmn:intermediateCatchEvent>",
        '<bpmn:subProcess id="x" triggeredByEvent="true"/>',
        '<bpmn:dataObject id="x"/>',
        '<script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script>',
        "<nichts/>",
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_and_never_run(element: str, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    refused(between(element.replace("{python}", PYTHON.replace("{mark}", str(mark)))))
    assert not mark.exists()


@pytest.mark.parametrize(
    "condition",
    ["__import__('os').getpid() &gt; 0", "betrag.__class__", "open('/etc/passwd')", "betrag &gt; unbekannt", "1 +",
     "betrag if betrag else betrag"],
)  # fmt: skip
def test_a_condition_is_never_python(condition: str) -> None:
    refused(choosing(condition))


@pytest.mark.parametrize(
    ("head", "before"),
    [
        ('<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>', ""),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd">', ""),
        ('<!DOCTYPE x PUBLIC "a" "http://127.0.0.1:1/x.dtd">', ""),
        ('<?xml-stylesheet href="http://127.0.0.1:1/x.xsl"?>', ""),
        ("", "<?php system('id'); ?>"),
        ("", '<bpmn:import importType="x" location="http://127.0.0.1:1/x.bpmn" namespace="y"/>'),
        ("", '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>'),
        ("", '<bpmn:dataStore id="d" name="d"/>'),
        ("", '<bpmn:process id="zwei" isExecutable="true"/>'),
    ],
)
def test_nothing_outside_the_file_is_asked_for(head: str, before: str) -> None:
    refused(a_file(head=head, before=before))


def test_a_document_type_is_found_in_every_encoding() -> None:
    text = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY a "b">]>' + a_file().decode()
    refused(text.encode("utf-16"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 100,
        b"PK\x03\x04",
        b"<a/>",
        b"{}",
        b"nur Text",
        a_file()[:-20],
        a_file(before="<!-- " + "x" * xml.LARGEST + " -->"),
        a_file(before='<bpmn:message id="m{}" name="x"/>' * 1),
        a_file("<bpmn:subProcess id='s'>" * 50 + "</bpmn:subProcess>" * 50),
        a_file("<bpmn:subProcess>" * 20_000 + "</bpmn:subProcess>" * 20_000),
        a_file("".join(f'<bpmn:endEvent id="e{n}"/>' for n in range(6000))),
        a_file(key="../../etc"),
        a_file(prefix="x"),
        a_file(attributes='kundenakte:dueDays="9999"'),
        a_file(attributes='kundenakte:reasonField="fehlt"'),
        a_file(ONE_TASK.replace('id="tun"', 'id="los"')),
        a_file(ONE_TASK.replace('"los"', '"Start"')),
        a_file(ONE_TASK.replace('"tun"', '"a b; drop"')),
    ],
    ids=range(19),
)
def test_rubbish_and_bombs_are_refused(content: bytes) -> None:
    assert len(refused(content)) < 500


@pytest.mark.parametrize(
    "inside",
    [
        "",
        '<bpmn:startEvent id="los"/>',
        ENDS,
        ENDS + user_task("a") + flow("f1", "los", "aus"),
        ENDS + flow("f1", "los", "nirgends"),
        ENDS + user_task("a") + flow("f1", "los", "a") + flow("f2", "a", "aus") + flow("f3", "a", "aus"),
        ENDS + '<bpmn:exclusiveGateway id="g"/>' + flow("f1", "los", "g") + flow("f2", "g", "aus", "ja")
        + flow("f3", "g", "aus", "nein"),
        ENDS + '<bpmn:exclusiveGateway id="g" default="f2"/><bpmn:exclusiveGateway id="h"/>' + flow("f1", "los", "g")
        + flow("f2", "g", "h") + flow("f3", "h", "g") + flow("f4", "g", "aus", "ja"),
        ENDS + user_task("a") + flow("f1", "los", "a") + flow("f2", "a", "aus", "ja"),
        ENDS + user_task("a") + flow("f1", "los", "a") + flow("f2", "a", "aus")
        + '<bpmn:boundaryEvent id="b" attachedToRef="fehlt">' + timer("P1D") + "</bpmn:boundaryEvent>"
        + flow("f3", "b", "aus"),
        ENDS + '<bpmn:eventBasedGateway id="g"/>' + user_task("a") + flow("f1", "los", "g") + flow("f2", "g", "a")
        + flow("f3", "a", "aus"),
        "<bpmn:startEvent id='zwei'/>" + ONE_TASK,
    ],
    ids=range(12),
)  # fmt: skip
def test_a_process_that_would_get_stuck_is_refused(inside: str) -> None:
    refused(a_file(inside))


@pytest.mark.parametrize(
    "duration", ["", "P", "PT", "3 Tage", "P0D", "PT1S", "-P1D", "P1Y2X", "P99Y", "P1D; rm", "PT99999999S"]
)
def test_what_is_no_duration_is_refused(duration: str) -> None:
    refused(between(f'<bpmn:intermediateCatchEvent id="x">{timer(duration)}</bpmn:intermediateCatchEvent>'))


@pytest.mark.parametrize(
    "form",
    [
        "[]",
        '{"type":"object"}',
        '{"type":"object","properties":{"a":{"type":"string","$ref":"http://127.0.0.1:1/"}}}',
        '{"type":"object","properties":{"__class__":{"type":"string"}}}',
        '{"type":"object","properties":{"und":{"type":"string"}}}',
        '{"type":"object","properties":{"a":{"type":"file"}}}',
        '{"type":"object","properties":{"a":{"type":"string","oneOf":[]}}}',
        '{"type":"object","properties":{"a":{"type":"string","pattern":"(a+)+$"}}}',
        '{"type":"object","properties":{"a":{"type":"number","minimum":NaN}}}',
        '{"type":"object","properties":{"a":{"type":"number","default":"viel"}}}',
        '{"type":"object","required":["b"],"properties":{"a":{"type":"string"}}}',
        "[" * 5000,
    ],
)
def test_a_form_is_a_small_schema_and_nothing_more(form: str) -> None:
    refused(between(user_task("x", form)))


def test_nothing_of_the_engine_can_run_python() -> None:
    run = engine.Run.begin(reading.read(a_file()), {}, now=NOW)
    with pytest.raises(BpmnRefused):
        run._engine.execute(None, "import os")
    with pytest.raises(BpmnRefused):
        run._engine.call_service(None)
    assert run._engine.environment is run._engine
