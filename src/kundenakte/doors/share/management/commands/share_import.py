"""`kundenakte share-import NAME [PATH]`: take over a file server, with `--dry-run` only show what would happen."""

from __future__ import annotations

import time
from argparse import ArgumentParser, BooleanOptionalAction
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kundenakte import pipeline
from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import Role
from kundenakte.base.jobs.worker import Worker
from kundenakte.doors.share import tasks
from kundenakte.records.actions import accounts
from kundenakte.records.refusals import Refused
from kundenakte.steps.intake import share_reports, shares
from kundenakte.steps.intake.models import Share, ShareLine, ShareRun

# Whoever may start a command on this machine acts for the house.
_ACTOR: Final = Actor.system("command")
_TOLD_EVERY: Final = 5.0


class Command(BaseCommand):
    """Works on its run itself, beside a house that may be running; ended at any moment, a new call goes on."""

    help = "Übernimmt die Dateien eines Dateiservers nach dem, was ihre Pfade sagen. Dort wird nichts verändert."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The options; those given are kept with the share."""
        parser.add_argument("name", help="ein Wort für das Laufwerk, zum Beispiel kunden")
        parser.add_argument("path", metavar="PFAD", nargs="?", help="beim ersten Mal: der Ordner")
        parser.add_argument(
            "--pattern", action="append", metavar="MUSTER", help="zum Beispiel {kunde} {name}/{register}/{jahr}/{titel}"
        )
        parser.add_argument(
            "--map", action="append", metavar="ORDNER=KLASSE", help="was ein Ordner bedeutet: Angebote=OFFER, "
            "Schriftwechsel=LETTER@korrespondenz"
        )  # fmt: skip
        parser.add_argument("--fact", action="append", metavar="NAME=WERT", help="was für alle gilt, z. B. system=erp")
        parser.add_argument(
            "--unclear", dest="takes_unclear", action=BooleanOptionalAction, default=None,
            help="auch aufnehmen, wessen Kunde nicht feststeht: es kommt in den Posteingang",
        )  # fmt: skip
        parser.add_argument("--as", dest="acts_as", help="Konto, dessen Rechte gelten (sonst das System)")
        parser.add_argument("--team", help="Rolle, in deren Posteingang Fragliches kommt")
        parser.add_argument("--dry-run", action="store_true", help="nur lesen und zeigen, was geschähe")
        parser.add_argument("--report", metavar="DATEI", help="jeden Pfad mit seinem Ergebnis als CSV schreiben")

    def handle(self, *args: Any, **options: Any) -> None:
        """Set up what was given, run, and report. A run that is under way is joined."""
        pipeline.register_jobs()
        tasks.register_jobs()
        try:
            share = self._share(options)
            run = self._run_of(share, options)
        except Refused as error:
            raise CommandError(error.sentence) from error
        run = self._worked(run)
        self._tell(run)
        if options["report"]:
            _write(run, Path(options["report"]))
            self.stdout.write(f"Jeder Pfad mit seinem Ergebnis steht in {options['report']}.")
        if run.problem:
            raise CommandError(run.problem)

    def _share(self, options: dict[str, Any]) -> Share:
        changes = _changes(options)
        share = Share.objects.filter(name=options["name"]).first()
        now = timezone.now()
        if share is None:
            if not options["path"]:
                raise CommandError(f"Das Laufwerk „{options['name']}“ ist neu; bitte nennen Sie den Ordner.")
            path = str(Path(options["path"]).absolute())
            return shares.add_share(actor=_ACTOR, name=options["name"], path=path, now=now, **changes)
        if options["path"]:
            changes["path"] = str(Path(options["path"]).absolute())
        if changes:
            shares.change_share(actor=_ACTOR, share=share, now=now, **changes)
        return share

    def _run_of(self, share: Share, options: dict[str, Any]) -> ShareRun:
        kind = ShareRun.Kind.TRIAL if options["dry_run"] else ShareRun.Kind.IMPORT
        under_way = share.runs.filter(ended_at=None).first()
        if under_way and under_way.kind == kind:
            self.stdout.write("Es läuft schon; dieser Aufruf hilft mit.")
            return under_way
        return shares.start(actor=_ACTOR, share=share, kind=kind, now=timezone.now())

    def _worked(self, run: ShareRun) -> ShareRun:
        worker, told = Worker(only=frozenset({shares.JOB, tasks.WAKE})), time.monotonic()
        while run.ended_at is None:
            if not worker.work_once():
                time.sleep(0.5)
            run.refresh_from_db()
            if time.monotonic() - told >= _TOLD_EVERY:
                told = time.monotonic()
                self.stderr.write(run.problem or _progress(run))
        return run

    def _tell(self, run: ShareRun) -> None:
        head = "Probelauf, nichts wurde übernommen: " if run.kind == ShareRun.Kind.TRIAL else ""
        self.stdout.write(
            f"{head}{run.total} Pfade, {_size(run.total_bytes)}, {share_reports.customers(run, None)} Kunden."
        )
        for tally in share_reports.found(run, None):
            label = ShareLine.Outcome(tally.outcome).label
            self.stdout.write(f"{tally.count:>8}  {label} ({_size(tally.bytes)})")
            self.stdout.write(f"          z. B. {tally.examples[0].file}  {tally.examples[0].sentence}".rstrip())
        for word, count in share_reports.unknown_words(run, None)[:20]:
            self.stdout.write(f"Ordner „{word}“ ({count} Dateien) ist keiner Klasse zugeordnet.")


def _changes(options: dict[str, Any]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if options["pattern"]:
        changes["patterns"] = options["pattern"]
    if options["map"]:
        changes["words"] = shares.words_from(options["map"])
    if options["fact"]:
        changes["facts"] = _facts(options["fact"])
    if options["takes_unclear"] is not None:
        changes["takes_unclear"] = options["takes_unclear"]
    if options["acts_as"]:
        changes["acts_as"] = accounts.account(options["acts_as"])
    if options["team"]:
        changes["team"] = Role.objects.filter(code=options["team"]).first()
        if changes["team"] is None:
            raise CommandError(f"Die Rolle „{options['team']}“ gibt es nicht.")
    return changes


def _facts(texts: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            raise CommandError(f"Eine Angabe wird als NAME=WERT gemacht, nicht „{text}“.")
        if name.startswith("fields."):
            found.setdefault("fields", {})[name.removeprefix("fields.").strip()] = value.strip()
        else:
            found[name.strip()] = value.strip()
    return found


def _progress(run: ShareRun) -> str:
    if run.listed_at is None:
        return f"{run.total} Pfade gefunden, es wird noch gesucht."
    left = run.seconds_left
    rest = f", noch etwa {max(1, round(left / 60))} min" if left is not None else ""
    return f"{run.done} von {run.total} ({run.percent} %){rest}"


def _size(count: int) -> str:
    size, unit = float(count), "Byte"
    for unit in ("Byte", "kB", "MB", "GB", "TB"):
        if size < 1000 or unit == "TB":
            break
        size /= 1000
    return f"{size:.0f} {unit}" if unit == "Byte" or size >= 100 else f"{size:.1f} {unit}".replace(".", ",")


def _write(run: ShareRun, path: Path) -> None:
    try:
        with path.open("w", encoding="utf-8", newline="") as target:
            target.writelines(share_reports.table(run, None))
    except OSError as error:
        raise CommandError(f"Der Bericht ließ sich nicht schreiben: {error.strerror}.") from error
