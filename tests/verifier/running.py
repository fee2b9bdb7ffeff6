"""Calling the verifier as an auditor does, and reading its answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

from kundenakte_verify.cli import main


@dataclass(frozen=True)
class Answer:
    """Exit status and findings."""

    exit: int
    findings: list[dict[str, Any]]

    @property
    def codes(self) -> set[str]:
        """The codes of all that is more than a notice."""
        return {finding["code"] for finding in self.findings if finding["level"] != "notice"}

    def subjects(self, code: str) -> set[str]:
        """What findings of this code are about."""
        return {finding["subject"] for finding in self.findings if finding["code"] == code}


def verify(path: Path, *options: object) -> Answer:
    """Run it in this process; nothing of it knows Django."""
    with patch("sys.stdout", StringIO()) as out:
        status = main([str(path), "--json", "--processes", "1", *map(str, options)])
    said = json.loads(out.getvalue())
    assert said["exit"] == status
    return Answer(status, said["findings"])
