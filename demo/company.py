"""The demo company: a machine builder with fifty people in Franconia. All of it is invented."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from demo.checkdigits import iban, vat_id
from demo.parties import Letterhead, Party, Person

DOMAIN = "loehlein-brucker.example"
_numbers = Random("company")  # a fixed series: the own identifiers never depend on the stock's seed

COMPANY = Party(
    name="Löhlein & Brucker Maschinenbau GmbH",
    street="Am Schleusenhafen 14",
    zip="91056",
    city="Erlangen",
    vat_id=vat_id("DE", _numbers),
    tax_number="216/999/40127",
    iban=iban("DE", _numbers),
    bic="RGBKDE7EXXX",
    bank="Regnitzbank Erlangen",
    email=f"info@{DOMAIN}",
    web=f"www.{DOMAIN}",
    phone="089 99998-990",
    register="Amtsgericht Fürth, HRB 99417",
    directors="Dipl.-Ing. Heinrich Löhlein, Marlene Brucker",
    letterhead=Letterhead("din5008", "16425b", "e07a1f", 0, "Förderanlagen · Spindeltechnik · Service"),
)
# The same house with the second account, which older papers and contracts name.
SECOND_IBAN = iban("DE", _numbers)
FORMER_NAMES = ("Löhlein Fördertechnik KG",)

# How customer numbers look here: D-10432. A pattern as recognition takes it.
CUSTOMER_NUMBER_PATTERN = r"D-\d{5,6}"


@dataclass(frozen=True, slots=True)
class User:
    """One of the demo cast: sign-in name, person, what the role is called in the product, team."""

    username: str
    person: Person
    role: str
    team: str


def _colleague(salutation: str, first: str, last: str, role: str, extension: int) -> Person:
    plain = last.lower().replace("ö", "oe").replace("ä", "ae").replace("ü", "ue").replace("ß", "ss")
    return Person(salutation, first, last, role, f"{first[0].lower()}.{plain}@{DOMAIN}", f"089 99998-{extension}")


SALES = _colleague("Frau", "Katharina", "Wiesinger", "Vertrieb", 931)
BOOKS = _colleague("Herr", "Gerhard", "Mößner", "Buchhaltung", 942)
SERVICE = _colleague("Herr", "Timo", "Hertlein", "Service", 953)
AUDITOR = _colleague("Frau", "Renate", "Prechtl", "Wirtschaftsprüfung", 964)
ADMIN = _colleague("Herr", "Oliver", "Stöcklein", "IT-Verwaltung", 975)
SALES_TWO = _colleague("Herr", "Manuel", "Göllner", "Vertrieb", 932)
MANAGER = _colleague("Frau", "Annemarie", "Lochner", "Geschäftsleitung", 910)
FITTER = _colleague("Frau", "Ines", "Rauh", "Servicetechnik", 954)

USERS = (
    User("k.wiesinger", SALES, "sales", "Vertrieb"),
    User("g.moessner", BOOKS, "accounting", "Buchhaltung"),
    User("t.hertlein", SERVICE, "service", "Service"),
    User("r.prechtl", AUDITOR, "auditor", "Prüfung"),
    User("o.stoecklein", ADMIN, "admin", "IT"),
    User("a.lochner", MANAGER, "manager", "Geschäftsleitung"),
)
TEAMS = ("Vertrieb", "Buchhaltung", "Service", "Einkauf", "Geschäftsleitung")
