"""Our own company, for an actor who may administer the house."""

from __future__ import annotations

from datetime import datetime

from kundenakte.base.accounts.actors import Actor
from kundenakte.customers import actions as customers
from kundenakte.customers.models import OwnCompany
from kundenakte.records import access
from kundenakte.records.models import Verb


def set_own_company(*, actor: Actor, now: datetime, edition: int | None = None, **values: str) -> OwnCompany:
    """The customers' action of this name, with its refusals, for whoever may administer; NotAllowed for others."""
    access.require(actor, Verb.ADMINISTER)
    return customers.set_own_company(actor=actor, now=now, edition=edition, **values)
