"""Refusals that several actions share."""

from __future__ import annotations

from kundenakte.base.refusals import Refused

__all__ = [
    "AlreadyDone", "BadValue", "ChangedMeanwhile", "NotAllowed", "NotFound", "ReasonMissing", "Refused",
]  # fmt: skip


class NotFound(Refused):
    """There is no such thing, or it is not for this user: both look alike."""

    code = "not_found"
    sentence = "Das gibt es nicht, oder Sie dürfen es nicht sehen."


class NotAllowed(Refused):
    """The user may see it, but not do this with it."""

    code = "not_allowed"
    sentence = "Dazu fehlt Ihnen das Recht. Fragen Sie die Verwaltung der Kundenakte."


class ReasonMissing(Refused):
    """A sealed document is only changed with a reason."""

    code = "reason_missing"
    sentence = "Das Dokument ist festgeschrieben. Bitte geben Sie einen Grund für die Änderung an."


class ChangedMeanwhile(Refused):
    """Somebody else was quicker."""

    code = "changed_meanwhile"
    sentence = "Jemand hat das in der Zwischenzeit geändert. Bitte sehen Sie sich den neuen Stand an."


class BadValue(Refused):
    """A value does not fit the index field, the class or the number's shape."""

    code = "bad_value"
    sentence = "Dieser Wert passt nicht."


class AlreadyDone(Refused):
    """The arrival was filed or set aside by somebody else."""

    code = "already_done"
    sentence = "Das hat schon jemand anders erledigt."
