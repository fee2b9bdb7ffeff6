"""The form in which identifiers are compared: one function per kind, used when writing and when looking up.

All are pure and cheap. An empty string means: this is none. Checksums are separate (`vat_id_is_valid`,
`iban_is_valid`), since a list of customers holds mistyped ones as well, and a document may print the same mistake.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from importlib.resources import files
from typing import Final

_NOT_ALNUM = re.compile(r"[^0-9A-Za-z]+")
_NOT_DIGIT = re.compile(r"\D+")
# Swiss and Norwegian ids may have the word for VAT behind them.
_WORD_BEHIND = re.compile(r"^(CHE\d{9}|NO\d{9})(?:MWST|TVA|IVA|TPV|MVA)$")
_EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+")


def _shipped(name: str) -> frozenset[str]:
    """The entries of a list in data/, without remarks."""
    lines = files("kundenakte.customers").joinpath("data", name).read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


# Anybody may have an address there: such a domain never says who somebody is.
FREE_MAIL = _shipped("mail_providers.txt")


def number(text: str) -> str:
    """A customer number without spaces and signs, in capitals: "K-10 042" is "K10042". Zeros in front stay."""
    return _NOT_ALNUM.sub("", text).upper()


def vat_id(text: str) -> str:
    """A VAT id with its country, without spaces and signs; "" when it has not the shape of one."""
    value = _WORD_BEHIND.sub(r"\1", _NOT_ALNUM.sub("", text).upper())
    return value if 8 <= len(value) <= 14 and value[:2].isalpha() and any(c.isdigit() for c in value[2:]) else ""


def checked_vat_id(value: str) -> str:
    """The VAT id as its country writes it without spaces; "" when the country or the check digits are wrong.

    Knows the EU, Northern Ireland, the United Kingdom, Switzerland, Liechtenstein and Norway.
    """
    import stdnum.ch.uid
    import stdnum.eu.vat
    import stdnum.gb.vat
    import stdnum.no.orgnr
    from stdnum.exceptions import ValidationError

    try:
        if value.startswith("CHE"):
            return str(stdnum.ch.uid.validate(value))
        if value.startswith("GB"):
            return "GB" + str(stdnum.gb.vat.validate(value))
        if value.startswith("NO"):
            return "NO" + str(stdnum.no.orgnr.validate(value[2:]))
        return str(stdnum.eu.vat.validate(value))
    except ValidationError:
        return ""


def vat_id_is_valid(value: str) -> bool:
    """True when the check digits of a VAT id in normal form are right."""
    return bool(checked_vat_id(value))


def iban(text: str) -> str:
    """An IBAN without spaces, in capitals; "" when it has not the shape of one (ISO 13616)."""
    value = _NOT_ALNUM.sub("", text).upper()
    return value if 15 <= len(value) <= 34 and value[:2].isalpha() and value[2:4].isdigit() else ""


def iban_is_valid(value: str) -> bool:
    """True when the check digits are right (ISO 7064, modulus 97)."""
    if not iban(value):
        return False
    return int("".join(str(int(c, 36)) for c in value[4:] + value[:4])) % 97 == 1


def email(text: str) -> str:
    """A mail address in small letters; "" when it is none."""
    value = text.strip().strip("<>.,;:").lower().removeprefix("mailto:")
    return value if _EMAIL.fullmatch(value) else ""


def email_domain(text: str) -> str:
    """The domain of a mail address, a web address or a domain; "" for mail providers everybody may use."""
    value = text.strip().lower().rsplit("@", 1)[-1]
    value = value.removeprefix("https://").removeprefix("http://").removeprefix("www.").split("/", 1)[0].strip(".")
    return value if "." in value and value not in FREE_MAIL else ""


def tax_number(text: str) -> str:
    """A German tax number as digits only; "" when it has not 10 to 13 of them."""
    value = _NOT_DIGIT.sub("", text)
    return value if 10 <= len(value) <= 13 else ""


def phone(text: str) -> str:
    """A telephone number as +49…; numbers without a country are German. "" when it is none."""
    digits = _NOT_DIGIT.sub("", text.replace("(0)", ""))
    if not 6 <= len(digits) <= 15:
        return ""
    international = text.lstrip(" (").startswith("+") or digits.startswith("00")
    if not international and digits[0] != "0":
        return ""
    national = digits.removeprefix("00") if international else "49" + digits[1:]
    if national.startswith("49"):
        # The plan of German numbers needs no table for this: no number begins with 0 after the country.
        national = "49" + national[2:].lstrip("0")
        return f"+{national}" if 7 <= len(national) <= 15 else ""
    return _foreign_phone(f"+{national}")


def _foreign_phone(text: str) -> str:
    import phonenumbers

    try:
        parsed = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        return ""
    return f"+{parsed.country_code}{phonenumbers.national_significant_number(parsed)}"


_UMLAUTS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "œ": "oe", "ł": "l", "&": " ", "+": " "}
)
_NO_WORD = re.compile(r"[^a-z0-9]+")


def fold(text: str) -> str:
    """Small letters without accents, umlauts spelt out, signs as single spaces: the form in which words compare."""
    if text.isascii():
        return _NO_WORD.sub(" ", text.lower()).strip()
    text = unicodedata.normalize("NFC", text).lower().translate(_UMLAUTS)
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
    # An accent stands alone after NFKD and must vanish, not part the word.
    text = "".join(c for c in text if not unicodedata.combining(c))
    return _NO_WORD.sub(" ", text).strip()


def plain(text: str) -> str:
    """The same with umlauts that lost their dots, as whoever has no such key types them: "nusslein" for Nüßlein."""
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", text).lower().replace("ß", "ss"))
    return _NO_WORD.sub(" ", "".join(c for c in text if not unicodedata.combining(c))).strip()


# Words of a legal form: the first set wherever they stand, the second only at the end of a name.
_FORM_ANYWHERE = frozenset(
    [
        *("gmbh", "mbh", "ggmbh", "kgaa", "ohg", "gbr", "ug", "haftungsbeschraenkt", "ek", "ltd"),
        *("partg", "partgmbb", "llc", "llp", "inc", "plc", "sarl", "srl"),
    ]
)  # fmt: skip
_FORM_AT_END = frozenset(
    [
        *("aktiengesellschaft", "kommanditgesellschaft"),
        *("ag", "kg", "se", "co", "e", "k", "kfm", "kfr", "ev", "v", "eg", "sa", "sas", "bv", "nv", "spa", "ab", "as"),
        *("oy", "aps", "corp", "corporation", "limited", "company", "u", "und", "b", "s", "a", "r", "l"),
    ]
)  # fmt: skip
_LONG_FORMS = (
    ("gesellschaft mit beschraenkter haftung", "gmbh"),
    ("gesellschaft buergerlichen rechts", "gbr"),
    ("offene handelsgesellschaft", "ohg"),
    ("eingetragener kaufmann", "ek"),
    ("eingetragene kauffrau", "ek"),
    ("unternehmergesellschaft", "ug"),
    ("g m b h", "gmbh"),
    ("ges m b h", "gmbh"),
    ("m b h", "mbh"),
    ("e k", "ek"),
    ("e kfm", "ek"),
    ("e kfr", "ek"),
    ("e v", "ev"),
    ("s a r l", "sarl"),
    ("u g", "ug"),
    ("ug haftungsbeschraenkt", "ug"),
    ("gesmbh", "gmbh"),
    ("gmbh co kommanditgesellschaft", "gmbh co kg"),
    ("cokg", "co kg"),
    ("partg mbb", "partgmbb"),
    ("s a s", "sas"),
    ("s a", "sa"),
)
_SHORT_FORM = {"aktiengesellschaft": "ag", "kommanditgesellschaft": "kg", "limited": "ltd", "corporation": "corp"}
_FILLER = frozenset({"und", "and", "et", "u", "fa", "firma", "the", "der", "die", "das"})

# What people say with a company's name although no key holds it: "Deinhardt KG", "Adelhardt und Hofer".
SAID_BESIDE: Final = (
    _FORM_ANYWHERE | _FILLER | {*("ag", "kg", "se", "co", "kfm", "kfr", "ev", "eg"), *_SHORT_FORM}
)  # fmt: skip


@lru_cache(maxsize=20_000)
def name_parts(name: str) -> tuple[str, str]:
    """The core of a company's name and its legal form: ("mueller metallbau", "gmbh co kg")."""
    folded = f" {fold(name)} "
    for long, short in _LONG_FORMS:
        if f" {long} " in folded:
            folded = folded.replace(f" {long} ", f" {short} ")
    words = folded.split()
    core = [word for word in words if word not in _FORM_ANYWHERE]
    form = [word for word in words if word in _FORM_ANYWHERE]
    tail: list[str] = []
    while len(core) > 1 and core[-1] in _FORM_AT_END and (form or core[-1] not in ("und", "b", "s", "a", "r", "l")):
        tail.insert(0, core.pop())
    kept = [word for word in core if word not in _FILLER] or core
    ends = [_SHORT_FORM.get(word, word) for word in (*form, *tail) if word not in _FILLER]
    return " ".join(kept), " ".join(ends)


def name_core(name: str) -> str:
    """The core of a company's name, without legal form, accents and signs."""
    return name_parts(name)[0]


_STREET_WORD = re.compile(r"str(?:asse)?\b|strasse")
_HOUSE = re.compile(r"(\d+) ?([a-z])?(?: \d+ ?[a-z]?)?$")


@lru_cache(maxsize=20_000)
def street_key(street: str) -> str:
    """Street and house number: "Hauptstraße 5 a" and "Haupt-Str. 5a" are both "hauptstr5a"; of "5-7" the 5 counts."""
    folded = fold(street)
    if folded.startswith("postfach"):
        return folded.replace(" ", "")
    found = _HOUSE.search(folded)
    name, house = (folded[: found.start()], found[1] + (found[2] or "")) if found else (folded, "")
    return _STREET_WORD.sub("str", name).replace(" ", "") + house if name else ""


def zip_street(zip_code: str, street: str) -> str:
    """The key of an address: "90402 hauptstr5a"; "" unless it has a zip code and a house (or box) number."""
    digits, key = _NOT_ALNUM.sub("", zip_code).upper(), street_key(street)
    return f"{digits} {key}" if digits and key and any(c.isdigit() for c in key) else ""
