"""`kundenakte folder add|change|on|off|list`: the folders that are watched."""

from __future__ import annotations

import json
from argparse import ArgumentParser, BooleanOptionalAction
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import Role
from kundenakte.records.actions import accounts
from kundenakte.records.refusals import Refused
from kundenakte.steps.intake import folders as actions
from kundenakte.steps.intake.models import WatchedFolder

# Whoever may start a command on this machine acts for the house.
_ACTOR: Final = Actor.system("command")
# Options that are handed on under their own name when they are given.
_PLAIN: Final = (
    "sidecar", "path_is_key", "keep_in_place", "marker_required", "answers", "done_folder", "error_folder",
    "settle_seconds", "wait_seconds", "depth", "batch", "batch_words",
)  # fmt: skip


class Command(BaseCommand):
    """A running house picks changes up within seconds."""

    help = "Richtet überwachte Ordner ein, in die ERP, Scanner oder Dateiserver ihre Dokumente legen."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One sub-command for each thing to do."""
        commands = parser.add_subparsers(dest="what", required=True)
        add = commands.add_parser("add", help="Ordner einrichten")
        add.add_argument("name", help="ein Wort, zum Beispiel erp")
        add.add_argument("path", metavar="PFAD")
        _settings(add)
        change = commands.add_parser("change", help="Einstellungen ändern")
        change.add_argument("name")
        change.add_argument("--path", metavar="PFAD")
        _settings(change)
        for what, meaning in (("on", "wieder überwachen"), ("off", "nicht mehr überwachen")):
            commands.add_parser(what, help=meaning).add_argument("name")
        commands.add_parser("list", help="Ordner mit ihrem Zustand zeigen")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked; a refusal ends the command with its sentence."""
        try:
            getattr(self, f"_{options['what']}")(options)
        except Refused as error:
            raise CommandError(error.sentence) from error

    def _add(self, options: dict[str, Any]) -> None:
        path = Path(options["path"]).absolute()
        if not path.is_dir():
            raise CommandError(f"Den Ordner {path} gibt es nicht.")
        folder = actions.add_folder(
            actor=_ACTOR, name=options["name"], path=str(path), now=timezone.now(), **_changes(options)
        )
        self.stdout.write(f"Der Ordner {folder.path} wird als „{folder.name}“ überwacht.")

    def _change(self, options: dict[str, Any]) -> None:
        changes = _changes(options)
        if options["path"]:
            changes["path"] = str(Path(options["path"]).absolute())
        self._apply(options["name"], changes)

    def _on(self, options: dict[str, Any]) -> None:
        self._apply(options["name"], {"enabled": True})

    def _off(self, options: dict[str, Any]) -> None:
        self._apply(options["name"], {"enabled": False})

    def _apply(self, name: str, changes: dict[str, Any]) -> None:
        folder = WatchedFolder.objects.filter(name=name).first()
        if folder is None:
            raise CommandError(f"Einen überwachten Ordner „{name}“ gibt es nicht.")
        actions.change_folder(actor=_ACTOR, folder=folder, now=timezone.now(), **changes)
        self.stdout.write(f"Der Ordner „{name}“ ist geändert.")

    def _list(self, options: dict[str, Any]) -> None:
        del options
        for folder in WatchedFolder.objects.all():
            state = folder.problem or ("wird überwacht" if folder.enabled else "wird nicht überwacht")
            self.stdout.write(f"{folder.name}  {folder.path}  {state}")


def _settings(parser: ArgumentParser) -> None:
    parser.add_argument("--sidecar", choices=("none", "auto", "required"), help="Begleitdateien (.json, .xml, .csv)")
    parser.add_argument("--marker", action="append", help="Endung von Fertig-Dateien, zum Beispiel .ok")
    parser.add_argument("--marker-required", action=BooleanOptionalAction, default=None)
    parser.add_argument("--pattern", action="append", help="Namensmuster, zum Beispiel {class}_{number}_{customer}.pdf")
    parser.add_argument(
        "--fact", action="append", metavar="NAME=WERT", help="was für jede Datei gilt, z. B. class=INV_OUT"
    )
    parser.add_argument(
        "--map", action="append", metavar="FELD=ANGABE", help="Feld der Begleitdatei, z. B. Kopf/KdNr=customer"
    )
    parser.add_argument("--mapping", metavar="JSON", help="dasselbe als Datei, auch mit Wertelisten")
    parser.add_argument(
        "--path-is-key", action=BooleanOptionalAction, default=None, help="gleicher Pfad = gleiches Dokument"
    )
    parser.add_argument("--keep-in-place", action=BooleanOptionalAction, default=None, help="Dateien bleiben liegen")
    parser.add_argument("--answers", action=BooleanOptionalAction, default=None, help="Ergebnisdatei daneben schreiben")
    parser.add_argument(
        "--batch", choices=("", "anchor", "value"),
        help="Sammel-PDF teilen: wo der Text steht, wo sich ändert, was dahinter steht, oder gar nicht",
    )  # fmt: skip
    parser.add_argument("--batch-words", metavar="TEXT", help="dieser Text, zum Beispiel „Seite 1 von“")
    parser.add_argument("--done-folder")
    parser.add_argument("--error-folder")
    parser.add_argument("--settle-seconds", type=float)
    parser.add_argument("--wait-seconds", type=float)
    parser.add_argument("--depth", type=int)
    parser.add_argument("--as", dest="acts_as", help="Konto, dessen Rechte gelten (sonst das System)")
    parser.add_argument("--team", help="Rolle, in deren Posteingang Fragliches kommt")


def _changes(options: dict[str, Any]) -> dict[str, Any]:
    changes = {name: options[name] for name in _PLAIN if options[name] is not None}
    for option, field in (("marker", "markers"), ("pattern", "patterns")):
        if options[option]:
            changes[field] = options[option]
    if options["fact"]:
        changes["facts"] = _facts(_pairs(options["fact"], "Eine Angabe"))
    if options["map"] or options["mapping"]:
        changes["mapping"] = {**_mapping_file(options["mapping"]), **_pairs(options["map"], "Eine Zuordnung")}
    if options["acts_as"]:
        changes["acts_as"] = accounts.account(options["acts_as"])
    if options["team"]:
        changes["team"] = Role.objects.filter(code=options["team"]).first()
        if changes["team"] is None:
            raise CommandError(f"Die Rolle „{options['team']}“ gibt es nicht.")
    return changes


def _pairs(texts: list[str] | None, what: str) -> dict[str, Any]:
    """`name=value` arguments as a mapping."""
    found = {}
    for text in texts or []:
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            raise CommandError(f"{what} wird als NAME=WERT angegeben, nicht „{text}“.")
        found[name.strip()] = value.strip()
    return found


def _facts(given: dict[str, Any]) -> dict[str, Any]:
    fields = {key.removeprefix("fields."): given.pop(key) for key in list(given) if key.startswith("fields.")}
    return {**given, "fields": fields} if fields else given


def _mapping_file(path: str | None) -> dict[str, Any]:
    if not path:
        return {}
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(f"Die Zuordnung {path} ist nicht lesbar: {error}") from error
    if not isinstance(content, dict):
        raise CommandError(f"Die Zuordnung {path} ist kein JSON-Objekt.")
    return content
