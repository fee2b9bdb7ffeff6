"""Checks an identifier when it is entered, and says in German what is wrong with it.

The forms themselves are in `normal_forms.py`, which lookups use without any check; what `checked` returns is always in
the form a lookup asks for. Customer numbers have two forms:

- `value` tells customers apart. Case, spaces, and signs beside a letter never count ("k 10042", "K-10042", "K10042"
  are one); signs between digits and zeros in front do ("10-042" is not "100-42", "010042" is not "10042").
- `lookup` is what searching goes by: no signs at all and no zeros in front of the first digits, so that "010042"
  printed by one program finds "10042" kept by another. Two customers found that way are a question, not an answer.

Letters always count: "D-10042" (Debitor) and "K-10042" (Kreditor) are different parties in many companies.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from kundenakte.customers import normal_forms
from kundenakte.customers.normal_forms import name_core as name_key
from kundenakte.customers.normal_forms import zip_street as address_key
from kundenakte.customers.refusals import BadIdentifier

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

__all__ = ["Checked", "address_key", "checked", "clean", "name_key", "name_tokens", "number_lookup", "number_value"]

_SIGNS = re.compile(r"[\W_]+")
_SIGN_BESIDE_LETTER = re.compile(r"(?<=[^\W\d_])-|-(?=[^\W\d_])")
_ZEROS_IN_FRONT = re.compile(r"^([A-Z]*)0+(?=\d)")
# What a spreadsheet makes of a long number: 1,00042E+09.
_SPREADSHEET_DAMAGE = re.compile(r"\d+(?:[.,]\d+)?E\+\d+", re.IGNORECASE)
_DOMAIN = re.compile(r"(?=.{4,190}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,24}|xn--[a-z0-9-]{2,59})")
_HYPHENS = re.compile(r"\s*[‐-―−]\s*")
_EXTENSION = re.compile(r"[-–]\s*(\d{1,4})\s*$")
# Second-level domains under which companies register: below these a domain has three parts.
_PUBLIC_SECOND = frozenset({"co", "com", "org", "net", "ac", "gov", "or", "gv", "edu", "ltd", "plc", "ne"})
# Under Austrian, Swiss and German plans the extension is dialled right behind the number of the exchange.
_DIALLED_THROUGH = frozenset({49, 43, 41})


@dataclass(frozen=True, slots=True)
class Checked:
    """An identifier that passed: `value` is compared, `lookup` searched for, `shown` read by people."""

    kind: str
    value: str
    shown: str
    lookup: str
    # For a phone number with an extension behind a hyphen: the number of the exchange, where known ("+499111234").
    stem: str = ""


def clean(text: str, limit: int = 200) -> str:
    """Text as it may be kept: composed, on one line, without control characters; cut at `limit` characters."""
    if text.isascii() and text.isprintable():
        shown = text
    else:
        composed = unicodedata.normalize("NFC", text)
        shown = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in composed)
    return " ".join(shown.split())[:limit].rstrip()


def name_tokens(name: str) -> tuple[str, ...]:
    """The words of a company's name without legal form, as `name_key` has them."""
    return tuple(name_key(name).split())


def number_value(text: str) -> str:
    """The form in which two customer numbers of a system are the same; "" when nothing is left."""
    upper = "".join(unicodedata.normalize("NFKC", text).upper().split())
    return _SIGN_BESIDE_LETTER.sub("", _SIGNS.sub("-", upper).strip("-"))


def number_lookup(text: str) -> str:
    """The form in which a customer number is searched for: without signs and without zeros in front."""
    return _ZEROS_IN_FRONT.sub(r"\1", normal_forms.number(unicodedata.normalize("NFKC", text)))


def checked(kind: str, text: str, *, country: str = "DE") -> Checked:
    """The identifier in its normal form. Raises BadIdentifier with a sentence that names the text.

    `country` (ISO 3166, two letters) completes a VAT id without prefix and a phone number without country code.
    """
    shown = clean(text)
    if not shown:
        raise BadIdentifier("Es fehlt die Angabe.")
    return _CHECKS[kind](shown, country.upper() or "DE")


