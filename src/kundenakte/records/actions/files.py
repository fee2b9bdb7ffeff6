"""Opening customer files, and extra sections in one of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.text import slugify

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions as journal
from kundenakte.customers.models import Customer
from kundenakte.records import access
from kundenakte.records.models import CustomerFile, FilePlan, Section, Verb
from kundenakte.records.refusals import BadValue
from kundenakte.records.sections import entries_of


@transaction.atomic
def open_files_for(*, actor: Actor, customers: Sequence[Customer], today: date) -> list[CustomerFile]:
    """Give each customer that has none its file, with the structure of the house's plan (S2).

    Sections are not rows of the file, so ten thousand files cost ten thousand rows and no more.
    """
    plan = FilePlan.objects.order_by("pk").get()
    have = set(CustomerFile.objects.filter(customer__in=customers).values_list("customer_id", flat=True))
    missing = [customer for customer in customers if customer.pk not in have]
    opened = CustomerFile.objects.bulk_create(
        [CustomerFile(customer=customer, plan=plan, opened_on=today) for customer in missing], batch_size=500
    )
    journal.append_many(
        actor,
        [
            journal.Happening("customer_file.opened", customer_file, {"customer": customer_file.customer})
            for customer_file in opened
        ],
    )
    return opened


def file_of(customer: Customer) -> CustomerFile:
    """The customer's file; of a merged customer, the file of the one it was merged into."""
    while customer.merged_into is not None:
        customer = customer.merged_into
    return CustomerFile.objects.select_related("customer", "plan").get(customer=customer)


def refuse_name_of_the_plan(customer_file: CustomerFile, name: str) -> None:
    """Two sections of one name in a file cannot be told apart. Raises BadValue."""
    if name.strip().casefold() in {entry.name.casefold() for entry in entries_of(customer_file.plan)}:
        raise BadValue(
            "„%(name)s“ heißt schon ein Register des Aktenplans, das in jeder Akte steht. Bitte wählen Sie "
            "einen anderen Namen.",
            name=name.strip(),
        )


@transaction.atomic
def add_local_section(*, actor: Actor, customer_file: CustomerFile, name: str) -> Section:
    """An extra section in this one file. Raises BadValue for a name the file has already, in the plan or besides."""
    access.require(actor, Verb.FILE, customer_file)
    name = name.strip()[:100]
    refuse_name_of_the_plan(customer_file, name)
    key = slugify(name.replace("ß", "ss"))[:50]
    if not key:
        raise BadValue("Bitte geben Sie dem Register einen Namen.")
    if Section.objects.filter(customer_file=customer_file, key=key).exists():
        raise BadValue("Ein Register „%(name)s“ gibt es in dieser Akte schon.", name=name)
    section = Section.objects.create(plan=customer_file.plan, key=key, customer_file=customer_file, local_name=name)
    journal.append(actor, "section.added", section, customer_file=customer_file, name=name)
    return section
