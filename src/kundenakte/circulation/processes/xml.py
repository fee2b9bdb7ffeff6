"""Bytes of unknown origin become a tree of known elements, or a refusal. Nothing outside the file is ever asked for."""

from __future__ import annotations

import re
from typing import Any, Final

from lxml import etree

from kundenakte.circulation.processes import vocabulary as v
from kundenakte.circulation.processes.refusals import BpmnRefused

LARGEST: Final = 512 * 1024
_MOST_ELEMENTS: Final = 5000
_DEEPEST: Final = 24
_LONGEST_VALUE: Final = 300
_LONGEST_TEXT: Final = 20_000
_ID: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,99}")
_NUMBER: Final = re.compile(r"-?\d{1,7}(\.\d{1,12})?")
_COLOUR: Final = re.compile(r"#?[A-Za-z0-9]{1,20}")
# Names of ids the engine gives itself.
_TAKEN: Final = frozenset({"Root", "Start", "End"})
_REFERENCES: Final = frozenset({
    "id", "processRef", "messageRef", "default", "sourceRef", "targetRef", "attachedToRef", "bpmnElement",
    "sourceElement", "targetElement", "labelStyle",
})  # fmt: skip
_QNAME_REFERENCES: Final = frozenset({"bpmnElement", "labelStyle", "processRef", "messageRef"})


def tree(content: bytes) -> etree._Element:
    """The root of a file all of whose elements and attributes are in our vocabulary. Raises BpmnRefused."""
    if len(content) > LARGEST:
        raise BpmnRefused("Die Datei ist größer als %(what)s KB.", what=LARGEST // 1024)
    root = _parsed(content)
    if root.tag != f"{{{v.BPMN}}}definitions":
        raise BpmnRefused("Das ist keine BPMN-Datei: Ganz außen muss „definitions“ aus BPMN 2.0 stehen.")
    ids: set[str] = set()
    stack = [(root, 1)]
    count = 0
    while stack:
        element, depth = stack.pop()
        count += 1
        if depth > _DEEPEST:
            raise BpmnRefused("Die Datei ist zu tief verschachtelt.")
        if count > _MOST_ELEMENTS:
            raise BpmnRefused("Die Datei hat mehr als %(most_elements)s Elemente.", most_elements=_MOST_ELEMENTS)
        _element(element, ids)
        stack += [(child, depth + 1) for child in element]
    return root


def local(element: etree._Element) -> str:
    """The name without its namespace."""
    return etree.QName(element).localname


def called(element: etree._Element) -> str:
    """How a sentence names an element: by its name on the diagram, else by its id."""
    return (element.get("name") or element.get("id") or local(element))[:60]


def _parsed(content: bytes) -> etree._Element:
    # In whatever encoding: what declares a document type is not even looked at further.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, attribute_defaults=False,
        huge_tree=False, recover=False, remove_comments=True, remove_pis=False, strip_cdata=True,
    )  # fmt: skip
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise BpmnRefused("Die Datei hat einen Dokumenttyp (DOCTYPE) oder Entitäten. Das wird nicht gelesen.")
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        where = f" (Zeile {line})" if line else ""
        raise BpmnRefused("Die Datei ist kein gültiges XML%(where)s.", where=where) from None
    info: Any = root.getroottree().docinfo
    if info.doctype or info.internalDTD is not None:
        raise BpmnRefused("Die Datei hat einen Dokumenttyp (DOCTYPE) oder Entitäten. Das wird nicht gelesen.")
    if root.getprevious() is not None or root.getnext() is not None:
        raise BpmnRefused("Die Datei hat Verarbeitungsanweisungen (<?…?>). Die kennt die Kundenakte nicht.")
    return root


def _element(element: etree._Element, ids: set[str]) -> None:
    if not isinstance(element.tag, str):
        raise BpmnRefused("Die Datei hat Verarbeitungsanweisungen oder Entitäten. Die kennt die Kundenakte nicht.")
    name = etree.QName(element)
    if name.namespace == v.BPMN:
        _bpmn(element, name.localname)
    elif name.namespace == v.OURS:
        _ours(element, name.localname)
    elif name.namespace not in v.DRAWN or name.localname not in v.DRAWN[name.namespace]:
        where = name.namespace or "kein Namensraum"
        raise BpmnRefused(
            "Das Element „%(localname)s“ (%(where)s) kennt die Kundenakte nicht.",
            localname=name.localname[:60],
            where=where[:80],
        )
    _attributes(element, name.namespace or "", name.localname, ids)
    for text in (element.text, element.tail):
        if text and len(text) > _LONGEST_TEXT:
            raise BpmnRefused("Bei „%(element)s“ steht zu viel Text.", element=called(element))
    if element.tail and element.tail.strip():
        raise BpmnRefused("Hinter „%(element)s“ steht Text, der nirgends hingehört.", element=called(element))


