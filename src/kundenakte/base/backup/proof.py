"""The proof that a backup can be put back: it is, in a process of its own, into a house nobody else sees."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection

from kundenakte.base.backup import places
from kundenakte.base.backup.encryption import Key
from kundenakte.base.backup.refusals import NoTarget, NotTheSame
from kundenakte.base.backup.restore import Restored, read_report
from kundenakte.base.backup.run import newest
from kundenakte.base.confinement import scratch_folder

_ROOM = 1.2


def prove(place: str, key: Key, *, folder: Path, run: str = "") -> Restored:
    """Restore into a scratch house under `folder`, which is gone afterwards. Raises what a restore raises.

    On PostgreSQL the scratch house has a schema of its own in the same database, for which the role needs CREATE.
    """
    chosen = newest(places.at(place, key), run)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < chosen.size * _ROOM:
        raise NoTarget(f"In {folder} ist nicht genug Platz, um die Sicherung zur Probe zurückzuspielen.")
    with scratch_folder(folder) as scratch, _database() as url:
        report = scratch / "report.json"
        environment = os.environ | {
            "KUNDENAKTE_DATA": str(scratch / "data"),
            "KUNDENAKTE_DATABASE_URL": url,
            # All that may lie elsewhere comes into the scratch folder: nothing of the house may be touched.
            "KUNDENAKTE_ARCHIVE": str(scratch / "archive"),
            "KUNDENAKTE_ARCHIVE_REPLICA": "",
            "KUNDENAKTE_BLOBS": "",
            "KUNDENAKTE_JOURNAL_KEYS": str(scratch / "journal-keys"),
            "KUNDENAKTE_BACKUP": "",
            "KUNDENAKTE_BACKUP_KEY": settings.BACKUP_KEY,
            "KUNDENAKTE_BACKUP_KEY_FILE": str(settings.BACKUP_KEY_FILE),
            "KUNDENAKTE_DISPOSITIONS": str(settings.DISPOSITION_LIST),
            "DJANGO_SETTINGS_MODULE": "kundenakte.config.settings",
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        }
        command = [
            sys.executable,
            "-m",
            "kundenakte",
            "restore",
            place,
            "--run",
            chosen.run,
            "--proof",
            str(report),
        ]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
        if done.returncode:
            raise NotTheSame(_last_line(done.stderr) or "Die Probe ist abgebrochen.")
        proved = read_report(report)
    if proved.facts.journal_root != chosen.facts.journal_root:
        raise NotTheSame("Die Wurzel des Protokolls ist nicht die der Sicherung.")
    return proved


@contextmanager
def _database() -> Iterator[str]:
    """The address of an empty database; SQLite's lies in the scratch folder and needs no name."""
    if connection.vendor == "sqlite":
        yield ""
        return
    schema = f"proof_{uuid.uuid4().hex}"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE SCHEMA "{schema}"')
    try:
        yield _address(schema)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP SCHEMA "{schema}" CASCADE')


def _address(schema: str) -> str:
    of = connection.settings_dict
    who = quote(str(of["USER"]), safe="")
    if of["PASSWORD"]:
        who += ":" + quote(str(of["PASSWORD"]), safe="")
    port = f":{of['PORT']}" if of["PORT"] else ""
    query = urlencode({"host": of["HOST"], "options": f"-csearch_path={schema}"})
    return f"postgresql://{who}@{port}/{quote(str(of['NAME']), safe='')}?{query}"


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1].removeprefix("CommandError: ")[:500] if lines else ""
