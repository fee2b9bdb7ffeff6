"""An empty house to measure in: a data folder of its own, on SQLite or on a PostgreSQL of this run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path

import psycopg

from tests import postgres

ROOT = Path(__file__).resolve().parents[1]
DATABASES = ("sqlite", "postgresql")


@contextmanager
def house(database: str) -> Iterator[dict[str, str]]:
    """The environment of a set-up house; it is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="kundenakte-bench-"))
    try:
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "kundenakte.config.settings",
            "KUNDENAKTE_DATA": str(folder / "data"),
            "KUNDENAKTE_DATABASE_URL": _new_database() if database == "postgresql" else "",
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        }
        command = [sys.executable, "-m", "kundenakte", "setup"]
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
        yield environment
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@cache
def _server() -> str:
    """One PostgreSQL for the whole run, with fsync as in an office."""
    return postgres.start(Path(tempfile.mkdtemp(prefix="kundenakte-bench-")), fsync=True)


_number = count(1)


def _new_database() -> str:
    server, name = _server(), f"bench_{next(_number)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.replace("/kundenakte?", f"/{name}?")


def cpu_of(pid: int) -> float:
    """CPU seconds of a process and all its descendants, those it has waited for included."""
    ticks = os.sysconf("SC_CLK_TCK")
    total = 0.0
    for process in [pid, *descendants(pid)]:
        try:
            fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(int(fields[at]) for at in (11, 12, 13, 14)) / ticks
    return total


def descendants(pid: int) -> list[int]:
    """All processes below `pid` now."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, open_ends = [], [pid]
    while open_ends:
        below = children.get(open_ends.pop(), [])
        found += below
        open_ends += below
    return found
