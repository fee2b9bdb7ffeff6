"""`{% lucide "check" size=16 aria_hidden="true" %}`: the icons of lucide, each drawn once in a process.

Takes the place of the library's own tag, which copies and writes out a tree each time: a page has twenty icons and
more, and that was a tenth of its time. For this the library is no app of ours; its drawings are all we take.
"""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.utils.safestring import SafeString
from lucide.templatetags import lucide as drawing

register = template.Library()
# Names, sizes and labels stand in our templates: some hundreds. More is only a page drawn as slowly as before.
_MOST = 1000


@register.simple_tag
def lucide(name: str, *, size: int | None = 24, **attributes: object) -> SafeString:
    """The icon as SVG to stand in the page; attributes are escaped. Raises IconDoesNotExist."""
    return _drawn(name, size, tuple((key, str(value)) for key, value in attributes.items()))


@lru_cache(maxsize=_MOST)
def _drawn(name: str, size: int | None, attributes: tuple[tuple[str, str], ...]) -> SafeString:
    return SafeString(drawing.lucide(name, size=size, **dict(attributes)))
