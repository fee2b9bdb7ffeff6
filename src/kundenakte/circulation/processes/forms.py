"""The form of a task, from a small JSON Schema; what was filled in is checked here for every door alike.

    {"type": "object", "required": ["grund"], "properties": {
        "grund":  {"title": "Grund", "type": "string", "oneOf": [{"const": "mangel", "title": "Mangel"}]},
        "betrag": {"title": "Betrag", "type": "number", "format": "amount", "minimum": 0},
        "termin": {"title": "Termin", "type": "string", "format": "date"},
        "kulanz": {"title": "Kulanz?", "type": "boolean"}}}

Further formats of a string: "multiline", "person" (somebody of the house), "document" (one of the customer's file).
Answers are plain JSON: texts, numbers as text with a point, days as YYYY-MM-DD, true/false, ids.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from kundenakte.circulation.processes.conditions import RESERVED
from kundenakte.circulation.processes.refusals import BpmnRefused, WrongAnswer

_MOST_FIELDS: Final = 30
_MOST_CHOICES: Final = 50
_LONGEST_FORM: Final = 20_000
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_FORM_KEYS: Final = {"type", "title", "required", "properties"}
_FIELD_KEYS: Final = {"title", "description", "type", "format", "oneOf", "maxLength", "minimum", "maximum", "default"}
_KINDS: Final = {
    ("string", ""): "text", ("string", "multiline"): "multiline", ("string", "date"): "date",
    ("string", "person"): "person", ("string", "document"): "document", ("number", ""): "number",
    ("integer", ""): "integer", ("number", "amount"): "amount", ("boolean", ""): "yesno",
}  # fmt: skip
_NUMBERS: Final = {"number", "integer", "amount"}
_LONGEST_TEXT: Final = 4000
_MOST: Final = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class Field:
    """One question."""

    name: str
    title: str
    # text, multiline, choice, number, integer, amount, date, yesno, person, document
    kind: str
    required: bool = False
    description: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    longest: int = 200
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    default: Any = None


@dataclass(frozen=True, slots=True)
class Form:
    """The questions of one task, in order."""

    fields: tuple[Field, ...] = ()

    def field(self, name: str) -> Field | None:
        """One of them by name."""
        return next((field for field in self.fields if field.name == name), None)

    def checked(self, answers: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, WrongAnswer]]:
        """What the answers are, cleaned, and what is wrong with them, by field. Whether a person or a document exists,
        the caller asks: here it only is a number."""
        clean: dict[str, Any] = {}
        faults: dict[str, WrongAnswer] = {}
        for field in self.fields:
            try:
                clean[field.name] = _clean(field, answers.get(field.name))
            except WrongAnswer as fault:
                faults[field.name] = fault.to(field.title)
        for name in answers.keys() - {field.name for field in self.fields}:
            faults[name] = WrongAnswer("Das Feld „%(name)s“ gibt es hier nicht.", name=str(name)[:40])
        return clean, faults


def read(text: str) -> Form:
    """The form a file describes. Raises BpmnRefused for everything outside the subset."""
    if len(text) > _LONGEST_FORM:
        raise BpmnRefused("Dieses Formular ist zu lang.")
    try:
        said = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise BpmnRefused("Das Formular ist kein gültiges JSON.") from None
    if not isinstance(said, dict) or said.get("type") != "object" or not isinstance(said.get("properties"), dict):
        raise BpmnRefused("Ein Formular ist ein JSON-Schema mit „type“: „object“ und „properties“.")
    _only(said, _FORM_KEYS, "Formular")
    properties, required = said["properties"], said.get("required", [])
    if len(properties) > _MOST_FIELDS:
        raise BpmnRefused("Ein Formular hat höchstens %(most_fields)s Felder.", most_fields=_MOST_FIELDS)
    if not isinstance(required, list) or not all(name in properties for name in required if isinstance(name, str)):
        raise BpmnRefused("„required“ nennt ein Feld, das es im Formular nicht gibt.")
    return Form(tuple(_field(name, one, name in required) for name, one in properties.items()))


def _field(name: str, said: Any, required: bool) -> Field:  # noqa: FBT001
    if not _NAME.fullmatch(name) or name in RESERVED:
        raise BpmnRefused(
            "„%(name)s“ taugt nicht als Name eines Feldes: kleine Buchstaben, Ziffern und _, "
            "kein Wort der Bedingungssprache.",
            name=name[:40],
        )
    if not isinstance(said, dict):
        raise BpmnRefused("Das Feld „%(name)s“ ist nicht beschrieben.", name=name)
    _only(said, _FIELD_KEYS, f"Feld „{name}“")
    kind = _KINDS.get((str(said.get("type")), str(said.get("format", ""))))
    if kind is None:
        raise BpmnRefused("Die Art des Feldes „%(name)s“ kennt die Kundenakte nicht.", name=name)
    choices = _choices(name, said["oneOf"]) if "oneOf" in said else ()
    if choices and kind != "text":
        raise BpmnRefused("Das Feld „%(name)s“ kann nur als Text Möglichkeiten zur Wahl haben.", name=name)
    longest = said.get("maxLength", _LONGEST_TEXT if kind == "multiline" else 200)
    if not isinstance(longest, int) or isinstance(longest, bool) or not 1 <= longest <= _LONGEST_TEXT:
        raise BpmnRefused(
            "Die Länge des Feldes „%(name)s“ muss zwischen 1 und %(longest_text)s liegen.",
            name=name,
            longest_text=_LONGEST_TEXT,
        )
    title = said.get("title", name)
    description = said.get("description", "")
    if not isinstance(title, str) or not title.strip() or len(title) > 120 or not isinstance(description, str):
        raise BpmnRefused("Das Feld „%(name)s“ braucht eine Beschriftung mit höchstens 120 Zeichen.", name=name)
    limits = {key: _limit(name, said[key]) for key in ("minimum", "maximum") if key in said}
    field = Field(
        name, title.strip(), "choice" if choices else kind, required, description.strip()[:500], choices, longest,
        limits.get("minimum"), limits.get("maximum"),
    )  # fmt: skip
    if "default" not in said:
        return field
    try:
        default = _clean(field, said["default"])
    except WrongAnswer:
        raise BpmnRefused("Der Vorschlag für „%(name)s“ passt nicht zum Feld.", name=name) from None
    return Field(**{key: getattr(field, key) for key in Field.__slots__ if key != "default"}, default=default)


def _choices(name: str, said: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(said, list) or not 1 <= len(said) <= _MOST_CHOICES:
        raise BpmnRefused(
            "Das Feld „%(name)s“ braucht zwischen 1 und %(most_choices)s Möglichkeiten.",
            name=name,
            most_choices=_MOST_CHOICES,
        )
    found = []
    for one in said:
        if not isinstance(one, dict) or one.keys() != {"const", "title"} or not all(map(_is_short, one.values())):
            raise BpmnRefused("Jede Möglichkeit des Feldes „%(name)s“ besteht aus „const“ und „title“.", name=name)
        found.append((one["const"], one["title"]))
    if len({const for const, _title in found}) != len(found):
        raise BpmnRefused("Im Feld „%(name)s“ steht eine Möglichkeit doppelt.", name=name)
    return tuple(found)


def _is_short(value: Any) -> bool:
    return isinstance(value, str) and 1 <= len(value.strip()) <= 120


def _limit(name: str, value: Any) -> Decimal:
    if not isinstance(value, int | float) or isinstance(value, bool) or abs(value) > _MOST:
        raise BpmnRefused("Die Grenze des Feldes „%(name)s“ ist keine brauchbare Zahl.", name=name)
    return Decimal(str(value))


def _only(said: Mapping[str, Any], known: set[str], where: str) -> None:
    if unknown := sorted(said.keys() - known):
        raise BpmnRefused("%(where)s: „%(unknown)s“ kennt die Kundenakte nicht.", where=where, unknown=unknown[0][:40])


def _no_constant(_name: str) -> Any:
    raise ValueError


# --- answers -----------------------------------------------------------------------------------------------------


def _clean(field: Field, value: Any) -> Any:
    if field.kind == "yesno":
        return _yesno(field, value)
    if value is None or (isinstance(value, str) and not value.strip()):
        if field.required:
            raise WrongAnswer("Bitte füllen Sie dieses Feld aus.")
        return None
    if field.kind in _NUMBERS:
        return _number(field, value)
    if field.kind in {"person", "document"}:
        return _pk(value)
    if not isinstance(value, str):
        raise WrongAnswer("Hier wird ein Text erwartet.")
    return _text(field, value)


def _text(field: Field, value: str) -> str:
    text = value.replace("\r\n", "\n").strip()
    if "\x00" in text:
        raise WrongAnswer("Dieses Zeichen geht hier nicht.")
    if field.kind == "choice":
        if text not in {const for const, _title in field.choices}:
            raise WrongAnswer("Bitte wählen Sie eine der Möglichkeiten.")
        return text
    if field.kind == "date":
        return _day(text)
    if len(text) > field.longest:
        raise WrongAnswer("Das sind mehr als %(most)s Zeichen.", most=field.longest)
    return text


def _yesno(field: Field, value: Any) -> bool | None:
    if value in (None, ""):
        if field.required:
            raise WrongAnswer("Bitte wählen Sie Ja oder Nein.")
        return None
    if isinstance(value, bool):
        return value
    found = {"ja": True, "true": True, "nein": False, "false": False}.get(str(value).lower())
    if found is None:
        raise WrongAnswer("Bitte wählen Sie Ja oder Nein.")
    return found


def _number(field: Field, value: Any) -> str:
    text = str(value).strip().replace("\u202f", "").replace(" ", "").removesuffix("€")
    if "," in text:
        # As people here write it: 1.234,50
        text = text.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"-?\d{1,3}(\.\d{3})+", text) and isinstance(value, str):
        text = text.replace(".", "")
    try:
        number = Decimal(text) if re.fullmatch(r"-?\d{1,15}(\.\d{1,6})?", text) else None
    except InvalidOperation:
        number = None
    if number is None or isinstance(value, bool):
        raise WrongAnswer("Bitte geben Sie eine Zahl ein, etwa 1.234,50.")
    if field.kind == "integer" and number != number.to_integral_value():
        raise WrongAnswer("Bitte geben Sie eine ganze Zahl ein.")
    if field.kind == "amount":
        if number != round(number, 2):
            raise WrongAnswer("Ein Betrag hat höchstens zwei Stellen nach dem Komma.")
        number = round(number, 2)
    if field.minimum is not None and number < field.minimum:
        raise WrongAnswer("Der kleinste erlaubte Wert ist %(least)s.", least=field.minimum)
    if abs(number) >= _MOST or (field.maximum is not None and number > field.maximum):
        most = field.maximum if field.maximum is not None else _MOST - 1
        raise WrongAnswer("Der größte erlaubte Wert ist %(most)s.", most=most)
    return format(number, "f")


def _pk(value: Any) -> int:
    if isinstance(value, bool) or not re.fullmatch(r"[1-9]\d{0,17}", str(value)):
        raise WrongAnswer("Bitte wählen Sie aus der Liste.")
    return int(value)


def _day(text: str) -> str:
    match = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text)
    try:
        day = date(int(match[3]), int(match[2]), int(match[1])) if match else date.fromisoformat(text)
    except ValueError:
        raise WrongAnswer("Bitte geben Sie einen Tag ein, etwa 31.12.2026.") from None
    return day.isoformat()