def mail_domains(domain: str) -> tuple[str, ...]:
    """The domain and those above it that a company may own: "mail.a.example" gives itself and "a.example"."""
    parts = domain.split(".")
    least = 3 if len(parts) > 2 and len(parts[-1]) == 2 and parts[-2] in _PUBLIC_SECOND else 2
    return tuple(".".join(parts[start:]) for start in range(max(1, len(parts) - least + 1)))


def _number(shown: str, _country: str) -> Checked:
    if _SPREADSHEET_DAMAGE.fullmatch(shown):
        raise BadIdentifier(
            "„%(shown)s“ ist keine Kundennummer: eine Tabellenkalkulation hat sie gerundet. Bitte die Spalte "
            "als Text ausgeben.",
            shown=shown,
        )
    value, lookup = number_value(shown), number_lookup(shown)
    if not value or not lookup or len(shown) > 40:
        raise BadIdentifier("„%(shown)s“ kann keine Kundennummer sein.", shown=shown[:60])
    return Checked("number", value, shown, lookup)


def _vat_id(shown: str, country: str) -> Checked:
    bare = "".join(c for c in shown.upper() if c.isalnum())
    prefix = {"GR": "EL"}.get(country, country)
    candidates = [bare] if bare[:2].isalpha() else [prefix + bare]
    # Austrian ids begin with U and Irish or Spanish ones may begin with a letter behind the country.
    candidates += [] if bare.startswith(prefix) else [prefix + bare]
    for candidate in candidates:
        value = normal_forms.checked_vat_id(normal_forms.vat_id(candidate))
        if value:
            return Checked("vat_id", value, shown, value)
    raise BadIdentifier(
        "Die USt-IdNr. „%(shown)s“ ist falsch geschrieben: die Prüfziffer oder die Länge stimmt nicht.", shown=shown
    )


def _iban(shown: str, _country: str) -> Checked:
    import stdnum.iban
    from stdnum.exceptions import ValidationError

    try:
        value = str(stdnum.iban.validate(normal_forms.iban(shown)))
    except ValidationError:
        raise BadIdentifier(
            "Die IBAN „%(shown)s“ ist falsch geschrieben: die Prüfziffer oder die Länge stimmt nicht.", shown=shown
        ) from None
    return Checked("iban", value, shown, value)


def _email(shown: str, _country: str) -> Checked:
    local, at, domain = shown.strip("<>.,;: ").removeprefix("mailto:").rpartition("@")
    value = normal_forms.email(f"{local}@{_ascii_domain(domain)}") if at else ""
    if not value or len(value) > 200:
        raise BadIdentifier("„%(shown)s“ ist keine E-Mail-Adresse.", shown=shown)
    return Checked("email", value, shown, value)


def _email_domain(shown: str, _country: str) -> Checked:
    host = re.sub(r"^[a-z]+://", "", shown.strip().lower()).split("/", 1)[0].split("?", 1)[0].rpartition("@")[2]
    written = host.split(":", 1)[0].removeprefix("www.").strip(".")
    domain = _ascii_domain(written)
    parts = domain.split(".")
    if not _DOMAIN.fullmatch(domain) or (len(parts) == 2 and len(parts[1]) == 2 and parts[0] in _PUBLIC_SECOND):
        raise BadIdentifier("„%(shown)s“ ist keine Domäne.", shown=shown)
    if not normal_forms.email_domain(domain):
        raise BadIdentifier(
            "Unter „%(domain)s“ kann jeder eine Adresse haben: das kennzeichnet keinen Kunden.", domain=domain
        )
    # Not the address or page it was taken from: that would look like an address of the customer.
    return Checked("email_domain", domain, written, domain)


def _ascii_domain(domain: str) -> str:
    """A domain as it travels in mail: umlauts in Punycode (IDNA 2008); "" when it is none."""
    domain = domain.strip().strip(".").lower()
    if not domain or domain.isascii():
        return domain
    import idna

    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        return ""


