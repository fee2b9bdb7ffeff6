"""Identifiers with valid check digits, from number ranges that nobody holds.

German VAT ids from 9…, bank codes and SIREN numbers that are not given out, telephone numbers from the ranges the
Bundesnetzagentur (and Arcep in France) keep free for films and books.
"""

from __future__ import annotations

from random import Random

from stdnum import iban as iban_rules
from stdnum.at import uid
from stdnum.iso7064 import mod_11_10
from stdnum.luhn import calc_check_digit as luhn

_DRAMA_LINES = (("30", "23125"), ("40", "66969"), ("69", "90009"), ("221", "4710"), ("89", "99998"))
_DRAMA_MOBILES = (("171", "39200"), ("176", "040690"))


def vat_id(country: str, rng: Random) -> str:
    """A VAT id of this country whose check digits are right (AT, BE, DE, FR, IT, LU, NL); "" for any other."""
    return _VAT_IDS[country](rng) if country in _VAT_IDS else ""


def _german(rng: Random) -> str:
    body = f"9{rng.randrange(10**7):07d}"
    return f"DE{body}{mod_11_10.calc_check_digit(body)}"


def _austrian(rng: Random) -> str:
    body = f"U9{rng.randrange(10**6):06d}"
    return f"AT{body}{uid.calc_check_digit(body)}"


def _french(rng: Random) -> str:
    body = f"0{rng.randrange(10**7):07d}"
    siren = body + luhn(body)
    return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02d}{siren}"


def _italian(rng: Random) -> str:
    body = f"9{rng.randrange(10**6):06d}{rng.randint(1, 100):03d}"
    return f"IT{body}{luhn(body)}"


def _belgian(rng: Random) -> str:
    body = f"09{rng.randrange(10**6):06d}"
    return f"BE{body}{97 - int(body) % 97:02d}"


def _luxembourgish(rng: Random) -> str:
    body = f"9{rng.randrange(10**5):05d}"
    return f"LU{body}{int(body) % 89:02d}"


def _dutch(rng: Random) -> str:
    # Since 2020 letters count as 10…35 and the whole is one more than a multiple of 97 (ISO 7064).
    body = f"9{rng.randrange(10**8):08d}"
    number = int("".join(str(int(char, 36)) for char in f"NL{body}B00"))
    return f"NL{body}B{98 - number % 97:02d}"


_VAT_IDS = {
    "DE": _german, "AT": _austrian, "FR": _french, "IT": _italian, "BE": _belgian, "LU": _luxembourgish, "NL": _dutch,
}  # fmt: skip


def iban(country: str, rng: Random) -> str:
    """An IBAN with right check digits (AT, BE, DE, FR, LU, NL) at a bank that does not exist; "" for any other."""
    bodies = {
        "DE": lambda: f"799{rng.randint(10, 99):02d}0{rng.randint(10, 99):02d}{rng.randrange(10**10):010d}",
        "AT": lambda: f"99{rng.randint(100, 999)}{rng.randrange(10**11):011d}",
        "NL": lambda: f"XXBK{rng.randrange(10**10):010d}",
        "LU": lambda: f"99{rng.randint(0, 9)}{rng.randrange(10**13):013d}",
        "FR": lambda: _french_account(rng),
        "BE": lambda: _belgian_account(rng),
    }
    if country not in bodies:
        return ""
    body = bodies[country]()
    return f"{country}{iban_rules.calc_check_digits(country + '00' + body)}{body}"


def _french_account(rng: Random) -> str:
    bank, branch, account = 99999, rng.randint(10000, 99999), rng.randrange(10**11)
    key = 97 - (89 * bank + 15 * branch + 3 * account) % 97
    return f"{bank:05d}{branch:05d}{account:011d}{key:02d}"


def _belgian_account(rng: Random) -> str:
    body = f"999{rng.randrange(10**7):07d}"
    return f"{body}{int(body) % 97 or 97:02d}"


def spaced(number: str) -> str:
    """An IBAN in groups of four, as printed."""
    return " ".join(number[i : i + 4] for i in range(0, len(number), 4))


def phone(index: int, country: str = "DE") -> str:
    """The `index`-th fictional number, as printed; "" when the free range is used up (5,000 in Germany) or unknown."""
    if country == "DE" and index < 1000 * len(_DRAMA_LINES):
        area, prefix = _DRAMA_LINES[index % len(_DRAMA_LINES)]
        return f"0{area} {prefix}-{index // len(_DRAMA_LINES):03d}"
    if country == "FR" and index < 10_000:
        return f"+33 1 99 00 {index // 100:02d} {index % 100:02d}"
    return ""


def mobile(index: int) -> str:
    """The `index`-th fictional mobile number; "" after 200."""
    if index >= 100 * len(_DRAMA_MOBILES):
        return ""
    net, prefix = _DRAMA_MOBILES[index % len(_DRAMA_MOBILES)]
    return f"0{net} {prefix}{index // len(_DRAMA_MOBILES):02d}"
