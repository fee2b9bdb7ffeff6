"""`kundenakte-verify PATH`."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, NoReturn

from cryptography import x509

from kundenakte_verify import archive, heads, journal, locks, objects, outside, projection, wording
from kundenakte_verify.findings import INCOMPLETE, PROVEN, USAGE, VIOLATION, Report
from kundenakte_verify.store import Store

# Until when what the format uses counts as sound (BSI TR-02102-1, 2026-01: classical signatures alone until 2035).
_SUNSETS: Final = {"Ed25519": date(2035, 12, 31), "SHA-256": date(2035, 12, 31), "SHA-512": date(2035, 12, 31)}
_WARN_MONTHS: Final = 24
_KEYS: Final = ("KUNDENAKTE_S3_KEY_ID", "KUNDENAKTE_S3_SECRET")


class Usage(Exception):
    """The call cannot be carried out; the text says why."""


def main(arguments: Sequence[str] | None = None) -> int:
    """0 all proven, 1 something was altered, 2 something cannot be proven, 3 wrong call."""
    options = _parser().parse_args(arguments)
    try:
        report = verify(options)
    except Usage as error:
        sys.stderr.write(f"kundenakte-verify: {error}\n")
        return USAGE
    write = _as_json if options.json else _as_text
    sys.stdout.write(write(report, options.language))
    return report.exit_status()


def verify(options: argparse.Namespace) -> Report:
    """Everything the options ask for. Raises Usage."""
    folder, entries = _folders(options)
    report = Report()
    keys = heads.read_keys(entries / "keys", report)
    signed = heads.read(entries / "tree-heads.jsonl", keys, report)
    told = journal.read(entries, signed, report)
    heads.check_times(signed, {one.head for one in told.clocks}, report)
    heads.check_keys(signed, told.announced, options.key, report)
    for name in sorted(set(keys) - {head.key for head in signed} - set(told.announced)):
        report.violation("EXTRA", name, "extra-file", path=f"keys/{name}.pem")
    _strangers(entries, report)
    anchors = outside.stamped(entries / "tokens", signed, told, _roots(options.trust), report)
    outside.clocks(told.clocks, anchors, report)
    anchors += outside.witnessed(options.witness, signed, keys, report)
    outside.fresh(signed, anchors, report)
    report.counted = {"entries": told.size, "heads": len(signed)} | report.counted
    documents, tasks = _database(options.projection)
    known = objects.Known(told, documents, objects.newest_sealings(told.sealed))
    if documents is not None and tasks is not None:
        projection.compare_tasks(told.tasks, tasks, report)
        projection.unsealed(documents, known.newest, report)
    if folder is not None:
        archive.check(folder / "ocfl", known, _dispositions(options.dispositions), options.processes, report)
    if options.store or options.originals:
        where = locks.Asked(folder, _store(options, options.store), _store(options, options.originals), options.today)
        locks.check(known, where, report)
    _sunsets(options.today, report)
    return report


def _folders(options: argparse.Namespace) -> tuple[Path | None, Path]:
    """The archive, if there is one, and the journal."""
    path: Path = options.path
    if not path.is_dir():
        raise Usage(f"{path} ist kein Ordner / is no folder")
    for file in [*options.witness, *options.trust, options.projection, options.dispositions]:
        if file is not None and not file.exists():
            raise Usage(f"{file} gibt es nicht / does not exist")
    if (path / "ocfl").is_dir():
        return path, options.journal or path / "journal"
    if (path / "tree-heads.jsonl").exists() or list(path.glob("entries-*.jsonl")):
        return None, path
    if options.journal:
        raise Usage(f"{path} ist kein Archiv: ocfl/ fehlt / is no archive: there is no ocfl/")
    raise Usage(f"{path} ist weder ein Archiv noch ein Protokoll / is neither an archive nor a journal")


def _strangers(entries: Path, report: Report) -> None:
    """Files of the export that none of its kind names."""
    if not entries.is_dir():
        return
    for file in sorted(entries.iterdir()):
        is_ours = file.name in {"tree-heads.jsonl", "keys", "tokens"} or journal.is_file_of(file.name)
        if not is_ours:
            report.violation("EXTRA", file.name, "extra-file", path=f"journal/{file.name}")


def _roots(files: Sequence[Path]) -> list[x509.Certificate]:
    try:
        return [one for file in files for one in x509.load_pem_x509_certificates(file.read_bytes())]
    except ValueError as error:
        raise Usage(f"--trust: {error}") from error


def _database(file: Path | None) -> tuple[projection.Lines, projection.Lines] | tuple[None, None]:
    """Documents and tasks of the dump, if there is one."""
    try:
        return projection.read(file) if file else (None, None)
    except (ValueError, KeyError, TypeError) as error:
        raise Usage(f"--projection: {error}") from error


def _dispositions(file: Path | None) -> set[int] | None:
    try:
        return {int(json.loads(line)["document"]) for line in file.open("rb")} if file else None
    except (ValueError, KeyError, TypeError) as error:
        raise Usage(f"--dispositions: {error}") from error


def _store(options: argparse.Namespace, address: str) -> Store | None:
    """A bucket to be asked, with keys from the environment."""
    if not address:
        return None
    key_id, secret = os.environ.get(_KEYS[0], ""), os.environ.get(_KEYS[1], "")
    if not (key_id and secret):
        raise Usage(f"{' / '.join(_KEYS)} fehlen in der Umgebung / are not in the environment")
    if not re.fullmatch(r"s3://[a-z0-9.-]+(/.*)?", address):
        raise Usage(f"{address}: s3://BUCKET/PREFIX")
    if options.endpoint and not options.endpoint.startswith(("http://", "https://")):
        raise Usage(f"{options.endpoint}: https://…")
    return Store(address, endpoint=options.endpoint, region=options.region, key_id=key_id, secret=secret)


def _sunsets(today: date, report: Report) -> None:
    for name, until in _SUNSETS.items():
        months = (until.year - today.year) * 12 + until.month - today.month
        if today > until:
            report.incomplete("ALG_SUNSET", name, "algorithm-past", name=name, until=until.isoformat())
        elif months <= _WARN_MONTHS:
            report.notice("ALG_SUNSET", name, "algorithm-soon", name=name, until=until.isoformat())


def _as_json(report: Report, _language: str) -> str:
    said = {
        "format": "kundenakte-verify/1",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "exit": report.exit_status(),
        "counted": report.counted,
        "findings": [finding.plain() for finding in report.findings],
    }
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def _as_text(report: Report, language: str) -> str:
    lines = [f"{wording.COUNTED[name][language]}: {value}" for name, value in report.counted.items()]
    order = {"violation": 0, "incomplete": 1, "notice": 2}
    for finding in sorted(report.findings, key=lambda one: order[one.level]):
        lines.append(f"{wording.LEVELS[finding.level][language]} {finding.code}: {finding.said(language)}")
    ends = {PROVEN: "end-proven", VIOLATION: "end-violation", INCOMPLETE: "end-incomplete"}
    lines.append(wording.SENTENCES[ends[report.exit_status()]][language])
    return "\n".join(lines) + "\n"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """A wrong call ends with 3, so that 2 keeps its meaning."""
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="kundenakte-verify", description=__doc__)

    def add(name: str, explanation: str, **more: Any) -> None:
        parser.add_argument(name, help=explanation, **more)

    add("path", "archive (with ocfl/ and journal/) or exported journal", type=Path)
    add("--journal", "exported journal, when it lies elsewhere", type=Path)
    add("--witness", "tree heads somebody else kept (file or folder)", type=Path, action="append", default=[])
    add("--trust", "PEM file of certificates that time-stamps must lead to", type=Path, action="append", default=[])
    add("--key", "fingerprint of the first signing key, as it was handed over", action="append", default=[])
    add("--projection", "what the database says (kundenakte export_projection)", type=Path)
    add("--dispositions", "list of lawful disposals kept outside (JSON lines)", type=Path)
    add("--store", "bucket of the second copy (s3://BUCKET/PREFIX): are its locks as long as they must be?", default="")
    add("--originals", "bucket of the originals, looked at likewise", default="")
    add("--endpoint", "address of the object store; its keys are in KUNDENAKTE_S3_KEY_ID and _SECRET", default="")
    add("--region", "of the object store", default="us-east-1")
    add("--json", "findings as JSON", action="store_true")
    add("--language", "of the sentences", choices=("de", "en"), default="de")
    add("--processes", "how many read at once", type=int, default=os.cpu_count() or 1)
    add("--today", "day to judge algorithms by (YYYY-MM-DD)", type=date.fromisoformat,
        default=datetime.now(UTC).date())  # fmt: skip
    return parser
