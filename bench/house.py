"""An empty house to measure in: a data folder of its own, on SQLite or on a PostgreSQL of this run."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

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
            "KUNDENAKTE_DATABASE_URL": new_database() if database == "postgresql" else "",
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        }
        command = [sys.executable, "-m", "kundenakte", "setup"]
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
        yield environment
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Server:
    """`kundenakte serve`, just started: its first process, and the port it is going to listen on."""

    pid: int
    port: int


@contextmanager
def open_house(environment: dict[str, str]) -> Iterator[Server]:
    """`kundenakte serve` of this house on a free port, until the end of the block; it may not answer yet."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment["KUNDENAKTE_LISTEN"] = f"127.0.0.1:{port}"
    command = [sys.executable, "-m", "kundenakte", "serve"]
    server = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield Server(server.pid, port)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[int]:
    """The same, once it answers. Gives its port."""
    with open_house(environment) as server:
        until_it_answers(server)
        yield server.port


def until_it_answers(server: Server) -> None:
    """Return once it takes connections, or after half a minute."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", server.port)) == 0:
                return
        time.sleep(0.1)


@cache
def _server() -> str:
    """One PostgreSQL for the whole run, with fsync as in an office."""
    return postgres.start(Path(tempfile.mkdtemp(prefix="kundenakte-bench-")), fsync=True)


_number = count(1)


def new_database() -> str:
    """The address of an empty database on the PostgreSQL of this run."""
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


def answer_of(module: str, environment: dict[str, str], *what: str) -> dict[str, Any]:
    """Run a part of a measurement in a process of its own inside the house, and take the JSON it ends with."""
    command = [sys.executable, "-m", module, *what]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer
