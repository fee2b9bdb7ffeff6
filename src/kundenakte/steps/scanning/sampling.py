"""Which pages of a batch a person looks at. A calculation without database; chance comes in from outside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from kundenakte.steps.scanning.models import BatchPage

Why = BatchPage.Why
# Below this sureness of the reading (0 to 100) a page counts as hard to read.
DOUBTFUL_BELOW = 60.0


@dataclass(frozen=True, slots=True)
class Page:
    """What is known of a page before anybody has seen it."""

    is_empty: bool = False
    is_first: bool = False
    is_doubtful: bool = False


def drawn(pages: Sequence[Page], percent: int, chance: Random) -> list[str]:
    """For each page why it has to be looked at, "" for those that need not be.

    With less than 100 percent a sample is drawn among what looks sound. What shows nothing, what could hardly be read
    and the first page of every document are always looked at: there mistakes cost a page or a letter.
    """
    if percent >= 100:
        return [Why.EMPTY if page.is_empty else Why.ALL for page in pages]
    why = [_always(page) for page in pages]
    sound = [at for at, reason in enumerate(why) if not reason]
    for at in chance.sample(sound, math.ceil(len(sound) * percent / 100)):
        why[at] = Why.SAMPLE
    return why


def _always(page: Page) -> str:
    if page.is_empty:
        return Why.EMPTY
    if page.is_doubtful:
        return Why.DOUBTFUL
    return Why.FIRST if page.is_first else ""
