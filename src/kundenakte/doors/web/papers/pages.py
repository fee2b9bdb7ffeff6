"""What the pages about scanned paper share: whoever looks after an inbox finds them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.http import HttpRequest, HttpResponseBase

from kundenakte.doors.web import page
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records.models import Verb
from kundenakte.records.refusals import NotFound
from kundenakte.steps.scanning import papers
from kundenakte.steps.scanning.models import PaperBatch

P = ParamSpec("P")


def checkers(
    view: Callable[Concatenate[SignedIn, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """A page for those who check scans. For everybody else it is not there."""

    @wraps(view)
    def shown(request: SignedIn, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not may_check(request):
            raise NotFound
        return view(request, *args, **kwargs)

    return screen(cast(Any, shown))


def may_check(request: SignedIn) -> bool:
    """Whether she looks after an inbox."""
    return page.rights(request).has(Verb.INBOX) or page.rights(request).has(Verb.ADMINISTER)


def found(request: SignedIn, pk: int) -> PaperBatch:
    """The batch of this number, if she may see all that is in it. Raises NotFound."""
    return papers.get_batch(request.user, pk, rights=page.rights(request))


def must_leave_to_others(request: SignedIn, batch: PaperBatch) -> bool:
    """Whether she scanned it herself and somebody else has to check it."""
    return batch.second_person and batch.scanned_by_id == request.user.pk
