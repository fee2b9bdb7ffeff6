"""What a program's token may be good for. A door asks for the one it needs; the account's rights count beside it."""

from typing import Final

READ: Final = "documents:read"
WRITE: Final = "documents:write"
READ_CUSTOMERS: Final = "customers:read"
WRITE_CUSTOMERS: Final = "customers:write"
READ_CASES: Final = "cases:read"
WRITE_CASES: Final = "cases:write"
READ_HEALTH: Final = "health:read"

# Each with what it is called on the screen.
SCOPES: Final = {
    READ: "Dokumente lesen",
    WRITE: "Dokumente bringen",
    READ_CUSTOMERS: "Kunden lesen",
    WRITE_CUSTOMERS: "Kunden anlegen und ändern",
    READ_CASES: "Vorgänge lesen",
    WRITE_CASES: "Vorgänge beginnen und weiterführen",
    READ_HEALTH: "Zustand abfragen (Überwachung)",
}
