"""What a mail is for (GoBD 121): a letter, a voucher, only the envelope of what hangs on it, or private (R-15).

In doubt it is a letter and is kept: only what says nothing itself is an envelope, and what its sender marks as private
is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext_noop

from kundenakte.records.findings import ClassGuess
from kundenakte.records.letter import Letter

LETTER, VOUCHER, TRANSPORT, PRIVATE = "EMAIL_LETTER", "EMAIL_VOUCHER", "EMAIL_TRANSPORT", "EMAIL_PRIVATE"
# A line a scanner or a phone writes of its own accord.
_MACHINE: Final = re.compile(
    r"(?i)\b(?:scan(?:ned)?|gescannt|mfp|multifunktion\w*|kopierer|device|gerät|von meinem \w+ gesendet|sent from my)\b"
)
_FEW_WORDS: Final = 12
_VOUCHER: Final = re.compile(
    r"(?i)\b(?:rechnungs-?(?:nr|nummer)|invoice (?:no|number)|zahlungsbestätigung|zahlungseingang|quittung|"
    r"payment (?:receipt|confirmation)|gutschrift-?(?:nr|nummer))"
)
_SUM: Final = re.compile(r"(?i)\b\d{1,3}(?:[.,]?\d{3})*[.,]\d{2} ?(?:€|eur\b)|(?:€|eur) ?\d+[.,]\d{2}\b")


def settled(guesses: Sequence[ClassGuess], mail: Mapping[str, Any], letter: Letter | None) -> list[ClassGuess]:
    """The guesses with the mail's function before "a mail like any other"; unchanged for what is no mail."""
    at = next((n for n, guess in enumerate(guesses) if guess.code == LETTER), None)
    if not mail or at is None:
        return list(guesses)
    found = _function(mail, letter)
    return [*guesses[:at], *([found] if found else []), *guesses[at:]]


def _function(mail: Mapping[str, Any], letter: Letter | None) -> ClassGuess | None:
    if mail.get("is_private"):
        # Below what is filed without a question.
        return ClassGuess(PRIVATE, 0.5, "mail", gettext_noop("Der Absender hat die E-Mail als privat gekennzeichnet."))
    documents, words = int(mail.get("documents", 0)), int(mail.get("words", 0))
    text = letter.plain[:20_000] if letter else ""
    if documents and (not words or (words <= _FEW_WORDS and _MACHINE.search(text))):
        return ClassGuess(
            TRANSPORT, 0.95, "mail", gettext_noop("Die E-Mail sagt selbst nichts; sie bringt nur ihre Anlagen.")
        )
    if not documents and _VOUCHER.search(text) and _SUM.search(text):
        return ClassGuess(
            VOUCHER, 0.9, "mail", gettext_noop("Die E-Mail nennt selbst Belegnummer und Betrag und hat keine Anlage.")
        )
    return None
