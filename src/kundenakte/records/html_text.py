"""The words of an HTML text, with line breaks where blocks end. Nothing is fetched, run or laid out."""

from __future__ import annotations

import re
from html.parser import HTMLParser

MOST = 2_000_000
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "fieldset", "figure", "footer",
    "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section",
    "table", "tbody", "tfoot", "thead", "tr", "ul", "br",
})  # fmt: skip
_SILENT = frozenset({"script", "style", "head", "title", "template", "noscript", "svg", "math", "object", "iframe"})


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent: list[str] = []
        self._verbatim = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            # A head that was never closed must not swallow the text.
            self._silent.clear()
        elif tag in _SILENT:
            self._silent.append(tag)
        elif tag in _BLOCKS:
            self.parts.append("\n• " if tag == "li" else "\n")
        elif tag in {"td", "th"}:
            self.parts.append("   ")
        elif tag == "img":
            words = (dict(attrs).get("alt") or "").strip()
            if words:
                self.parts.append(f"[Bild: {words}]")
        if tag == "pre":
            self._verbatim += 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _SILENT:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT and tag in self._silent:
            while self._silent.pop() != tag:
                pass
        elif tag in _BLOCKS:
            self.parts.append("\n\n" if tag in {"p", "table", "ul", "ol"} or tag[:1] == "h" else "\n")
        if tag == "pre":
            self._verbatim = max(self._verbatim - 1, 0)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data if self._verbatim else re.sub(r"\s+", " ", data))


def to_text(html: str) -> str:
    """The text a reader would see; never raises for what stands in `html`."""
    reader = _Reader()
    try:
        reader.feed(html[:MOST])
        reader.close()
    except (AssertionError, ValueError, RecursionError):
        # The parser gave up somewhere; what it read until then is shown.
        pass
    text = "".join(reader.parts).replace("\xa0", " ")
    lines = (
        re.sub(r"[ \t]+$", "", line).lstrip(" ") if not line.startswith("    ") else line.strip()
        for line in text.split("\n")
    )
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
