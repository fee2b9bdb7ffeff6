"""Where the minutes of a folder are filed. Who may read there may see folders while they are on their way."""

from __future__ import annotations

from typing import Final

from django.db.models import Subquery

from kundenakte.records.models import DocumentClass, Section

SECTION: Final = "korrespondenz"
CLASS: Final = "CIRCULATION"


def section_and_class() -> tuple[int, int]:
    """Their ids; 0 where the house has none of that name, which no right names."""
    # In one query: it is asked with every look at a folder.
    document_class = DocumentClass.objects.filter(code=CLASS).order_by().values("pk")[:1]
    sections = Section.objects.filter(key=SECTION, customer_file=None).order_by("pk")
    found = sections.values_list("pk", Subquery(document_class)).first()
    return (found[0], found[1] or 0) if found else (0, 0)
