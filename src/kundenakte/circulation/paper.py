"""The minutes on paper: a PDF/A for people, with the same tale as JSON attached to it for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import rfc8785
from django.utils import timezone

from kundenakte.circulation.models import Case, CirculationFolder, Stop
from kundenakte.circulation.models.minutes import What
from kundenakte.circulation.models.slips import Wish
from kundenakte.steps.rendition import pdfa
from kundenakte.steps.rendition.pdfa import Attached
from kundenakte.steps.rendition.sheet import LABEL, Column, Sheet

ATTACHED: Final = "umlaufprotokoll.json"
# What a process does without anybody's task; these lines name an element of it, or a message.
_OF_A_PROCESS: Final = (What.TIMER, What.MESSAGE, What.ERRAND)
_FOOTER: Final = "Umlaufprotokoll der Kundenakte. Die Angaben liegen auch als JSON in dieser Datei."
_SLIP: Final = (Column("Schritt", 8), Column("An", 24), Column("Was", 22), Column("Bis", 14), Column("Stand", 20))


def draw(tale: Mapping[str, Any], target: Path) -> None:
    """Write the minutes to `target`: the same tale gives the same bytes."""
    folder = tale["folder"]
    sheet = Sheet(target, kind="Umlaufprotokoll", title=f"{folder['number']} {folder['title']}", footer=_FOOTER,
                  is_whole=True)  # fmt: skip
    sheet.pairs(
        [
            ("Kunde", folder["customer"]),
            ("Gestartet", f"{folder['started_by']['name']}, {_when(folder['started_at'])}"),
            ("Ende", f"{CirculationFolder.State(folder['state']).label}, {_when(folder['ended_at'])}"),
            ("Anmerkung", folder["note"]),
            ("Dokumente", "\n".join(_document(one) for one in tale["documents"])),
        ]
    )
    case = tale.get("case")
    if case:
        _case(sheet, case)
    sheet.heading("Laufzettel")
    sheet.table(_SLIP, [_stop(stop) for stop in tale["stops"]])
    sheet.gap(6)
    # In full, however long: a table would cut them.
    told_to = [(f"Schritt {stop['step']}, {_to(stop)}", stop["instruction"]) for stop in tale["stops"]]
    sheet.pairs(told_to, label_width=150)
    sheet.heading("Protokoll")
    tasks = {task["task"]: task for task in tale["tasks"]}
    activities = {step["stop"]: step["name"] for step in case["steps"]} if case else {}
    names = case["names"] if case else {}
    for line in tale["minutes"]:
        about = activities.get(line["stop"]) or _about(line, tasks, names)
        sheet.pairs([(f"{line['number']}. {_when(line['at'])}", _sentence(line, about))], label_width=150)
        if line["comment"]:
            sheet.paragraph(line["comment"])
        sheet.gap(3)
    sheet.paragraph(f"Einträge: {len(tale['minutes'])}", LABEL)
    sheet.save()
    tale_itself = Attached(ATTACHED, rfc8785.dumps(dict(tale)), "application/json", "Umlaufprotokoll")
    pdfa.make(target, title=f"Umlaufprotokoll {folder['number']}", attached=[tale_itself])


def _document(one: Mapping[str, Any]) -> str:
    taken = f", entnommen {_when(one['removed_at'])}" if one["removed_at"] else ""
    return f"Dokument {one['document']} ({one['class']}), von {one['added_by']['name']}{taken}"


def _stop(stop: Mapping[str, Any]) -> tuple[str, ...]:
    wish = str(Wish(stop["wish"]).label) + (", vier Augen" if stop["four_eyes"] else "")
    due = f"{datetime.fromisoformat(stop['due_on']):%d.%m.%Y}" if stop["due_on"] else ""
    if stop["due_days"] is not None:
        due = f"{stop['due_days']} Arbeitstage"
    return str(stop["step"]), _to(stop), wish, due, str(Stop.State(stop["state"]).label)


def _to(stop: Mapping[str, Any]) -> str:
    return str((stop["user"] or stop["team"])["name"])


def _case(sheet: Sheet, case: Mapping[str, Any]) -> None:
    """What a process adds: its edition, what is known in the end, and what was answered at each of its steps."""
    process = case["process"]
    sheet.heading("Vorgang")
    sheet.pairs(
        [
            ("Prozess", f"{process['name']}, Ausgabe {process['definition']}"),
            ("Zuständig", case["owner"]["name"]),
            ("Stand", str(Case.State(case["state"]).label)),
        ]
    )
    _answers(sheet, case["said"])
    answered = [step for step in case["steps"] if step["said"] or step["said_before"]]
    if answered:
        sheet.heading("Angaben bei den Schritten")
    for step in answered:
        sheet.paragraph(step["name"], LABEL)
        _answers(sheet, step["said"], step["said_before"])
        sheet.gap(3)


def _answers(sheet: Sheet, said: Sequence[Sequence[str]], before: Sequence[Sequence[str]] = ()) -> None:
    # The house words its questions, however long: beside each other they would cover what was answered.
    changed = {pair[0]: pair[1] for pair in before}
    for title, words in said:
        sheet.paragraph(f"{title}: {words}" + (f" (vorher: {changed.pop(title)})" if title in changed else ""))
    for title, words in changed.items():
        sheet.paragraph(f"{title}: – (vorher: {words})")


def _about(line: Mapping[str, Any], tasks: Mapping[int, Mapping[str, Any]], names: Mapping[str, str]) -> str:
    if line["task"] in tasks:
        task = tasks[line["task"]]
        return f"{Wish(task['wish']).label} bei {(task['user'] or task['team'])['name']}"
    said = line["after"] if line["what"] in _OF_A_PROCESS else {}
    told = str(said.get("message", "")) or names.get(said.get("element", ""), "")
    document = f"Dokument {line['document']}" if line["document"] else ""
    return ", ".join(part for part in (told, document) if part)


def _sentence(line: Mapping[str, Any], about: str) -> str:
    who = line["who"] or "Kundenakte"
    if line["instead_of"]:
        who = f"{who} (in Vertretung für {line['instead_of']})"
    is_skipped = line["what"] == What.ERRAND and line["after"].get("state") == "skipped"
    what = "ohne diesen Schritt weiter" if is_skipped else What(line["what"]).label
    return f"{who}: {what}{f', {about}' if about else ''}"


def _when(moment: str | None) -> str:
    return f"{timezone.localtime(datetime.fromisoformat(moment)):%d.%m.%Y, %H:%M} Uhr" if moment else ""
