"""Extra sections of one customer file: set up with rights, renamed, taken away when empty."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions as journal
from kundenakte.records import access
from kundenakte.records.actions.files import add_local_section, refuse_name_of_the_plan
from kundenakte.records.actions.plans import copy_rights
from kundenakte.records.models import CustomerFile, Document, Permission, Placement, Section, Verb
from kundenakte.records.refusals import BadValue, ChangedMeanwhile, NotFound


@transaction.atomic
def set_up_local_section(
    *, actor: Actor, customer_file: CustomerFile, name: str, rights_like: Section | None, now: datetime
) -> Section:
    """An extra section in one file. With `rights_like` every role may do in it what it may do in that section.

    Without, only roles with rights for all sections see what lies in it.
    """
    access.require(actor, Verb.ADMINISTER, customer_file)
    if rights_like and rights_like.customer_file_id not in {None, customer_file.pk}:
        raise NotFound
    section = add_local_section(actor=actor, customer_file=customer_file, name=name)
    if rights_like:
        copy_rights(rights_like, section)
        journal.append(actor, "section.rights", section, at=now, customer_file=customer_file, like=rights_like.key)
    return section


@transaction.atomic
def rename_local_section(*, actor: Actor, section: Section, name: str, before: str, now: datetime) -> None:
    """Another name for an extra section. `before` is the name the person saw; its key and its documents stay."""
    locked = _locked(actor, section)
    name = name.strip()
    if locked.local_name != before:
        raise ChangedMeanwhile
    if not name or len(name) > 100:
        raise BadValue("Bitte geben Sie dem Register einen Namen mit höchstens 100 Zeichen.")
    if locked.customer_file is not None and name.casefold() != before.casefold():
        refuse_name_of_the_plan(locked.customer_file, name)
    others = Section.objects.filter(customer_file=locked.customer_file).exclude(pk=locked.pk)
    if any(other.local_name.casefold() == name.casefold() for other in others):
        raise BadValue("Ein Register „%(name)s“ gibt es in dieser Akte schon.", name=name)
    locked.local_name = name
    locked.save(update_fields=["local_name"])
    journal.append(actor, "section.renamed", locked, at=now, customer_file=locked.customer_file, name=name, was=before)


@transaction.atomic
def remove_local_section(*, actor: Actor, section: Section, now: datetime) -> None:
    """Take an extra section away. Refused while documents lie in it: they must go somewhere first."""
    locked = _locked(actor, section)
    if Document.objects.filter(section=locked).exists() or Placement.objects.filter(section=locked).exists():
        raise BadValue("In diesem Register liegen Dokumente. Bitte verschieben Sie diese zuerst.")
    if Document.with_disposed.filter(section=locked).exists():
        raise BadValue("In diesem Register lagen Dokumente, die ausgesondert wurden. Es bleibt zu ihrem Nachweis.")
    journal.append(actor, "section.removed", locked, at=now, customer_file=locked.customer_file, name=locked.local_name)
    Permission.objects.filter(section=locked).delete()
    locked.delete()


def _locked(actor: Actor, section: Section) -> Section:
    found = Section.objects.select_for_update(of=("self",)).filter(pk=section.pk, customer_file__isnull=False).first()
    if found is None or found.customer_file is None:
        raise NotFound
    access.require(actor, Verb.ADMINISTER, found.customer_file)
    return found
