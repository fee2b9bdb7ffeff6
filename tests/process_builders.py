"""Builders for processes and cases."""

from __future__ import annotations

from pathlib import Path

from kundenakte.circulation.processes import vocabulary

# Where a process of the tests begins and ends.
ENDS = '<bpmn:startEvent id="los"/><bpmn:endEvent id="aus"/>'
SHIPPED = Path(vocabulary.__file__).parent / "shipped"
_HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:kundenakte="urn:kundenakte:process:1" id="datei">'
)
# What most tests walk through: one task, whose form asks for an amount.
ONE_TASK = """<bpmn:startEvent id="los"/><bpmn:sequenceFlow id="f1" sourceRef="los" targetRef="tun"/>
<bpmn:userTask id="tun" name="Tun"><bpmn:extensionElements><kundenakte:form>{"type": "object", "properties":
 {"betrag": {"type": "number", "title": "Betrag"}}}</kundenakte:form></bpmn:extensionElements></bpmn:userTask>
<bpmn:sequenceFlow id="f2" sourceRef="tun" targetRef="aus"/><bpmn:endEvent id="aus"/>"""


def a_file(
    inside: str = ONE_TASK, *, before: str = "", attributes: str = "", head: str = "", key: str = "probe",
    prefix: str = "PR",
) -> bytes:  # fmt: skip
    """A BPMN file with this inside its process."""
    return (
        f'{head}{_HEAD}{before}<bpmn:process id="p" name="Probe" isExecutable="true" kundenakte:key="{key}" '
        f'kundenakte:prefix="{prefix}" {attributes}>{inside}</bpmn:process></bpmn:definitions>'
    ).encode()


def shipped(key: str) -> bytes:
    """A process the product brings along."""
    return (SHIPPED / f"{key}.bpmn").read_bytes()


def flow(pk: str, source: str, target: str, condition: str = "") -> str:
    """An arrow, with a condition if given."""
    inside = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
    return f'<bpmn:sequenceFlow id="{pk}" sourceRef="{source}" targetRef="{target}">{inside}</bpmn:sequenceFlow>'


def user_task(pk: str, form: str = "", **ours: str) -> str:
    """A task for a person."""
    attributes = " ".join(f'kundenakte:{name}="{value}"' for name, value in ours.items())
    inside = (
        f"<bpmn:extensionElements><kundenakte:form>{form}</kundenakte:form></bpmn:extensionElements>" if form else ""
    )
    return f'<bpmn:userTask id="{pk}" name="{pk}" {attributes}>{inside}</bpmn:userTask>'


def timer(duration: str, *, working: bool = False) -> str:
    """What an event waits for."""
    days = ' kundenakte:workingDays="true"' if working else ""
    return (
        f"<bpmn:timerEventDefinition{days}><bpmn:timeDuration>{duration}</bpmn:timeDuration>"
        "</bpmn:timerEventDefinition>"
    )


def errand(service: str, **parameters: str) -> str:
    """The inside of a process with one errand for the house, and a task behind it."""
    inside = "".join(
        f'<kundenakte:parameter name="{name}">{value}</kundenakte:parameter>' for name, value in parameters.items()
    )
    return (
        ENDS + f'<bpmn:serviceTask id="e" name="Dienst" kundenakte:service="{service}"><bpmn:extensionElements>{inside}'
        "</bpmn:extensionElements></bpmn:serviceTask>" + user_task("danach") + flow("f1", "los", "e")
        + flow("f2", "e", "danach") + flow("f3", "danach", "aus")
    )  # fmt: skip


_AMOUNT = '{"type": "object", "properties": {"betrag": {"type": "number", "title": "Betrag"}}}'
# Two tasks side by side whose forms ask for the same.
TWO_BRANCHES = (
    ENDS + '<bpmn:parallelGateway id="auf"/><bpmn:parallelGateway id="zu"/>' + user_task("a", _AMOUNT)
    + user_task("b", _AMOUNT) + user_task("danach") + flow("f1", "los", "auf") + flow("f2", "auf", "a")
    + flow("f3", "auf", "b") + flow("f4", "a", "zu") + flow("f5", "b", "zu") + flow("f6", "zu", "danach")
    + flow("f7", "danach", "aus")
)  # fmt: skip
