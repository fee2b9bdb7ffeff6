"""Making a backup and proving it, each with its row and its journal entry."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from kundenakte.base import health
from kundenakte.base.accounts.actors import Actor
from kundenakte.base.backup import places, proof, run, verify
from kundenakte.base.backup.encryption import Key, key_from
from kundenakte.base.backup.manifest import Manifest
from kundenakte.base.backup.models import BackupRun
from kundenakte.base.journal import actions as journal
from kundenakte.base.refusals import Refused

_ENTRIES = {
    (BackupRun.Kind.BACKUP, True): "backup.made",
    (BackupRun.Kind.BACKUP, False): "backup.failed",
    (BackupRun.Kind.PROOF, True): "backup.proved",
    (BackupRun.Kind.PROOF, False): "backup.not_proved",
}


def key(*, create: bool = False) -> Key:
    """The house's key for backups, as the settings say. Raises NoKey."""
    return key_from(secret=settings.BACKUP_KEY, file=settings.BACKUP_KEY_FILE, create=create)


def back_up(*, actor: Actor, place: Path | str, now: datetime, keep_days: int = 0) -> Manifest:
    """Make a backup in `place`, then let those go that are older than `keep_days` (0: none).

    A failure is kept as a row and in the journal too, and raised again.
    """
    try:
        target = places.begin(str(place), key(create=True))
        made = run.back_up(target, now=now, version=health.version())
        gone = verify.let_go(target, now=now, keep_days=keep_days) if keep_days else 0
    except (Refused, OSError) as error:
        _note(actor, BackupRun.Kind.BACKUP, now, succeeded=False, sentence=_sentence(error))
        raise
    facts = {
        "files": made.files, "bytes": made.size, "written_files": made.written_files,
        "written_bytes": made.written_bytes, "leaves": made.facts.journal_leaves, "root": made.facts.journal_root,
        "missing": made.missing, "damaged": len(made.damaged), "let_go": gone,
    }  # fmt: skip
    _note(actor, BackupRun.Kind.BACKUP, now, succeeded=True, name=made.run, sentence=troubles(made), facts=facts)
    return made


def prove(*, actor: Actor, place: Path | str, now: datetime, run_name: str = "") -> BackupRun:
    """Put the last backup back into a scratch house, compare, and keep the outcome, good or bad, as a row."""
    try:
        proved = proof.prove(str(place), key(), run=run_name, folder=settings.PROOF_FOLDER)
    except (Refused, OSError) as error:
        return _note(actor, BackupRun.Kind.PROOF, now, succeeded=False, sentence=_sentence(error))
    facts = {
        "files": proved.files, "bytes": proved.bytes, "seconds": proved.seconds,
        "leaves": proved.facts.journal_leaves, "root": proved.facts.journal_root,
    }  # fmt: skip
    return _note(actor, BackupRun.Kind.PROOF, now, succeeded=True, name=proved.run, facts=facts)


def troubles(made: Manifest) -> str:
    """What an administrator must know about a backup that came to its end; empty when nothing is wrong."""
    found = []
    if made.missing:
        found.append(f"{made.missing} Originale, die die Datenbank nennt, hat das Haus nicht.")
    if made.damaged:
        found.append(f"{len(made.damaged)} Originale sind beschädigt und wurden nicht übernommen.")
    return " ".join(found)


def _sentence(error: Exception) -> str:
    if isinstance(error, Refused):
        return error.sentence
    return f"Das Ziel ist nicht zu beschreiben oder zu lesen: {getattr(error, 'strerror', None) or error}"


@transaction.atomic
def _note(
    actor: Actor,
    kind: BackupRun.Kind,
    began: datetime,
    *,
    succeeded: bool,
    name: str = "",
    sentence: str = "",
    facts: dict[str, Any] | None = None,
) -> BackupRun:
    row = BackupRun.objects.create(
        kind=kind, began_at=began, ended_at=timezone.now(), succeeded=succeeded, run=name, sentence=sentence,
        facts=facts or {},
    )  # fmt: skip
    journal.append(actor, _ENTRIES[kind, succeeded], row, run=name, **(facts or {}))
    return row
