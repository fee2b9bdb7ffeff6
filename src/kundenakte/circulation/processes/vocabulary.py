"""The part of BPMN 2.0 this house understands: elements, their attributes, and where each may stand.

What is not listed here is refused, so that no file means anything we do not know of.
"""

from __future__ import annotations

from typing import Final

BPMN: Final = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI: Final = "http://www.omg.org/spec/BPMN/20100524/DI"
DC: Final = "http://www.omg.org/spec/DD/20100524/DC"
DI: Final = "http://www.omg.org/spec/DD/20100524/DI"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
OURS: Final = "urn:kundenakte:process:1"
# Colours a modeller may give; they only paint.
COLOUR: Final = "http://bpmn.io/schema/bpmn/biocolor/1.0"
COLOUR_OMG: Final = "http://www.omg.org/spec/BPMN/non-normative/color/1.0"

_NAMED: Final = frozenset({"id", "name"})
# Local name → unqualified attributes.
ELEMENTS: Final[dict[str, frozenset[str]]] = {
    "definitions": _NAMED | {"targetNamespace", "exporter", "exporterVersion"},
    "collaboration": _NAMED | {"isClosed"},
    "participant": _NAMED | {"processRef"},
    "process": _NAMED | {"isExecutable", "isClosed", "processType"},
    "laneSet": _NAMED,
    "lane": _NAMED,
    "flowNodeRef": frozenset(),
    "startEvent": _NAMED,
    "endEvent": _NAMED,
    "userTask": _NAMED,
    "serviceTask": _NAMED,
    "receiveTask": _NAMED | {"messageRef"},
    "exclusiveGateway": _NAMED | {"default", "gatewayDirection"},
    "inclusiveGateway": _NAMED | {"default", "gatewayDirection"},
    "parallelGateway": _NAMED | {"gatewayDirection"},
    "subProcess": _NAMED | {"triggeredByEvent"},
    "sequenceFlow": _NAMED | {"sourceRef", "targetRef"},
    "conditionExpression": frozenset({"id"}),
    "boundaryEvent": _NAMED | {"attachedToRef", "cancelActivity"},
    "intermediateCatchEvent": _NAMED,
    "timerEventDefinition": frozenset({"id"}),
    "timeDuration": frozenset({"id"}),
    "messageEventDefinition": frozenset({"id", "messageRef"}),
    "terminateEventDefinition": frozenset({"id"}),
    "message": _NAMED,
    "incoming": frozenset(),
    "outgoing": frozenset(),
    "documentation": frozenset({"id", "textFormat"}),
    "extensionElements": frozenset(),
    "textAnnotation": frozenset({"id", "textFormat"}),
    "text": frozenset(),
    "association": frozenset({"id", "sourceRef", "targetRef", "associationDirection"}),
}  # fmt: skip
# Local name → what may hold it.
_FLOW: Final = frozenset({"process", "subProcess"})
PARENTS: Final[dict[str, frozenset[str]]] = {
    "definitions": frozenset(),
    "collaboration": frozenset({"definitions"}),
    "participant": frozenset({"collaboration"}),
    "process": frozenset({"definitions"}),
    "message": frozenset({"definitions"}),
    "laneSet": frozenset({"process"}),
    "lane": frozenset({"laneSet"}),
    "flowNodeRef": frozenset({"lane"}),
    "conditionExpression": frozenset({"sequenceFlow"}),
    "timerEventDefinition": frozenset({"boundaryEvent", "intermediateCatchEvent"}),
    "timeDuration": frozenset({"timerEventDefinition"}),
    "messageEventDefinition": frozenset({"boundaryEvent", "intermediateCatchEvent"}),
    "terminateEventDefinition": frozenset({"endEvent"}),
    "text": frozenset({"textAnnotation"}),
    "textAnnotation": _FLOW | {"collaboration"},
    "association": _FLOW | {"collaboration"},
}
NODES: Final = frozenset({
    "startEvent", "endEvent", "userTask", "serviceTask", "receiveTask", "exclusiveGateway", "inclusiveGateway",
    "parallelGateway", "subProcess", "boundaryEvent", "intermediateCatchEvent",
})  # fmt: skip
GATEWAYS: Final = frozenset({"exclusiveGateway", "inclusiveGateway", "parallelGateway"})
for _name in NODES | {"sequenceFlow"}:
    PARENTS[_name] = _FLOW
for _name in ("incoming", "outgoing"):
    PARENTS[_name] = NODES
