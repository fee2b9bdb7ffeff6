"""Keeping an eye on a customer.

A private bookmark: it changes nothing for anybody else and says nothing about the file. So it is not in the journal,
which is kept for ten years and would then tell who took an interest in whom.
"""

from __future__ import annotations

from datetime import datetime

from kundenakte.base.accounts.models import User
from kundenakte.records import access
from kundenakte.records.models import CustomerFile, Watch


def watch(*, user: User, customer_file: CustomerFile, now: datetime) -> None:
    """Put the file on the user's start page. Raises NotFound for a file she may not open; twice is as once."""
    access.get_file(user, customer_file.pk)
    Watch.objects.get_or_create(user=user, customer_file=customer_file, defaults={"since": now, "seen_at": now})


def unwatch(*, user: User, customer_file: CustomerFile) -> None:
    """Take it off again. Her own bookmark she may always take off."""
    Watch.objects.filter(user=user, customer_file=customer_file).delete()


def see(*, user: User, customer_file: CustomerFile, now: datetime) -> None:
    """She has the file before her: what changed until now is no news any more."""
    Watch.objects.filter(user=user, customer_file=customer_file, seen_at__lt=now).update(seen_at=now)
