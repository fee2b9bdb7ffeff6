"""`kundenakte file PATH…`: take in files and folders from the command line."""

from __future__ import annotations

import os
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kundenakte import pipeline
from kundenakte.base.accounts.actors import Actor
from kundenakte.doors.cli.answers import actor, pairs, refusals_in_words
from kundenakte.records.models import Arrival
from kundenakte.records.refusals import Refused
from kundenakte.steps.filing.told import told

# Option → fact (records/facts.py).
_FACTS: Final = {
    "customer": "Kundennummer", "system": "System, dessen Kundennummer gemeint ist",
    "class": "Dokumentklasse (Code oder Name)",
    "number": "Belegnummer", "dated_on": "Datum des Dokuments", "section": "Schlüssel des Registers", "title": "Titel",
    "comment": "Kommentar zur Version", "vat_id": "USt-IdNr. des Kunden",
}  # fmt: skip
_STATE: Final = {
    Arrival.State.FILED: "eingeaktet", Arrival.State.DUPLICATE: "bereits vorhanden",
    Arrival.State.WAITING: "im Posteingang", Arrival.State.UNDER_WAY: "übernommen",
    Arrival.State.DISCARDED: "aussortiert", Arrival.State.SPLIT: "in seine Dokumente aufgeteilt",
}  # fmt: skip


class Command(BaseCommand):
    """Each file is received like anywhere else; the report names each one, the exit code says whether all came in."""

    help = "Nimmt Dateien und Ordner auf. Wem sie gehören, findet die Kundenakte selbst oder fragt im Posteingang."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The options."""
        parser.add_argument("paths", nargs="+", metavar="PFAD", help="Datei oder Ordner (mit Unterordnern)")
        for name, meaning in _FACTS.items():
            parser.add_argument(f"--{name.replace('_', '-')}", dest=name, default="", help=meaning)
        parser.add_argument("--field", action="append", metavar="NAME=WERT", help="weiteres Indexfeld")
        parser.add_argument("--as", dest="username", default="", help="in wessen Namen (sonst das System)")
        parser.add_argument(
            "--follow", nargs="?", type=float, const=120.0, default=0.0, metavar="SEKUNDEN",
            help="warten, bis alles eingeaktet ist oder im Posteingang liegt",
        )  # fmt: skip

    @refusals_in_words
    def handle(self, *args: Any, **options: Any) -> None:
        """Receive all, then report."""
        pipeline.register_jobs()
        facts = {name: options[name] for name in _FACTS if options[name]}
        fields = pairs(options["field"], "Ein Indexfeld")
        if fields:
            facts["fields"] = fields
        who = actor(options["username"])
        received: list[tuple[Path, Arrival]] = []
        failed = 0
        for path in _files(options["paths"]):
            try:
                received.append((path, _receive(who, path, facts)))
            except (OSError, Refused) as error:
                failed += 1
                self.stderr.write(f"nicht übernommen  {_shown(path)}: {_sentence(error)}")
        if options["follow"]:
            _wait([arrival for _, arrival in received], options["follow"])
        for path, arrival in received:
            self.stdout.write(_line(path, arrival))
        if failed:
            raise CommandError(f"{len(received)} Dateien übernommen, {failed} nicht.")
        if not received:
            raise CommandError("Es war keine Datei dabei.")


def _files(paths: list[str]) -> Iterator[Path]:
    """The files named and those in the folders named. Links in folders are not followed, hidden files left out."""
    for text in paths:
        named = Path(text)
        if not named.is_dir():
            yield named
            continue
        for folder, folders, names in os.walk(named):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                path = Path(folder, name)
                if not name.startswith((".", "~$")) and path.is_file() and not path.is_symlink():
                    yield path


def _receive(who: Actor, path: Path, facts: dict[str, Any]) -> Arrival:
    with path.open("rb") as stream:
        return pipeline.receive(
            actor=who, stream=stream, file_name=path.name, source="command", now=timezone.now(), facts=facts,
            origin=str(path.absolute()),
        )  # fmt: skip


def _wait(arrivals: list[Arrival], seconds: float) -> None:
    """Until none of them is on its way any more, or the time is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for arrival in arrivals:
            if arrival.state == Arrival.State.UNDER_WAY:
                arrival.refresh_from_db()
        if all(arrival.state != Arrival.State.UNDER_WAY for arrival in arrivals):
            return
        time.sleep(0.3)


def _line(path: Path, arrival: Arrival) -> str:
    said = f"{_STATE[Arrival.State(arrival.state)]:<17} {_shown(path)}"
    document = arrival.document
    if document is not None:
        version = f", Version {arrival.version.number}" if arrival.version else ""
        return f"{said} → {document.customer_file}: {document.title}{version}"
    sentence = told(None, [arrival])[arrival.pk].in_words()
    return f"{said}: {sentence}" if sentence else said


def _shown(path: Path) -> str:
    """The path for a terminal: bytes that are no text and control characters are spelt out."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def _sentence(error: Exception) -> str:
    if isinstance(error, Refused):
        return error.sentence
    if isinstance(error, FileNotFoundError):
        return "Die Datei gibt es nicht."
    return "Die Datei darf nicht gelesen werden." if isinstance(error, PermissionError) else str(error)
