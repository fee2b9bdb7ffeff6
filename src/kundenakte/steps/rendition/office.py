"""Office files to PDF by one warm LibreOffice per worker, started when first needed and ended when idle.

One per worker rather than per machine: there is no lock to wait for or to lose, a hanging file delays nobody else, and
it dies with its worker. It costs about 150 MB while a worker has Office files to do, and nothing otherwise.
"""

from __future__ import annotations

import atexit
import functools
import os
import shutil
from pathlib import Path

from django.utils.translation.trans_null import gettext_noop as _

from kundenakte.base.confinement import Crashed, Limits, Program, Refused, TookTooLong, scratch
from kundenakte.steps.rendition import office_host

IDLE_SECONDS = 300
# A cold start and one conversion on a busy machine.
SECONDS = 120
_LIMITS = Limits(
    memory=3072 * 1024 * 1024, file_size=512 * 1024 * 1024, open_files=512, niceness=5, may_start_processes=True
)

MISSING = _(
    "LibreOffice ist auf diesem Rechner nicht installiert. Office-Dateien werden gespeichert,"
    " haben aber keine Vorschau."
)
ENCRYPTED = _("Die Office-Datei ist mit einem Passwort geschützt.")
WRONG_PASSWORD = _("Das Passwort passt nicht zu dieser Office-Datei.")
UNREADABLE = _("Die Office-Datei ist beschädigt oder in einem Format, das LibreOffice nicht lesen kann.")
TOO_LONG = _("Die Vorschau wurde abgebrochen, weil LibreOffice für diese Datei zu lange braucht.")
_SENTENCES = {"encrypted": ENCRYPTED, "wrong-password": WRONG_PASSWORD, "unreadable": UNREADABLE}


@functools.cache
def programs() -> tuple[str, str] | None:
    """The paths of soffice.bin and of a Python that knows it; None when LibreOffice is not usable here."""
    starter = shutil.which("soffice") or shutil.which("libreoffice")
    if starter is None:
        return None
    folder = Path(starter).resolve().parent
    office = folder / "soffice.bin"
    if not office.exists():
        return None
    # Debian's binding belongs to the system's Python, the vendor's packages bring their own.
    for python in (folder / "python", Path("/usr/bin/python3")):
        if python.exists() and _knows_office(python):
            return str(office), str(python)
    return None


def _knows_office(python: Path) -> bool:
    import subprocess

    try:
        done = subprocess.run([str(python), "-I", "-c", "import uno"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


class Office:
    """LibreOffice as this process uses it."""

    def __init__(self, *, idle_seconds: float = IDLE_SECONDS, limits: Limits = _LIMITS) -> None:
        self._idle_seconds = idle_seconds
        self._limits = limits
        self._program: Program | None = None
        self._folder: Path | None = None

    def convert(
        self,
        source: Path,
        target: Path,
        *,
        password: str | None = None,
        may_be_encrypted: bool = True,
        seconds: float = SECONDS,
    ) -> None:
        """Write `source` as PDF to `target`. Raises `Refused` (encrypted, broken, too slow, no LibreOffice).

        `may_be_encrypted` says how to take it when LibreOffice wanted to ask something before reading the file.
        """
        question = {
            "source": str(source.resolve()),
            "target": str(target.resolve()),
            "password": password,
            "may_be_encrypted": may_be_encrypted,
        }
        program = self._ready()
        try:
            answer = program.ask(question, seconds=seconds)
        except TookTooLong as error:
            raise Refused("took-too-long", TOO_LONG, error.detail) from error
        except Crashed as error:
            raise Refused("unreadable", UNREADABLE, error.detail) from error
        if not isinstance(answer, dict) or not answer.get("done"):
            refused = str(answer.get("refused", "unreadable")) if isinstance(answer, dict) else "unreadable"
            raise Refused(refused, _SENTENCES.get(refused, UNREADABLE), str(answer)[:2000])
        if not target.is_file() or target.is_symlink():
            raise Refused("unreadable", UNREADABLE, "no file was written")

    def end(self) -> None:
        """End LibreOffice and remove its profile."""
        if self._program is not None:
            self._program.end()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._program, self._folder = None, None

    @property
    def pid(self) -> int | None:
        """The id of the process group LibreOffice runs in, while it runs."""
        return self._program.pid if self._program is not None and self._program.is_running() else None

    def _ready(self) -> Program:
        if self._program is not None and self._program.is_running():
            return self._program
        self.end()
        found = programs()
        if found is None:
            raise Refused("no-libreoffice", MISSING)
        office, python = found
        # Profiles of workers that were killed; their LibreOffice died with them.
        scratch.sweep()
        self._folder = scratch.new_folder()
        self._program = Program(
            [python, "-I", office_host.__file__, office, str(self._idle_seconds)],
            folder=self._folder,
            bounds=self._limits,
            environment=_environment(self._folder),
        )
        return self._program


def _environment(folder: Path) -> dict[str, str]:
    """Little: a home and a place for temporary files of its own, and the file names' encoding."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "SAL_USE_VCLPLUGIN": "svp",
    }


_mine: tuple[int, Office] | None = None


def of_this_process() -> Office:
    """The LibreOffice of this process; a forked process gets one of its own."""
    global _mine  # noqa: PLW0603 - one per process is the point
    if _mine is None or _mine[0] != os.getpid():
        _mine = (os.getpid(), Office())
        atexit.register(_end, *_mine)
    return _mine[1]


def _end(owner: int, mine: Office) -> None:
    """At the end of the process that owns it; a child forked from it leaves it alone."""
    if owner == os.getpid():
        mine.end()
