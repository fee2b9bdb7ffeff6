"""Takes a customer's row for a change, as it is now and not as somebody saw it earlier."""

from __future__ import annotations

from kundenakte.customers.models import Customer
from kundenakte.customers.refusals import CustomerChanged, CustomerMerged


def locked(customer: Customer, *, edition: int | None = None) -> Customer:
    """The row, locked until the transaction ends. Refuses what was merged, and what is not `edition` any more.

    On SQLite the transaction itself holds the lock (it begins IMMEDIATE).
    """
    row = Customer.objects.select_for_update().get(pk=customer.pk)
    if row.merged_into_id is not None:
        raise CustomerMerged
    if edition is not None and row.edition != edition:
        raise CustomerChanged
    return row
