"""The language of conditions at gateways: fields, comparisons, and/or/not, numbers, words, days. Nothing else.

    betrag > 500 und nicht kulanz = ja
    art = "visit" oder eingang < 2026-01-31

It is read by this module into a small tree and calculated from that; no text of a file ever reaches Python's own
`eval`. There are no calls, no attributes, no indices: a field is a name that is looked up among the case's fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from kundenakte.circulation.processes.refusals import ConditionRefused

LONGEST: Final = 500
_DEEPEST: Final = 20
_TOKEN: Final = re.compile(
    r"""\s*(?:
      (?P<day>\d{4}-\d{2}-\d{2}(?![\w.]))
    | (?P<number>-?\d{1,15}(?:\.\d{1,6})?(?![\w.]))
    | (?P<text>"[^"\\]{0,200}"|'[^'\\]{0,200}')
    | (?P<word>[A-Za-zÄÖÜäöüß][A-Za-zÄÖÜäöüß0-9_]{0,59})
    | (?P<sign><=|>=|!=|<>|==|=|<|>|\(|\))
    )""",
    re.VERBOSE,
)
_AND, _OR, _NOT = {"and", "und"}, {"or", "oder"}, {"not", "nicht"}
_CONSTANTS: Final[dict[str, Any]] = {
    "true": True, "ja": True, "false": False, "nein": False, "empty": None, "leer": None,
}  # fmt: skip
RESERVED: Final = frozenset(_AND | _OR | _NOT | _CONSTANTS.keys())
_SIGNS: Final = {"=": "=", "==": "=", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


@dataclass(frozen=True, slots=True)
class Value:
    """A constant."""

    value: Any


@dataclass(frozen=True, slots=True)
class FieldOf:
    """A field of the case; what is not known is empty."""

    name: str


@dataclass(frozen=True, slots=True)
class Compared:
    """Two operands and a sign."""

    left: Value | FieldOf
    sign: str
    right: Value | FieldOf


@dataclass(frozen=True, slots=True)
class Joined:
    """Several conditions, all ("and") or one ("or") of which must hold."""

    how: str
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Negated:
    """What must not hold."""

    part: Node


Node = Value | FieldOf | Compared | Joined | Negated


def read(text: str) -> Node:
    """The condition as a tree. Raises ConditionRefused, with the place, for anything outside the language."""
    if len(text) > LONGEST:
        raise ConditionRefused("Eine Bedingung hat höchstens %(longest)s Zeichen.", longest=LONGEST)
    reader = _Reader(text)
    found = reader.whole()
    if found is None:
        raise ConditionRefused("Hier fehlt eine Bedingung.")
    return found


def holds(text: str, fields: Mapping[str, Any]) -> bool:
    """Whether the condition holds for these fields. What cannot be compared does not hold; nothing raises for it."""
    return _holds(read(text), fields)


def fields_of(node: Node) -> Iterator[str]:
    """The names a condition asks for."""
    if isinstance(node, FieldOf):
        yield node.name
    elif isinstance(node, Compared):
        yield from fields_of(node.left)
        yield from fields_of(node.right)
    elif isinstance(node, Joined):
        for part in node.parts:
            yield from fields_of(part)
    elif isinstance(node, Negated):
        yield from fields_of(node.part)


class _Reader:
    """Reads by descent: or, and, not, comparison."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._at = 0

    def whole(self) -> Node | None:
        if not self._tokens:
            return None
        found = self._or(0)
        if self._at < len(self._tokens):
            raise self._fault()
        return found

    def _or(self, depth: int) -> Node:
        return self._joined("or", _OR, self._and, depth)

    def _and(self, depth: int) -> Node:
        return self._joined("and", _AND, self._not, depth)

    def _joined(self, how: str, words: set[str], one: Any, depth: int) -> Node:
        if depth > _DEEPEST:
            raise ConditionRefused("Diese Bedingung ist zu tief verschachtelt.")
        parts = [one(depth)]
        while self._takes_word(words):
            parts.append(one(depth))
        return parts[0] if len(parts) == 1 else Joined(how, tuple(parts))

    def _not(self, depth: int) -> Node:
        if depth > _DEEPEST:
            raise ConditionRefused("Diese Bedingung ist zu tief verschachtelt.")
        if self._takes_word(_NOT):
            return Negated(self._not(depth + 1))
        if self._takes_sign("("):
            inside = self._or(depth + 1)
            if not self._takes_sign(")"):
                raise self._fault()
            return inside
        return self._comparison()

    def _comparison(self) -> Node:
        left = self._operand()
        kind, text = self._next()
        if kind == "sign" and text in _SIGNS:
            self._at += 1
            return Compared(left, _SIGNS[text], self._operand())
        return left

    def _operand(self) -> Value | FieldOf:
        kind, text = self._next()
        self._at += 1
        if kind == "day":
            try:
                return Value(date.fromisoformat(text))
            except ValueError:
                raise ConditionRefused("Den Tag %(text)s gibt es nicht.", text=text) from None
        if kind == "number":
            return Value(Decimal(text))
        if kind == "text":
            return Value(text[1:-1])
        if kind == "word" and text.lower() in _CONSTANTS:
            return Value(_CONSTANTS[text.lower()])
        if kind == "word" and text.lower() not in RESERVED:
            return FieldOf(text)
        self._at -= 1
        raise self._fault()

    def _next(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("", "")

    def _takes_word(self, words: set[str]) -> bool:
        kind, text = self._next()
        if kind == "word" and text.lower() in words:
            self._at += 1
            return True
        return False

    def _takes_sign(self, sign: str) -> bool:
        if self._next() == ("sign", sign):
            self._at += 1
            return True
        return False

    def _fault(self) -> ConditionRefused:
        kind, text = self._next()
        where = f"bei „{text[:40]}“" if kind else "am Ende"
        return ConditionRefused(
            "Die Bedingung „%(text)s“ versteht die Kundenakte %(where)s nicht. Erlaubt sind Felder, "
            "Vergleiche, und/oder/nicht, Zahlen, Texte in Anführungszeichen und Tage (2026-01-31).",
            text=self._text.strip()[:80],
            where=where,
        )


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at, end)
        if match is None or match.lastgroup is None:
            rest = text[at:].strip()[:20]
            raise ConditionRefused(
                "In der Bedingung „%(text)s“ hat „%(rest)s“ keine Bedeutung. Erlaubt sind Felder, "
                "Vergleiche, und/oder/nicht, Zahlen, Texte in Anführungszeichen und Tage (2026-01-31).",
                text=text.strip()[:80],
                rest=rest,
            )
        yield match.lastgroup, match.group(match.lastgroup)
        at = match.end()


