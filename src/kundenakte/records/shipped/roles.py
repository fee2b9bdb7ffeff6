"""The shipped roles and their rights: (section keys, class codes, verbs); an empty tuple means all."""

from __future__ import annotations

from typing import Final, NamedTuple

from kundenakte.records.models import Verb


class Right(NamedTuple):
    """A few cells of the matrix at once."""

    sections: tuple[str, ...]
    classes: tuple[str, ...]
    verbs: tuple[Verb, ...]


class ShippedRole(NamedTuple):
    """A role as delivered."""

    code: str
    name: str
    has_inbox: bool
    rights: tuple[Right, ...]


_WORK: Final = (Verb.READ, Verb.DOWNLOAD, Verb.FILE, Verb.EDIT)
_READ: Final = (Verb.READ, Verb.DOWNLOAD)
_SALES: Final = ("stammdaten", "anfragen", "angebote", "auftraege", "lieferscheine", "vertraege", "reklamationen",
                 "korrespondenz", "praesentationen", "sonstiges")  # fmt: skip
_SERVICE: Final = ("lieferscheine", "service", "reklamationen", "korrespondenz", "sonstiges")

ROLES: Final = (
    ShippedRole("verwaltung", "Verwaltung der Kundenakte", has_inbox=True, rights=(Right((), (), tuple(Verb)),)),
    ShippedRole("vertrieb", "Vertrieb", has_inbox=True, rights=(
        Right(_SALES, (), _WORK), Right(("rechnungen", "service"), (), _READ),
        Right(("angebote", "vertraege"), (), (Verb.RELEASE,)), Right((), (), (Verb.INBOX, Verb.CHANGE_CUSTOMER)))),
    ShippedRole("service", "Service", has_inbox=True, rights=(
        Right(_SERVICE, (), _WORK), Right(("stammdaten", "auftraege"), (), _READ),
        Right((), ("MAINT_CONTRACT", "SERVICE_REPORT"), (Verb.RELEASE,)), Right((), (), (Verb.INBOX,)))),
    ShippedRole("buchhaltung", "Buchhaltung", has_inbox=True, rights=(
        Right(("rechnungen", "lieferscheine", "auftraege", "stammdaten", "vertraege", "korrespondenz", "sonstiges"), (), _WORK),
        Right(("rechnungen",), (), (Verb.RELEASE,)), Right((), (), (Verb.INBOX, Verb.CHANGE_CUSTOMER, Verb.MERGE, Verb.RETENTION,
                        Verb.DISPOSE)))),
    ShippedRole("leitung", "Geschäftsleitung", has_inbox=False, rights=(
        Right((), (), (*_READ, Verb.RELEASE, Verb.RETENTION, Verb.DISPOSE, Verb.RELEASE_DISPOSAL)),)),
    ShippedRole("pruefung", "Prüfung", has_inbox=False, rights=(
        Right(("rechnungen", "lieferscheine", "auftraege"), (), (Verb.READ,)),)),
    ShippedRole("anbindung", "Anbindung (Programme)", has_inbox=False, rights=(
        Right((), (), (*_WORK, Verb.CHANGE_CUSTOMER)),)),
)  # fmt: skip
