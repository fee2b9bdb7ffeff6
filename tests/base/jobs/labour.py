"""A worker process for tests: `python -m tests.base.jobs.labour [LEASE]`. Its work leaves roles behind, to be counted.

Every kind writes a role named "<kind>-<subject>" with a code of its own, so that work applied twice is seen.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
import uuid
from collections.abc import Callable

import django

POISON = 13


def effect(name: str) -> bool:
    """What an Apply leaves behind."""
    from kundenakte.base.accounts.models import Role

    Role.objects.create(code=uuid.uuid4().hex, name=name)
    return True


def register() -> None:
    """The kinds of work the tests ask for."""
    from kundenakte.base.jobs import ledger

    def step(name: str) -> ledger.Work:
        def work(subject: int) -> ledger.Apply:
            time.sleep(random.uniform(0.001, 0.03))

            def apply() -> bool:
                goes_on = effect(f"{name}-{subject}")
                # Longer inside the transaction, so that a kill strikes here as well.
                time.sleep(random.uniform(0, 0.005))
                return goes_on

            return apply

        return work

    ledger.register("first", step("first"), then="second", max_attempts=50)
    ledger.register("second", step("second"), then="third", max_attempts=50)
    ledger.register("third", step("third"), max_attempts=50)
    ledger.register("poisonous", _poisonous, max_attempts=2, on_failed=_failed)
    ledger.register("endless", _endless)
    ledger.register("once-endless", _once_endless)


def _failed(subject: int, _: str) -> None:
    effect(f"failed-{subject}")


def _poisonous(subject: int) -> Callable[[], bool]:
    if subject == POISON:
        os.kill(os.getpid(), signal.SIGKILL)
    return lambda: effect(f"poisonous-{subject}")


def _endless(subject: int) -> Callable[[], bool]:
    print(f"began {subject}", flush=True)  # noqa: T201 - the test waits for it
    time.sleep(600)
    raise AssertionError("nobody waits so long")


def _once_endless(subject: int) -> Callable[[], bool]:
    from kundenakte.base.jobs.models import Job

    if Job.objects.get(name="once-endless", subject_id=subject).attempt == 1:
        _endless(subject)
    return lambda: effect(f"once-endless-{subject}")


def main() -> None:
    """Work until told to stop."""
    django.setup()
    from kundenakte.base.jobs.worker import Worker

    register()
    print("ready", flush=True)  # noqa: T201 - the test waits for it
    Worker(lease_seconds=float(sys.argv[1]) if len(sys.argv) > 1 else None, grace_seconds=0.5).run()


if __name__ == "__main__":
    main()
