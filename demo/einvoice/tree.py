"""Writing XML without ceremony."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree


class Node:
    """An element in the making; `prefix:name` is looked up in the document's namespaces. Empty texts leave nothing."""

    def __init__(self, element: etree._Element, spaces: Mapping[str, str]) -> None:
        self.element = element
        self._spaces = spaces

    @classmethod
    def root(cls, name: str, spaces: Mapping[str, str]) -> Node:
        return cls(etree.Element(_qualified(name, spaces), nsmap=dict(spaces)), spaces)

    def add(self, path: str, text: str = "", **attributes: str) -> Node:
        """Append a child (or a path of children, "a/b") and give the last one."""
        element = self.element
        for name in path.split("/"):
            element = etree.SubElement(element, _qualified(name, self._spaces))
        if text:
            element.text = text
        for key, value in attributes.items():
            element.set(key, value)
        return Node(element, self._spaces)

    def maybe(self, path: str, text: str, **attributes: str) -> None:
        """Append only when there is a text."""
        if text:
            self.add(path, text, **attributes)

    def xml(self) -> bytes:
        return etree.tostring(self.element, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _qualified(name: str, spaces: Mapping[str, str]) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{spaces[prefix]}}}{local}"
