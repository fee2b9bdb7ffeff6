"""Refusals of process files and of what is done with cases."""

from __future__ import annotations

from collections.abc import Callable

from kundenakte.base.refusals import Refused


class BpmnRefused(Refused):
    """A file that cannot be a process of this house, with the reason."""

    code = "bpmn_refused"
    sentence = "Diese Datei ist kein Prozess, den die Kundenakte ausführt."


class ConditionRefused(Refused):
    """A condition that is not in our language."""

    code = "condition_refused"
    sentence = "Diese Bedingung versteht die Kundenakte nicht."


class WrongAnswer(Refused):
    """What is wrong with the answer to one question. On a page it stands beside the question; elsewhere it names it."""

    code = "wrong_answer"
    question = ""

    def to(self, question: str) -> WrongAnswer:
        """The same, knowing what was asked."""
        self.question = question
        return self

    def named(self, translate: Callable[[str], str]) -> str:
        """The sentence with the question before it."""
        said = self.in_words(translate)
        if not self.question:
            return said
        return translate("„%(question)s“: %(said)s") % {"question": translate(self.question), "said": said}


class AnswersRefused(Refused):
    """A form that was not filled in as it asks. `faults` has what is wrong for each field."""

    code = "answers_refused"
    sentence = "Bitte prüfen Sie Ihre Angaben."

    def __init__(self, faults: dict[str, WrongAnswer]) -> None:
        self.faults = faults
        super().__init__()

    def in_words(self, translate: Callable[[str], str]) -> str:
        """Every fault, each with its question."""
        return " ".join(fault.named(translate) for fault in self.faults.values()) or super().in_words(translate)


class CaseStuck(Refused):
    """The process cannot go on: a definition that loops, or an engine that says no."""

    code = "case_stuck"
    sentence = "Der Prozess kommt an dieser Stelle nicht weiter. Bitte sagen Sie der Verwaltung Bescheid."


class NotMigrated(Refused):
    """A case that cannot go over to another edition, with the reason."""

    code = "case_not_migrated"
    sentence = "Dieser Vorgang kann nicht auf die neue Ausgabe umgestellt werden."


class ProcessNotOffered(Refused):
    """A process nobody can start now."""

    code = "process_not_offered"
    sentence = "Dieser Prozess kann zurzeit nicht gestartet werden."
