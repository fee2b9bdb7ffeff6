"""What the placeholders in the patterns of a share mean. German and English are alike; all others are index fields."""

from __future__ import annotations

from typing import Final

# "kind" is a folder whose name says what lies in it: the share's words, the classes and the sections are asked.
MEANING: Final = {
    "kunde": "customer", "kundennummer": "customer", "customer": "customer",
    "name": "name", "kundenname": "name",
    "register": "kind", "ordner": "kind", "folder": "kind", "section": "section", "klasse": "class", "class": "class",
    "jahr": "year", "year": "year", "titel": "title", "title": "title", "nummer": "number", "number": "number",
    "datum": "dated_on", "dated_on": "dated_on", "comment": "comment", "kommentar": "comment", "key": "key",
}  # fmt: skip
