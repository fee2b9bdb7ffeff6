"""A BPMN file becomes a `Definition`, or a refusal with a sentence that names the element at fault."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

from kundenakte.circulation.models.slips import Wish
from kundenakte.circulation.processes import conditions, forms, services, shape, xml
from kundenakte.circulation.processes import vocabulary as v
from kundenakte.circulation.processes.definition import Definition, Errand, MessageWait, TimerWait, UserStep
from kundenakte.circulation.processes.durations import Duration
from kundenakte.circulation.processes.forms import Form
from kundenakte.circulation.processes.refusals import BpmnRefused, ConditionRefused
from kundenakte.circulation.processes.xml import called, local

_KEY: Final = re.compile(r"[a-z][a-z0-9-]{1,39}")
_PREFIX: Final = re.compile(r"[A-Z]{2,4}")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LONGEST_INSTRUCTION: Final = 500
_MOST_DAYS: Final = 250


def read(content: bytes) -> Definition:
    """Everything the file says, checked. Raises BpmnRefused; nothing it holds is run or fetched."""
    return _read(xml.tree(content))


def _read(root: etree._Element) -> Definition:
    processes = [one for one in root if local(one) == "process"]
    if len(processes) != 1:
        raise BpmnRefused("Die Datei muss genau einen Prozess enthalten.")
    [process] = processes
    _parts_of_one_process(root, process)
    messages = {one.get("id", ""): one.get("name", "") for one in root if local(one) == "message"}
    lanes = _lanes(process)
    elements = [one for one in process.iter() if isinstance(one.tag, str) and one is not process]
    nodes = [one for one in elements if etree.QName(one).namespace == v.BPMN and local(one) in v.NODES]
    for node in nodes:
        if node.get("id") is None:
            raise BpmnRefused("„%(element)s“ hat keine Kennung (id).", element=called(node))
    shape.check(process)
    steps = {one.get("id", ""): _user_step(one, lanes) for one in nodes if local(one) == "userTask"}
    start_form = _start_form(process)
    fields = _fields([start_form, *(step.form for step in steps.values())])
    errands = {one.get("id", ""): _errand(one, fields) for one in nodes if local(one) == "serviceTask"}
    _attachments(errands)
    source = etree.tostring(root, encoding="unicode")
    definition = Definition(
        key=_said(process, "key", _KEY, "Dem Prozess fehlt sein Schlüssel (kundenakte:key), etwa „reklamation“."),
        name=(process.get("name") or "").strip()[:100] or "Prozess",
        prefix=_said(process, "prefix", _PREFIX, "Dem Prozess fehlt das Kürzel seiner Nummern (kundenakte:prefix), "
                                                 "zwei bis vier große Buchstaben."),
        process_id=process.get("id", ""),
        source=source,
        # Of what is kept, so that anybody can count it again.
        digest=hashlib.sha256(source.encode()).hexdigest(),
        due_days=_days(process),
        reason_field=_field_name(process, "reasonField", fields),
        amount_field=_field_name(process, "amountField", fields),
        owner_field=_field_name(process, "ownerField", fields),
        start_form=start_form,
        user_steps=steps,
        errands=errands,
        timers=dict(_timers(nodes)),
        messages=dict(_messages(nodes, messages)),
        conditions=dict(_conditions(elements, fields | _set_by(errands))),
        names={one.get("id", ""): (one.get("name") or "").strip()[:200] for one in nodes},
    )  # fmt: skip
    _assignees(definition)
    return definition


# --- the whole ---------------------------------------------------------------------------------------------------


def _parts_of_one_process(root: etree._Element, process: etree._Element) -> None:
    if process.get("id") is None:
        raise BpmnRefused("Der Prozess hat keine Kennung (id).")
    if process.get("isExecutable", "true") != "true":
        raise BpmnRefused("Der Prozess ist als nicht ausführbar gekennzeichnet (isExecutable).")
    for participant in root.iter(f"{{{v.BPMN}}}participant"):
        if participant.get("processRef", "").rpartition(":")[2] != process.get("id"):
            raise BpmnRefused(
                "Der Teilnehmer „%(element)s“ gehört zu keinem Prozess dieser Datei.", element=called(participant)
            )


def _lanes(process: etree._Element) -> dict[str, str]:
    """Which lane each activity lies in."""
    found: dict[str, str] = {}
    for lane in process.iter(f"{{{v.BPMN}}}lane"):
        name = (lane.get("name") or "").strip()
        if not name or len(name) > 100:
            raise BpmnRefused("Jede Bahn (Lane) braucht den Namen oder das Kürzel eines Teams.")
        for ref in lane:
            if local(ref) == "flowNodeRef":
                found[(ref.text or "").strip()] = name
    return found


def _lane_of(node: etree._Element, lanes: dict[str, str]) -> str:
    """Its own lane, else the one of the sub-process around it."""
    place: etree._Element | None = node
    while place is not None:
        if place.get("id") in lanes:
            return lanes[place.get("id", "")]
        place = place.getparent()
    return ""


def _start_form(process: etree._Element) -> Form:
    [start] = [one for one in process if local(one) == "startEvent"]
    return _form(start)


def _fields(found: list[Form]) -> set[str]:
    kinds: dict[str, str] = {}
    for form in found:
        for field in form.fields:
            if kinds.setdefault(field.name, field.kind) != field.kind:
                raise BpmnRefused("Das Feld „%(name)s“ ist in zwei Formularen von verschiedener Art.", name=field.name)
    return set(kinds)


# --- single elements ---------------------------------------------------------------------------------------------


def _user_step(node: etree._Element, lanes: dict[str, str]) -> UserStep:
    if not (node.get("name") or "").strip():
        raise BpmnRefused("Die Aufgabe „%(element)s“ braucht einen Namen.", element=called(node))
    wish = _ours(node, "wish") or Wish.COMPLETE
    if wish not in {Wish.COMPLETE, Wish.APPROVE, Wish.TAKE_NOTE, Wish.SIGN_OFF}:
        raise BpmnRefused(
            "Bei „%(element)s“: Diese Art von Aufgabe („%(wish)s“) gibt es nicht.", element=called(node), wish=wish[:20]
        )
    is_visit = _yes(node, "visit")
    if is_visit and (wish != Wish.COMPLETE or _yes(node, "fourEyes")):
        raise BpmnRefused(
            "„%(element)s“ ist ein Besuch. Den erledigt, wer dort war: Art „complete“, ohne vier Augen.",
            element=called(node),
        )
    form = _form(node)
    if is_visit and any(field.kind in {"person", "document"} for field in form.fields):
        raise BpmnRefused(
            "„%(element)s“ ist ein Besuch. Unterwegs lassen sich weder Personen noch Dokumente auswählen.",
            element=called(node),
        )
    instruction = " ".join((_documentation(node)).split())
    if len(instruction) > _LONGEST_INSTRUCTION:
        raise BpmnRefused(
            "Die Anweisung bei „%(element)s“ hat mehr als %(longest_instruction)s Zeichen.",
            element=called(node),
            longest_instruction=_LONGEST_INSTRUCTION,
        )
    return UserStep(
        id=node.get("id", ""), name=(node.get("name") or "").strip(), lane=_lane_of(node, lanes),
        assignee=_ours(node, "assignee"), wish=wish, four_eyes=_yes(node, "fourEyes"), due_days=_days(node),
        stage=_short(node, "stage"), instruction=instruction, is_visit=is_visit, form=form,
    )  # fmt: skip


def _errand(node: etree._Element, fields: set[str]) -> Errand:
    parameters: dict[str, str] = {}
    for one in node.iter(f"{{{v.OURS}}}parameter"):
        name = one.get("name", "")
        if name in parameters:
            raise BpmnRefused(
                "Bei „%(element)s“ steht die Angabe „%(name)s“ zweimal.", element=called(node), name=name[:40]
            )
        parameters[name] = (one.text or "").strip()
    service = _ours(node, "service")
    try:
        services.check(service, parameters, fields)
    except BpmnRefused as refused:
        raise BpmnRefused("Bei „%(element)s“: %(why)s", element=called(node), why=refused.sentence) from None
    if service == services.SET_FIELD and not _NAME.fullmatch(parameters["field"]):
        raise BpmnRefused(
            "Bei „%(element)s“: „%(parameters)s“ taugt nicht als Name eines Feldes.",
            element=called(node),
            parameters=parameters["field"][:40],
        )
    return Errand(node.get("id", ""), (node.get("name") or service).strip()[:200], service, parameters,
                  _short(node, "stage"))  # fmt: skip


def _attachments(errands: dict[str, Errand]) -> None:
    for one in errands.values():
        attached = one.parameters.get("attach")
        if attached and (attached not in errands or errands[attached].service != "file_document"):
            raise BpmnRefused(
                "Bei „%(name)s“: Was angehängt werden soll, ist keine Dienst-Aufgabe „file_document“.", name=one.name
            )


def _set_by(errands: dict[str, Errand]) -> set[str]:
    return {one.parameters["field"] for one in errands.values() if one.service == services.SET_FIELD}


def _timers(nodes: list[etree._Element]) -> Iterator[tuple[str, TimerWait]]:
    for node in nodes:
        for timer in node:
            if local(timer) != "timerEventDefinition":
                continue
            durations = [one for one in timer if local(one) == "timeDuration"]
            if len(durations) != 1:
                raise BpmnRefused(
                    "Der Zeitgeber „%(element)s“ braucht genau eine Dauer (timeDuration).", element=called(node)
                )
            try:
                read = Duration.read(durations[0].text or "", working=_yes(timer, "workingDays"))
            except BpmnRefused as refused:
                raise BpmnRefused("Bei „%(element)s“: %(why)s", element=called(node), why=refused.sentence) from None
            yield node.get("id", ""), TimerWait(node.get("id", ""), node.get("name", ""), read)


def _messages(nodes: list[etree._Element], known: dict[str, str]) -> Iterator[tuple[str, MessageWait]]:
    for node in nodes:
        refs = [one.get("messageRef") for one in node if local(one) == "messageEventDefinition"]
        if local(node) == "receiveTask":
            refs.append(node.get("messageRef"))
        for ref in refs:
            name = known.get((ref or "").rpartition(":")[2], "")
            if not name.strip():
                raise BpmnRefused(
                    "„%(element)s“ wartet auf keine Nachricht, die in der Datei einen Namen hat.", element=called(node)
                )
            wait = MessageWait(node.get("id", ""), node.get("name", "") or name, name, _short(node, "stage"))
            yield wait.id, wait


def _conditions(elements: list[etree._Element], fields: set[str]) -> Iterator[tuple[str, str]]:
    for flow in elements:
        for condition in flow if local(flow) == "sequenceFlow" else ():
            if local(condition) != "conditionExpression":
                continue
            text = (condition.text or "").strip()
            try:
                asked = set(conditions.fields_of(conditions.read(text)))
            except ConditionRefused as refused:
                raise BpmnRefused(
                    "Am Pfeil „%(element)s“: %(why)s", element=called(flow), why=refused.sentence
                ) from None
            if unknown := sorted(asked - fields):
                raise BpmnRefused(
                    "Am Pfeil „%(element)s“: Das Feld „%(unknown)s“ steht in keinem Formular.",
                    element=called(flow),
                    unknown=unknown[0],
                )
            yield flow.get("id", ""), text


def _assignees(definition: Definition) -> None:
    people = {
        field.name
        for form in (definition.start_form, *(step.form for step in definition.user_steps.values()))
        for field in form.fields
        if field.kind == "person"
    }
    for step in definition.user_steps.values():
        if step.assignee and step.assignee not in people | {"owner", "starter"}:
            raise BpmnRefused(
                "Bei „%(name)s“: „%(assignee)s“ ist weder „owner“ noch „starter“ noch ein Feld für eine Person.",
                name=step.name,
                assignee=step.assignee[:40],
            )
    if definition.owner_field and definition.owner_field not in people:
        raise BpmnRefused("„ownerField“ nennt kein Feld für eine Person.")


# --- values ------------------------------------------------------------------------------------------------------


def _ours(element: etree._Element, name: str) -> str:
    return (element.get(f"{{{v.OURS}}}{name}") or "").strip()


def _said(element: etree._Element, name: str, pattern: re.Pattern[str], sentence: str) -> str:
    text = _ours(element, name)
    if not pattern.fullmatch(text):
        raise BpmnRefused(sentence)
    return text


def _field_name(element: etree._Element, name: str, fields: set[str]) -> str:
    text = _ours(element, name)
    if text and text not in fields:
        raise BpmnRefused(
            "„%(name)s“ nennt das Feld „%(text)s“, das in keinem Formular steht.", name=name, text=text[:40]
        )
    return text


def _yes(element: etree._Element, name: str) -> bool:
    text = _ours(element, name)
    if text not in {"", "true", "false"}:
        raise BpmnRefused("Bei „%(element)s“ ist „%(name)s“ weder true noch false.", element=called(element), name=name)
    return text == "true"


def _days(element: etree._Element) -> int | None:
    text = _ours(element, "dueDays")
    if not text:
        return None
    if not re.fullmatch(r"\d{1,3}", text) or int(text) > _MOST_DAYS:
        raise BpmnRefused(
            "Bei „%(element)s“: Bitte geben Sie höchstens %(most_days)s Arbeitstage an.",
            element=called(element),
            most_days=_MOST_DAYS,
        )
    return int(text)


def _short(element: etree._Element, name: str) -> str:
    text = _ours(element, name)
    if len(text) > 60:
        raise BpmnRefused("Bei „%(element)s“ ist „%(name)s“ länger als 60 Zeichen.", element=called(element), name=name)
    return text


def _documentation(node: etree._Element) -> str:
    return next((one.text or "" for one in node if local(one) == "documentation"), "")


def _form(node: etree._Element) -> Form:
    found = [one for part in node if local(part) == "extensionElements" for one in part if local(one) == "form"]
    if len(found) > 1:
        raise BpmnRefused("„%(element)s“ hat mehr als ein Formular.", element=called(node))
    if not found:
        return Form()
    try:
        return forms.read(found[0].text or "")
    except BpmnRefused as refused:
        raise BpmnRefused("Bei „%(element)s“: %(why)s", element=called(node), why=refused.sentence) from None
