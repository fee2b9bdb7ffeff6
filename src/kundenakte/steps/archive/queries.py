"""Reading what is sealed, what is due, and where a version stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from django.db.models import QuerySet
from django.utils import timezone

from kundenakte.records.models import DocumentClass, Version
from kundenakte.steps.archive.models import ArchivePackage, PackageState, SealDue

# What was due longer than this is an alarm.
LATE: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a version stands: sealed, or why not yet."""

    state: Literal["sealed", "damaged", "disposed", "trouble", "due", "later", "draft", "never"]
    # The latest sealing, if there is one; `at` is when it was, or from when on one is due.
    package: ArchivePackage | None = None
    at: datetime | None = None
    # Why it could not be sealed, in German.
    sentence: str = ""


def late(now: datetime) -> QuerySet[SealDue]:
    """What should have been sealed more than a day ago, oldest first."""
    return SealDue.objects.filter(due_at__lt=now - LATE).order_by("due_at")


def due_count() -> int:
    """How many versions are noted, due or not yet."""
    return SealDue.objects.count()


def sealed_count() -> int:
    """How many sealings there are."""
    return ArchivePackage.objects.count()


def package_of(version: Version) -> ArchivePackage | None:
    """The latest sealing of a version."""
    return ArchivePackage.objects.filter(version=version).order_by("-number").first()


def packages_of(document_id: int) -> QuerySet[ArchivePackage]:
    """All sealings of a document, in the order in which they were made."""
    return ArchivePackage.objects.filter(document_id=document_id).select_related("version").order_by("pk")


def standing_of(version: Version) -> Standing:
    """Where this version stands. A version that waits for another sealing is sealed all the same."""
    package = package_of(version)
    if package:
        return _of_package(package)
    due = SealDue.objects.filter(pk=version.pk).first()
    if due:
        waits: Literal["later", "due"] = "later" if due.due_at > timezone.now() else "due"
        return Standing("trouble" if due.trouble else waits, at=due.due_at, sentence=due.trouble)
    when = version.document.document_class.seal_when
    if when == DocumentClass.SealWhen.NEVER:
        return Standing("never")
    was_valid = version.states.filter(state="valid").exists()
    return Standing("due" if was_valid or when != DocumentClass.SealWhen.RELEASED else "draft")


def _of_package(package: ArchivePackage) -> Standing:
    last = package.states.last()
    if last and last.state == PackageState.State.DAMAGED:
        return Standing("damaged", package, last.at)
    if last and last.state == PackageState.State.DISPOSED:
        return Standing("disposed", package, last.at)
    return Standing("sealed", package, package.sealed_at)
