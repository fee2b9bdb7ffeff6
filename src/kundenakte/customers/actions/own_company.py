"""Our own company: what never identifies a customer."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions as journal
from kundenakte.customers.models import OwnCompany
from kundenakte.customers.refusals import BadCustomer, CustomerChanged

# Column → the characters it takes; None is any number of them.
_FIELDS = {
    field.name: field.max_length
    for field in OwnCompany._meta.concrete_fields
    if not field.primary_key and field.name != "edition"
}


@transaction.atomic
def set_own_company(*, actor: Actor, now: datetime, edition: int | None = None, **values: str) -> OwnCompany:
    """Store our own names, address and identifiers; those not named stay as they are. Several stand one per line.

    They are normalised when read, so a misspelt one harms nobody. `edition` is the state the values were written
    from, where a person did (0 before the first). Raises CustomerChanged when it has changed since, and BadCustomer
    for what is too long, for an unknown field, and while there is no name.
    """
    unknown = set(values) - set(_FIELDS)
    if unknown:
        raise BadCustomer("Das gehört nicht zur eigenen Firma: %(named)s.", named=", ".join(sorted(unknown)))
    row = OwnCompany.objects.select_for_update().order_by("pk").first() or OwnCompany(edition=0)
    if edition is not None and edition != row.edition:
        raise CustomerChanged(
            "Jemand hat die Angaben zur eigenen Firma in der Zwischenzeit geändert. "
            "Bitte sehen Sie sich den neuen Stand an."
        )
    before = {name: str(getattr(row, name)) for name in _FIELDS}
    changed = {name: value.strip() for name, value in values.items() if value.strip() != before[name]}
    for name, value in changed.items():
        limit = _FIELDS[name]
        if limit is not None and len(value) > limit:
            raise BadCustomer(
                "„%(value)s…“ ist zu lang; möglich sind %(limit)s Zeichen.", value=value[:40], limit=limit
            )
        setattr(row, name, value)
    if not row.name:
        raise BadCustomer("Die eigene Firma braucht einen Namen.")
    if changed:
        row.edition += 1
        row.save()
        personal = {f"{name}.before": before[name] for name in changed}
        personal |= {f"{name}.after": value for name, value in changed.items()}
        journal.append(actor, "own_company.changed", row, at=now, personal=personal, changed=sorted(changed))
    return row
