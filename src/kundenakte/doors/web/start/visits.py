"""Which customer files somebody opened last, on this device.

A cookie keeps it: a page that is only read must not take the database's write lock (SQLite has one for all), and where
a clerk has been is nobody else's business. It holds numbers and times only; what she may no longer open is left out
when it is read. For files she watches the moment is kept in the database as well, but written only if there was news.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from django.conf import settings
from django.http import HttpResponseBase
from django.utils import timezone

from kundenakte.doors.web import page
from kundenakte.doors.web.page import SignedIn
from kundenakte.records import access
from kundenakte.records.actions import watching
from kundenakte.records.models import CustomerFile, Watch
from kundenakte.records.news import changed_since

COOKIE: Final = "kundenakte-zuletzt"
_MOST: Final = 12
_AGE_SECONDS: Final = 90 * 24 * 3600
# The year 2100; whatever is later was not written by us.
_LATEST: Final = 4_102_444_800


def remembered(request: SignedIn) -> dict[int, datetime]:
    """The files of the cookie and when they were last opened, the latest first; none if it is another person's."""
    owner, _, rows = request.COOKIES.get(COOKIE, "")[:600].partition(":")
    if owner != str(request.user.pk):
        return {}
    found: dict[int, datetime] = {}
    for row in rows.split(".")[:_MOST]:
        file_pk, second = (page.number(part) for part in (*row.split("-", 1), "")[:2])
        if file_pk is not None and second is not None and second < _LATEST:
            found[file_pk] = datetime.fromtimestamp(second, tz=UTC)
    return found


def remember(request: SignedIn, response: HttpResponseBase, customer_file: CustomerFile) -> None:
    """She has this file before her now."""
    now = timezone.now()
    others = [(pk, moment) for pk, moment in remembered(request).items() if pk != customer_file.pk]
    rows = [(customer_file.pk, now), *others][:_MOST]
    response.set_cookie(
        COOKIE, f"{request.user.pk}:" + ".".join(f"{pk}-{int(moment.timestamp())}" for pk, moment in rows),
        max_age=_AGE_SECONDS, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    watched = Watch.objects.filter(user=request.user, customer_file=customer_file).first()
    if watched and changed_since(access.documents_for(request.user), {customer_file.pk: watched.seen_at}):
        watching.see(user=request.user, customer_file=customer_file, now=now)
