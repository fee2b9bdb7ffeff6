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
    """What a run found. Erased facts are lawful and counted; whatever is in `findings` is not."""

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
            report.findings.append(f"leaf {leaf.seq}: {tree.size} was expected")
        if merkle.leaf_hash(bytes(leaf.entry.body)) != bytes(leaf.digest):
            report.findings.append(f"leaf {leaf.seq}: the entry {leaf.entry_id} is not the one that was sealed")
        tree.append(bytes(leaf.digest))
    report.root = tree.root().hex()
    waiting = set(Unsequenced.objects.values_list("entry_id", flat=True))
    report.waiting = len(waiting)
    for entry in JournalEntry.objects.filter(leaf=None).only("pk").iterator(_CHUNK):
        if entry.pk not in waiting:
            report.findings.append(f"entry {entry.pk}: no leaf, and not waiting for one")
    _entries(report)
    return report


def _entries(report: Report) -> None:
    rows = JournalEntry.objects.order_by("pk").prefetch_related("personal_facts")
    for entry in rows.iterator(_CHUNK):
        report.entries += 1
        report.findings += [f"entry {entry.pk}: {problem}" for problem in _problems(entry, report)]


def _problems(entry: JournalEntry, report: Report) -> Iterator[str]:
    raw = bytes(entry.body)
    try:
        body = json.loads(raw)
        is_canonical = canonical.body(body) == raw
    except (ValueError, TypeError, AttributeError):
        yield "the body is no JSON object"
        return
    if not is_canonical:
        yield "the body is not canonical"
    if _columns(entry) != {name: body.get(name) for name in ("id", "at", "kind", "subject")}:
        yield "the columns differ from the body"
    if entry.actor_kind != body["actor"]["kind"] or entry.actor_id not in {None, body["actor"]["id"]}:
        yield "the actor's columns differ from the body"
    facts = {fact.name: fact for fact in entry.personal_facts.all()}
    for name, fact in facts.items():
        if body["commitments"].get(name) != _commitment(fact):
            yield f"the fact {name!r} is not the one that was written"
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
