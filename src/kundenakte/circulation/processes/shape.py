"""The arrows of a process: it begins once, comes to an end, gets stuck nowhere and does not run in circles."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from lxml import etree

from kundenakte.circulation.processes import vocabulary as v
from kundenakte.circulation.processes.refusals import BpmnRefused
from kundenakte.circulation.processes.xml import called, local

# Where the process stands still until something comes from outside.
_STANDS: Final = frozenset({"userTask", "receiveTask", "intermediateCatchEvent"})
_CHOOSES: Final = frozenset({"exclusiveGateway", "inclusiveGateway"})
_EVENTS: Final = frozenset({"timerEventDefinition", "messageEventDefinition"})


def check(scope: etree._Element) -> None:
    """Raise BpmnRefused unless this process (or sub-process) and all within can be walked from start to end."""
    nodes = {one.get("id", ""): one for one in scope if local(one) in v.NODES}
    flows = [one for one in scope if local(one) == "sequenceFlow"]
    where = called(scope)
    starts = [pk for pk, one in nodes.items() if local(one) == "startEvent"]
    if len(starts) != 1:
        raise BpmnRefused("„%(where)s“ braucht genau ein Startereignis.", where=where)
    if not any(local(one) == "endEvent" for one in nodes.values()):
        raise BpmnRefused("„%(where)s“ braucht ein Endereignis.", where=where)
    onward: dict[str, list[etree._Element]] = defaultdict(list)
    back: dict[str, int] = defaultdict(int)
    for flow in flows:
        source, target = flow.get("sourceRef", ""), flow.get("targetRef", "")
        if source not in nodes or target not in nodes:
            raise BpmnRefused(
                "Der Pfeil „%(element)s“ führt aus „%(where)s“ hinaus oder ins Leere.",
                element=called(flow),
                where=where,
            )
        onward[source].append(flow)
        back[target] += 1
    for pk, node in nodes.items():
        _node(node, nodes, onward[pk], back[pk])
    _all_reached(starts[0], nodes, onward)
    _no_circles(nodes, onward)
    for node in nodes.values():
        if local(node) == "subProcess":
            if node.get("triggeredByEvent", "false") != "false":
                raise BpmnRefused("„%(element)s“: Ereignis-Teilprozesse gibt es hier nicht.", element=called(node))
            check(node)


def _node(node: etree._Element, nodes: dict[str, etree._Element], out: list[etree._Element], count_in: int) -> None:
    kind, name = local(node), called(node)
    if kind == "endEvent":
        if out:
            raise BpmnRefused("Hinter dem Endereignis „%(name)s“ geht es weiter.", name=name)
    elif not out:
        raise BpmnRefused("Nach „%(name)s“ geht es nicht weiter. Führen Sie einen Pfeil zu einem Ende.", name=name)
    elif len(out) > 1 and kind not in v.GATEWAYS:
        raise BpmnRefused("Aus „%(name)s“ führen mehrere Pfeile. Setzen Sie ein Gateway dazwischen.", name=name)
    if kind in {"startEvent", "boundaryEvent"} and count_in:
        raise BpmnRefused("Zu „%(name)s“ darf kein Pfeil führen.", name=name)
    if kind in {"boundaryEvent", "intermediateCatchEvent"}:
        _event(node, nodes)
    _arrows(node, out)


def _event(node: etree._Element, nodes: dict[str, etree._Element]) -> None:
    if len([one for one in node if local(one) in _EVENTS]) != 1:
        raise BpmnRefused(
            "Das Ereignis „%(element)s“ braucht genau einen Zeitgeber oder eine Nachricht.", element=called(node)
        )
    if local(node) == "boundaryEvent":
        host = nodes.get(node.get("attachedToRef", ""))
        if host is None or local(host) not in {"userTask", "serviceTask", "subProcess", "receiveTask"}:
            raise BpmnRefused("Das Ereignis „%(element)s“ haftet an keiner Aufgabe.", element=called(node))
        if node.get("cancelActivity", "true") not in {"true", "false"}:
            raise BpmnRefused("Bei „%(element)s“ ist „cancelActivity“ weder true noch false.", element=called(node))


def _arrows(node: etree._Element, out: list[etree._Element]) -> None:
    """Conditions stand where something is chosen, and one arrow is left for when none of them holds."""
    default = node.get("default")
    conditional = [flow for flow in out if any(local(one) == "conditionExpression" for one in flow)]
    if local(node) not in _CHOOSES or len(out) == 1:
        if conditional:
            raise BpmnRefused(
                "Am Pfeil „%(element)s“ steht eine Bedingung, wo nichts zu wählen ist.", element=called(conditional[0])
            )
        if default is not None and default not in {flow.get("id") for flow in out}:
            raise BpmnRefused(
                "Der Standardweg von „%(element)s“ ist kein Pfeil, der von dort ausgeht.", element=called(node)
            )
        return
    others = [flow for flow in out if flow.get("id") != default]
    if default is None or len(others) == len(out):
        raise BpmnRefused(
            "„%(element)s“ braucht einen Standardweg für den Fall, dass keine Bedingung zutrifft.", element=called(node)
        )
    for flow in others:
        if flow not in conditional:
            raise BpmnRefused(
                "Am Pfeil „%(element)s“ hinter „%(element2)s“ fehlt die Bedingung.",
                element=called(flow),
                element2=called(node),
            )
    if any(flow.get("id") == default for flow in conditional):
        raise BpmnRefused("Der Standardweg von „%(element)s“ darf keine Bedingung haben.", element=called(node))


def _all_reached(start: str, nodes: dict[str, etree._Element], onward: dict[str, list[etree._Element]]) -> None:
    seen: set[str] = set()
    to_do = [start]
    while to_do:
        pk = to_do.pop()
        if pk in seen:
            continue
        seen.add(pk)
        to_do += [flow.get("targetRef", "") for flow in onward[pk]]
        to_do += [other for other, one in nodes.items() if one.get("attachedToRef") == pk]
    if lost := [one for pk, one in nodes.items() if pk not in seen]:
        raise BpmnRefused("Zu „%(element)s“ führt kein Weg.", element=called(lost[0]))


def _no_circles(nodes: dict[str, etree._Element], onward: dict[str, list[etree._Element]]) -> None:
    """A way round on which nobody has to do anything would never end."""
    moving = {pk for pk, one in nodes.items() if local(one) not in _STANDS}
    open_, done = set[str](), set[str]()
    for first in moving:
        stack = [(first, iter(onward[first]))]
        if first in done:
            continue
        open_.add(first)
        while stack:
            pk, flows = stack[-1]
            for flow in flows:
                target = flow.get("targetRef", "")
                if target in open_:
                    raise BpmnRefused(
                        "Bei „%(element)s“ dreht sich der Prozess im Kreis, ohne dass jemand etwas tut.",
                        element=called(nodes[target]),
                    )
                if target in moving and target not in done:
                    open_.add(target)
                    stack.append((target, iter(onward[target])))
                    break
            else:
                stack.pop()
                open_.discard(pk)
                done.add(pk)
