"""What changed in customer files since somebody last saw them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from django.db.models import Q, QuerySet

from kundenakte.records.models import Document

# More than this is not counted but said as "100+".
MOST = 100


def changed_since(documents: QuerySet[Document], seen: Mapping[int, datetime]) -> dict[int, list[Document]]:
    """For each customer file of `seen` the documents among `documents` that changed after its moment, newest first.

    At most MOST in all, from one query; files without news are left out.
    """
    if not seen:
        return {}
    later = Q()
    for file_pk, moment in seen.items():
        later |= Q(customer_file=file_pk, changed_at__gt=moment)
    # The plain bounds let the database start in an index.
    bounds = Q(customer_file__in=list(seen), changed_at__gt=min(seen.values()))
    found: dict[int, list[Document]] = defaultdict(list)
    for document in documents.filter(bounds).filter(later).order_by("-changed_at", "-pk")[:MOST]:
        found[document.customer_file_id].append(document)
    return dict(found)
