"""A worker: takes rows from the ledger and goes with each as far along its way as it can."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import close_old_connections, connection, transaction

from kundenakte.base.jobs import claims, kinds, upkeep
from kundenakte.base.jobs.circumstances import passing
from kundenakte.base.jobs.claims import Held, LostHold
from kundenakte.base.jobs.heartbeat import Heartbeat
from kundenakte.base.jobs.kinds import Apply, GiveUp, Kind
from kundenakte.base.jobs.waking import Alarm

log = logging.getLogger(__name__)

# Seconds before a failed try is repeated; the last one for all further tries.
BACKOFF = (1, 4, 15, 60, 240)
# A group that has worked so long commits what it has and gives the rest to the other workers.
GROUP_SECONDS = 1.0
# Seconds to wait when there is no room or no database, growing with each time in a row.
PAUSES = (1, 2, 4, 8, 15)
# Seconds without work after which a worker that may ends; and when nobody asked for what it did, if it did anything.
REST_SECONDS = 30.0
SHORT_REST_SECONDS = 1.0
_SENTENCE = "Die Verarbeitung ist mehrmals gescheitert; der Administrator sieht die Ursache bei den Aufträgen."
_CRASHED = "Die Verarbeitung dieses Dokuments hat das Programm mehrmals zum Absturz gebracht."


class Interrupted(BaseException):
    """The house closes and the grace is over; the work in hand goes back into the ledger."""


@dataclass(slots=True)
class Outcome:
    """What became of one piece of work before its commit."""

    held: Held
    kind: Kind
    apply: Apply | None = None
    error: BaseException | None = None


class Worker:
    """One worker process. Make it after the fork and call `run` in the main thread.

    With `may_end` it ends as well when nothing was due for REST_SECONDS and `may_end` says yes; much sooner when it had
    nothing to do but what comes again and again by itself. It begins with work named in `only` if anything is, never
    with what `leaves` names; a row goes its way all the same.
    """

    def __init__(
        self,
        *,
        lease_seconds: float | None = None,
        grace_seconds: float = 4.0,
        may_end: Callable[[], bool] = lambda: False,
        only: frozenset[str] = frozenset(),
        leaves: frozenset[str] = frozenset(),
    ) -> None:
        self.name = f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._lease = lease_seconds or settings.JOB_LEASE_SECONDS
        self._grace = grace_seconds
        self._stop = threading.Event()
        self._heartbeat = Heartbeat(self.name, self._lease)
        self._alarm = Alarm()
        self._interruptible = False
        self._hindered = 0
        self._prefer_new = True
        self._may_end = may_end
        self._only, self._leaves = only, leaves
        # When it has rested enough to end.
        self._rested_at = time.monotonic() + SHORT_REST_SECONDS

    # The loop

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; then finish within the grace or give back what is held."""
        kinds.check()
        with self._signals(), self._heartbeat:
            begun = False
            while not self._stop.is_set():
                try:
                    if not begun:
                        upkeep.begin()
                        begun = True
                    self._alarm.arm()
                    if not self.work_once():
                        if self._is_at_rest():
                            break
                        self._alarm.wait(1.0, stopped=self._stop.is_set)
                except Exception as error:  # noqa: BLE001 - rim of the worker: no error ends the loop
                    self._rest(error)

    def _is_at_rest(self) -> bool:
        return time.monotonic() > self._rested_at and self._may_end()

    def work_once(self) -> int:
        """Claim what is due and go as far as it goes. Returns how many rows were claimed; 0 when nothing was due."""
        rows = claims.take(
            self.name, lease_seconds=self._lease, prefer_new=self._prefer_new, only=self._only, leaves=self._leaves
        )
        self._prefer_new = not self._prefer_new
        count = len(rows)
        # What comes again and again by itself keeps nobody awake for long.
        is_asked_for = any(kinds.get(row.name).every is None for row in rows)
        with self._heartbeat.holding(bool(rows)):
            while rows:
                rows = self._step(rows)
        if count:
            rest = REST_SECONDS if is_asked_for else SHORT_REST_SECONDS
            self._rested_at = max(self._rested_at, time.monotonic() + rest)
        return count

    def stop(self) -> None:
        """End the loop after the work in hand."""
        self._stop.set()

    def rest(self, seconds: float) -> bool:
        """Wait; returns True at once when told to stop."""
        return self._stop.wait(seconds)

    # One step of a group

    def _step(self, rows: list[Held]) -> list[Held]:
        """Work on each row, commit together. Returns the rows that go on with their next step."""
        began = time.monotonic()
        outcomes: list[Outcome] = []
        for position, held in enumerate(rows):
            late = bool(outcomes) and time.monotonic() - began > GROUP_SECONDS
            if late or self._stop.is_set():
                return self._commit(outcomes, unbegun=rows[position:])
            outcome = self._work(held)
            if (hindrance := _hindrance(outcome.error)) is not None:
                self._wait_out(hindrance, [held])
                return self._commit(outcomes, unbegun=rows[position + 1 :])
            outcomes.append(outcome)
        return self._commit(outcomes, unbegun=[])

    def _work(self, held: Held) -> Outcome:
        kind = kinds.get(held.name)
        if held.attempt > kind.max_attempts and kind.every is None:
            # Each of its tries ended with the worker itself, or nobody would have claimed it once more.
            return Outcome(held, kind, error=GiveUp("worker-crashed", _CRASHED))
        try:
            with self._interrupts(), self._heartbeat.watching(f"{held.name} {held.subject_id}"):
                return Outcome(held, kind, apply=kind.work(held.subject_id))
        except Interrupted as error:
            # It may have come in the middle of a query.
            connection.close()
            return Outcome(held, kind, error=error)
        except Exception as error:  # noqa: BLE001 - rim of a job
            return Outcome(held, kind, error=error)

    def _commit(self, outcomes: list[Outcome], *, unbegun: list[Held]) -> list[Held]:
        """Write all in one transaction; if one cannot be written, each in its own."""
        if not outcomes and not unbegun:
            return []
        try:
            with transaction.atomic():
                for held in unbegun:
                    claims.put_back(self.name, held, seconds=0, error="", counts=False)
                going_on = [self._settle(outcome) for outcome in outcomes]
        except Exception as error:  # noqa: BLE001 - rim of a job
            if (hindrance := _hindrance(error)) is not None:
                self._wait_out(hindrance, [*(outcome.held for outcome in outcomes), *unbegun])
                return []
            if len(outcomes) + len(unbegun) > 1:
                log.info("a group is taken apart: %r", error)
                return self._one_by_one(outcomes, unbegun)
            return self._not_written(outcomes, error)
        self._hindered = 0
        return [held for held in going_on if held is not None]

    def _one_by_one(self, outcomes: list[Outcome], unbegun: list[Held]) -> list[Held]:
        """One of a group could not be written. Each is worked again, for what an Apply holds may be used up."""
        going_on: list[Held] = []
        for held in unbegun:
            self._commit([], unbegun=[held])
        for outcome in outcomes:
            again = self._work(outcome.held) if outcome.apply else outcome
            if (hindrance := _hindrance(again.error)) is not None:
                self._wait_out(hindrance, [outcome.held])
            else:
                going_on += self._commit([again], unbegun=[])
        return going_on

    def _not_written(self, outcomes: list[Outcome], error: Exception) -> list[Held]:
        """A single row could not be written, by its own fault: that is a failed try like any other."""
        if isinstance(error, LostHold):
            log.warning("%s: another worker has taken over; this work is dropped", error)
            return []
        if not outcomes:
            raise error
        outcome = outcomes[0]
        if outcome.apply is not None:
            return self._commit([Outcome(outcome.held, outcome.kind, error=error)], unbegun=[])
        # `on_failed` itself failed: the row must end all the same, and say so.
        log.error("on_failed of %s failed", outcome.held, exc_info=error)
        told = "\n\n".join((_described(outcome.error or error), _described(error)))
        with transaction.atomic():
            claims.fail(self.name, outcome.held, error=told)
        return []

    def _wait_out(self, hindrance: str, rows: list[Held]) -> None:
        """Put rows back uncounted and rest, for there is no room or no database.

        When even that cannot be written, they stay ours until it can, or until their lease has lapsed.
        """
        seconds = self._next_pause()
        log.warning(
            "%s must wait %s s: %s", ", ".join(f"{row.name} {row.subject_id}" for row in rows), seconds, hindrance
        )
        for row in rows:
            while not self._put_back(row, seconds, hindrance) and not self.rest(self._next_pause()):
                self._forget_connection()
        self.rest(seconds)

    def _put_back(self, row: Held, seconds: float, hindrance: str) -> bool:
        """Whether it could be written, or is no longer ours."""
        try:
            with transaction.atomic():
                claims.put_back(self.name, row, seconds=seconds, error=hindrance, counts=False)
        except LostHold:
            return True
        except Exception as error:
            if _hindrance(error) is None:
                raise
            return False
        return True

    # What becomes of one row; inside the transaction

    def _settle(self, outcome: Outcome) -> Held | None:
        held, kind = outcome.held, outcome.kind
        if outcome.apply is not None:
            goes_on = outcome.apply()
            if kind.every is not None:
                claims.end(self.name, held, again_in=kind.every)
            elif goes_on and kind.then is not None:
                return claims.go_on(self.name, held, kind.then)
            else:
                claims.end(self.name, held)
            return None
        error = outcome.error or LookupError("no outcome")
        if isinstance(error, Interrupted):
            claims.put_back(self.name, held, seconds=0, error="", counts=False)
        elif kind.every is not None:
            claims.end(self.name, held, again_in=kind.every, error=_described(error))
        elif isinstance(error, GiveUp) or held.attempt >= kind.max_attempts:
            self._fail(outcome, error)
        else:
            log.warning("%s %s failed, try %s", held.name, held.subject_id, held.attempt, exc_info=error)
            pause = BACKOFF[min(held.attempt, len(BACKOFF)) - 1]
            claims.put_back(self.name, held, seconds=pause, error=_described(error), counts=True)
        return None

    def _fail(self, outcome: Outcome, error: BaseException) -> None:
        held, kind = outcome.held, outcome.kind
        log.warning("%s %s failed for good: %s", held.name, held.subject_id, error)
        claims.fail(self.name, held, error=_described(error))
        if kind.on_failed is not None:
            kind.on_failed(held.subject_id, error.sentence if isinstance(error, GiveUp) else _SENTENCE)

    # Rest

    def _next_pause(self) -> float:
        seconds = PAUSES[min(self._hindered, len(PAUSES) - 1)]
        self._hindered += 1
        return seconds

    def _rest(self, error: Exception) -> None:
        """After an error of the loop itself: say it, forget a broken connection, wait."""
        if (hindrance := passing(error)) is None:
            log.error("the worker stumbled", exc_info=error)
        else:
            log.warning("the worker waits: %s (%s)", hindrance, error)
        self._forget_connection()
        self.rest(self._next_pause())

    def _forget_connection(self) -> None:
        if connection.in_atomic_block:
            return
        connection.errors_occurred = True
        close_old_connections()

    # Signals

    @contextmanager
    def _signals(self) -> Iterator[None]:
        before: dict[int, object] = {}
        handlers: dict[int, Callable[..., None]] = {
            signal.SIGTERM: self._asked_to_stop,
            signal.SIGINT: self._asked_to_stop,
            signal.SIGALRM: self._grace_is_over,
        }
        if threading.current_thread() is threading.main_thread():
            before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        try:
            yield
        finally:
            if before:
                signal.setitimer(signal.ITIMER_REAL, 0)
            for number, handler in before.items():
                signal.signal(number, handler)  # type: ignore[arg-type]  # what signal.signal gave us

    def _asked_to_stop(self, *_: object) -> None:
        self._stop.set()
        signal.setitimer(signal.ITIMER_REAL, self._grace, 1.0)

    def _grace_is_over(self, *_: object) -> None:
        if self._interruptible:
            raise Interrupted

    @contextmanager
    def _interrupts(self) -> Iterator[None]:
        self._interruptible = True
        try:
            yield
        finally:
            self._interruptible = False


def _hindrance(error: BaseException | None) -> str | None:
    """The German sentence when something passing is in the way, None for every other error or none."""
    return None if error is None or isinstance(error, GiveUp | Interrupted) else passing(error)


def _described(error: BaseException) -> str:
    """What the administrator reads: the sentence first, then the trace."""
    if isinstance(error, GiveUp):
        return str(error)
    trace = "".join(traceback.format_exception(error))
    # The end of a trace says what happened.
    return f"Unerwarteter Fehler: {type(error).__name__}: {error}\n\n{trace[-8000:]}"
