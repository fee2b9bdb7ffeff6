"""The diagram of a process as the server draws it, from the places the file gives: no script, readable in print.

Where the viewer of bpmn.io is installed it takes the place of this picture; what is marked is the same.
"""

from __future__ import annotations

import textwrap
from collections.abc import Collection
from dataclasses import dataclass

from lxml import etree

from kundenakte.circulation.processes import vocabulary as v
from kundenakte.circulation.processes.xml import local


@dataclass(frozen=True, slots=True)
class Text:
    """A line of words and where it stands."""

    x: float
    y: float
    line: str


@dataclass(frozen=True, slots=True)
class Shape:
    """An element of the diagram. `kind` decides its outline, `state` its colour: "here", "passed" or nothing."""

    id: str
    kind: str
    state: str
    x: float
    y: float
    width: float
    height: float
    words: tuple[Text, ...]
    is_round: bool
    is_gateway: bool
    sign: str

    @property
    def cx(self) -> float:
        """The middle across."""
        return self.x + self.width / 2

    @property
    def cy(self) -> float:
        """The middle down."""
        return self.y + self.height / 2

    @property
    def radius(self) -> float:
        """Of what is round."""
        return self.width / 2

    @property
    def inner_radius(self) -> float:
        """Of the second ring of events in between."""
        return self.width / 2 - 3

    @property
    def diamond(self) -> str:
        """The corners of a gateway."""
        return f"{self.cx},{self.y} {self.x + self.width},{self.cy} {self.cx},{self.y + self.height} {self.x},{self.cy}"


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow."""

    id: str
    points: str
    words: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything, with the room it takes."""

    box: str
    width: float
    height: float
    lanes: tuple[Shape, ...]
    edges: tuple[Edge, ...]
    shapes: tuple[Shape, ...]


_GATEWAY_SIGNS = {"exclusiveGateway": "×", "parallelGateway": "+", "inclusiveGateway": "○"}
_LINE = 13


def drawn(source: str, *, here: Collection[str] = (), passed: Collection[str] = ()) -> Drawing | None:
    """The picture of a file that was read before; None where it gives no places."""
    root = etree.fromstring(source.encode(), etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    elements = {one.get("id"): one for one in root.iter() if isinstance(one.tag, str) and one.get("id")}
    shapes: list[Shape] = []
    lanes: list[Shape] = []
    edges: list[Edge] = []
    for di in root.iter(f"{{{v.BPMNDI}}}BPMNShape", f"{{{v.BPMNDI}}}BPMNEdge"):
        of = elements.get((di.get("bpmnElement") or "").rpartition(":")[2])
        if of is None:
            continue
        if local(di) == "BPMNEdge":
            edges.append(_edge(di, of))
            continue
        shape = _shape(di, of, here, passed)
        if shape is not None:
            (lanes if shape.kind in {"participant", "lane"} else shapes).append(shape)
    everything = [*lanes, *shapes]
    if not everything:
        return None
    left, top = min(one.x for one in everything) - 8, min(one.y for one in everything) - 8
    right = max(one.x + one.width for one in everything) + 8
    bottom = max(one.y + one.height for one in everything) + 8
    # What is large is drawn first: a sub-process lies under what it holds.
    shapes.sort(key=lambda one: -one.width * one.height)
    return Drawing(
        f"{left:g} {top:g} {right - left:g} {bottom - top:g}", right - left, bottom - top, tuple(lanes), tuple(edges),
        tuple(shapes),
    )  # fmt: skip


def _shape(di: etree._Element, of: etree._Element, here: Collection[str], passed: Collection[str]) -> Shape | None:
    bounds = next((one for one in di if local(one) == "Bounds"), None)
    if bounds is None:
        return None
    x, y, width, height = (float(bounds.get(name, 0)) for name in ("x", "y", "width", "height"))
    kind, own = local(of), of.get("id", "")
    state = "here" if own in here else "passed" if own in passed else ""
    name = (of.get("name") or "").strip()
    is_box = kind in {"userTask", "serviceTask", "receiveTask", "subProcess"}
    if kind in {"participant", "lane"}:
        words: tuple[Text, ...] = (Text(x + 15, y + height / 2, name),)
    elif is_box:
        lines = textwrap.wrap(name, 16)[:4]
        first = y + height / 2 - (len(lines) - 1) * _LINE / 2 + 4
        words = tuple(Text(x + width / 2, first + n * _LINE, line) for n, line in enumerate(lines))
    else:
        words = _label(di, name, x + width / 2, y + height + 14, 18)
    return Shape(
        own, kind, state, x, y, width, height, words, kind.endswith("Event"), kind in v.GATEWAYS,
        _GATEWAY_SIGNS.get(kind, "") or _event_sign(of),
    )  # fmt: skip


def _event_sign(of: etree._Element) -> str:
    for one in of:
        if local(one) == "timerEventDefinition":
            return "◷"
        if local(one) == "messageEventDefinition":
            return "✉"
    return ""


def _label(di: etree._Element, name: str, x: float, y: float, width: int) -> tuple[Text, ...]:
    if not name:
        return ()
    label = next((one for part in di if local(part) == "BPMNLabel" for one in part), None)
    if label is not None:
        x = float(label.get("x", 0)) + float(label.get("width", 0)) / 2
        y = float(label.get("y", 0)) + 11
    return tuple(Text(x, y + n * _LINE, line) for n, line in enumerate(textwrap.wrap(name, width)[:3]))


def _edge(di: etree._Element, of: etree._Element) -> Edge:
    points = [(float(one.get("x", 0)), float(one.get("y", 0))) for one in di if local(one) == "waypoint"]
    middle = points[len(points) // 2] if points else (0.0, 0.0)
    words = _label(di, (of.get("name") or "").strip(), middle[0], middle[1] - 6, 22)
    return Edge(of.get("id", ""), " ".join(f"{x:g},{y:g}" for x, y in points), words)
