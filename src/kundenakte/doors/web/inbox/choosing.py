"""When there is a document it may belong to: a new version of that one, a document of its own, or nothing new."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from kundenakte.base.accounts.models import User
from kundenakte.doors.web.spoken import in_other_words
from kundenakte.records import access
from kundenakte.records.models import Arrival, CustomerFile, Document, Verb
from kundenakte.records.reach import Rights
from kundenakte.steps.filing.placing import Placing
from kundenakte.steps.filing.told import Told, question

# Of these the same bytes are there already: a new version would be no other.
_SAME_BYTES: Final = frozenset({"same_bytes_elsewhere"})


@dataclass(frozen=True, slots=True)
class Choice:
    """The question and its answers, as buttons with a key each."""

    sentence: str
    document: Document
    # The file a document of its own would go to.
    customer_file: CustomerFile
    may_be_version: bool
    # Put because of what a person typed, who may rather correct that.
    can_go_back: bool = False


def choice_of(arrival: Arrival, user: User, why: Told, *, rights: Rights) -> Choice | None:
    """What filing asked about this arrival; None if it asked nothing, or about what this user may not see."""
    candidates: list[dict[str, Any]] = arrival.decision.get("candidates") or [] if arrival.decision else []
    if why.document is None or not candidates:
        return None
    files = access.files_for(user, rights=rights).select_related("customer")
    customer_file = files.filter(customer=candidates[0]["customer_id"]).first()
    return _choice(arrival.reason, why, why.document, customer_file, rights) if customer_file else None


def choice_for(placing: Placing, customer_file: CustomerFile, *, rights: Rights) -> Choice | None:
    """What was asked when a person wanted to file it in `customer_file`."""
    if placing.document is None:
        return None
    asked = question(placing.reason, placing.document)
    return replace(_choice(placing.reason, asked, placing.document, customer_file, rights), can_go_back=True)


def _choice(reason: str, asked: Told, document: Document, customer_file: CustomerFile, rights: Rights) -> Choice:
    may_edit = rights.reach(Verb.EDIT).covers(document)
    return Choice(asked.in_words(in_other_words), document, customer_file, may_edit and reason not in _SAME_BYTES)
