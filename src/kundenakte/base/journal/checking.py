"""Runs of the verifier over the archive and the exported journal, by its own program (verifier/) in a bounded process.

The house only starts it, gives it what the database says, keeps what it said, and sets apart what came, went or changed
while it was reading.
"""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.confinement import scratch_folder
from kundenakte.base.journal import actions, export
from kundenakte.base.journal.models import JournalEntry, VerifierRun
from kundenakte.base.refusals import Refused

VERIFIED: Final = "journal.verified"
PROVEN, VIOLATION, INCOMPLETE = 0, 1, 2
# An archive that takes longer is checked on a machine of its own.
LONGEST: Final = timedelta(hours=8)
_MEMORY: Final = 4 * 1024**3
# So many findings are kept as they are; all are counted.
_KEPT: Final = 100
# What was placed before the run began may be committed after it.
_IN_FLIGHT: Final = timedelta(minutes=2)
# What is changed is sealed anew within a day; until then the journal alone knows of it.
_SEALED_ANEW: Final = timedelta(days=2)
# Whose entries explain a difference between archive and database.
_DOCUMENT: Final = "records.document"
_CIRCULATION: Final = "circulation."
_OBJECT: Final = re.compile(r"(?:kundenakte:d|document )(\d+)(?:$|:)")


class NoVerifier(Refused):
    """The program is not on this machine."""

    code = "no_verifier"
    sentence = (
        "Das Prüfprogramm „kundenakte-verify“ ist auf dem Server nicht eingerichtet. Wer ihn betreibt, installiert es "
        "neben der Kundenakte; es wird mit ihr ausgeliefert (Ordner „verifier“)."
    )


class AlreadyChecking(Refused):
    """One run at a time: each reads the whole archive."""

    code = "already_checking"
    sentence = "Es läuft schon eine Prüfung. Ihr Ergebnis erscheint unter „Zustand“."


@transaction.atomic
def ask(*, actor: Actor, now: datetime) -> VerifierRun:
    """Want a run soon; the caretaker takes it up within a minute. A run that waits or goes on is given back."""
    there = open_run(now=now)
    if there:
        return there
    run = VerifierRun.objects.create(asked_at=now)
    actions.append(actor, "journal.check_asked", run, at=now)
    return run


def open_run(*, now: datetime) -> VerifierRun | None:
    """The run that waits or goes on."""
    return VerifierRun.objects.filter(ended_at=None, asked_at__gt=now - LONGEST).order_by("pk").last()


def check(
    *, actor: Actor, now: datetime, clock: Any, database: Callable[[], Iterator[bytes]] | None = None
) -> VerifierRun:
    """Sign and export what there is, run the program, and write down what it said. `clock()` gives the time at its end.

    With `database`, which gives the lines of `kundenakte export_projection`, archive and database are compared, in both
    directions. A run that could not be finished is a row with a sentence and without an exit status.
    Raises AlreadyChecking.
    """
    with _alone(), scratch_folder(Path(settings.SCRATCH)) as scratch:
        run = _begun(now)
        try:
            # Before the export: what changes in between, the journal tells of.
            projected = _projected(database, scratch) if database else []
            # So that the export tells of every object that is in its place.
            export.tell_everything(now)
            said = _ran([*command(), *projected])
        except NoVerifier as refused:
            return _ended(run, actor, clock(), sentence=refused.sentence)
        except subprocess.TimeoutExpired:
            return _ended(run, actor, clock(), sentence="Die Prüfung dauerte zu lange und wurde beendet.")
        except (OSError, ValueError, KeyError) as error:
            return _ended(run, actor, clock(), sentence=f"Die Prüfung ist abgebrochen: {str(error)[:300]}")
        return _ended(run, actor, clock(), said=said)


def _projected(database: Callable[[], Iterator[bytes]], scratch: Path) -> list[str]:
    """What the database says, in a file only this user can read, and gone with the run."""
    file = scratch / "projection.jsonl"
    with file.open("wb") as target:
        target.writelines(database())
    return ["--projection", str(file)]


def command() -> list[str]:
    """How the program is called here, with what is known of witnesses and authorities. Raises NoVerifier."""
    call = [*_program(), str(settings.ARCHIVE), "--json", "--processes", "1"]
    if not (Path(settings.ARCHIVE) / "ocfl").is_dir():
        call[-4] = str(export.folder())
    if settings.WITNESS_FOLDER and Path(settings.WITNESS_FOLDER).is_dir():
        call += ["--witness", settings.WITNESS_FOLDER]
    if settings.TIMESTAMP_ROOTS and Path(settings.TIMESTAMP_ROOTS).is_file():
        call += ["--trust", settings.TIMESTAMP_ROOTS]
    return call


def _program() -> list[str]:
    beside = Path(sys.executable).with_name("kundenakte-verify")
    found = str(beside) if beside.is_file() else shutil.which("kundenakte-verify")
    if found:
        return [found]
    # Started as a module it is still a process of its own; nothing of it is imported here.
    if importlib.util.find_spec("kundenakte_verify"):
        return [sys.executable, "-m", "kundenakte_verify"]
    raise NoVerifier


def _ran(call: Sequence[str]) -> dict[str, Any]:
    """What the program said. Raises ValueError when that is nothing, TimeoutExpired, OSError."""
    done = subprocess.run(
        call, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=LONGEST.total_seconds(),
        preexec_fn=_bounded,
    )  # fmt: skip
    if done.returncode not in {PROVEN, VIOLATION, INCOMPLETE}:
        raise ValueError(done.stderr.decode(errors="replace").strip()[-300:] or f"Ende {done.returncode}")
    said: dict[str, Any] = json.loads(done.stdout)
    if said["exit"] != done.returncode:
        raise ValueError(f"Ende {done.returncode}, gesagt {said['exit']}")
    return said