_DESCRIBED: Final = NODES | {
    "process", "collaboration", "participant", "lane", "laneSet", "sequenceFlow", "definitions", "message",
    "timerEventDefinition",
}  # fmt: skip
for _name in ("documentation", "extensionElements"):
    PARENTS[_name] = _DESCRIBED

# Our own attributes, by the element they may stand at.
OUR_ATTRIBUTES: Final[dict[str, frozenset[str]]] = {
    "process": frozenset({"key", "prefix", "dueDays", "reasonField", "amountField", "ownerField"}),
    "userTask": frozenset({"wish", "fourEyes", "dueDays", "assignee", "stage", "visit"}),
    "serviceTask": frozenset({"service", "stage"}),
    "intermediateCatchEvent": frozenset({"stage"}),
    "receiveTask": frozenset({"stage"}),
    "timerEventDefinition": frozenset({"workingDays"}),
}
# Our own elements, inside extensionElements of these.
OUR_ELEMENTS: Final[dict[str, frozenset[str]]] = {
    "form": frozenset({"userTask", "startEvent"}),
    "parameter": frozenset({"serviceTask"}),
}
# How a diagram is drawn: never more than numbers, references and colours.
DRAWN: Final[dict[str, dict[str, frozenset[str]]]] = {
    BPMNDI: {
        "BPMNDiagram": frozenset({"id", "name", "resolution", "documentation"}),
        "BPMNPlane": frozenset({"id", "bpmnElement"}),
        "BPMNShape": frozenset({"id", "bpmnElement", "isHorizontal", "isExpanded", "isMarkerVisible",
                                "isMessageVisible"}),
        "BPMNEdge": frozenset({"id", "bpmnElement", "sourceElement", "targetElement", "messageVisibleKind"}),
        "BPMNLabel": frozenset({"id", "labelStyle"}),
    },
    DC: {"Bounds": frozenset({"x", "y", "width", "height"})},
    DI: {"waypoint": frozenset({"x", "y"}), "extension": frozenset()},
}  # fmt: skip
# Why something well known is not taken.
REASONS: Final[dict[str, str]] = {
    "scriptTask": "Skript-Aufgaben führt die Kundenakte nicht aus.",
    "script": "Skripte führt die Kundenakte nicht aus.",
    "businessRuleTask": "Geschäftsregel-Aufgaben führt die Kundenakte nicht aus. Nehmen Sie ein Gateway.",
    "callActivity": "Eine Aufruf-Aktivität verweist auf eine andere Datei. Nehmen Sie einen Teilprozess oder den "
                    "Dienst „start_process“.",
    "import": "Die Datei will eine andere Datei laden. Das gibt es hier nicht.",
    "sendTask": "Sende-Aufgaben gibt es hier nicht. Nehmen Sie eine Dienst-Aufgabe („send_mail“, „call_webhook“).",
    "intermediateThrowEvent": "Auslösende Zwischenereignisse gibt es hier nicht. Nehmen Sie eine Dienst-Aufgabe.",
    "timeCycle": "Wiederkehrende Zeitgeber gibt es hier nicht. Geben Sie eine Dauer an.",
    "timeDate": "Ein Zeitgeber wartet hier eine Dauer ab (timeDuration), keinen festen Tag.",
    "conditionalEventDefinition": "Bedingte Ereignisse gibt es hier nicht. Nehmen Sie ein Gateway.",
    "standardLoopCharacteristics": "Schleifen an Aufgaben gibt es hier nicht. Führen Sie den Pfeil zurück.",
    "multiInstanceLoopCharacteristics": "Mehrfach-Aufgaben gibt es hier nicht.",
    "adHocSubProcess": "Ad-hoc-Teilprozesse gibt es hier nicht.",
    "transaction": "Transaktionen gibt es hier nicht.",
    "task": "Bei dieser Aufgabe fehlt, wer sie tut: Machen Sie eine Benutzer-Aufgabe oder eine Dienst-Aufgabe daraus.",
    "manualTask": "Machen Sie aus der manuellen Aufgabe eine Benutzer-Aufgabe.",
    "dataObject": "Datenobjekte gibt es hier nicht; Angaben stehen in den Formularen.",
    "dataStore": "Datenspeicher gibt es hier nicht; Angaben stehen in den Formularen.",
    "ioSpecification": "Ein- und Ausgaben gibt es hier nicht; Angaben stehen in den Formularen.",
    "correlationProperty": "Ausdrücke für die Zuordnung von Nachrichten gibt es hier nicht.",
}  # fmt: skip
