"""Reads the whole journal and says what does not fit: the other half of the promise that nothing is altered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from kundenakte.base.journal import canonical, merkle
from kundenakte.base.journal.models import JournalEntry, JournalLeaf, PersonalFact, Unsequenced

_CHUNK = 1000


@dataclass(slots=True)
class Report:
    """What a run found. Erased facts are lawful and counted; whatever is in `findings`, in German, is not."""

    entries: int = 0
    waiting: int = 0
    erased: int = 0
    root: str = ""
    findings: list[str] = field(default_factory=list)


def verify() -> Report:
    """Check every leaf, entry and open fact, in bounded memory.

    Bodies must be canonical and agree with the columns beside them, open facts with their commitments; leaves must be
    gapless and fit their entries; an entry without a leaf must be waiting for one.
    """
    report = Report()
    tree = merkle.Tree()
    for leaf in JournalLeaf.objects.select_related("entry").order_by("seq").iterator(_CHUNK):
        if leaf.seq != tree.size:
            report.findings.append(f"Blatt {leaf.seq}: hier müsste Blatt {tree.size} stehen")
        if merkle.leaf_hash(bytes(leaf.entry.body)) != bytes(leaf.digest):
            report.findings.append(
                f"Blatt {leaf.seq}: Eintrag {leaf.entry_id} ist nicht mehr der, der eingereiht wurde"
            )
        tree.append(bytes(leaf.digest))
    report.root = tree.root().hex()
    waiting = set(Unsequenced.objects.values_list("entry_id", flat=True))
    report.waiting = len(waiting)
    for entry in JournalEntry.objects.filter(leaf=None).only("pk").iterator(_CHUNK):
        if entry.pk not in waiting and not _came_meanwhile(entry):
            report.findings.append(f"Eintrag {entry.pk}: nicht eingereiht und wartet auch nicht darauf")
    _entries(report)
    return report


def _came_meanwhile(entry: JournalEntry) -> bool:
    """Whether it was written or sealed while we read. Asked in the order in which the sequencer moves entries on."""
    return Unsequenced.objects.filter(entry=entry).exists() or JournalLeaf.objects.filter(entry=entry).exists()


def _entries(report: Report) -> None:
    rows = JournalEntry.objects.order_by("pk").prefetch_related("personal_facts")
    for entry in rows.iterator(_CHUNK):
        report.entries += 1
        report.findings += [f"Eintrag {entry.pk}: {problem}" for problem in _problems(entry, report)]


def _problems(entry: JournalEntry, report: Report) -> Iterator[str]:
    raw = bytes(entry.body)
    try:
        body = json.loads(raw)
        is_canonical = canonical.body(body) == raw
    except (ValueError, TypeError, AttributeError):
        yield "der Inhalt ist nicht lesbar (kein JSON)"
        return
    if not is_canonical:
        yield "der Inhalt hat nicht die vorgeschriebene Form"
    if _columns(entry) != {name: body.get(name) for name in ("id", "at", "kind", "subject")}:
        yield "die Spalten stimmen nicht mit dem Inhalt überein"
    if entry.actor_kind != body["actor"]["kind"] or entry.actor_id not in {None, body["actor"]["id"]}:
        yield "die Spalten zum Handelnden stimmen nicht mit dem Inhalt überein"
    facts = {fact.name: fact for fact in entry.personal_facts.all()}
    for name, fact in facts.items():
        if body["commitments"].get(name) != _commitment(fact):
            yield f"die Angabe „{name}“ ist nicht die, die geschrieben wurde"
    report.erased += len(set(body["commitments"]) - set(facts))


def _columns(entry: JournalEntry) -> dict[str, Any]:
    return {
        "id": str(entry.pk),
        "at": canonical.moment(entry.at),
        "kind": entry.kind,
        "subject": f"{entry.subject_type}:{entry.subject_id}",
    }


def _commitment(fact: PersonalFact) -> str:
    return canonical.commitment(bytes(fact.salt), fact.value)
