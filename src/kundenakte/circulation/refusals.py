"""Refusals of the circulation folder."""

from __future__ import annotations

from kundenakte.base.refusals import Refused


class TaskEnded(Refused):
    """Somebody else was quicker, or the task was taken back."""

    code = "task_ended"
    sentence = "Diese Aufgabe ist schon erledigt oder zurückgezogen."


class TaskClaimed(Refused):
    """One of the team is at it."""

    code = "task_claimed"
    sentence = "Diese Aufgabe hat jemand anders übernommen."


class FolderEnded(Refused):
    """A folder that has come to its end changes no more."""

    code = "folder_ended"
    sentence = "Diese Umlaufmappe ist nicht mehr unterwegs."


class FourEyes(Refused):
    """Somebody else has to look at it."""

    code = "four_eyes"
    sentence = (
        "Hier gilt das Vier-Augen-Prinzip: Wer die Mappe gestartet oder den Schritt davor erledigt hat, kann diese "
        "Aufgabe nicht erledigen."
    )


class LinkSpent(Refused):
    """A link for a guest that is unknown, used, taken back or too old: nobody is told which."""

    code = "link_spent"
    sentence = "Dieser Link gilt nicht mehr. Bitte fragen Sie bei der Person nach, die ihn Ihnen geschickt hat."


class NobodyThere(Refused):
    """A stop nobody can do."""

    code = "nobody_there"
    sentence = "Dieses Konto ist gesperrt. Bitte wählen Sie jemand anderen."


class RemarkMissing(Refused):
    """The wish was for words."""

    code = "remark_missing"
    sentence = "Bitte schreiben Sie Ihre Stellungnahme dazu."


class RefusalReasonMissing(Refused):
    """Whoever gets it back wants to know why."""

    code = "refusal_reason_missing"
    sentence = "Bitte geben Sie an, warum Sie die Mappe zurückweisen."
