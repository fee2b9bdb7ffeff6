"""What a run finds, and what that means for its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from kundenakte_verify import wording

# violation: something is not what was written. incomplete: it cannot be proven. notice: worth knowing, proves nothing.
Level = Literal["violation", "incomplete", "notice"]
PROVEN, VIOLATION, INCOMPLETE, USAGE = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: its code, what it is about (an object, a leaf, a file), and its sentence with the facts in it."""

    code: str
    level: Level
    subject: str
    sentence: str
    facts: dict[str, Any] = field(default_factory=dict)

    def said(self, language: str) -> str:
        """The sentence for people."""
        return wording.SENTENCES[self.sentence][language].format(**self.facts)

    def plain(self) -> dict[str, Any]:
        """For the JSON output, in both languages."""
        return {
            "code": self.code,
            "level": self.level,
            "subject": self.subject,
            "de": self.said("de"),
            "en": self.said("en"),
        } | ({"facts": self.facts} if self.facts else {})


@dataclass(slots=True)
class Report:
    """All findings of a run and what was counted."""

    findings: list[Finding] = field(default_factory=list)
    counted: dict[str, Any] = field(default_factory=dict)

    def violation(self, code: str, subject: object, sentence: str, **facts: Any) -> None:
        """Something is not what was written."""
        self.findings.append(Finding(code, "violation", str(subject), sentence, facts))

    def incomplete(self, code: str, subject: object, sentence: str, **facts: Any) -> None:
        """Something cannot be proven: never to be taken for fine."""
        self.findings.append(Finding(code, "incomplete", str(subject), sentence, facts))

    def notice(self, code: str, subject: object, sentence: str, **facts: Any) -> None:
        """Something the reader should know."""
        self.findings.append(Finding(code, "notice", str(subject), sentence, facts))

    def exit_status(self) -> int:
        """0 only when everything was proven."""
        levels = {finding.level for finding in self.findings}
        if "violation" in levels:
            return VIOLATION
        return INCOMPLETE if "incomplete" in levels else PROVEN
