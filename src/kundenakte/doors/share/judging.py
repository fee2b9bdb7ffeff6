"""What a path says: whose file it belongs in, and what it is. Reads the customer master, writes nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext_noop as _

from kundenakte.customers import queries
from kundenakte.customers.identifiers import name_key
from kundenakte.customers.models import Customer
from kundenakte.customers.normal_forms import fold
from kundenakte.records import editions, facts
from kundenakte.records.models import DocumentClass
from kundenakte.steps.filing.describing import class_named
from kundenakte.steps.filing.master import CustomerMaster
from kundenakte.steps.filing.names import Agreement, agreement
from kundenakte.steps.intake import name_patterns as patterns
from kundenakte.steps.intake.field_mapping import folded, merged
from kundenakte.steps.intake.file_names import storable_text
from kundenakte.steps.intake.models import Share, ShareLine
from kundenakte.steps.intake.share_words import MEANING
from kundenakte.steps.intake.tree import Parts, moment_of

Outcome = ShareLine.Outcome
_ENDING: Final = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
# Longer paths could not be kept whole with the arrival.
LONGEST: Final = 1000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to become of a file, and the facts its path states."""

    outcome: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    sentence: str = ""
    customer_word: str = ""
    kind_word: str = ""
    customer: Customer | None = None
    class_code: str = ""


@dataclass(frozen=True, slots=True)
class _Whose:
    outcome: str = ""
    sentence: str = ""
    customer: Customer | None = None


