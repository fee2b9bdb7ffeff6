"""What recognition and filing have to know about the own house: its identifiers, and the shape of its numbers."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.db.models import Max

from kundenakte.customers import queries
from kundenakte.customers.models import Identifier
from kundenakte.customers.own import OwnCompany
from kundenakte.records.models import DocumentClass
from kundenakte.records.number_shapes import NumberShapes

# Shapes of many numbers change slowly; reading them all for each document would cost more than the document.
_FEW = 300
_SECONDS = 30.0


@dataclass(slots=True)
class _Learnt:
    newest: int
    at: float
    shapes: NumberShapes


_learnt: _Learnt | None = None


def own_company() -> OwnCompany:
    """Our own company in the forms that are compared; one small query."""
    return queries.own_company()


def class_words() -> list[tuple[str, str]]:
    """The words by which the administration has documents of a class recognised, each with the class's code."""
    rows = DocumentClass.objects.filter(is_retired=False).values_list("code", "words")
    return [(str(word), code) for code, words in rows for word in words]


def number_shapes() -> NumberShapes:
    """The shapes of our customer numbers, learnt from those in use; at most half a minute old in a large house."""
    global _learnt  # noqa: PLW0603 – a cache of this process
    newest = Identifier.objects.aggregate(newest=Max("pk"))["newest"] or 0
    known = _learnt
    if known and newest > _FEW and (known.newest == newest or time.monotonic() - known.at < _SECONDS):
        return known.shapes
    numbers = Identifier.objects.filter(kind=Identifier.Kind.NUMBER, valid_until=None)
    shapes = NumberShapes.from_numbers(numbers.order_by("-pk").values_list("shown", flat=True)[:20_000])
    _learnt = _Learnt(newest, time.monotonic(), shapes)
    return shapes
