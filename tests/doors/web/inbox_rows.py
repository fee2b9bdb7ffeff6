"""What waits in the inbox, as its tests need it."""

from __future__ import annotations

from typing import Any

from kundenakte.records.models import Arrival, CustomerFile
from tests.builders import an_arrival


def waiting(customer_file: CustomerFile | None = None, **more: Any) -> Arrival:
    """An arrival that waits; with a file, filing had proposed that."""
    arrival = an_arrival(waiting=True, **more)
    if customer_file is not None:
        arrival.decision = {
            "candidates": [
                {
                    "customer_id": customer_file.customer_id,
                    "score": 0.8,
                    "evidence": [
                        {"kind": "phone", "sentence": "Die Telefonnummer steht auf Seite 1.", "page": 1,
                         "box": [0.1, 0.2, 0.3, 0.25], "weight": 0.8, "value": "x"}
                    ],
                }
            ],
            "document_class": "OFFER", "title": "Angebot 7", "number": "AN-7", "dated_on": "2026-11-20",
            "fields": {"gross_amount": "119.00"},
        }  # fmt: skip
        arrival.save()
    return arrival
