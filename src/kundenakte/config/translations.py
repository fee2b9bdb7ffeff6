"""The words of the screen in other languages. German is in the code, English in locale/en.

`python -m kundenakte.config.translations` compiles what is translated and says what is missing; `kundenakte setup`
compiles as well. Nothing but Python is needed for it.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from django.utils.translation.template import templatize

from kundenakte.base.refusals import Refused
from kundenakte.config import po_files
from kundenakte.config.po_files import PLURAL

# Refusals of these are in German only: they are read at the end of a command.
GERMAN_ONLY: Final = frozenset({"backup", "rebuilding.py"})
HOME: Final = Path(__file__).resolve().parents[1]
LOCALE: Final = HOME / "locale"
_CALLS: Final = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext"}
_QUOTED: Final = r"""u?('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
_IN_TEMPLATE: Final = re.compile(rf"\b(n?gettext|_)\({_QUOTED}(?:, *{_QUOTED})?")
# Whose refusals come to the screen; other doors word their own.
_SHOWN: Final = (
    "kundenakte.base.",
    "kundenakte.records.",
    "kundenakte.customers.",
    "kundenakte.steps.",
    "kundenakte.circulation.",
    "kundenakte.doors.web.",
)


def used() -> set[str]:
    """All texts that code, templates and shipped rows show; a plural follows its singular behind a NUL."""
    return {text for text in (*_in_code(), *_in_templates(), *_in_rows()) if text.strip()}


def translated(language: str) -> dict[str, str]:
    """What locale/LANGUAGE/LC_MESSAGES/django.po says; entries without a translation are left out."""
    return dict(po_files.entries((LOCALE / language / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")))


def missing(language: str) -> set[str]:
    """The texts without a translation."""
    return used() - set(translated(language))


def unused(language: str) -> set[str]:
    """Translations nobody asks for any more."""
    return {text for text in translated(language) if text} - used()


def compile_all() -> None:
    """Write django.mo beside each django.po that is younger."""
    po_files.compile_all(LOCALE)


def _refusal(node: ast.Raise | ast.Return, refused: Collection[str]) -> Iterator[str]:
    """The sentence of `raise BadValue("…", name=name)`, or of a function that returns what is to be raised."""
    call = node.exc if isinstance(node, ast.Raise) else node.value
    if isinstance(call, ast.Call) and call.args and ast.unparse(call.func).rpartition(".")[2] in refused:
        yield from (said.value for said in _sides(call.args[0]) if isinstance(said.value, str))


def _sides(said: ast.expr) -> Iterator[ast.Constant]:
    """The texts of an expression: one, or the two of `a if … else b`."""
    if isinstance(said, ast.IfExp):
        yield from (*_sides(said.body), *_sides(said.orelse))
    elif isinstance(said, ast.Constant):
        yield said


def _in_code() -> Iterator[str]:
    refused = names_of_refusals()
    for file in sorted(HOME.rglob("*.py")):
        if "migrations" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise | ast.Return) and not GERMAN_ONLY & {*file.parts}:
                yield from _refusal(node, refused)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS:
                texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
                if texts:
                    yield PLURAL.join(texts[:2]) if node.func.id == "ngettext" else texts[0]


def _in_templates() -> Iterator[str]:
    for file in sorted(HOME.glob("doors/web/**/templates/**/*.html")):
        for _, one, many in _IN_TEMPLATE.findall(templatize(file.read_text(encoding="utf-8"), origin=str(file))):
            yield PLURAL.join(ast.literal_eval(text) for text in (one, many) if text)


def _in_rows() -> Iterator[str]:
    """Labels of states and kinds, and the names of what is shipped."""
    from kundenakte.base.accounts.scopes import SCOPES
    from kundenakte.base.jobs.models import Job
    from kundenakte.circulation import actions  # noqa: F401 - loads its refusals
    from kundenakte.circulation.cases import shipped as processes
    from kundenakte.circulation.models import Case, CirculationFolder, NoticeWish, Reminder, Stop, Task
    from kundenakte.circulation.models.minutes import What
    from kundenakte.circulation.models.slips import Wish
    from kundenakte.circulation.replies import answering  # noqa: F401 - those that no page loads
    from kundenakte.customers.imports.columns import TARGETS
    from kundenakte.customers.models import Customer, Identifier
    from kundenakte.doors.web import urls  # noqa: F401 - loads all screens, and with them their refusals
    from kundenakte.records.models import (
        Arrival,
        DisposedDocument,
        Disposition,
        DocumentClass,
        IndexField,
        LegalHold,
        Reference,
        RetentionChange,
        StructureRun,
        TaxYear,
        Verb,
        VersionState,
    )
    from kundenakte.records.retention.shipped import RULES
    from kundenakte.records.shipped.classes import CLASSES, FIELDS
    from kundenakte.records.shipped.plan import SECTIONS
    from kundenakte.records.shipped.roles import ROLES
    from kundenakte.steps.intake.models import (
        FolderEvent,
        Mailbox,
        MailEvent,
        ShareEntry,
        ShareLine,
        ShareRun,
        ShareWatch,
        WatchedFolder,
    )
    from kundenakte.steps.scanning.models import BatchPage, KeptPaper, PaperBatch

    for choices in (
        Customer.State,
        Identifier.Kind,
        Arrival.State,
        Reference.Kind,
        Verb,
        VersionState.State,
        DocumentClass.StartEvent,
        DocumentClass.RetentionKind,
        DocumentClass.SealWhen,
        IndexField.Type,
        StructureRun.Kind,
        LegalHold.Kind,
        RetentionChange.State,
        Disposition.State,
        DisposedDocument.State,
        TaxYear.State,
        Job.State,
        WatchedFolder.Sidecar,
        WatchedFolder.Batch,
        FolderEvent.Outcome,
        Mailbox.Security,
        Mailbox.SignIn,
        MailEvent.Outcome,
        ShareRun.Kind,
        ShareLine.Outcome,
        ShareWatch.Every,
        ShareEntry.Kind,
        PaperBatch.State,
        BatchPage.Kind,
        BatchPage.Why,
        BatchPage.Verdict,
        BatchPage.Flaw,
        KeptPaper.Why,
        CirculationFolder.State,
        Stop.State,
        Task.State,
        Wish,
        What,
        Reminder.Kind,
        NoticeWish.What,
        Case.State,
    ):
        yield from (str(label) for label in choices.labels)
    yield from (shipped.name for shipped in (*CLASSES, *SECTIONS, *ROLES))
    yield from (rule.name for rule in RULES)
    yield from (name for name, _ in FIELDS.values())
    yield from TARGETS.values()
    yield from SCOPES.values()
    yield from (kind.sentence for kind in _with_kinds(Refused) if kind.__module__.startswith(_SHOWN))
    yield from processes.texts()
    yield from ("ja", "nein", "Auslieferung")


def names_of_refusals() -> set[str]:
    """The classes whose sentences come to the screen."""
    from kundenakte.circulation import actions  # noqa: F401 - loads its refusals
    from kundenakte.circulation.replies import answering  # noqa: F401 - those that no page loads
    from kundenakte.doors.web import urls  # noqa: F401 - loads all screens, and with them their refusals

    return {
        kind.__name__ for kind in _with_kinds(Refused) if kind is not Refused and kind.__module__.startswith(_SHOWN)
    }


def _with_kinds(parent: type[Refused]) -> Iterator[type[Refused]]:
    yield parent
    for kind in parent.__subclasses__():
        yield from _with_kinds(kind)


def main() -> int:
    """Compile, and list what is missing or no longer used. The exit code says whether anything is missing."""
    compile_all()
    absent = missing("en")
    for text in sorted(absent):
        sys.stdout.write(f"fehlt: {text!r}\n")
    for text in sorted(unused("en")):
        sys.stdout.write(f"unbenutzt: {text!r}\n")
    return 1 if absent else 0


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kundenakte.config.settings")
    django.setup()
    sys.exit(main())
