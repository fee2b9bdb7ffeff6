"""Reads one line of a customer list: values checked, what cannot be used told as remarks. Pure, no database."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext_noop

from kundenakte.customers.drafts import Person, Place, checked_name
from kundenakte.customers.identifiers import Checked, checked, clean
from kundenakte.customers.models import Customer, Identifier
from kundenakte.customers.normal_forms import fold
from kundenakte.customers.refusals import BadCustomer, BadIdentifier

State, Kind = Customer.State, Identifier.Kind
# Targets that are identifiers, in the order of their kinds.
_KINDS = {
    "vat_id": Kind.VAT_ID, "iban": Kind.IBAN, "email": Kind.EMAIL, "domain": Kind.EMAIL_DOMAIN, "phone": Kind.PHONE,
    "tax_number": Kind.TAX_NUMBER, "gln": Kind.GLN, "former_name": Kind.FORMER_NAME, "contact_email": Kind.EMAIL,
    "contact_phone": Kind.PHONE,
}  # fmt: skip
_SEVERAL = {
    "email": re.compile(r"[;,\s]+"), "contact_email": re.compile(r"[;,\s]+"), "phone": re.compile(r"[;,\n]+"),
    "contact_phone": re.compile(r"[;,\n]+"), "iban": re.compile(r"[;,\n]+"), "domain": re.compile(r"[;,\s]+"),
}  # fmt: skip
_NONE = frozenset({"-", "--", "---", "n/a", "na", "null", "none", "unbekannt", "keine", "#nv", "0", "."})
# '="00123"' is how programs keep Excel from dropping zeros.
_AS_TEXT = re.compile(r'="?([^"]*)"?')
_STATES = {
    State.PROSPECT: "interessent prospect lead anfrager potentiell potenziell",
    State.CUSTOMER: "kunde customer aktiv active bestandskunde stammkunde neukunde",
    State.FORMER: "ehemalig ehemaliger ehemaligerkunde former inaktiv inactive geloescht gesperrt archiviert altkunde",
}
_STATE_OF = {word: state for state, words in _STATES.items() for word in words.split()}
_COUNTRIES = {
    "d": "DE", "deutschland": "DE", "germany": "DE", "brd": "DE", "a": "AT", "oesterreich": "AT", "austria": "AT",
    "schweiz": "CH", "switzerland": "CH", "suisse": "CH", "liechtenstein": "LI", "fl": "LI", "frankreich": "FR",
    "france": "FR", "f": "FR", "italien": "IT", "italy": "IT", "italia": "IT", "i": "IT", "niederlande": "NL",
    "netherlands": "NL", "holland": "NL", "belgien": "BE", "belgium": "BE", "b": "BE", "luxemburg": "LU",
    "luxembourg": "LU", "l": "LU", "polen": "PL", "poland": "PL", "tschechien": "CZ", "czechrepublic": "CZ",
    "czechia": "CZ", "tschechischerepublik": "CZ", "daenemark": "DK", "denmark": "DK", "schweden": "SE",
    "sweden": "SE", "s": "SE", "norwegen": "NO", "norway": "NO", "n": "NO", "finnland": "FI", "finland": "FI",
    "spanien": "ES", "spain": "ES", "e": "ES", "portugal": "PT", "p": "PT", "ungarn": "HU", "hungary": "HU", "h": "HU",
    "slowakei": "SK", "slovakia": "SK", "slowenien": "SI", "slovenia": "SI", "kroatien": "HR", "croatia": "HR",
    "rumaenien": "RO", "romania": "RO", "bulgarien": "BG", "bulgaria": "BG", "griechenland": "GR", "greece": "GR",
    "irland": "IE", "ireland": "IE", "grossbritannien": "GB", "vereinigteskoenigreich": "GB", "unitedkingdom": "GB",
    "uk": "GB", "england": "GB", "usa": "US", "vereinigtestaaten": "US", "unitedstates": "US", "tuerkei": "TR",
    "turkey": "TR", "china": "CN", "japan": "JP", "estland": "EE", "estonia": "EE", "lettland": "LV", "latvia": "LV",
    "litauen": "LT", "lithuania": "LT", "malta": "MT", "zypern": "CY", "cyprus": "CY",
}  # fmt: skip


@dataclass(slots=True)
class Wanted:
    """What a line says about a customer. Empty cells say nothing; they never take away what is known."""

    row: int
    name: str
    name2: str = ""
    number: Checked | None = None
    state: str = ""
    group: str = ""
    # Empty parts are unknown, the country too.
    place: Place | None = None
    known: list[Checked] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def country(self) -> str:
        return (self.place.country if self.place else "") or "DE"


def read_row(row: int, cells: Sequence[str], places: Mapping[str, Sequence[int]], *, width: int) -> Wanted:
    """The line in checked values. Raises BadCustomer or BadIdentifier when it cannot be used at all: no name, a number
    that is none, more columns than headings."""
    if any(cells[width:]):
        raise BadCustomer(
            "Die Zeile hat %(count)s Spalten, die Überschrift nur %(width)s. Wahrscheinlich fehlt ein "
            "Anführungszeichen.",
            count=len(cells),
            width=width,
        )
    values = {target: _values(cells, where) for target, where in places.items()}

    def joined(target: str) -> str:
        return clean(" ".join(dict.fromkeys(values.get(target, ()))))

    wanted = Wanted(row, checked_name(joined("name")), joined("name2"), group=clean(joined("group"), 60))
    if joined("number"):
        wanted.number = checked(Kind.NUMBER, joined("number"))
    wanted.state = _state(joined("state"), wanted.remarks)
    wanted.place = _place(joined("street"), joined("zip"), joined("city"), _country(joined("country"), wanted.remarks))
    for target, kind in _KINDS.items():
        _identify(wanted, target, kind, values.get(target, ()))
    person = Person(
        joined("contact_name"), joined("contact_position"), joined("contact_email"), joined("contact_phone")
    )
    if person.name:
        wanted.people.append(person.cleaned())
    return wanted


def _values(cells: Sequence[str], where: Sequence[int]) -> list[str]:
    found = (cells[place] if place < len(cells) else "" for place in where)
    found = ((match[1] if (match := _AS_TEXT.fullmatch(cell)) else cell).strip("\ufeff\u200b '") for cell in found)
    return [cell for cell in found if cell and cell.lower() not in _NONE]


def _identify(wanted: Wanted, target: str, kind: str, cells: Sequence[str]) -> None:
    """Add the identifiers of a target; a misspelt one becomes a remark. A mail address tells its domain as well."""
    there = {(item.kind, item.value) for item in wanted.known}
    for cell in cells:
        for text in _SEVERAL[target].split(cell) if target in _SEVERAL else [cell]:
            if not text.strip():
                continue
            try:
                item = checked(kind, text, country=wanted.country)
            except BadIdentifier as refused:
                wanted.remarks.append(refused.sentence)
                continue
            for one in [item, *(_domain_of(item) if target == "email" else ())]:
                if (one.kind, one.value) not in there:
                    there.add((one.kind, one.value))
                    wanted.known.append(one)


def _domain_of(mail: Checked) -> list[Checked]:
    """The domain of a company's own mail address; none for providers where everybody may have one."""
    try:
        return [checked(Kind.EMAIL_DOMAIN, mail.value)]
    except BadIdentifier:
        return []


def _state(text: str, remarks: list[str]) -> str:
    state = _STATE_OF.get(fold(text).replace(" ", ""), "") if text else ""
    if text and not state:
        remarks.append(gettext_noop("Der Stand „%(text)s“ ist unbekannt und bleibt außer Acht.") % {"text": text})
    return state


def _country(text: str, remarks: list[str]) -> str:
    if not text:
        return ""
    key = fold(text).replace(" ", "")
    if key in _COUNTRIES:
        return _COUNTRIES[key]
    if len(key) == 2 and key.isalpha():
        return key.upper()
    remarks.append(gettext_noop("Das Land „%(text)s“ ist unbekannt; angenommen ist Deutschland.") % {"text": text})
    return ""


def _place(street: str, zip_code: str, city: str, country: str) -> Place | None:
    # Spreadsheets drop the zero of 01067 Dresden.
    if country in {"", "DE"} and re.fullmatch(r"\d{4}", zip_code):
        zip_code = f"0{zip_code}"
    place = Place(clean(street), clean(zip_code, 12), clean(city, 100), country)
    return place if place or country else None
