"""Icons of long lists: drawn once in the page, named again in each row, so that a row stays small and quick."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide as drawing

register = template.Library()


@register.simple_tag
def sprite(*names: str) -> SafeString:
    """The drawings; once on a page, outside of what is swapped."""
    return _sprite(tuple(str(name) for name in names))


@register.simple_tag
@lru_cache(maxsize=200)
def icon(name: str, said: str = "") -> SafeString:
    """One icon of the sprite. `said` is what it means, for those who do not see it and as a tooltip."""
    if said:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><title>{}</title><use href="#i-{}"/></svg>', said, said, name
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="#i-{}"/></svg>', name)


@lru_cache(maxsize=20)
def _sprite(names: tuple[str, ...]) -> SafeString:
    symbols = []
    for name in names:
        # <svg …attributes…>paths</svg> becomes a symbol with the same attributes.
        drawn = drawing(name, size=None)
        opening, _, rest = drawn.partition(">")
        attributes = opening.removeprefix("<svg").replace('width="24"', "").replace('height="24"', "")
        symbols.append(f'<symbol id="i-{name}"{attributes}>{rest.removesuffix("</svg>")}</symbol>')
    return mark_safe(f'<svg hidden aria-hidden="true">{"".join(symbols)}</svg>')  # noqa: S308 – drawings of the wheel
