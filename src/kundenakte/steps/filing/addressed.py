"""Whose invoice is it? Where our own name is not to be read, for example in a drawn letterhead, the customer tells."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from django.utils.translation import gettext_noop

from kundenakte.records.findings import ClassGuess, Findings
from kundenakte.records.models import DocumentClass
from kundenakte.steps.filing.decision import Ask, Filed
from kundenakte.steps.filing.describing import SURE_ENOUGH, ChosenClass
from kundenakte.steps.filing.evidence import Candidate

OURS, THEIRS = "INV_OUT", "INV_IN"
_NUMBERS: Final = ("number", "xml_number", "source_number")
_PLACED: Final = ("name_and_address", "name_and_place", "similar_name_and_address")


def settled(chosen: ChosenClass, findings: Findings, decision: Filed | Ask) -> ChosenClass:
    """`chosen`, unless all that is open about an invoice is who wrote it, and the page answers that.

    It is ours when it is addressed to the customer and names him by the number that we gave him: nobody else knows it.
    """
    invoices = {guess.code: guess for guess in findings.classes if guess.code in (OURS, THEIRS)}
    if chosen.is_sure or chosen.guess is None or chosen.guess.code not in invoices or len(invoices) < 2:
        return chosen
    together = sum(guess.confidence for guess in invoices.values())
    if findings.direction or together < SURE_ENOUGH or not isinstance(decision, Filed):
        return chosen
    document_class = DocumentClass.objects.filter(code=OURS, is_retired=False).first()
    if document_class is None or not _is_addressed(decision.candidate):
        return chosen
    said = gettext_noop("Sie ist an den Kunden gerichtet und nennt seine Nummer bei uns.")
    reason = f"{chosen.guess.reason} {said}"
    guess = ClassGuess(OURS, round(min(together, 0.98), 3), chosen.guess.origin, reason)
    return replace(chosen, document_class=document_class, guess=guess, is_sure=True)


def _is_addressed(customer: Candidate) -> bool:
    recipient = any(row.kind in _PLACED and row.label == "recipient" for row in customer.evidence)
    return recipient and customer.has(*_NUMBERS)
