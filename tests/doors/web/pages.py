"""Reading pages in tests."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.test import Client

SignIn = Callable[[str], Client]


def words(response: Any) -> str:
    """What a page says: without the form protection's token, and without the address that was asked for."""
    text = response.content.decode() if not response.streaming else "(Bytes)"
    text = re.sub(r'(name="csrfmiddlewaretoken" value=|name="csrf-token" content=)"[^"]*"', "", text)
    text = re.sub(r"hx-headers=\'[^\']*\'", "", text)
    return re.sub(r'name="next" value="[^"]*"', "", text)
