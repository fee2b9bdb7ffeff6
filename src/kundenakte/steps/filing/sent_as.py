"""What left the house as PDF, and the office original it was made from: two documents, tied where they say the same.

Told by their words, all of them, within one customer file; where that is not sure, nothing is tied. The PDF never
becomes a version of the original: it would take the place of the file that is written on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db.models import Exists, OuterRef, QuerySet

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import queries as journal
from kundenakte.customers.models import Customer
from kundenakte.customers.own import OwnCompany
from kundenakte.customers.queries import own_company
from kundenakte.records import parts, renditions, same_words
from kundenakte.records.actions import links
from kundenakte.records.mediatype import OFFICE, PDF
from kundenakte.records.models import Arrival, CustomerFile, Document, MailMessage, Reference, Rendition, Version
from kundenakte.records.sent_mail import left_the_house

RULE: Final = Actor.rule("filing.sent_as")
_KIND: Final = Reference.Kind.SENT_AS
# The same PDF on that many mails, and originals from before keys were kept that are read at one go.
_MOST: Final = 100


def sent_at(arrival: Arrival, own: OwnCompany | None = None) -> datetime | None:
    """When this left the house as PDF on a mail of ours; None for everything else."""
    mail = parts.holder_of(arrival) if arrival.media_type == PDF else None
    written = MailMessage.objects.filter(digest=mail.digest, is_ours=True).first() if mail is not None else None
    if mail is None or written is None or not left_the_house(written, own or own_company()):
        return None
    return written.sent_at or mail.received_at


# --- beside each other, not on top -------------------------------------------------------------------------------


def stands_beside(arrival: Arrival, known: Document) -> bool:
    """Whether what comes is a document of its own although `known` has its number or name: the PDF we sent where the
    office file is the document, or the office file to a PDF that was sent before it came."""
    held = known.valid_version
    if held is None:
        return False
    if arrival.media_type in OFFICE:
        if renditions.text_state(arrival.digest) is None:
            # Its source has named it exactly, and nobody has read it yet: tied once it is read.
            return known.pk in _only_sent([known.pk])
        sent = _sent_as_pdf(known.customer_file, same_words.key_of(arrival.digest)) if held.media_type == PDF else []
        return any(pdf.pk == known.pk for pdf, _ in sent)
    at = sent_at(arrival)
    if at is None:
        return False
    if known.versions.filter(media_type__in=OFFICE).exists():
        return True
    # Something else has taken its place meanwhile, a signed copy perhaps.
    original = _original(known.customer_file, arrival.digest, at)
    return original is not None and original.document_id == known.pk


def originals_first(document_ids: Sequence[int]) -> list[int]:
    """Of documents with the same number or name those that were only sent as PDF come last, where an office file is
    among them: what comes next is a state of the original."""
    if len(document_ids) < 2:
        return list(document_ids)
    office = Version.objects.filter(document__in=document_ids, media_type__in=OFFICE)
    sent = _only_sent(document_ids) if office.exists() else set()
    return sorted(document_ids, key=lambda pk: pk in sent)


def _only_sent(document_ids: Sequence[int]) -> set[int]:
    arrivals = _pdfs_on_mails().filter(document__in=document_ids, document__valid_version__media_type=PDF)
    mails = [(arrival.document_id, parts.holder_of(arrival)) for arrival in arrivals]
    digests = {mail.digest for _, mail in mails if mail is not None}
    own, mine = own_company(), MailMessage.objects.filter(digest__in=digests, is_ours=True)
    ours = {one.digest for one in mine if left_the_house(one, own)}
    return {pk for pk, mail in mails if pk is not None and mail is not None and mail.digest in ours}


# --- ties --------------------------------------------------------------------------------------------------------


def hold(arrival: Arrival, document: Document) -> None:
    """Before a document is held: of a PDF and its original that are settled at once the second sees the first."""
    if arrival.media_type in OFFICE or (arrival.media_type == PDF and arrival.part_of_id is not None):
        file = CustomerFile.objects.filter(pk=document.customer_file_id).values("customer_id")
        Customer.objects.select_for_update(no_key=True).filter(pk__in=file).first()


def tie(arrival: Arrival, document: Document, *, now: datetime) -> None:
    """In the transaction that settles it: the original to the PDF it went out as, whichever of them came first."""
    if arrival.media_type in OFFICE:
        for pdf, first_at in _sent_as_pdf(document.customer_file, same_words.key_of(arrival.digest)):
            _tie(pdf, arrival.digest, first_at, now)
        return
    at = sent_at(arrival)
    if at is not None and _is_its_own(document, arrival.digest):
        _tie(document, arrival.digest, at, now)


def _tie(pdf: Document, digest: str, at: datetime, now: datetime) -> None:
    original = _original(pdf.customer_file, digest, at, apart=pdf.pk)
    if original is not None and not _was_taken_back(original.document, pdf):
        links.refer(
            actor=RULE, from_document=original.document, to_document=pdf, kind=_KIND, now=now, from_version=original
        )  # fmt: skip


def _original(file: CustomerFile, digest: str, at: datetime, *, apart: int = 0) -> Version | None:
    """The version of an office document in this file that says the same: the last one before the mail, else the first
    after it. None where two documents say it: nobody can tell which of them it was."""
    key = same_words.key_of(digest)
    if not key:
        return None
    found = _with_words(file, key, apart) or (_with_words(file, key, apart) if _read_those_before(file) else [])
    if len({version.document_id for version in found}) != 1:
        return None
    earlier = [version for version in found if version.created_at <= at]
    return earlier[-1] if earlier else found[0]


def _with_words(file: CustomerFile, key: str, apart: int) -> list[Version]:
    said = Rendition.objects.filter(kind=Rendition.Kind.TEXT, words_key=key).values("digest")
    rows = _originals(file).filter(digest__in=said).exclude(document=apart)
    return list(rows.select_related("document").order_by("created_at", "pk"))


def _read_those_before(file: CustomerFile) -> bool:
    """Make the keys of the newest originals that have none yet, as from before keys were kept. Whether any was made."""
    newest = list(_originals(file).order_by("-pk").values_list("digest", flat=True)[:_MOST])
    unread = Rendition.objects.filter(digest__in=newest, kind=Rendition.Kind.TEXT, words_key=None)
    # In one order, whoever else does the same.
    made = [same_words.key_of(digest) for digest in unread.order_by("digest").values_list("digest", flat=True)]
    return any(made)


def _originals(file: CustomerFile) -> QuerySet[Version]:
    return Version.objects.filter(document__customer_file=file, document__is_disposed=False, media_type__in=OFFICE)


def _sent_as_pdf(file: CustomerFile, key: str) -> list[tuple[Document, datetime]]:
    """The documents of this file that left the house as a PDF with these words, each with the first time."""
    if not key:
        return []
    said = Rendition.objects.filter(kind=Rendition.Kind.TEXT, words_key=key).values("digest")
    arrivals = _pdfs_on_mails().filter(document__customer_file=file, document__is_disposed=False, digest__in=said)
    own, found = own_company(), dict[Document, datetime]()
    for arrival in arrivals.order_by("pk")[:_MOST]:
        at, document = sent_at(arrival, own), arrival.document
        if at and document and _is_its_own(document, arrival.digest):
            found[document] = min(at, found.get(document, at))
    return list(found.items())


def _is_its_own(pdf: Document, digest: str) -> bool:
    """Whether it has these bytes, for "it is there already" may have been said of another one, and is no office file in
    another version."""
    held = dict(pdf.versions.values_list("digest", "media_type"))
    return digest in held and OFFICE.isdisjoint(held.values())


def _pdfs_on_mails() -> QuerySet[Arrival]:
    """What came as PDF on any mail and is a document of its own: none that is an office file in another version."""
    arrivals = Arrival.objects.filter(media_type=PDF, part_of__isnull=False, document__isnull=False)
    office = Version.objects.filter(document=OuterRef("document"), media_type__in=OFFICE)
    return arrivals.exclude(Exists(office)).select_related("document__customer_file", "part_of")


def _was_taken_back(original: Document, pdf: Document) -> bool:
    """Whether somebody has removed this very link: nothing makes it again by itself."""
    entries = journal.about(
        "records.document", Document.objects.filter(pk=original.pk).values("pk"), kinds=("document.unreferred",)
    )
    gone = {(str(told.facts.get("relation")), str(told.facts.get("to"))) for told in journal.told(entries)}
    return (_KIND.value, f"records.document:{pdf.pk}") in gone
