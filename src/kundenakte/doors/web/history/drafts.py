"""What the history says about versions that are drafts is for those who see drafts."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, OuterRef

from kundenakte.base.accounts.models import User
from kundenakte.base.journal.queries import Told
from kundenakte.records import access
from kundenakte.records.models import Document, Version, VersionState

_DOCUMENT = "records.document:"


def without_hidden_drafts(user: User, told: Sequence[Told]) -> list[Told]:
    """The entries without those about a draft version this user may not see: they tell its file name.

    Costs one query, and those for rights only where a draft is among them.
    """
    about = [_version_of(entry) for entry in told]
    documents = {pk for pk, number in filter(None, about)}
    if not documents:
        return list(told)
    held = VersionState.objects.filter(version=OuterRef("pk")).exclude(state=VersionState.State.DRAFT)
    rows = Version.objects.filter(~Exists(held), document__in=documents).values_list("document_id", "number")
    drafts = set(rows)
    if drafts:
        rights = access.rights_of(user)
        ids = {pk for pk, number in drafts}
        owners = Document.objects.filter(pk__in=ids).select_related("customer_file__customer")
        seen = {row.pk for row in owners if access.may_see_drafts(user, row, rights=rights)}
        drafts = {(pk, number) for pk, number in drafts if pk not in seen}
    return [entry for entry, version in zip(told, about, strict=True) if version not in drafts]


def _version_of(entry: Told) -> tuple[int, int] | None:
    number = entry.facts.get("version")
    if entry.subject.startswith(_DOCUMENT) and isinstance(number, int):
        return int(entry.subject.removeprefix(_DOCUMENT)), number
    return None
