"""Two records turn out to be one customer."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions as journal
from kundenakte.customers.identifiers import clean
from kundenakte.customers.models import Customer
from kundenakte.customers.refusals import MergeRefused


@transaction.atomic
def merge_customers(*, actor: Actor, source: Customer, into: Customer, reason: str, now: datetime) -> Customer:
    """Let `source` lead on to `into`, and return the one that stays.

    Both records keep their numbers, names and days, so every key opens the same customer and papers of either name
    are found. Who was merged into `source` before now leads to `into` directly. The documents are moved by
    `records.actions.customers.merge`, which calls this in its own transaction. Refuses with MergeRefused what would go
    in a circle or has been merged already, and an empty reason.
    """
    old, stays = _both(source, into)
    reason = clean(reason, 500)
    if not reason:
        raise MergeRefused("Bitte geben Sie an, warum die beiden Kunden derselbe sind.")
    followers = list(Customer.objects.filter(merged_into=old).order_by("pk").values_list("pk", flat=True))
    Customer.objects.filter(pk__in=[old.pk, *followers]).update(merged_into=stays)
    for row in (old, stays):
        row.edition += 1
        row.save(update_fields=["edition"])
    journal.append_many(
        actor,
        [
            journal.Happening(
                "customer.merged",
                subject,
                {"source": old, "into": stays, "numbers": [old.number, stays.number], "followers": followers},
                {"source.name": old.name, "into.name": stays.name},
                reason,
            )
            # In the history of both: whoever looks at either reads where the other went.
            for subject in (old, stays)
        ],
        at=now,
    )
    old.merged_into = stays
    source.merged_into = stays
    return stays


def _both(source: Customer, into: Customer) -> tuple[Customer, Customer]:
    """Both rows, locked in the order of their ids, so that two merges at once never wait for each other."""
    if source.pk == into.pk:
        raise MergeRefused("Ein Kunde kann nicht mit sich selbst zusammengeführt werden.")
    rows = {
        row.pk: row for row in Customer.objects.select_for_update().filter(pk__in=[source.pk, into.pk]).order_by("pk")
    }
    old, stays = rows[source.pk], rows[into.pk]
    if old.merged_into_id is not None:
        raise MergeRefused("%(name)s wurde schon mit einem anderen Kunden zusammengeführt.", name=old.name)
    if stays.merged_into_id is not None:
        raise MergeRefused(
            "%(name)s wurde schon zusammengeführt. Bitte wählen Sie den verbleibenden Kunden.", name=stays.name
        )
    return old, stays
