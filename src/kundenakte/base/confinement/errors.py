"""Why a confined call gave no result, each with a stable code and a sentence for the clerk.

The sentence is the German message id; whoever shows it translates it then, since it is also stored.
"""

from __future__ import annotations

from django.utils.translation.trans_null import gettext_noop


class ConfinementError(Exception):
    """A confined call without a result. `detail` is for the log and the administrator, never for the clerk."""

    code = "confinement"
    sentence = gettext_noop("Die Datei konnte nicht gelesen werden.")

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or self.sentence)
        self.detail = detail


class Refused(ConfinementError):
    """The parser looked at the file and said no, for a reason it can name."""

    def __init__(self, code: str, sentence: str, detail: str = "") -> None:
        super().__init__(detail or sentence)
        self.code = code
        self.sentence = sentence
        self.detail = detail


class TookTooLong(ConfinementError):
    """The time was up; the child was killed."""

    code = "took-too-long"
    sentence = gettext_noop("Die Vorschau wurde abgebrochen, weil das Lesen der Datei zu lange gedauert hat.")


class TooBig(ConfinementError):
    """A file written on the way grew beyond its limit."""

    code = "too-big"
    sentence = gettext_noop("Die Vorschau wurde abgebrochen, weil sie zu groß geworden wäre.")


class OutOfMemory(ConfinementError):
    """The parser asked for more memory than it may have."""

    code = "out-of-memory"
    sentence = gettext_noop("Die Vorschau wurde abgebrochen, weil die Datei zu viel Speicher braucht.")


class Crashed(ConfinementError):
    """The parser broke down; the file is broken, or the parser is."""

    code = "crashed"
    sentence = gettext_noop("Die Datei ist beschädigt oder ungewöhnlich aufgebaut und konnte nicht gelesen werden.")