class Judge:
    """Judges the paths of one run by the terms it began with. What it looked up once it remembers: make a new one for
    each stretch of work, since master data change meanwhile."""

    def __init__(self, share: Share) -> None:
        self.share = share
        self._patterns = tuple(share.patterns)
        self._words = {folded(word): meaning for word, meaning in share.words.items()}
        self._system = str(share.facts.get("system", ""))
        self._whose: dict[tuple[str, str], _Whose] = {}
        self._kinds: dict[str, dict[str, Any]] = {}
        self._sections: dict[str, str] | None = None
        self._usual = self._named_class(str(share.facts.get("class", "")))

    def judge(self, parts: Parts, mtime_ns: int) -> Verdict:
        """What the path says, for a file with this time."""
        path = storable_text("/".join(parts), 5000)
        said = patterns.groups_from(path, self._patterns)
        changed = moment_of(mtime_ns)
        base = {"file_changed_at": changed.isoformat(timespec="seconds") if changed else "", "file_path": path}
        if said is None:
            return Verdict(Outcome.NO_MATCH, merged(base, self._without_customer()))
        known: dict[str, str] = {}
        fields: dict[str, str] = {}
        for name, value in said.items():
            target = MEANING.get(name, name)
            (known if target in MEANING.values() else fields)[target] = value.strip()
        kind_word = known.get("kind", "") or known.get("class", "") or known.get("section", "")
        kind = self._kind(kind_word)
        stated = {
            **{key: known[key] for key in ("number", "dated_on", "comment", "key") if known.get(key)},
            "title": _title(known.get("title", ""), parts),
            "file_dated_on": _day(known.get("year", ""), timezone.localdate(changed) if changed else None),
            "fields": fields,
        }
        whose = self._customer(self._number(known), known.get("name", ""))
        made = merged(base, self._without_customer(), stated, kind)
        if whose.customer and not whose.outcome:
            made["customer"] = self._number(known) or whose.customer.number
            if not self._number(known):
                # It is no number of that system that is told here.
                made.pop("system", None)
        verdict = Verdict(
            whose.outcome or Outcome.READY, made, whose.sentence,
            " ".join(filter(None, (known.get("customer", ""), known.get("name", ""))))[:255], kind_word[:255],
            whose.customer, str(kind.get("class", "") or self._usual),
        )  # fmt: skip
        return replace(verdict, outcome=Outcome.NO_CLASS) if not whose.outcome and not verdict.class_code else verdict

    # --- whose it is ---------------------------------------------------------------------------------------------

    def _number(self, known: Mapping[str, str]) -> str:
        return known.get("customer", "") or str(self.share.facts.get("customer", ""))

    def _customer(self, number: str, name: str) -> _Whose:
        key = (number, name)
        if key not in self._whose:
            self._whose[key] = self._numbered(number, name) if number else self._called(name)
        return self._whose[key]

    def _numbered(self, number: str, name: str) -> _Whose:
        found: dict[int, Customer] = {}
        for system in dict.fromkeys((self._system, "")):
            rows = [queries.survivor_of(row) for row in queries.customers_by_key(number, system=system)]
            found = {row.pk: row for row in rows}
            if found:
                break
        if not found:
            return _Whose(Outcome.NO_CUSTOMER, _("Die Kundennummer %(number)s ist nicht bekannt.") % {"number": number})
        if len(found) > 1:
            return _Whose(Outcome.AMBIGUOUS, _("Die Nummer %(number)s führt zu mehreren Kunden.") % {"number": number})
        customer = next(iter(found.values()))
        if name and not self._agrees(customer, name):
            return _Whose(
                Outcome.CONFLICT,
                _("Unter %(number)s ist „%(known)s“ bekannt, im Pfad steht „%(name)s“.")
                % {"number": number, "known": customer.name, "name": name},
            )
        return _Whose(customer=customer)

    def _called(self, name: str) -> _Whose:
        """By the name alone: only who is called exactly so, and nobody else is."""
        key = name_key(name)[:200] if name else ""
        ids = CustomerMaster().by_keys({("name", key)}).get(("name", key), ()) if key else ()
        if not ids:
            said = _("Einen Kunden „%(name)s“ gibt es nicht.") % {"name": name}
            return _Whose(Outcome.NO_CUSTOMER, said if name else "")
        if len(ids) > 1:
            return _Whose(Outcome.AMBIGUOUS, _("„%(name)s“ heißen mehrere Kunden.") % {"name": name})
        customer = Customer.objects.get(pk=ids[0])
        if not customer.number:
            return _Whose(Outcome.AMBIGUOUS, _("„%(name)s“ hat keine Kundennummer.") % {"name": name}, customer)
        if not self._agrees(customer, name):
            said = _("Bekannt ist „%(known)s“, im Pfad steht „%(name)s“.") % {"known": customer.name, "name": name}
            return _Whose(Outcome.CONFLICT, said)
        return _Whose(customer=customer)

    def _agrees(self, customer: Customer, name: str) -> bool:
        """Folders carry short names: one word in common is enough, another legal form is another company."""
        known = CustomerMaster().profiles([customer.pk])[customer.pk].names
        found = agreement(name, known)
        if found is Agreement.OTHER_FORM:
            return False
        return found is not Agreement.NONE or any(
            set(name_key(name).split()) & set(name_key(one).split()) or fold(name) == fold(one) for one in known
        )

    def _without_customer(self) -> dict[str, Any]:
        return {key: value for key, value in self.share.facts.items() if key != "customer"}

    # --- what it is ----------------------------------------------------------------------------------------------

    def _kind(self, word: str) -> dict[str, Any]:
        """What a folder's name means: as the share says, else as a class or a section is called."""
        if word not in self._kinds:
            self._kinds[word] = self._meaning(word) if word else {}
        return self._kinds[word]

    def _meaning(self, word: str) -> dict[str, Any]:
        said = self._words.get(folded(word))
        if said is not None:
            meaning = dict(said)
            if meaning.get("class"):
                meaning["class"] = self._named_class(str(meaning["class"])) or meaning["class"]
            return meaning
        code = self._named_class(word)
        section = "" if code else self._section_called(word)
        return {"class": code} if code else {"section": section} if section else {}

    def _named_class(self, word: str) -> str:
        found: DocumentClass | None = class_named(word) if word else None
        return found.code if found else ""

    def _section_called(self, word: str) -> str:
        if self._sections is None:
            plan = editions.the_plan()
            entries = editions.entries_in(plan.current) if plan.current else []
            self._sections = {folded(entry.section.key): entry.section.key for entry in entries}
            self._sections |= {folded(entry.name): entry.section.key for entry in entries}
        return self._sections.get(folded(word), "")


def _title(value: str, parts: Parts) -> str:
    """A title without the file's ending, if it is the end of the file's name."""
    text = facts.text(value, 250)
    return _ENDING.sub("", text) or text if text and storable_text(parts[-1]).endswith(text) else text


def _day(year: str, changed: date | None) -> str:
    """The file's own day; when its folder names another year, the last of that: a copy has the day of the copying."""
    found = _YEAR.search(year)
    if found is None or (changed and changed.year == int(found[0])):
        return changed.isoformat() if changed else ""
    return f"{found[0]}-12-31"
