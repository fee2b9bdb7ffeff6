"""A sentence that ends with a name ends once."""

from __future__ import annotations

import pytest

from kundenakte.doors.web.templatetags.shown import one_stop


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Liegt bei Formenbau e. K..", "Liegt bei Formenbau e. K."),
        ("In der Akte von Formenbau e. K.. Auch hier ablegen?", "In der Akte von Formenbau e. K. Auch hier ablegen?"),
        ("Liegt bei Formenbau GmbH.", "Liegt bei Formenbau GmbH."),
        ("Warten ...", "Warten ..."),
    ],
)
def test_a_name_that_ends_with_a_stop_ends_the_sentence(text: str, said: str) -> None:
    assert one_stop(text) == said
