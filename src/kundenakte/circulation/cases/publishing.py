"""What an administrator does with processes: bring a file in, work at a draft, publish it, say what starts it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Max

from kundenakte.base import secret_files
from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import User
from kundenakte.base.journal import actions as journal
from kundenakte.circulation import moving, ways
from kundenakte.circulation.models import Process, ProcessDefinition, ProcessDraft, StartRule, WebhookReceiver
from kundenakte.circulation.processes import engine, reading
from kundenakte.circulation.processes.definition import Definition
from kundenakte.circulation.processes.refusals import BpmnRefused
from kundenakte.records import access
from kundenakte.records.models import DocumentClass, Verb
from kundenakte.records.refusals import BadValue, ChangedMeanwhile, NotAllowed

# Whose secrets these are.
RECEIVER: Final = "receiver"
_URL: Final = re.compile(r"https?://[^\s/@?#]{1,200}(/[^\s]{0,300})?")


def checked(content: bytes) -> Definition:
    """The definition of a file that can run here. Raises BpmnRefused."""
    definition = reading.read(content)
    engine.check(definition)
    return definition


@transaction.atomic
def save_draft(*, actor: Actor, content: bytes, now: datetime, process: Process | None = None,
               edition: int | None = None) -> ProcessDraft:  # fmt: skip
    """Keep a file as the draft of its process, which is made where its key is new. It is checked as for publishing.

    With `process` the file must be of that process; `edition` is that of the draft as the person saw it. Raises
    BpmnRefused, NotAllowed, ChangedMeanwhile.
    """
    person = _administrator(actor)
    definition = checked(content)
    if process is not None and process.key != definition.key:
        raise BpmnRefused(
            "Diese Datei gehört zum Prozess „%(key)s“, nicht zu „%(key2)s“.", key=definition.key, key2=process.key
        )
    row = _process(definition)
    draft = ProcessDraft.objects.select_for_update().filter(process=row).first()
    if draft is None:
        draft = ProcessDraft(process=row, edition=0)
    elif edition is not None and draft.edition != edition:
        raise ChangedMeanwhile
    draft.source, draft.changed_at, draft.changed_by = definition.source, now, person
    draft.edition += 1
    draft.save()
    journal.append(actor, "process.draft_saved", row, at=now, key=row.key, sha256=definition.digest)
    return draft


@transaction.atomic
def publish(*, actor: Actor, draft: ProcessDraft, edition: int, now: datetime, note: str = "") -> ProcessDefinition:
    """Make an edition of the draft; new cases follow it, those under way stay on theirs."""
    person = _administrator(actor)
    held = ProcessDraft.objects.select_for_update().filter(pk=draft.pk).select_related("process").first()
    if held is None or held.edition != edition:
        raise ChangedMeanwhile
    made = put_in(
        actor=actor, process=held.process, definition=checked(held.source.encode()), by=person, note=note, now=now
    )
    held.delete()
    return made


def put_in(
    *, actor: Actor, process: Process, definition: Definition, by: User | None, now: datetime, note: str = ""
) -> ProcessDefinition:
    """The next edition of a process; the caller's transaction."""
    Process.objects.select_for_update().get(pk=process.pk)
    last = process.definitions.aggregate(last=Max("number"))["last"] or 0
    made = ProcessDefinition.objects.create(
        process=process, number=last + 1, source=definition.source, digest=definition.digest,
        note=note.strip()[:200], published_at=now, published_by=by,
    )  # fmt: skip
    process.name = definition.name
    process.edition += 1
    process.save(update_fields=["name", "edition"])
    journal.append(
        actor, "process.published", process, at=now, key=process.key, definition=made.number, sha256=made.digest
    )
    return made


@transaction.atomic
def offer(*, actor: Actor, process: Process, offered: bool, now: datetime) -> None:
    """Let people start a process, or no longer; what runs goes on."""
    _administrator(actor)
    process.is_offered = offered
    process.edition += 1
    process.save(update_fields=["is_offered", "edition"])
    journal.append(actor, "process.offered" if offered else "process.withdrawn", process, at=now, key=process.key)


@transaction.atomic
def add_start_rule(
    *, actor: Actor, process: Process, document_class: DocumentClass, responsible: User, now: datetime,
    source: str = "", word: str = "",
) -> StartRule:  # fmt: skip
    """From now on a document of this class that is filed starts the process, in the name of somebody.

    With `source` only one that came by this way (ways.py), with `word` only one whose title has it. Raises BadValue.
    """
    _administrator(actor)
    if not responsible.is_active or responsible.is_service:
        raise BadValue("Bitte wählen Sie jemanden, der sich anmelden kann.")
    if source and source not in ways.KNOWN:
        raise BadValue("Diesen Weg, auf dem ein Dokument kommt, gibt es nicht.")
    made = StartRule.objects.create(
        process=process, document_class=document_class, responsible=responsible, source=source,
        word=word.strip()[:60],
    )  # fmt: skip
    journal.append(
        actor, "process.start_rule_added", made, at=now, key=process.key, document_class=document_class.code,
        responsible=responsible,
    )  # fmt: skip
    return made


@transaction.atomic
def end_start_rule(*, actor: Actor, rule: StartRule, now: datetime) -> None:
    """A document starts nothing any more by this rule."""
    _administrator(actor)
    rule.is_active = False
    rule.save(update_fields=["is_active"])
    journal.append(actor, "process.start_rule_ended", rule, at=now, key=rule.process.key)


@transaction.atomic
def set_receiver(*, actor: Actor, name: str, url: str, secret: str, now: datetime) -> WebhookReceiver:
    """Enter or change a receiver of webhooks. Processes only know its name."""
    _administrator(actor)
    if not re.fullmatch(r"[a-z][a-z0-9-]{1,39}", name):
        raise BadValue("Ein Empfänger heißt mit kleinen Buchstaben, Ziffern und Bindestrich.")
    if not _URL.fullmatch(url.strip()):
        raise BadValue("Das ist keine Adresse, die mit http:// oder https:// beginnt.")
    if len(secret) < 16:
        raise BadValue("Das Geheimnis, mit dem unterschrieben wird, braucht mindestens 16 Zeichen.")
    made, _new = WebhookReceiver.objects.update_or_create(name=name, defaults={"url": url.strip(), "is_active": True})
    secret_files.keep(RECEIVER, name, {"key": secret})
    journal.append(actor, "process.receiver_set", made, at=now, name=name)
    return made


def _process(definition: Definition) -> Process:
    other = Process.objects.filter(prefix=definition.prefix).exclude(key=definition.key).first()
    if other is not None:
        raise BpmnRefused(
            "Das Kürzel „%(prefix)s“ gehört schon zum Prozess „%(name)s“.", prefix=definition.prefix, name=other.name
        )
    row, _made = Process.objects.get_or_create(
        key=definition.key, defaults={"name": definition.name, "prefix": definition.prefix}
    )
    if row.prefix != definition.prefix:
        raise BpmnRefused(
            "Die Nummern von „%(name)s“ beginnen mit „%(prefix)s“; das bleibt so.", name=row.name, prefix=row.prefix
        )
    return row


def _administrator(actor: Actor) -> User:
    person = moving.person(actor)
    if not access.rights_of(person).has(Verb.ADMINISTER):
        raise NotAllowed
    return person
