"""Setting up mailboxes, the mail door and addresses of files: each change is checked, kept and journalled."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F

from kundenakte.base import secret_files
from kundenakte.base.accounts import random_secrets
from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions as journal
from kundenakte.records import access
from kundenakte.records.models import CustomerFile, FileAddress, Section, Verb
from kundenakte.records.refusals import BadValue, ChangedMeanwhile
from kundenakte.steps.intake.folders import FolderTaken
from kundenakte.steps.intake.imap_sign_in import MAILBOX
from kundenakte.steps.intake.models import Mailbox, MailDoor

CHANGEABLE: Final = frozenset(
    {"host", "port", "security", "username", "sign_in", "token_url", "client_id", "folders", "team", "enabled"}
)
DOOR: Final = frozenset(
    {"enabled", "address", "smtp_port", "lmtp_port", "local_part", "domain", "senders", "max_megabytes", "certificate",
     "key", "tls_required", "answers", "task_replies", "team"}
)  # fmt: skip
TAKES: Final = ("all", "known", "sent")
_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_DOMAIN: Final = re.compile(r"(?i)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+")


@transaction.atomic
def add_mailbox(
    *, actor: Actor, name: str, now: datetime, keys: Mapping[str, str] | None = None, **more: Any
) -> Mailbox:
    """Look into a mailbox from now on. `keys` are its secrets. Raises BadValue, FolderTaken, NotAllowed."""
    access.require(actor, Verb.ADMINISTER)
    if Mailbox.objects.filter(name=name).exists():
        raise FolderTaken("Ein Postfach „%(name)s“ ist schon eingerichtet.", name=name)
    if not _WORD.fullmatch(name):
        raise BadValue("Ein Postfach heißt mit einem Wort, zum Beispiel info.")
    mailbox = Mailbox(name=name)
    _apply(mailbox, more)
    secret_files.keep(MAILBOX, name, keys or {})
    mailbox.save()
    journal.append(actor, "mailbox.added", mailbox, at=now, name=name, personal={"user": mailbox.username})
    return mailbox


@transaction.atomic
def change_mailbox(
    *,
    actor: Actor,
    mailbox: Mailbox,
    now: datetime,
    edition: int | None = None,
    keys: Mapping[str, str] | None = None,
    **changes: Any,
) -> None:
    """Change how a mailbox is looked into; `enabled=False` leaves it alone. ChangedMeanwhile in another edition."""
    access.require(actor, Verb.ADMINISTER)
    locked = Mailbox.objects.select_for_update(of=("self",)).get(pk=mailbox.pk)
    if edition is not None and locked.edition != edition:
        raise ChangedMeanwhile
    _apply(locked, changes)
    if keys:
        secret_files.keep(MAILBOX, locked.name, keys)
    locked.problem, locked.edition = "", locked.edition + 1
    locked.save()
    mailbox.refresh_from_db()
    fields = sorted({*changes, *(["secrets"] if any((keys or {}).values()) else [])})
    journal.append(actor, "mailbox.changed", mailbox, at=now, fields=fields, enabled=mailbox.enabled)


def _apply(mailbox: Mailbox, changes: Mapping[str, Any]) -> None:
    unknown = changes.keys() - CHANGEABLE
    if unknown:
        raise BadValue("Diese Angabe gibt es für ein Postfach nicht: %(keys)s.", keys=", ".join(sorted(unknown)))
    for key, value in changes.items():
        setattr(mailbox, key, value)
    if not mailbox.host.strip() or not mailbox.username.strip():
        raise BadValue("Bitte nennen Sie Server und Benutzer des Postfachs.")
    if not 0 < mailbox.port < 65536:
        raise BadValue("Der Port ist eine Zahl zwischen 1 und 65535.")
    if mailbox.sign_in == Mailbox.SignIn.OAUTH2 and not (
        mailbox.token_url.startswith(("https://", "http://127.0.0.1", "http://localhost")) and mailbox.client_id
    ):
        raise BadValue("Für OAuth2 werden die Adresse der Token (https://…) und die Client-ID gebraucht.")
    _check_folders(mailbox)


def _check_folders(mailbox: Mailbox) -> None:
    if not mailbox.folders:
        raise BadValue("Bitte nennen Sie wenigstens einen Ordner, zum Beispiel INBOX.")
    names = [str(rule.get("folder", "")) for rule in mailbox.folders]
    if any(not name or len(name) > 500 for name in names) or len(set(names)) < len(names):
        raise BadValue("Jeder Ordner wird einmal genannt.")
    for rule in mailbox.folders:
        if rule.get("takes") not in TAKES:
            raise BadValue("Diese Regel gibt es für einen Ordner nicht.")
        if rule.get("done") in names:
            raise BadValue("Der Ordner für Erledigtes wird selbst gelesen; bitte nennen Sie einen anderen.")


def door() -> MailDoor:
    """The mail door; not saved while nobody has set it up."""
    return MailDoor.objects.order_by("pk").first() or MailDoor()


@transaction.atomic
def set_door(*, actor: Actor, now: datetime, edition: int | None = None, **changes: Any) -> MailDoor:
    """Set up the door that listens. Raises BadValue, ChangedMeanwhile, NotAllowed."""
    access.require(actor, Verb.ADMINISTER)
    known = MailDoor.objects.select_for_update(of=("self",)).order_by("pk").first() or MailDoor()
    if edition is not None and known.pk and known.edition != edition:
        raise ChangedMeanwhile
    if changes.keys() - DOOR:
        raise BadValue("Diese Angabe gibt es für den Mail-Eingang nicht.")
    for key, value in changes.items():
        setattr(known, key, value)
    _check_door(known)
    known.problem = ""
    known.save()
    MailDoor.objects.filter(pk=known.pk).update(edition=F("edition") + 1)
    known.refresh_from_db()
    journal.append(actor, "mail_door.changed", known, at=now, fields=sorted(changes), enabled=known.enabled)
    return known


def _check_door(known: MailDoor) -> None:
    try:
        ipaddress.ip_address(known.address)
    except ValueError:
        raise BadValue("Die Adresse, an der gelauscht wird, ist eine IP-Adresse dieses Rechners.") from None
    ports = [port for port in (known.smtp_port, known.lmtp_port) if port]
    if any(port > 65535 for port in ports) or len(set(ports)) < len(ports):
        raise BadValue("Die Ports sind verschiedene Zahlen bis 65535; 0 schaltet einen Weg ab.")
    if known.enabled and not _DOMAIN.fullmatch(known.domain):
        raise BadValue("Bitte nennen Sie die Domain der Adressen, zum Beispiel akte.firma.de.")
    if not re.fullmatch(r"[a-z0-9._-]{1,40}", known.local_part):
        raise BadValue("Vor dem @ stehen kleine Buchstaben, Ziffern, Punkt oder Strich.")
    if not 1 <= known.max_megabytes <= 100:
        raise BadValue("Eine E-Mail darf zwischen 1 und 100 MB groß sein.")
    for sender in known.senders:
        _check_sender(str(sender))
    if known.enabled and not known.senders:
        raise BadValue("Bitte nennen Sie, wer senden darf: Adressen oder ganze Domains wie @firma.de.")
    if bool(known.certificate) != bool(known.key):
        raise BadValue("Zum Zertifikat gehört die Datei mit dem Schlüssel.")


def _check_sender(sender: str) -> None:
    if sender.startswith("@") and _DOMAIN.fullmatch(sender[1:]):
        return
    try:
        validate_email(sender)
    except ValidationError:
        raise BadValue("„%(sender)s“ ist weder eine Adresse noch eine Domain mit @ davor.", sender=sender) from None


@transaction.atomic
def address_of(*, actor: Actor, customer_file: CustomerFile, section: Section | None, now: datetime) -> FileAddress:
    """The mail address of a file or one of its sections; made when there is none. Asks for the right to file there."""
    access.require(actor, Verb.FILE, customer_file, *([section] if section else []))
    found = FileAddress.objects.filter(customer_file=customer_file, section=section, withdrawn_at=None).first()
    if found:
        return found
    made = FileAddress.objects.create(
        token=random_secrets.spelled(), customer_file=customer_file, section=section, made_by=actor.user, made_at=now
    )
    journal.append(actor, "file_address.made", customer_file, at=now, section=section)
    return made


@transaction.atomic
def withdraw_address(*, actor: Actor, address: FileAddress, now: datetime) -> None:
    """Take an address back: what is sent to it is refused from now on."""
    access.require(actor, Verb.FILE, address.customer_file, *([address.section] if address.section else []))
    if FileAddress.objects.filter(pk=address.pk, withdrawn_at=None).update(withdrawn_at=now):
        journal.append(actor, "file_address.withdrawn", address.customer_file, at=now, section=address.section)
