"""Which version of a document went to whom, and when: by the mails of the house on which it hung, itself or as PDF."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from kundenakte.base.accounts.models import User
from kundenakte.customers.own import OwnCompany
from kundenakte.customers.queries import own_company
from kundenakte.doors.web.documents.shown import versions_of
from kundenakte.records import access, parts, same_words
from kundenakte.records.models import Arrival, Document, MailMessage, Reference, Version, VersionState
from kundenakte.records.reach import Rights
from kundenakte.records.sent_mail import left_the_house

_MOST = 100
# The newest PDFs of a document that are looked at: each has mails of its own.
_MOST_PDFS = 20
_SENT_AS = Reference.Kind.SENT_AS


@dataclass(frozen=True, slots=True)
class Sending:
    """One mail with which a version left the house."""

    # None where somebody tied the PDF by hand and its words say of no version that it shows it.
    version: int | None
    # The newest version that says the same.
    newest: int | None
    mail: Document
    to: tuple[str, ...]
    at: datetime
    # The document with the bytes as they were sent, where it went out as PDF.
    pdf: Document | None = None


@dataclass(frozen=True, slots=True)
class Original:
    """The office document a PDF was made from: the version it shows, and the one that holds if that says otherwise."""

    document: Document
    # None where somebody tied them by hand.
    version: int | None
    valid: int | None


@dataclass(frozen=True, slots=True)
class _Posted:
    """Bytes of a document on a mail of the house."""

    digest: str
    mail: Document
    to: tuple[str, ...]
    at: datetime


class _Versions:
    """The versions of a document that somebody may see, and what they say."""

    def __init__(self, seen: Iterable[Version], digests: Iterable[str] = ()) -> None:
        self.seen = sorted(seen, key=lambda version: version.number)
        self._keys = same_words.kept_keys([*digests, *(version.digest for version in self.seen)])

    def saying(self, digest: str) -> list[Version]:
        """Those with the same bytes or word for word the same text, oldest first."""
        key = self._keys.get(digest)
        return [one for one in self.seen if one.digest == digest or (key and self._keys.get(one.digest) == key)]


def sendings_of(user: User, document: Document, *, rights: Rights, seen: Iterable[Version]) -> list[Sending]:
    """All that this user may see, the newest first; of one mail in several mailboxes once."""
    visible = access.documents_for(user, rights=rights)
    versions, own = _Versions(seen), own_company()
    sendings = [
        _sending(posted, versions.saying(posted.digest))
        for posted in _posted(document, visible, [version.digest for version in versions.seen], own)
    ]
    links = Reference.objects.filter(from_document=document, kind=_SENT_AS, to_document__in=visible)
    for link in told_to(user, links, rights=rights)[-_MOST_PDFS:]:
        sendings += _as_pdf(link, versions.seen, visible, _shown(user, link.to_document, rights), own)
    found = {(one.mail.pk, one.version, one.pdf.pk if one.pdf else 0): one for one in reversed(sendings)}
    return sorted(found.values(), key=lambda one: one.at, reverse=True)


def outdated(sendings: list[Sending], valid: Version | None) -> Sending | None:
    """The latest sending, when it was of an older version than the valid one: whoever got it does not have that."""
    told = [one for one in sendings if one.newest is not None]
    if valid is None or not told or any((one.newest or 0) >= valid.number for one in told):
        return None
    # What somebody tied by hand says of no version that it was sent; after the valid one came it may well be that.
    return None if any(one.newest is None and one.at >= valid.created_at for one in sendings) else told[0]


def sent_as(user: User, document: Document, *, rights: Rights) -> list[Reference]:
    """The ties to the PDFs it was sent as."""
    visible = access.documents_for(user, rights=rights)
    links = Reference.objects.filter(from_document=document, kind=_SENT_AS, to_document__in=visible)
    return told_to(user, links, rights=rights)[-_MOST:]


def originals_of(user: User, document: Document, *, rights: Rights) -> list[Original]:
    """What this PDF was made from."""
    visible = access.documents_for(user, rights=rights)
    links = Reference.objects.filter(to_document=document, kind=_SENT_AS, from_document__in=visible)
    rows = told_to(user, links, rights=rights)
    return [_original(link, _shown(user, link.from_document, rights)) for link in rows]


def told_to(user: User, links: QuerySet[Reference], *, rights: Rights) -> list[Reference]:
    """These links, whose documents he may see, without those of a draft that he may not see."""
    rows = links.select_related(
        "from_document__customer_file", "from_document__valid_version", "to_document__valid_version", "from_version"
    )
    return [
        link
        for link in rows.prefetch_related("from_version__states").order_by("pk")
        if not _is_draft(link.from_version) or access.may_see_drafts(user, link.from_document, rights=rights)
    ]


def _is_draft(version: Version | None) -> bool:
    states = list(version.states.all()) if version is not None else []
    return version is not None and (not states or states[-1].state == VersionState.State.DRAFT)


def _original(link: Reference, seen: Sequence[Version]) -> Original:
    shown, valid = link.from_version, link.from_document.valid_version
    if shown is None:
        return Original(link.from_document, None, None)
    alike = {version.pk for version in _Versions(seen).saying(shown.digest)}
    is_older = valid is not None and valid.number > shown.number and valid.pk not in alike
    return Original(link.from_document, shown.number, valid.number if valid and is_older else None)


def _as_pdf(
    link: Reference, seen: Sequence[Version], visible: QuerySet[Document], pdfs: Sequence[Version], own: OwnCompany
) -> Iterator[Sending]:
    pdf, shown = link.to_document, link.from_version
    digests = [version.digest for version in pdfs]
    versions = _Versions(seen, digests)
    for posted in _posted(pdf, visible, digests, own):
        yield _sending(posted, versions.saying(posted.digest) or ([shown] if shown else []), pdf)


def _sending(posted: _Posted, alike: Sequence[Version], pdf: Document | None = None) -> Sending:
    earlier = [version for version in alike if version.created_at <= posted.at]
    at_that_time = earlier[-1] if earlier else next(iter(alike), None)
    return Sending(
        version=at_that_time.number if at_that_time else None, newest=alike[-1].number if alike else None,
        mail=posted.mail, to=posted.to, at=posted.at, pdf=pdf,
    )  # fmt: skip


def _posted(document: Document, visible: QuerySet[Document], digests: Sequence[str], own: OwnCompany) -> list[_Posted]:
    rows = Arrival.objects.filter(document=document, digest__in=digests, part_of__isnull=False)
    hung = [
        (row.digest, mail)
        for row in rows.select_related("part_of__document").order_by("-pk")[:_MOST]
        if (mail := parts.holder_of(row)) is not None and mail.document is not None
    ]
    seen = set(visible.filter(pk__in={mail.document_id for _, mail in hung}).values_list("pk", flat=True))
    ours = MailMessage.objects.filter(digest__in={mail.digest for _, mail in hung}, is_ours=True)
    headers = {one.digest: one for one in ours if left_the_house(one, own)}
    return [
        _Posted(digest, mail.document, tuple(one.recipients[:5]), one.sent_at or mail.received_at)
        for digest, mail in hung
        if mail.document is not None and mail.document.pk in seen and (one := headers.get(mail.digest)) is not None
    ]


def _shown(user: User, document: Document, rights: Rights) -> list[Version]:
    return [shown.version for shown in versions_of(user, document, rights=rights)]
