"""Lists by keyset: each page names the last row, so that new rows neither repeat nor skip others."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from ninja import Field, Schema

Row = TypeVar("Row", bound=Model)


class Page(Schema):
    """Which page: `limit` rows after the row with id `after`."""

    after: int = Field(0, ge=0, le=2**63 - 1)
    limit: int = Field(50, ge=1, le=200)


def page(request: HttpRequest, rows: QuerySet[Row], wanted: Page) -> tuple[list[Row], str | None]:
    """The rows of this page in the order of their ids, and the address of the next page."""
    found = list(rows.filter(pk__gt=wanted.after).order_by("pk")[: wanted.limit + 1])
    if len(found) <= wanted.limit:
        return found, None
    found = found[: wanted.limit]
    query = request.GET.copy()
    query["after"], query["limit"] = str(found[-1].pk), str(wanted.limit)
    return found, request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


Answer = dict[str, Any]
