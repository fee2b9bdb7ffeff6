"""Where the index of this machine lies, who may write it, and how one index takes another's place.

INDEX/current      the name of the index that is read
INDEX/s1-…-…/      an index; a second one while it is being rebuilt
INDEX/lock         held by the one process that writes
INDEX/wish         somebody wants a rebuild; holds the number of the wish
INDEX/progress     how far the filling of an index has come, for progress bars
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from django.conf import settings

from kundenakte.steps.search.engine import Engine
from kundenakte.steps.search.tantivy_engine import TantivyEngine

ENGINE: Engine = TantivyEngine()
# Counted up when the meaning of an entry changes (analysis, fields): the index is then built anew.
EDITION = 3


class IndexBusy(Exception):
    """Another process writes this index already."""

    code = "index-busy"

    def __init__(self, pid: str) -> None:
        self.sentence = (
            f"Der Suchindex wird schon von einem anderen Prozess geschrieben (Prozess {pid or 'unbekannt'}). "
            "Auf jedem Rechner darf nur einer laufen."
        )
        super().__init__(self.sentence)


@dataclass(frozen=True, slots=True)
class Filling:
    """How far the filling of an index has come: so many of so many documents. `ended` tells the wish it answered."""

    done: int = 0
    of: int = 0
    under_way: bool = False
    ended: str = ""


def root() -> Path:
    """The folder of all this."""
    return Path(settings.INDEX)


@cache
def _words() -> str:
    text = resources.files("kundenakte.steps.search").joinpath("words/parts.txt").read_bytes()
    return hashlib.sha256(text).hexdigest()[:8]


def _readable() -> str:
    """What the name of an index begins with that this program can read."""
    return f"s{ENGINE.format}-"


def _up_to_date() -> str:
    """What the name of an index begins with that this program would write just so."""
    return f"{_readable()}{EDITION}.{_words()}-"


def new_name() -> str:
    """A name for a new index."""
    return f"{_up_to_date()}{time.time_ns():020d}"


def is_up_to_date(name: str) -> bool:
    """Whether the index is as this program would write it."""
    return name.startswith(_up_to_date())


def current() -> str:
    """The name of the index that is read; "" when there is none this program can read."""
    try:
        name = (root() / "current").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""
    return name if name.startswith(_readable()) and (root() / name).is_dir() else ""


def make_current(name: str) -> None:
    """From now on this index is read. It must be complete on disk; those before it are removed."""
    _write("current", name)
    remove_older(name)


def remove_older(name: str) -> None:
    """Remove the indexes made before this one. Who still reads one keeps its open files to the end."""
    for folder in _indexes():
        if _born(folder.name) < _born(name):
            shutil.rmtree(folder, ignore_errors=True)


def unfinished() -> str:
    """The name of an index that was begun after the one that is read, and can be gone on with; "" if none."""
    than = _born(current())
    return max((f.name for f in _indexes() if _born(f.name) > than and is_up_to_date(f.name)), default="", key=_born)


def _born(name: str) -> str:
    return name.rpartition("-")[2]


def _indexes() -> Iterator[Path]:
    if root().is_dir():
        yield from (folder for folder in root().iterdir() if folder.is_dir() and "-" in folder.name)


@contextmanager
def only_writer(*, patience: float = 3.0) -> Iterator[None]:
    """Be the one process that writes this machine's index. Raises IndexBusy; a killed process holds nothing."""
    root().mkdir(mode=0o750, parents=True, exist_ok=True)
    handle = os.open(root() / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        _take(handle, patience)
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)


def _take(handle: int, patience: float) -> None:
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise IndexBusy(os.pread(handle, 20, 0).decode("ascii", "replace")) from None
            # The one before us may just be ending.
            time.sleep(0.05)
        else:
            return


def wish_rebuild() -> str:
    """Ask whoever writes the index to build it anew. Returns the number of the wish."""
    root().mkdir(mode=0o750, parents=True, exist_ok=True)
    number = secrets.token_hex(8)
    _write("wish", number)
    return number


def wish() -> str:
    """The number of the wish that is not granted yet; "" if none."""
    try:
        return (root() / "wish").read_text(encoding="ascii")
    except FileNotFoundError:
        return ""


def grant_wish(number: str) -> None:
    """The wish is fulfilled. One that came later stays."""
    if number and wish() == number:
        (root() / "wish").unlink(missing_ok=True)


def tell(filling: Filling) -> None:
    """Let others see how far the filling has come."""
    _write("progress", json.dumps(asdict(filling)))


def filling() -> Filling:
    """How far the filling of an index has come."""
    try:
        return Filling(**json.loads((root() / "progress").read_text(encoding="ascii")))
    except (FileNotFoundError, ValueError, TypeError):
        return Filling()


def note_erased() -> None:
    """A document was disposed of: the index has to be written anew, so that its words leave the files."""
    _write("erased", repr(time.time()))


def is_erasure_due(seconds: float) -> bool:
    """Whether that was so long ago; never while nothing was disposed of."""
    try:
        return time.time() - float((root() / "erased").read_text(encoding="ascii")) >= seconds
    except (FileNotFoundError, ValueError):
        return False


def take_erased() -> None:
    """Somebody sees to it."""
    (root() / "erased").unlink(missing_ok=True)


def note_checked(at: float) -> None:
    """Leave word for the next indexer that the index was compared with the database at that time (Unix seconds), and
    that nothing went wrong since."""
    _write("checked", repr(at))


def take_checked() -> float | None:
    """That word, once: an indexer that is killed leaves none behind, and the next one compares at once."""
    file = root() / "checked"
    try:
        return float(file.read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None
    finally:
        file.unlink(missing_ok=True)


def _write(name: str, text: str) -> None:
    """Replace a small file in one step, on disk when this returns."""
    temporary = root() / f".{name}-{os.getpid()}"
    with temporary.open("w", encoding="ascii") as target:
        target.write(text)
        target.flush()
        os.fsync(target.fileno())
    temporary.replace(root() / name)
