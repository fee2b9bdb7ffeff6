"""What the source had filed exactly is compared with what the document itself says, once that has been read."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_noop

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions as journal
from kundenakte.records import search_due
from kundenakte.records.actions.document_rows import know_more
from kundenakte.records.actions.documents import Description, former_version
from kundenakte.records.findings import Findings
from kundenakte.records.models import Arrival, Document
from kundenakte.records.numbers import number_key
from kundenakte.records.retention import keeping
from kundenakte.steps.filing import describing, mails, older, sent_as
from kundenakte.steps.filing.matching import Matched, named_instead
from kundenakte.steps.filing.models import FilingDecision

RULE = Actor.rule("filing.recheck")
_OF_SOMEBODY_ELSE = gettext_noop("Die Quelle nennt einen anderen Kunden als das Dokument.")
_VERSION_OF_SOMEBODY_ELSE = gettext_noop("Die neue Version nennt einen anderen Kunden als das Dokument.")
_MAYBE_OLDER = gettext_noop("Vielleicht ist sie ein älterer Stand.")


def recheck(arrival_id: int, *, findings: Findings, matched: Matched) -> bool:
    """Complete the fields the source left open; note a contradiction for a person. True: the document goes on."""
    arrival = Arrival.objects.select_for_update(of=("self",)).select_related("document").get(pk=arrival_id)
    if arrival.state != Arrival.State.FILED or arrival.document is None:
        return False
    sent_as.hold(arrival, arrival.document)
    # A person may be correcting it at this moment: read it as it is now, and hold it.
    document = Document.objects.select_for_update(of=("self",)).get(pk=arrival.document.pk)
    _complete(document, arrival, findings)
    # Its headers and its words are known by now.
    mails.tie(arrival, document, now=timezone.now())
    sentence = _contradiction(document, findings, matched) if arrival.facts.get("customer") else ""
    if arrival.facts.get("document_id"):
        sentence = _other_document(document, arrival, findings, matched)
    sentence = sentence or _older(document, arrival, findings)
    if sentence:
        _note(arrival, document, sentence)
    return True


def _complete(document: Document, arrival: Arrival, findings: Findings) -> None:
    """Index fields nobody has given yet, and the day if it was only the day of arrival."""
    found = describing.describe(arrival, document.document_class, findings)
    fields = {**found.fields, **document.fields}
    version = arrival.version
    if version is None or document.valid_version_id != version.pk:
        return
    # A later version may be any file: the day in its text counts when it bears the document's number as well.
    same = version.number == 1 or _bears_number(document, found)
    day = found.dated_on if found.dated_on and same and not arrival.facts.get("dated_on") else document.dated_on
    if fields == document.fields and day == document.dated_on:
        return
    before = _told(document)
    know_more(document, fields=fields, dated_on=day)
    document.edition += 1
    document.changed_at = timezone.now()
    keeping.set_end(document, now=document.changed_at)
    keeping.follow_up(document)
    document.save(
        update_fields=[
            "fields", "dated_on", "project", "machine", "amount_cents", "tax_year", "edition", "changed_at",
            *keeping.STORED,
        ]
    )  # fmt: skip
    search_due.mark(document)
    changed = {key: (before.get(key), value) for key, value in _told(document).items() if before.get(key) != value}
    lines = [f"{key}: {was or '–'} → {now or '–'}" for key, (was, now) in sorted(changed.items())]
    journal.append(
        RULE, "document.described", document, changed=sorted(changed), personal={"before_after": "\n".join(lines)}
    )


def _told(document: Document) -> dict[str, str]:
    """What is completed here, by the names the history has for it."""
    fields = {f"fields.{key}": str(value) for key, value in document.fields.items()}
    return {"dated_on": document.dated_on.isoformat(), **fields}


def _contradiction(document: Document, findings: Findings, matched: Matched) -> str:
    owner = document.customer_file.customer_id
    against = named_instead(owner, matched)
    if against is not None:
        return f"{_OF_SOMEBODY_ELSE} {against.evidence[0].sentence}"
    if findings.einvoice and findings.einvoice.differences:
        found = findings.einvoice.differences[0]
        return gettext_noop("In der E-Rechnung steht %(in_xml)s, gedruckt ist %(printed)s.") % {
            "in_xml": found.in_xml,
            "printed": found.printed,
        }
    return ""


def _other_document(document: Document, arrival: Arrival, findings: Findings, matched: Matched) -> str:
    """A person laid it on a document before anybody had read it; it may have been meant for another one."""
    against = named_instead(document.customer_file.customer_id, matched)
    if against is None:
        return ""
    said = f"{_VERSION_OF_SOMEBODY_ELSE} {against.evidence[0].sentence}"
    found = describing.describe(arrival, document.document_class, findings)
    if found.number and document.number and not _bears_number(document, found):
        said += " " + gettext_noop("Auf ihr steht die Nummer %(number)s, das Dokument hat %(own)s.") % {
            "number": found.number,
            "own": document.number,
        }
    return said


def _bears_number(document: Document, found: Description) -> bool:
    return bool(document.number_key and number_key(found.number) == document.number_key)


def _older(document: Document, arrival: Arrival, findings: Findings) -> str:
    """What became the valid version and, once it is read, looks like an older state than the one it replaced."""
    version = arrival.version
    former = former_version(version) if version is not None and document.valid_version_id == version.pk else None
    decision = FilingDecision.objects.filter(arrival=arrival, outcome=FilingDecision.Outcome.VERSION).last()
    earlier = decision.evidence.get("before") if decision else None
    if former is None or earlier is None:
        return ""
    found = describing.describe(arrival, document.document_class, findings)
    before = date.fromisoformat(earlier["dated_on"])
    if found.dated_on and _bears_number(document, found) and older.is_older(document, found.dated_on, than=before):
        days = gettext_noop("Die neue Version trägt das Datum %(dated_on)s, die vorige %(before)s.") % {
            "dated_on": f"{found.dated_on:%d.%m.%Y}",
            "before": f"{before:%d.%m.%Y}",
        }
        return f"{days} {_MAYBE_OLDER}"
    again = older.version_with_this_text(document, arrival.digest, newest=former)
    same = gettext_noop("Die neue Version hat denselben Text wie Version %(number)s.")
    return f"{same % {'number': again.number}} {_MAYBE_OLDER}" if again else ""


def _note(arrival: Arrival, document: Document, sentence: str) -> None:
    """The document stays where the source put it, and a person is asked to look (reason "please_check")."""
    noted = FilingDecision.objects.filter(arrival=arrival, rule="filing.recheck", sentence=sentence)
    if noted.exists():
        # The step ran twice; a person may have answered in between and is not asked the same again.
        return
    now = timezone.now()
    arrival.reason, arrival.sentence, arrival.changed_at = Arrival.PLEASE_CHECK, sentence, now
    arrival.save(update_fields=["reason", "sentence", "changed_at"])
    FilingDecision.objects.create(
        arrival=arrival, document=document, outcome=FilingDecision.Outcome.ASKED, rule="filing.recheck",
        sentence=sentence, at=now,
    )  # fmt: skip
    journal.append(RULE, "document.questioned", document, at=now, arrival=arrival)
