"""What a service task may have the house do: this list and nothing else. How it is done, `cases.errands` knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kundenakte.circulation.processes import conditions
from kundenakte.circulation.processes.refusals import BpmnRefused, ConditionRefused


@dataclass(frozen=True, slots=True)
class Service:
    """One kind of errand: which parameters it needs, and which it may have."""

    needs: frozenset[str]
    may: frozenset[str] = frozenset()


SET_FIELD: Final = "set_field"
SERVICES: Final[dict[str, Service]] = {
    # A letter from a template of the house, filed in the customer's file.
    "file_document": Service(frozenset({"title", "text"}), frozenset({"class", "section"})),
    # To the address in a field, or the customer's own; with the letter of another service task, if wished.
    "send_mail": Service(frozenset({"subject", "text"}), frozenset({"to", "attach"})),
    SET_FIELD: Service(frozenset({"field", "value"})),
    "start_process": Service(frozenset({"process"}), frozenset({"title"})),
    # The name of a receiver the administrator has entered; no address stands in a file.
    "call_webhook": Service(frozenset({"receiver"})),
}


def check(service: str, parameters: Mapping[str, str], fields: set[str]) -> None:
    """Raise BpmnRefused unless the house knows this service and these parameters."""
    known = SERVICES.get(service)
    if known is None:
        raise BpmnRefused(
            "Den Dienst „%(service)s“ gibt es nicht. Es gibt: %(what)s.",
            service=service[:40],
            what=", ".join(sorted(SERVICES)),
        )
    if missing := sorted(known.needs - parameters.keys()):
        raise BpmnRefused(
            "Dem Dienst „%(service)s“ fehlt die Angabe „%(missing)s“.", service=service, missing=missing[0]
        )
    if unknown := sorted(parameters.keys() - known.needs - known.may):
        raise BpmnRefused(
            "Der Dienst „%(service)s“ kennt die Angabe „%(unknown)s“ nicht.", service=service, unknown=unknown[0][:40]
        )
    if service == SET_FIELD:
        constant(parameters["value"])
    if parameters.get("to") and parameters["to"] not in fields | {"customer"}:
        raise BpmnRefused(
            "Das Feld „%(parameters)s“, an das die Mail gehen soll, steht in keinem Formular.",
            parameters=parameters["to"][:40],
        )


def constant(text: str) -> str | bool | None:
    """The value a service task puts in a field: one constant of the language of conditions."""
    try:
        node = conditions.read(text)
    except ConditionRefused as refused:
        raise BpmnRefused(refused.sentence) from None
    if not isinstance(node, conditions.Value):
        raise BpmnRefused("„%(text)s“ ist kein fester Wert. Texte stehen in Anführungszeichen.", text=text[:40])
    value = node.value
    return value if isinstance(value, str | bool) or value is None else str(value)
