"""The caretaker's loop that makes a backup each night and proves it, and has archive and journal verified: each in a
process of its own, since no job may take as long."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils import timezone

from kundenakte.base.backup.models import BackupRun
from kundenakte.base.journal.models import TreeHead, VerifierRun
from kundenakte.config import processes

log = logging.getLogger(__name__)

_LOOK_SECONDS: Final = 10.0
# A night whose run failed is tried again after so long.
_AGAIN: Final = timedelta(hours=2)


def due(*, now: datetime, last: datetime | None, last_succeeded: bool, hour: int) -> bool:
    """Whether a run is to begin: once after each night's hour, at once when none ever was, again after a failure."""
    if last is None:
        return True
    local = timezone.localtime(now)
    night = local.replace(hour=hour % 24, minute=0, second=0, microsecond=0)
    if night > local:
        night -= timedelta(days=1)
    if last < night:
        return True
    return not last_succeeded and now - last > _AGAIN


def run(stop: threading.Event) -> None:
    """Look again and again until told to stop: somebody may be waiting for a run of the verifier."""
    while not stop.is_set():
        try:
            if _is_due():
                _carry_out(stop, "backup", "--prove")
            if not stop.is_set() and _check_is_due():
                _carry_out(stop, "verify_archive")
        except Exception:
            log.exception("the nightly work stumbled")
            connection.errors_occurred = True
        finally:
            # A night is long; nobody holds a connection for it.
            close_old_connections()
        stop.wait(_LOOK_SECONDS)


def _is_due() -> bool:
    if not settings.BACKUP_TARGET:
        return False
    runs = BackupRun.objects.filter(kind__in=(BackupRun.Kind.BACKUP, BackupRun.Kind.PROOF)).order_by("-ended_at")
    last = runs.first()
    return due(
        now=timezone.now(), last=last.began_at if last else None, last_succeeded=bool(last and last.succeeded),
        hour=settings.BACKUP_HOUR,
    )  # fmt: skip


def _check_is_due() -> bool:
    """When somebody wants it, and once a night; a house's first night is the one after its first tree head."""
    if VerifierRun.objects.filter(began_at=None).exists():
        return True
    last = VerifierRun.objects.order_by("-began_at").first()
    began_at = last.began_at if last else TreeHead.objects.order_by("number").values_list("at", flat=True).first()
    if began_at is None:
        return False
    return due(
        now=timezone.now(), last=began_at, last_succeeded=last is None or last.exit is not None,
        hour=settings.BACKUP_HOUR,
    )  # fmt: skip


def _carry_out(stop: threading.Event, *words: str) -> None:
    """A command of ours, in a process that ends with us. Its outcome is a row, good or bad."""
    command = [sys.executable, "-m", "kundenakte", *words]
    environment = os.environ | {processes.PARENT: str(os.getpid())}
    going = subprocess.Popen(command, stdin=subprocess.DEVNULL, env=environment)
    while going.poll() is None:
        if stop.wait(1.0):
            going.terminate()
            going.wait()
            return
    if going.returncode:
        log.error("„%s“ ended with %s; the page „Zustand“ says why", words[0], going.returncode)
