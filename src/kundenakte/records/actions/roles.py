"""Roles, and what each may do: the matrix role × section × class × verb."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.text import slugify

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import Role
from kundenakte.base.journal import actions as journal
from kundenakte.records import access, administrators
from kundenakte.records.models import DocumentClass, Permission, Section, Verb
from kundenakte.records.refusals import BadValue, ChangedMeanwhile, Refused
from kundenakte.records.rights import HOUSE_WIDE, Right, rights_of_role, worded

_CODE = re.compile(r"[a-z][a-z0-9_-]{0,49}")


class RoleInUse(Refused):
    """Somebody holds it, or rows of the past name it."""

    code = "role_in_use"
    sentence = "Diese Rolle wird noch gebraucht: Personen, Freigaben, überwachte Ordner oder Eingänge nennen sie."


@transaction.atomic
def add_role(
    *, actor: Actor, name: str, now: datetime, code: str = "", has_inbox: bool = False, like: Role | None = None
) -> Role:
    """A new role, with no rights, or with those that another one has now. Raises BadValue for a name that is taken."""
    access.require(actor, Verb.ADMINISTER)
    name = _name(name)
    code = code.strip() or slugify(name.translate(_UMLAUTS).lower())[:50]
    if not _CODE.fullmatch(code):
        raise BadValue("Das Kürzel einer Rolle beginnt mit einem Buchstaben: a–z, Ziffern, - und _.")
    if Role.objects.filter(code=code).exists() or Role.objects.filter(name__iexact=name).exists():
        raise BadValue("Eine Rolle „%(name)s“ gibt es schon.", name=name)
    role = Role.objects.create(code=code, name=name, has_inbox=has_inbox)
    rights = rights_of_role(like) if like else frozenset()
    _write(role, add=rights, remove=())
    journal.append(actor, "role.added", role, at=now, code=code, has_inbox=has_inbox, rights=worded(rights))
    return role


@transaction.atomic
def change_role(*, actor: Actor, role: Role, edition: int, name: str, has_inbox: bool, now: datetime) -> None:
    """Call it otherwise, or give it an inbox. Its code stays."""
    access.require(actor, Verb.ADMINISTER)
    locked = _locked(role, edition)
    name = _name(name)
    if Role.objects.filter(name__iexact=name).exclude(pk=role.pk).exists():
        raise BadValue("Eine Rolle „%(name)s“ gibt es schon.", name=name)
    before = {"name": locked.name, "has_inbox": locked.has_inbox}
    locked.name, locked.has_inbox = name, has_inbox
    _count(locked, role, "name", "has_inbox")
    journal.append(actor, "role.changed", role, at=now, before=before, after={"name": name, "has_inbox": has_inbox})


@transaction.atomic
def set_rights(*, actor: Actor, role: Role, edition: int, rights: Collection[Right], now: datetime) -> None:
    """Give a role exactly these rights. Only rows that differ are written, and the journal names just these.

    Raises ChangedMeanwhile for an old edition, BadValue for a new right whose section, class or verb there is not, and
    LastAdministrator. What follows for people: effects.of_rights, before.
    """
    access.require(actor, Verb.ADMINISTER)
    with administrators.kept():
        locked = _locked(role, edition)
        before, wanted = rights_of_role(role), frozenset(rights)
        added, removed = wanted - before, before - wanted
        # What the role has already may lie in a section of a single file, where nobody could give it here.
        _check(added)
        _write(role, add=added, remove=removed)
    if not added and not removed:
        return
    _count(locked, role)
    journal.append(actor, "role.rights", role, at=now, added=worded(added), removed=worded(removed))


@transaction.atomic
def remove_role(*, actor: Actor, role: Role, edition: int, now: datetime) -> None:
    """A role nobody has and nothing names goes, with its rights. Raises RoleInUse."""
    access.require(actor, Verb.ADMINISTER)
    with administrators.kept():
        locked = _locked(role, edition)
        if locked.users.exists():
            raise RoleInUse
        journal.append(actor, "role.removed", locked, at=now, code=locked.code, rights=worded(rights_of_role(role)))
        Permission.objects.filter(role=locked).delete()
        try:
            with transaction.atomic():
                locked.delete()
        except ProtectedError as error:
            raise RoleInUse from error


_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "ae", "Ö": "oe", "Ü": "ue"})


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > 100:
        raise BadValue("Eine Rolle braucht einen Namen mit höchstens 100 Zeichen.")
    return name


def _locked(role: Role, edition: int) -> Role:
    """The row as it is now, held; where other roles count as well, administrators.kept comes first."""
    locked = Role.objects.select_for_update(no_key=True).filter(pk=role.pk).first()
    if locked is None or locked.edition != edition:
        raise ChangedMeanwhile
    return locked


def _count(locked: Role, role: Role, *fields: str) -> None:
    locked.edition += 1
    locked.save(update_fields=[*fields, "edition"])
    for field in (*fields, "edition"):
        setattr(role, field, getattr(locked, field))


def _check(rights: Collection[Right]) -> None:
    sections = {right.section for right in rights if right.section is not None}
    classes = {right.document_class for right in rights if right.document_class is not None}
    known = (
        Section.objects.filter(pk__in=sections, customer_file=None).count() == len(sections)
        and DocumentClass.objects.filter(pk__in=classes).count() == len(classes)
        and {right.verb for right in rights} <= set(Verb.values)
    )
    if not known:
        raise BadValue("Ein Register, eine Klasse oder ein Recht gibt es nicht (mehr). Bitte laden Sie die Seite neu.")
    if any(right.verb in HOUSE_WIDE and (right.section or right.document_class) for right in rights):
        raise BadValue("Dieses Recht gilt für das ganze Haus und nicht für einzelne Register oder Klassen.")


def _write(role: Role, *, add: Collection[Right], remove: Collection[Right]) -> None:
    for right in remove:
        Permission.objects.filter(
            role=role, section=right.section, document_class=right.document_class, verb=right.verb
        ).delete()
    Permission.objects.bulk_create(
        Permission(role=role, section_id=right.section, document_class_id=right.document_class, verb=right.verb)
        for right in sorted(add, key=str)
    )
