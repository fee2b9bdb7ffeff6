"""The look at the health of the house that ends in a mail."""

from __future__ import annotations

import socket
from typing import Final

from django.conf import settings
from django.utils import timezone, translation

from kundenakte.base.alarms import actions
from kundenakte.base.jobs.ledger import Apply
from kundenakte.doors.web.administration import state
from kundenakte.records import administrators

JOB: Final = "alarms.tell"
EVERY: Final = 120.0


def tell(_: int) -> Apply:
    """Mail what has become bad and what is well again, if there is somebody to mail to and a server to do it."""
    with translation.override(settings.LANGUAGE_CODE):
        wrong = {check.code: f"{check.name}: {check.sentence}" for check in state.checks() if check.grade == "bad"}
        recipients = administrators.addresses() if settings.EMAIL_HOST else []
        actions.settle(wrong=wrong, recipients=recipients, host=socket.gethostname(), now=timezone.now())
    return lambda: True
