"""What an electronic invoice says, before the syntax is chosen. BT-… are the terms of EN 16931."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from demo.goods import Item
from demo.money import share
from demo.papers import Paper
from demo.parties import Party
from demo.writing.case import Case

# UN/ECE Recommendation 20.
UNITS = {"Stk": "H87", "Satz": "SET", "m": "MTR", "Std": "HUR", "km": "KMT", "Tag": "DAY", "psch": "LS"}


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice (type 380) or a credit note (381)."""

    number: str  # BT-1
    dated_on: date  # BT-2
    type_code: str  # BT-3
    due_on: date  # BT-9
    buyer_reference: str  # BT-10
    order_number: str  # BT-13
    corrects: tuple[str, date] | None  # BT-25, BT-26
    seller: Party
    buyer: Party
    delivered_on: date  # BT-72
    items: tuple[Item, ...]
    percent: int  # BT-119

    @property
    def net(self) -> int:
        return sum(item.total for item in self.items)

    @property
    def tax(self) -> int:
        return share(self.net, self.percent)

    @property
    def gross(self) -> int:
        return self.net + self.tax

    @property
    def category(self) -> str:
        """S standard rate, K supply within the Union."""
        return "S" if self.percent else "K"


def bill_of(case: Case, paper: Paper, items: tuple[Item, ...]) -> Bill:
    """The electronic twin of a printed invoice or credit note of this case."""
    credit = paper.code == "CREDIT_NOTE"
    corrects = (case.given["INV_OUT"], date.fromisoformat(case.given["invoiced"])) if credit else None
    return Bill(
        number=paper.number, dated_on=paper.dated_on, type_code="381" if credit else "380",
        due_on=paper.dated_on + timedelta(30), buyer_reference=case.project,
            order_number=case.given.get("ORDER_IN", ""),
        corrects=corrects, seller=paper.sender, buyer=paper.recipient,
        delivered_on=date.fromisoformat(case.given.get("delivered", paper.dated_on.isoformat())), items=items,
        percent=case.vat_percent,
    )  # fmt: skip