def _bounded() -> None:
    """Whoever works goes first; what would eat the machine ends."""
    os.nice(15)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _begun(now: datetime) -> VerifierRun:
    VerifierRun.objects.filter(ended_at=None, began_at__isnull=False).update(
        ended_at=now, sentence="Die Prüfung wurde unterbrochen."
    )
    wanted = VerifierRun.objects.filter(ended_at=None).order_by("pk")
    run = wanted.last() or VerifierRun.objects.create(asked_at=now)
    wanted.exclude(pk=run.pk).delete()
    run.began_at = now
    run.save(update_fields=["began_at"])
    return run


@transaction.atomic
def _ended(
    run: VerifierRun, actor: Actor, now: datetime, *, said: Mapping[str, Any] | None = None, sentence: str = ""
) -> VerifierRun:
    run.ended_at, run.sentence = now, sentence
    meanwhile = 0
    if said is not None and run.began_at is not None:
        moved, lately = _moved_since(run.began_at - _IN_FLIGHT), _moved_since(run.began_at - _SEALED_ANEW)
        findings = [
            one for one in said["findings"] if not (_is_explained(one, moved) or _waits_for_sealing(one, lately))
        ]
        meanwhile = len(said["findings"]) - len(findings)
        run.exit, run.counts = _exit_of(findings), dict(said["counted"])
        run.codes = dict(Counter(f"{one['level']} {one['code']}" for one in findings))
        order = {"violation": 0, "incomplete": 1, "notice": 2}
        kept = sorted(findings, key=lambda one: order.get(one["level"], 3))[:_KEPT]
        run.findings = [_without_values(one) for one in kept]
    run.save()
    actions.append(
        actor, VERIFIED, run, at=now, exit=run.exit, counts=run.counts, codes=run.codes, meanwhile=meanwhile,
        finished=said is not None,
    )  # fmt: skip
    return run


def _without_values(finding: Mapping[str, Any]) -> dict[str, Any]:
    """The finding without what stands in a field: rows and logs outlive a disposal, and are read by more people."""
    facts = finding.get("facts", {})
    if "current" not in facts:
        return dict(finding)
    subject, name = finding["subject"], facts.get("field", "")
    return {
        **finding,
        "de": f"{subject}: „{name}“ ist in der Datenbank anders als im Archiv.",
        "en": f"{subject}: “{name}” is not the same in the database as in the archive.",
        "facts": {"object": subject, "field": name},
    }


def _exit_of(findings: Sequence[Mapping[str, Any]]) -> int:
    levels = {one["level"] for one in findings}
    if "violation" in levels:
        return VIOLATION
    return INCOMPLETE if "incomplete" in levels else PROVEN


@dataclass(frozen=True, slots=True)
class _Moved:
    """What the journal tells of after a moment: neither the export nor the dump the program read may know of it."""

    sealed: frozenset[str]
    disposed: frozenset[str]
    # Documents and tasks as findings name them.
    changed: frozenset[str]


def _moved_since(begin: datetime) -> _Moved:
    ours = Q(subject_type=_DOCUMENT) | Q(kind__startswith=_CIRCULATION)
    entries = JournalEntry.objects.filter(ours, at__gte=begin).values_list("kind", "subject_id", "body")
    sealed, disposed, changed = set(), set(), set()
    for kind, subject, body in entries.iterator(chunk_size=1000):
        if kind.startswith(_CIRCULATION):
            changed.add(f"task {json.loads(bytes(body))['facts'].get('task')}")
            continue
        changed.add(f"document {subject}")
        if kind == "document.sealed":
            sealed.add(str(json.loads(bytes(body))["facts"]["object"]))
        elif kind == "document.disposed":
            disposed.add(str(subject))
    return _Moved(frozenset(sealed), frozenset(disposed), frozenset(changed))


def _waits_for_sealing(finding: Mapping[str, Any], lately: _Moved) -> bool:
    """Whether it only says that the journal tells of a change which is not sealed yet."""
    is_later = (finding["code"], finding["level"]) == ("PROJECTION", "incomplete")
    return is_later and _named(finding) in lately.changed


def _named(finding: Mapping[str, Any]) -> str:
    document = _OBJECT.match(finding["subject"])
    return f"document {document.group(1)}" if document else str(finding["subject"])


def _is_explained(finding: Mapping[str, Any], moved: _Moved) -> bool:
    """Whether it only says that something came, went or changed while the program was reading."""
    # Neither its sealing nor the last lines of its history are in that export.
    too_new = finding["code"] == "EXTRA" or (finding["code"], finding["level"]) == ("LOG_HASH", "incomplete")
    if too_new:
        return finding["subject"] in moved.sealed
    named = _named(finding)
    if finding["code"] == "MISSING":
        return named.removeprefix("document ") in moved.disposed
    return finding["code"] in {"PROJECTION", "RULE"} and named in moved.changed


@contextmanager
def _alone() -> Iterator[None]:
    folder = Path(settings.SCRATCH)
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    held = os.open(folder / "checking", os.O_RDWR | os.O_CREAT, 0o640)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise AlreadyChecking from None
    else:
        yield
    finally:
        os.close(held)
