"""Names for the rows a journal entry mentions, as far as the reader may know them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.utils.translation import gettext as _

from kundenakte.base.accounts.models import Role, User
from kundenakte.records import access
from kundenakte.records.models import PlanEntry, Section

Names = dict[str, str]
_KINDS = (
    "records.section", "records.customerfile", "records.document", "customers.customer", "accounts.user",
    "accounts.role",
)  # fmt: skip


def names_in(user: User, values: Iterable[str]) -> Names:
    """What to show for each "app.model:id" among the values; hidden and vanished rows have neutral words."""
    ids: dict[str, set[int]] = defaultdict(set)
    for value in values:
        kind, colon, pk = value.partition(":")
        if colon and kind in _KINDS and pk.isdigit():
            ids[kind].add(int(pk))
    names: Names = {}
    if ids["records.section"]:
        names |= _sections(ids["records.section"])
    if ids["records.customerfile"]:
        rows = access.files_for(user).filter(pk__in=ids["records.customerfile"]).select_related("customer")
        names |= _named("records.customerfile", ids, {row.pk: str(row) for row in rows}, _("einer anderen Akte"))
    if ids["records.document"]:
        found = dict(access.documents_for(user).filter(pk__in=ids["records.document"]).values_list("pk", "title"))
        names |= _named("records.document", ids, found, _("einem anderen Dokument"))
    if ids["customers.customer"]:
        known = access.customers_for(user).filter(pk__in=ids["customers.customer"])
        names |= _named("customers.customer", ids, {row.pk: str(row) for row in known}, "–")
    if ids["accounts.user"]:
        people = User.objects.filter(pk__in=ids["accounts.user"])
        names |= _named("accounts.user", ids, {row.pk: str(row) for row in people}, "–")
    if ids["accounts.role"]:
        roles = Role.objects.filter(pk__in=ids["accounts.role"]).values_list("pk", "name")
        names |= _named(
            "accounts.role", ids, {pk: _("Rolle „%(name)s“") % {"name": _(name)} for pk, name in roles}, "–"
        )
    return names


def _named(kind: str, ids: dict[str, set[int]], found: dict[int, str], hidden: str) -> Names:
    return {f"{kind}:{pk}": found.get(pk, hidden) for pk in ids[kind]}


def _sections(ids: set[int]) -> Names:
    return {f"records.section:{pk}": _(name) for pk, name in section_names(ids).items()}


def section_names(ids: Collection[int]) -> dict[int, str]:
    """The name each section has in the edition that holds now, in German."""
    names = {
        pk: name or key for pk, name, key in Section.objects.filter(pk__in=ids).values_list("pk", "local_name", "key")
    }
    entries = PlanEntry.objects.filter(section__in=ids, edition__is_draft=False)
    return names | dict(entries.order_by("edition_id").values_list("section_id", "name"))
