"""Customers: look them up, list them, keep them in step with the leading system."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.scopes import READ_CUSTOMERS, WRITE_CUSTOMERS
from kundenakte.customers import queries, search
from kundenakte.customers.drafts import Place
from kundenakte.customers.models import Customer
from kundenakte.doors.api.auth import Token, caller
from kundenakte.doors.api.v1 import shown
from kundenakte.doors.api.v1.paging import Answer, Page, page
from kundenakte.doors.api.v1.shown import CustomerIn, CustomerOut, CustomersOut, ProblemOut
from kundenakte.records import access
from kundenakte.records.actions import customers as actions
from kundenakte.records.refusals import NotFound

router = Router(tags=["customers"])
_ERRORS = dict.fromkeys((401, 403, 404, 409, 422, 429), ProblemOut)
_READ, _WRITE = Token(READ_CUSTOMERS), Token(WRITE_CUSTOMERS)


class Wanted(Schema):
    """Which customers: by number, by words, or all."""

    number: str = Field("", max_length=100, description="Customer number, in `system` or in any")
    system: str = Field("", max_length=40)
    q: str = Field("", max_length=200, description="Words of the name, place or any identifier")


@router.get("", auth=_READ, response={200: CustomersOut, **_ERRORS}, operation_id="list_customers")
def list_customers(request: HttpRequest, wanted: Query[Wanted], at: Query[Page]) -> Answer:
    """Customers whose files this account may open. A search by `q` gives the best hits on one page."""
    visible = access.customers_for(caller(request).user)
    if wanted.number:
        found = queries.customers_by_key(wanted.number, system=wanted.system)
        rows, following = page(request, visible.filter(pk__in=[row.pk for row in found]), at)
    elif wanted.q:
        rows, following = search.find(wanted.q, at.limit, among=visible), None
    else:
        rows, following = page(request, visible, at)
    return {"items": shown.customers(request, rows), "next": following}


@router.get("/{int:pk}", auth=_READ, response={200: CustomerOut, **_ERRORS}, operation_id="get_customer")
def get_customer(request: HttpRequest, pk: int) -> Answer:
    """One customer by its id, which never changes."""
    row = access.customers_for(caller(request).user).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return shown.customers(request, [row])[0]


@router.put("/{str:system}/{str:number}", auth=_WRITE, response={200: CustomerOut, 201: CustomerOut, **_ERRORS},
            operation_id="put_customer")  # fmt: skip
def put_customer(request: HttpRequest, system: str, number: str, said: CustomerIn) -> Status[Answer]:
    """Enter or change the customer with this number in this system. Repeating it changes nothing.

    Identifiers are added; what is not named stays.
    """
    who = caller(request)
    with transaction.atomic():
        customer, is_new = _put(who.actor, system[:40], number, said)
    return Status(201 if is_new else 200, shown.customers(request, [customer])[0])


def _put(actor: Actor, system: str, number: str, said: CustomerIn) -> tuple[Customer, bool]:
    now = timezone.now()
    place = Place(said.street, said.zip_code, said.city, said.country)
    found = queries.customers_by_key(number, system=system)
    if found:
        customer, is_new = queries.survivor_of(found[0]), False
        fields = {"name": said.name, "name2": said.name2, "state": said.state}
        customer = actions.change_customer(
            actor=actor, customer=customer, edition=customer.edition, now=now, fields=fields, place=place or None
        )
    else:
        is_new = True
        customer = actions.create_customer(
            actor=actor, name=said.name, name2=said.name2, state=said.state, number=number, system=system, now=now,
            place=place or None,
        )  # fmt: skip
    for kind, texts in said.identifiers.dict().items():
        for text in texts:
            actions.add_identifier(
                actor=actor, customer=customer, kind=kind, text=text, now=now, system=system, country=said.country
            )
    customer.refresh_from_db()
    return customer, is_new