def _holds(node: Node, fields: Mapping[str, Any]) -> bool:
    if isinstance(node, Joined):
        return (all if node.how == "and" else any)(_holds(part, fields) for part in node.parts)
    if isinstance(node, Negated):
        return not _holds(node.part, fields)
    if isinstance(node, Compared):
        return _compared(_value(node.left, fields), node.sign, _value(node.right, fields))
    return _value(node, fields) is True


def _value(node: Value | FieldOf, fields: Mapping[str, Any]) -> Any:
    if isinstance(node, Value):
        return node.value
    value = fields.get(node.name)
    # Only what a form can bring is comparable; empty text counts as nothing.
    return value if isinstance(value, str | int | float | bool) and value != "" else None


def _compared(left: Any, sign: str, right: Any) -> bool:
    left, right = _alike(left, right)
    if sign in {"=", "!="}:
        same = type(left) is type(right) and left == right
        return same if sign == "=" else not same
    if type(left) is not type(right) or left is None or isinstance(left, bool):
        return False
    return bool({"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[sign])


def _alike(left: Any, right: Any) -> tuple[Any, Any]:
    """Both as numbers if one is a number, both as days if one is a day; else as they are."""
    for kind, turned in ((date, _day), (Decimal, _number)):
        if any(isinstance(one, kind) or (kind is Decimal and _is_number(one)) for one in (left, right)):
            return turned(left), turned(right)
    return left, right


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _number(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return value
    return number if number.is_finite() else None


def _day(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value
