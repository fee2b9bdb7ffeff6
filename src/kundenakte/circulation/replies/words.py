"""What somebody means who answers by mail. One clear word in the first line counts; everything else is asked about.

"Genehmigt, wenn der Preis stimmt" is no approval: a word that says yes has to stand alone. A no may go on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from kundenakte.circulation.models.slips import Wish

MOST_WORDS: Final = 2000
_YES: Final = frozenset(
    {"genehmigt", "freigegeben", "einverstanden", "abgezeichnet", "ok", "okay", "ja", "approved", "agreed", "yes"}
)
_SEEN: Final = frozenset({"gelesen", "gesehen", "zur kenntnis genommen", "kenntnis genommen", "read", "noted", "seen"})
_DONE: Final = frozenset({"erledigt", "done"})
# Which words do what is wished for; the first one is offered in the mail.
_DOES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {Wish.APPROVE: _YES, Wish.SIGN_OFF: _YES, Wish.TAKE_NOTE: _SEEN | _DONE, Wish.COMPLETE: _DONE}
)
OFFERED: Final[Mapping[str, str]] = MappingProxyType(
    {
        Wish.APPROVE: "genehmigt", Wish.SIGN_OFF: "abgezeichnet", Wish.TAKE_NOTE: "gelesen", Wish.COMPLETE: "erledigt",
        Wish.COMMENT: "Stellungnahme",
    }
)  # fmt: skip
_NO: Final = re.compile(
    r"(?:(?:nicht (?:genehmigt|einverstanden|freigegeben)|abgelehnt|zurückgewiesen|rejected|declined)\b"
    # "No problem" is no refusal.
    r"|(?:nein|no)(?=[:,.;!–]|$))[\s:,.;!–-]*(.*)",
    re.IGNORECASE,
)
_COMMENT: Final = re.compile(r"(?:stellungnahme|kommentar|comment)\b[\s:.–-]*(.*)", re.IGNORECASE)
_GREETING: Final = re.compile(
    r"(?:hallo|guten (?:tag|morgen|abend)|moin|servus|grüß gott|lieber?|sehr geehrte[rs]?|hi|hello|dear)\b.{0,80}",
    re.IGNORECASE,
)
# Where what programs put below begins.
_BELOW: Final = re.compile(r"(?m)^(?:>|(?:Von|Gesendet von) meine[mr] \S+|Sent from my \S+|Get Outlook for )")


@dataclass(frozen=True, slots=True)
class Said:
    """What is to be done with the task, and the words that go with it."""

    does: Literal["complete", "approve", "refuse"]
    remark: str


def offer(wish: str) -> str:
    """What a mail says about how it is answered."""
    if wish == Wish.COMMENT:
        how = f"{OFFERED[wish]}, und darunter Ihren Text"
    else:
        how = f"{OFFERED[wish]} – oder: abgelehnt, und darunter, warum"
    return (
        f"Sie können auch einfach auf diese E-Mail antworten. Schreiben Sie in die erste Zeile: {how}.\n"
        "Die Antwort zählt nur von dieser Adresse aus. Bitte leiten Sie die E-Mail deshalb nicht weiter."
    )


def understood(text: str, wish: str) -> Said | None:
    """What the text says about a task with this wish; None when that is not clear. `text` is without quoted mails."""
    below = _BELOW.search(text)
    lines = [line.strip() for line in (text[: below.start()] if below else text).splitlines()]
    lines = lines[next((n for n, line in enumerate(lines) if line), len(lines)) :]
    if len(lines) > 1 and _GREETING.fullmatch(lines[0]):
        lines = lines[next((n for n, line in enumerate(lines) if n and line), len(lines)) :]
    if not lines:
        return None
    first = " ".join(lines[0].split())
    word = first.casefold().rstrip(".! ")
    if refused := _NO.fullmatch(first):
        return Said("refuse", _remark(refused[1], lines))
    if wish == Wish.COMMENT:
        comment = _COMMENT.fullmatch(first)
        return Said("complete", _remark(comment[1], lines)) if comment else None
    if word not in _DOES.get(wish, frozenset()):
        return None
    return Said("approve" if wish in (Wish.APPROVE, Wish.SIGN_OFF) else "complete", _remark("", lines))


def _remark(begun: str, lines: list[str]) -> str:
    return "\n".join([begun, *lines[1:]]).strip()[:MOST_WORDS]
