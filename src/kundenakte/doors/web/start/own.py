"""The customers somebody works with: those she watches and those she opened last, with what changed there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from kundenakte.doors.web import page
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.start import visits
from kundenakte.records import access
from kundenakte.records.models import CustomerFile, Document, Watch
from kundenakte.records.news import changed_since

_WATCHED: Final = 20
_RECENT: Final = 8


@dataclass(frozen=True, slots=True)
class Own:
    """One of her customers."""

    customer_file: CustomerFile
    seen_at: datetime
    # What changed since then, the newest first.
    news: list[Document]


def own_customers(request: SignedIn) -> tuple[list[Own], list[Own]]:
    """Watched ones (those with news first, then by name) and recently opened ones (the latest first), none twice."""
    watched = dict(
        Watch.objects.filter(user=request.user).order_by("-since").values_list("customer_file", "seen_at")[:_WATCHED]
    )
    opened = {pk: moment for pk, moment in visits.remembered(request).items() if pk not in watched}
    opened = dict(list(opened.items())[:_RECENT])
    seen = watched | opened
    if not seen:
        return [], []
    rights = page.rights(request)
    files = (
        access.files_for(request.user, rights=rights)
        .filter(pk__in=seen, customer__merged_into=None)
        .select_related("customer")
        .in_bulk()
    )
    news = changed_since(access.documents_for(request.user, rights=rights), seen)
    own = {pk: Own(files[pk], moment, news.get(pk, [])) for pk, moment in seen.items() if pk in files}
    by_news = sorted((own[pk] for pk in watched if pk in own), key=lambda one: (not one.news, str(one.customer_file)))
    return by_news, [own[pk] for pk in opened if pk in own]
