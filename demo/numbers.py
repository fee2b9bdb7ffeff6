"""Document numbers that rise with the date, one series per kind and year."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

PREFIXES = {
    "OFFER": "AN", "ORDER_CONF": "AB", "DELIVERY": "LS", "INV_OUT": "RE", "CREDIT_NOTE": "GS", "DUNNING": "MA",
    "CONTRACT": "RV", "MAINT_CONTRACT": "WV", "NDA": "GV", "SERVICE_REPORT": "SB", "ACCEPTANCE": "AP",
    "COMPLAINT": "RK", "PRICE_INFO": "PI", "PRICE_CALC": "KA", "PROJECT": "P",
}  # fmt: skip


class Numbers:
    """Gives out RE-2026-0412 and the like. The same calls give the same numbers."""

    def __init__(self, *, per_day: int = 12) -> None:
        self._used: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
        self._per_day = per_day

    def take(self, code: str, on: date) -> str:
        """The next free number of this kind on this day."""
        used = self._used[code, on.year]
        number = on.timetuple().tm_yday * self._per_day
        while number in used:
            number += 1
        used.add(number)
        return f"{PREFIXES[code]}-{on.year}-{number:04d}"
