"""Why a backup or a restore is not done. Each sentence says what to do; only the command line shows them."""

from __future__ import annotations

from kundenakte.base.refusals import Refused


class NoTarget(Refused):
    """The folder is not there, or cannot be written."""

    code = "backup-target"


class NoKey(Refused):
    """There is no key, or others can read it."""

    code = "backup-key"


class WrongKey(Refused):
    """The backup was made with another key."""

    code = "backup-wrong-key"

    def __init__(self, sentence: str = "") -> None:
        super().__init__(
            sentence or "Dieser Schlüssel passt nicht zu der Sicherung. Ohne den richtigen ist sie nicht zu lesen."
        )


class NoBackup(Refused):
    """Nothing whole lies there."""

    code = "backup-none"

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or "Hier liegt keine vollständige Sicherung der Kundenakte.")


class Damaged(Refused):
    """What lies there is not what was written."""

    code = "backup-damaged"


class Busy(Refused):
    """Another run works with the same target."""

    code = "backup-busy"

    def __init__(self, sentence: str = "") -> None:
        super().__init__(
            sentence or "Ein anderer Lauf arbeitet gerade mit diesem Ziel. Bitte warten Sie, bis er fertig ist."
        )


class TooBig(Refused):
    """One file is larger than the place takes."""

    code = "backup-too-big"

    def __init__(self, sentence: str = "") -> None:
        super().__init__(
            sentence
            or "Eine Datei ist größer als 5 GB; so große nimmt ein Objektspeicher nicht. "
            "Bitte sichern Sie in einen Ordner."
        )


class NotEmpty(Refused):
    """A restore never mixes with what is there."""

    code = "restore-not-empty"


class TooNew(Refused):
    """The backup comes from a later version of the program."""

    code = "restore-too-new"


class NotTheSame(Refused):
    """What was put back is not what the backup says."""

    code = "restore-differs"
