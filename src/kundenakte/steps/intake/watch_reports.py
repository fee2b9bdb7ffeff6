"""What a watched share holds and what that is to the house: exact numbers, and each path of a kind in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Q, QuerySet
from django.utils.translation.trans_null import gettext_noop

from kundenakte.base.accounts.models import User
from kundenakte.records import access
from kundenakte.records.models import Document
from kundenakte.steps.intake.models import Share, ShareEntry
from kundenakte.steps.intake.share_reports import Rows

Kind = ShareEntry.Kind
# A list beside the kinds: the same bytes at several paths.
TWINS: Final = "twins"
# So many paths make a page of a list.
PAGE: Final = 200
_HEADINGS: Final = (
    gettext_noop("Pfad"),
    gettext_noop("Größe"),
    gettext_noop("Geändert am"),
    gettext_noop("Stand"),
    gettext_noop("Hinweis"),
    gettext_noop("Gleicher Inhalt an weiteren Stellen"),
    gettext_noop("Dokument"),
    gettext_noop("Eingang"),
    gettext_noop("SHA-256"),
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list, and where the next one begins ("" at the end)."""

    entries: list[ShareEntry]
    following: str


def counted(share: Share) -> dict[str, int]:
    """How many paths are of which kind, all of them; how many have twins ("twins", in so many "groups"); how many of
    those that are new or changed a take-over would take by itself ("clear")."""
    rows = share.entries.order_by().values_list("kind").annotate(Count("pk"))
    found = dict(sorted(rows))
    twins = share.entries.filter(twins__gt=0).order_by().aggregate(
        paths=Count("pk"), groups=Count("digest", distinct=True)
    )  # fmt: skip
    more = {TWINS: twins["paths"], "groups": twins["groups"], "clear": share.entries.filter(is_clear=True).count()}
    return found | {key: count for key, count in more.items() if count}


def visible(share: Share, user: User | None) -> QuerySet[ShareEntry]:
    """The paths this person may read: one of a document that he may not see would give it away. None means the house
    itself."""
    if user is None:
        return share.entries.all()
    return share.entries.filter(
        Q(document=None, arrival=None)
        | Q(document__in=access.documents_ever_for(user))
        | Q(arrival__in=access.arrivals_for(user))
    )


def of_kind(share: Share, user: User | None, kind: str) -> QuerySet[ShareEntry]:
    """All visible paths of a kind, or those with twins. In a settled order, so that pages follow one another."""
    entries = visible(share, user).select_related("document", "arrival")
    if kind == TWINS:
        return entries.filter(twins__gt=0).exclude(digest="").order_by("digest", "pk")
    return entries.filter(kind=kind).order_by("pk")


def listed(share: Share, user: User | None, kind: str, after: str = "") -> Listed:
    """The page of a list behind `after`, as `following` of the page before says it; anything else is the beginning."""
    rows = of_kind(share, user, kind)
    digest, _, number = after.rpartition("-")
    if number.isascii() and number.isdigit() and len(number) < 19:
        behind = Q(pk__gt=int(number))
        if kind == TWINS:
            behind = Q(digest__gt=digest) | Q(digest=digest) & behind
        rows = rows.filter(behind)
    entries = list(rows[: PAGE + 1])
    if len(entries) <= PAGE:
        return Listed(entries, "")
    last = entries[PAGE - 1]
    return Listed(entries[:PAGE], f"{last.digest if kind == TWINS else ''}-{last.pk}")


def changed_file(document: Document) -> ShareEntry | None:
    """The file on a watched share that has been changed since this document was taken from there. Whoever may see the
    document may see it; it is told as the last look found it."""
    changed = ShareEntry.objects.filter(document=document, kind=Kind.CHANGED, share__watch__is_on=True)
    return changed.order_by("-mtime_ns").first()


def table(share: Share, user: User | None, kind: str, say: Callable[[str], str] = str) -> Iterator[str]:
    """A list, or with kind "" everything, as CSV for a spreadsheet, line by line. `say` puts our words into the
    reader's language."""
    rows = Rows()
    yield rows.head(say(heading) for heading in _HEADINGS)
    entries = of_kind(share, user, kind) if kind else visible(share, user).order_by("pk")
    for entry in entries.iterator(chunk_size=500):
        yield rows.line(_cells(entry, say))


def _cells(entry: ShareEntry, say: Callable[[str], str]) -> tuple[object, ...]:
    changed = entry.changed_at
    return (
        entry.file, entry.size, changed.isoformat(timespec="seconds") if changed else "",
        say(str(Kind(entry.kind).label)), say(entry.sentence), entry.twins,
        entry.document_id or "", entry.arrival_id or "", entry.digest,
    )  # fmt: skip
