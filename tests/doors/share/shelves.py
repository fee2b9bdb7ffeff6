"""A file server under test: a tree of files, what its paths mean, and runs worked off by the real worker."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from kundenakte.base.jobs.worker import Worker
from kundenakte.steps.intake import shares, watching
from kundenakte.steps.intake.models import Share, ShareLine, ShareLook, ShareRun
from tests.builders import NOW, SETUP, a_house

PATTERN = "{kunde} {name}/{register}/{jahr}/{titel}"
WORDS = {"Angebote": {"class": "OFFER"}}
MUSTER = "D-10042 Muster GmbH/Angebote/2019"
# 12 March 2019, noon.
LONG_AGO = 1_552_392_000


def put(root: Path, name: str, data: bytes | str = "", *, at: int = LONG_AGO) -> Path:
    """A file with content of its own, and a time long ago."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    content = data or f"Inhalt von {name}"
    path.write_bytes(content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content)
    os.utime(path, (at, at))
    return path


def a_share(root: Path, **more: Any) -> Share:
    """A share whose paths name customer, kind, year and title."""
    a_house()
    root.mkdir(exist_ok=True)
    return shares.add_share(
        actor=SETUP, name="kunden", path=str(root), now=NOW, **{"patterns": [PATTERN], "words": WORDS} | more
    )


def tried(share: Share) -> ShareRun:
    """A dry run, worked off."""
    return worked_off(shares.start(actor=SETUP, share=share, kind=ShareRun.Kind.TRIAL, now=NOW))


def imported(share: Share) -> ShareRun:
    """A take-over, worked off."""
    return worked_off(shares.start(actor=SETUP, share=share, kind=ShareRun.Kind.IMPORT, now=NOW))


def worked_off(run: ShareRun) -> ShareRun:
    """All stretches of this run; what it brought waits for others."""
    worker = Worker(only=frozenset({shares.JOB}))
    while worker.work_once():
        pass
    run.refresh_from_db()
    return run


def outcomes(run: ShareRun) -> dict[str, str]:
    """Path and outcome."""
    return dict(run.lines.order_by("file").values_list("file", "outcome"))


def line(run: ShareRun, name: str) -> ShareLine:
    """The one line whose path ends so."""
    return run.lines.get(file__endswith=name)


def watched(share: Share, **more: Any) -> Share:
    """The same share, watched from now on; the first look is done."""
    watching.set_watch(actor=SETUP, share=share, is_on=True, now=NOW, **more)
    looked(share)
    return share


def looked(share: Share, *, thorough: bool = False) -> ShareLook:
    """A look, worked off, with the take-over it may have begun and the look that follows that."""
    look = watching.look_now(actor=SETUP, share=share, is_thorough=thorough, now=timezone.now())
    works_off()
    look.refresh_from_db()
    return look


def works_off() -> None:
    """All stretches of looks and runs that are asked for."""
    worker = Worker(only=frozenset({shares.JOB, watching.LOOK}))
    while worker.work_once():
        pass


def stand(share: Share) -> dict[str, str]:
    """Path and kind, as the last look found them."""
    return dict(share.entries.order_by("file").values_list("file", "kind"))


def clock_says(now: datetime) -> None:
    """Looks that are due at this time begin, those that wait try again, and all are worked off."""
    with transaction.atomic():
        watching.begin_due(now)
    works_off()
