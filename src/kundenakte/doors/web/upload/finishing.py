"""Receiving a file whose last slice is there: once, however often and by however many requests it is asked for."""

from __future__ import annotations

import time
from typing import Final

from django.db import IntegrityError, OperationalError
from django.utils import timezone
from django.utils.translation import gettext as _

from kundenakte import pipeline
from kundenakte.base.blobs.store import FileAtHand
from kundenakte.doors.web import page
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.upload import incoming
from kundenakte.doors.web.upload.incoming import Incoming, NoRoom
from kundenakte.doors.web.upload.models import ReceivedUpload
from kundenakte.records.models import Arrival

# How long one request may take before the browser is asked to come again.
PATIENCE_SECONDS: Final = 2.0
_PAUSE_SECONDS: Final = 0.1


def finished(request: SignedIn, key: str) -> int | None:
    """The arrival this file became, the bytes on disk and all of it committed. None: it takes longer, ask again.

    Raises NotFound, NotWhole, NoRoom and whatever `pipeline.receive` refuses.
    """
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        arrival = arrival_of(key, owner=request.user.pk) or _try(request, key, until)
        if arrival is not None or time.monotonic() > until:
            return arrival
        time.sleep(_PAUSE_SECONDS)


def arrival_of(key: str, *, owner: int) -> int | None:
    """What this file has become already."""
    return ReceivedUpload.objects.filter(key=key, user=owner).values_list("arrival", flat=True).first()


def _try(request: SignedIn, key: str, until: float) -> int | None:
    sent = incoming.find(key, owner=request.user.pk)
    with sent.alone() as alone:
        if not alone:
            return None
        # Whoever was alone before may have received it.
        known = arrival_of(key, owner=request.user.pk)
        if known is None:
            file = sent.whole(until=until)
            known = _receive(request, sent, file) if file else None
    return known


def _receive(request: SignedIn, sent: Incoming, file: FileAtHand) -> int:
    now = timezone.now()

    def remember(arrival: Arrival) -> None:
        ReceivedUpload.objects.create(key=sent.key, user=request.user, arrival=arrival, at=now)

    try:
        arrival = pipeline.receive(
            actor=page.actor(request), stream=file, file_name=sent.file_name, source="web", now=now,
            facts=sent.facts, origin=sent.origin, beside=remember,
        ).pk  # fmt: skip
    except IntegrityError:
        # Another machine, whose locks are not ours, was first.
        known = arrival_of(sent.key, owner=request.user.pk)
        if known is None:
            raise
        arrival = known
    except OperationalError as error:
        raise NoRoom(_("Die Datenbank nimmt gerade nichts an. Bitte versuchen Sie es gleich noch einmal.")) from error
    except OSError as error:
        raise NoRoom from error
    sent.received()
    return arrival
