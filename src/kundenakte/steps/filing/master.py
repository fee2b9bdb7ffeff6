"""The customer master as filing asks it: `lookups.Lookups` over the database, with few queries per document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from django.db.models import Q

from kundenakte.customers import models, queries
from kundenakte.customers.models import Customer, CustomerKey, Identifier
from kundenakte.steps.filing.lookups import MANY, Address, CustomerProfile, Key

_DERIVED: Mapping[str, str] = {
    "name": CustomerKey.Kind.NAME,
    "zip_street": CustomerKey.Kind.ADDRESS,
    "phone_stem": CustomerKey.Kind.PHONE_STEM,
    "email_domain": CustomerKey.Kind.DOMAIN,
}
# Kept as rows of their own as well: a domain that somebody entered.
_ENTERED = frozenset({"email_domain"})


class CustomerMaster:
    """Look-ups by index; merged customers answer as the one they were merged into."""

    def by_keys(self, keys: Collection[Key]) -> Mapping[Key, Sequence[int]]:
        """See Lookups."""
        wanted: defaultdict[str, set[str]] = defaultdict(set)
        for kind, value in keys:
            wanted[kind].add(value)
        found: dict[Key, list[int]] = defaultdict(list)
        self._numbers(wanted, found)
        self._derived(wanted, found)
        plain = [
            (kind, value)
            for kind, values in wanted.items()
            if (kind not in _DERIVED or kind in _ENTERED) and not kind.startswith("customer_number")
            for value in values
        ]
        for pair, hits in queries.by_identifiers(plain).items():
            found[pair] += [hit.customer_id for hit in hits]
        return {key: list(dict.fromkeys(ids))[: MANY + 1] for key, ids in found.items() if ids}

    def profiles(self, ids: Collection[int]) -> Mapping[int, CustomerProfile]:
        """See Lookups. Names and addresses of merged records belong to the one that stays."""
        names: defaultdict[int, list[str]] = defaultdict(list)
        addresses: defaultdict[int, list[Address]] = defaultdict(list)
        rows = {}
        family: dict[int, int] = {}
        # Two look-ups by index; as one condition SQLite would read all customers.
        records = [*Customer.objects.filter(pk__in=ids), *Customer.objects.filter(merged_into__in=ids)]
        for customer in sorted(records, key=lambda row: row.pk):
            stays = customer.merged_into_id or customer.pk
            family[customer.pk] = stays
            names[stays] += [customer.name, f"{customer.name} {customer.name2}"] if customer.name2 else [customer.name]
            if stays == customer.pk:
                rows[customer.pk] = customer
        other = (Identifier.Kind.NAME, Identifier.Kind.FORMER_NAME)
        for owner, shown in Identifier.objects.filter(customer__in=family, kind__in=other).values_list(
            "customer_id", "shown"
        ):
            names[family[owner]].append(shown)
        for place in models.Address.objects.filter(customer__in=family):
            addresses[family[place.customer_id]].append(Address(place.zip_code, place.street, place.city))
        return {
            pk: CustomerProfile(pk, row.number, row.name, tuple(names[pk]), tuple(addresses[pk]))
            for pk, row in rows.items()
        }

    def _numbers(self, wanted: Mapping[str, set[str]], found: dict[Key, list[int]]) -> None:
        for kind, values in wanted.items():
            if kind.startswith("customer_number"):
                system = kind.partition("@")[2]
                for value, hits in queries.by_number(values, system=system).items():
                    found[kind, value] = [hit.customer_id for hit in hits]

    def _derived(self, wanted: Mapping[str, set[str]], found: dict[Key, list[int]]) -> None:
        condition = Q()
        for kind, column in _DERIVED.items():
            if wanted.get(kind):
                condition |= Q(kind=column, value__in=wanted[kind])
        if not condition:
            return
        back = {column: kind for kind, column in _DERIVED.items()}
        rows = (
            # Whose last mail address there has ended is there no more.
            CustomerKey.objects.filter(condition)
            .exclude(kind=CustomerKey.Kind.DOMAIN, ended=True)
            .order_by("pk")
            .values_list("kind", "value", "customer_id", "customer__merged_into_id")
        )
        for column, value, customer, merged_into in rows:
            found[back[column], value].append(merged_into or customer)


def customer_numbered(number: str, *, system: str = "") -> Customer | None:
    """The one customer this number leads to, in that system's numbers first; None when it is unknown or ambiguous."""
    for where in dict.fromkeys((system, "")):
        found = queries.customers_by_key(number, system=where)
        if len(found) == 1:
            return queries.survivor_of(found[0])
        if found:
            return None
    return None