def _phone(shown: str, country: str) -> Checked:
    import phonenumbers

    text = _HYPHENS.sub("-", shown)
    try:
        parsed = phonenumbers.parse(text, country if country in phonenumbers.SUPPORTED_REGIONS else "DE")
    except phonenumbers.NumberParseException:
        raise BadIdentifier("„%(shown)s“ ist keine Telefonnummer.", shown=shown) from None
    if phonenumbers.is_possible_number_with_reason(parsed) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise BadIdentifier("„%(shown)s“ ist keine Telefonnummer mit Vorwahl.", shown=shown)
    extension = parsed.extension if parsed.extension and parsed.country_code in _DIALLED_THROUGH else ""
    national = phonenumbers.national_significant_number(parsed)
    value = normal_forms.phone(f"+{parsed.country_code}{national}{extension}")
    if not value:
        raise BadIdentifier("„%(shown)s“ ist keine Telefonnummer mit Vorwahl.", shown=shown)
    return Checked("phone", value, shown, value, _exchange(text, value, extension, parsed))


def _exchange(text: str, value: str, extension: str, parsed: PhoneNumber) -> str:
    """The number of the exchange when an extension stands behind a hyphen: "0911 1234-0" and "-27" have one.

    A hyphen behind the area code ("09131-1234") parts nothing: the rest must be longer than the area code by two.
    """
    found = _EXTENSION.search(text)
    tail = extension or (found[1] if found else "")
    if not tail or not value.endswith(tail):
        return ""
    stem = value[: -len(tail)]
    area = _area_length(parsed.country_code, value[: len(f"+{parsed.country_code}") + 5], len(value))
    return stem if area and len(stem) >= len(f"+{parsed.country_code}") + area + 2 else ""


@lru_cache(maxsize=20_000)
def _area_length(country_code: int, beginning: str, length: int) -> int:
    """How many digits the area code has. It ends within the first five, and only the length says more; the plan of
    numbers is slow to ask, and most customers live in a few towns."""
    import phonenumbers

    like = phonenumbers.parse(beginning.ljust(length, "1"))
    return int(phonenumbers.length_of_geographical_area_code(like)) if like.country_code == country_code else 0


def phone_stems(value: str) -> tuple[str, ...]:
    """The exchanges a number in normal form may belong to: it without its last one to four digits."""
    return tuple(value[:-cut] for cut in range(1, 5) if len(value) - cut >= 7)


def _tax_number(shown: str, country: str) -> Checked:
    value = normal_forms.tax_number(shown)
    if country == "DE" and not value:
        raise BadIdentifier("„%(shown)s“ ist keine Steuernummer: sie hat 10 bis 13 Ziffern.", shown=shown)
    # Abroad the shapes differ too much for a rule; what has digits enough is taken as it stands.
    value = value or "".join(c for c in shown.upper() if c.isalnum() and c.isascii())
    if sum(c.isdigit() for c in value) < 5:
        raise BadIdentifier("„%(shown)s“ ist keine Steuernummer.", shown=shown)
    return Checked("tax_number", value, shown, value)


def _gln(shown: str, _country: str) -> Checked:
    import stdnum.ean

    value = "".join(c for c in shown if c in "0123456789")
    if len(value) != 13 or not stdnum.ean.is_valid(value):
        raise BadIdentifier(
            "Die GLN „%(shown)s“ ist falsch geschrieben: sie hat 13 Ziffern, die letzte prüft die anderen.", shown=shown
        )
    return Checked("gln", value, shown, value)


def _name(kind: str) -> Callable[[str, str], Checked]:
    def check(shown: str, _country: str) -> Checked:
        key = name_key(shown)[:200]
        if not key:
            raise BadIdentifier("„%(shown)s“ ist kein Name.", shown=shown)
        return Checked(kind, key, shown, key)

    return check


_CHECKS: dict[str, Callable[[str, str], Checked]] = {
    "number": _number,
    "vat_id": _vat_id,
    "iban": _iban,
    "email": _email,
    "email_domain": _email_domain,
    "phone": _phone,
    "tax_number": _tax_number,
    "gln": _gln,
    "name": _name("name"),
    "former_name": _name("former_name"),
}
