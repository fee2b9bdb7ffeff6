"""What speaks for a customer besides the words of a mail: the address it was sent to, its thread, what hangs on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from kundenakte.records import parts
from kundenakte.records.models import Arrival, FileAddress
from kundenakte.steps.filing import mails
from kundenakte.steps.filing.evidence import Candidate, Evidence, in_order
from kundenakte.steps.filing.matching import Matched


def added(
    arrival: Arrival, matched: Matched, weights: Mapping[str, float], *, told_by: Callable[[Arrival], int | None]
) -> Matched:
    """`matched` with all of that; `told_by` says whom an attachment names by itself."""
    further = [*_address(arrival, weights), *_thread(arrival, weights), *_attachments(arrival, weights, told_by)]
    if not further:
        return matched
    candidates = {one.customer: replace(one, evidence=list(one.evidence)) for one in matched.candidates}
    for customer, evidence in further:
        candidates.setdefault(customer, Candidate(customer)).evidence.append(evidence)
    return replace(matched, candidates=in_order(candidates.values()))


def _address(arrival: Arrival, weights: Mapping[str, float]) -> Iterator[tuple[int, Evidence]]:
    address = arrival.facts.get("address_id")
    found = FileAddress.objects.select_related("customer_file").filter(pk=address).first() if address else None
    if found is not None:
        yield found.customer_file.customer_id, Evidence("file_address", "", weights["file_address"])


def _thread(arrival: Arrival, weights: Mapping[str, float]) -> Iterator[tuple[int, Evidence]]:
    if not mails.is_mail(arrival):
        return
    customers: dict[int, str] = {}
    for document in mails.thread_of(arrival.digest):
        customers.setdefault(document.customer_file.customer_id, document.title)
    for customer, title in customers.items():
        yield customer, Evidence("thread", title[:80], weights["thread"])


def _attachments(
    arrival: Arrival, weights: Mapping[str, float], told_by: Callable[[Arrival], int | None]
) -> Iterator[tuple[int, Evidence]]:
    if not arrival.opened.get("count"):
        return
    for part in parts.parts_of(arrival).exclude(findings={}).order_by("pk"):
        customer = told_by(part)
        if customer is not None:
            yield customer, Evidence("attachment", part.file_name, weights["attachment"])
