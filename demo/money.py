"""Amounts in whole cents and German dates, as they stand on paper."""

from __future__ import annotations

from datetime import date

MONTHS = ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
          "Dezember")  # fmt: skip


def euro(cents: int, *, sign: str = "") -> str:
    """12345678 → "123.456,78"; `sign` is put behind with a space ("€", "EUR")."""
    whole, rest = divmod(abs(cents), 100)
    text = f"{'-' if cents < 0 else ''}{whole:,}".replace(",", ".") + f",{rest:02d}"
    return f"{text} {sign}" if sign else text


def plain(cents: int) -> str:
    """12345678 → "123456.78", as machines write it."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def share(cents: int, percent: int) -> int:
    """A percentage of an amount, rounded half up to the cent."""
    return (cents * percent + 50) // 100


def day(value: date) -> str:
    """03.06.2026."""
    return f"{value:%d.%m.%Y}"


def long_day(value: date) -> str:
    """3. Juni 2026."""
    return f"{value.day}. {MONTHS[value.month - 1]} {value.year}"


def quantity(thousandths: int) -> str:
    """2500 → "2,5"; quantities are kept in thousandths."""
    whole, rest = divmod(thousandths, 1000)
    return f"{whole}" if not rest else f"{whole},{rest:03d}".rstrip("0")