def _bpmn(element: etree._Element, name: str) -> None:
    if name not in v.ELEMENTS:
        reason = v.REASONS.get(name) or f"Das Element „{name[:60]}“ kennt die Kundenakte nicht."
        at = "" if element.get("name") is None and element.get("id") is None else f" („{called(element)}“)"
        raise BpmnRefused(reason + at)
    parent = element.getparent()
    above = local(parent) if parent is not None else ""
    if parent is not None and (etree.QName(parent).namespace != v.BPMN or above not in v.PARENTS[name]):
        raise BpmnRefused(
            "„%(element)s“ (%(name)s) darf nicht in „%(above)s“ stehen.",
            element=called(element),
            name=name,
            above=above,
        )
    has_text = name in {"flowNodeRef", "incoming", "outgoing", "conditionExpression", "timeDuration", "text",
                        "documentation"}  # fmt: skip
    if not has_text and element.text and element.text.strip():
        raise BpmnRefused(
            "In „%(element)s“ (%(name)s) steht Text, der dort nicht hingehört.", element=called(element), name=name
        )
    if has_text and len(element):
        raise BpmnRefused("In „%(name)s“ darf nur Text stehen.", name=name)


def _ours(element: etree._Element, name: str) -> None:
    parent = element.getparent()
    owner = parent.getparent() if parent is not None else None
    if name not in v.OUR_ELEMENTS or parent is None or owner is None or local(parent) != "extensionElements":
        raise BpmnRefused("Die Erweiterung „%(name)s“ kennt die Kundenakte nicht.", name=name[:60])
    if local(owner) not in v.OUR_ELEMENTS[name] or len(element):
        raise BpmnRefused(
            "Die Erweiterung „%(name)s“ darf bei „%(element)s“ nicht stehen.", name=name, element=called(owner)
        )


def _attributes(element: etree._Element, namespace: str, name: str, ids: set[str]) -> None:
    for key, value in element.attrib.items():
        attribute = etree.QName(str(key))
        text = str(value)
        if len(text) > _LONGEST_VALUE:
            raise BpmnRefused(
                "Bei „%(element)s“ ist die Angabe „%(localname)s“ zu lang.",
                element=called(element),
                localname=attribute.localname[:40],
            )
        if not _is_known(namespace, name, attribute, text):
            raise BpmnRefused(
                "Bei „%(element)s“ (%(name)s) kennt die Kundenakte die Angabe „%(localname)s“ nicht.",
                element=called(element),
                name=name,
                localname=attribute.localname[:40],
            )
        if not attribute.namespace and attribute.localname in _REFERENCES:
            _reference(element, attribute.localname, text)
    own = element.get("id")
    if own is not None:
        if own in ids:
            raise BpmnRefused("Die Kennung „%(own)s“ kommt zweimal vor.", own=own[:60])
        ids.add(own)


def _is_known(namespace: str, name: str, attribute: etree.QName, value: str) -> bool:
    key, place = attribute.localname, attribute.namespace
    if not place:
        return _is_plain(namespace, name, key, value)
    if place == v.OURS:
        return namespace == v.BPMN and key in v.OUR_ATTRIBUTES.get(name, ())
    if place == v.XSI:
        # tFormalExpression only says that text is an expression; which language, we decide.
        return key == "type" and name in {"conditionExpression", "timeDuration"} and value.endswith("FormalExpression")
    return place in {v.COLOUR, v.COLOUR_OMG} and namespace == v.BPMNDI and bool(_COLOUR.fullmatch(value))


def _is_plain(namespace: str, name: str, key: str, value: str) -> bool:
    if namespace == v.BPMN:
        return key in v.ELEMENTS[name]
    if namespace == v.OURS:
        return name == "parameter" and key == "name"
    if key in {"x", "y", "width", "height", "resolution"} and not _NUMBER.fullmatch(value):
        return False
    return key in v.DRAWN[namespace][name]


def _reference(element: etree._Element, attribute: str, value: str) -> None:
    if attribute in _QNAME_REFERENCES:
        value = value.rpartition(":")[2]
    if not _ID.fullmatch(value) or value in _TAKEN:
        raise BpmnRefused(
            "„%(value)s“ taugt nicht als Kennung (bei „%(element)s“).", value=value[:60], element=called(element)
        )
