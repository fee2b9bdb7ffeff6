"""One table turns refusals into HTTP answers. The sentence is the refusal's own."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kundenakte.circulation.processes.refusals import CaseStuck, NotMigrated
from kundenakte.circulation.refusals import FolderEnded, TaskClaimed, TaskEnded
from kundenakte.customers.refusals import CustomerChanged, CustomerMerged, NumberTaken
from kundenakte.records.refusals import AlreadyDone, BadValue, ChangedMeanwhile, NotAllowed, NotFound, Refused
from kundenakte.steps.archive.originals import Damaged
from kundenakte.steps.archive.receipt import JournalAltered, TooEarly

STATUS: Final[dict[type[Exception], int]] = {
    NotFound: 404,
    NotAllowed: 403,
    ChangedMeanwhile: 409,
    AlreadyDone: 409,
    CustomerChanged: 409,
    CustomerMerged: 409,
    NumberTaken: 409,
    TaskEnded: 409,
    TaskClaimed: 409,
    FolderEnded: 409,
    CaseStuck: 409,
    NotMigrated: 409,
    BadValue: 422,
    Damaged: 503,
    TooEarly: 409,
    JournalAltered: 503,
}
_OTHERS: Final = 422

_HEADINGS: Final = {
    400: gettext_lazy("Das ging nicht"),
    403: gettext_lazy("Kein Zugriff"),
    404: gettext_lazy("Nicht gefunden"),
    409: gettext_lazy("Inzwischen geändert"),
    422: gettext_lazy("Das passt so nicht"),
}


def status_of(refused: Exception) -> int:
    """The HTTP status for a refusal; the nearest class of the table decides."""
    return next((STATUS[kind] for kind in type(refused).__mro__ if kind in STATUS), _OTHERS)


def answer(request: HttpRequest, refused: Refused) -> HttpResponse:
    """The page that says no. A hidden thing and a missing one get the very same bytes."""
    return page(request, status_of(refused), refused.in_words(_))


def page(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    """A page with one sentence, in the house's look; plain text for a script that asked."""
    if request.headers.get("Accept", "").startswith("application/json"):
        return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")
    context = {"heading": _HEADINGS.get(status, _HEADINGS[400]), "sentence": sentence, "status": status}
    return render(request, "web/refused.html", context, status=status)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """An address nobody knows answers like a document nobody may see."""
    return answer(request, NotFound())


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """A form that was sent without its token: mostly an old page in another tab."""
    return page(
        request,
        403,
        _("Diese Seite war zu lange offen oder Sie haben sich in einem anderen Fenster neu angemeldet. "
          "Bitte laden Sie sie neu und versuchen Sie es noch einmal."),
    )  # fmt: skip


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A request that cannot be read."""
    return page(request, 400, _("Diese Anfrage war nicht zu verstehen."))
