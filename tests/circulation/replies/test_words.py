"""Only what is clear counts as an answer, and a yes with an "if" is none."""

from __future__ import annotations

import pytest

from kundenakte.circulation.models.slips import Wish
from kundenakte.circulation.replies.words import OFFERED, Said, understood


@pytest.mark.parametrize(
    ("wish", "text", "said"),
    [
        ("approve", "genehmigt", Said("approve", "")),
        ("approve", "Genehmigt.\n\nViele Grüße\nVerena", Said("approve", "Viele Grüße\nVerena")),
        ("approve", "\r\n\r\n  OK!  \r\n", Said("approve", "")),
        ("approve", "Hallo Sabine,\n\neinverstanden", Said("approve", "")),
        ("approve", "Ja\n\nVon meinem iPhone gesendet", Said("approve", "")),
        ("approve", "approved\n> In der Umlaufmappe wartet\n> abgelehnt", Said("approve", "")),
        ("sign_off", "abgezeichnet", Said("approve", "")),
        ("complete", "Erledigt\nTeil liegt bereit", Said("complete", "Teil liegt bereit")),
        ("take_note", "Zur  Kenntnis genommen.", Said("complete", "")),
        ("comment", "Stellungnahme: Die Lager sind da.", Said("complete", "Die Lager sind da.")),
        (
            "comment",
            "Stellungnahme\n\nDie Lager sind da.\nAb Montag.",
            Said("complete", "Die Lager sind da.\nAb Montag."),
        ),
        ("approve", "Abgelehnt: Preis zu hoch\nBitte neu rechnen", Said("refuse", "Preis zu hoch\nBitte neu rechnen")),
        ("approve", "nicht genehmigt, der Preis", Said("refuse", "der Preis")),
        ("take_note", "Nein.", Said("refuse", "")),
        ("comment", "abgelehnt", Said("refuse", "")),
    ],
)
def test_a_clear_word_in_the_first_line_counts(wish: str, text: str, said: Said) -> None:
    assert understood(text, wish) == said


@pytest.mark.parametrize(
    ("wish", "text"),
    [
        ("approve", ""),
        ("approve", "  \n \n"),
        ("approve", "Hallo Sabine,"),
        ("approve", "genehmigt, wenn der Preis stimmt"),
        ("approve", "Genehmigt?"),
        ("approve", "Ist das schon genehmigt"),
        ("approve", "Das schaue ich mir Montag an.\ngenehmigt"),
        ("approve", "> genehmigt"),
        ("approve", "No problem"),
        ("approve", "Neinhardt fragen"),
        ("approve", "erledigt"),
        ("complete", "genehmigt"),
        ("comment", "Bin bis Montag nicht da."),
    ],
)
def test_what_is_not_clear_is_asked_about(wish: str, text: str) -> None:
    assert understood(text, wish) is None


@pytest.mark.parametrize("wish", Wish.values)
def test_what_the_mail_offers_is_understood(wish: str) -> None:
    said = understood(f"{OFFERED[wish]}\nWort", wish)
    assert said is not None
    assert (said.does != "refuse", said.remark) == (True, "Wort")
