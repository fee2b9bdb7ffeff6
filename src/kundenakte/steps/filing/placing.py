"""A new version or a new document? Decided in a fixed order, and explained (design: what the rows are)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Literal

from django.db.models import Case, Exists, OuterRef, QuerySet, When
from django.utils.translation import gettext_noop as _

from kundenakte.base.accounts.actors import Actor
from kundenakte.records import access
from kundenakte.records.actions.documents import Description
from kundenakte.records.models import Arrival, CustomerFile, Document, SourceKey, Version
from kundenakte.records.numbers import number_key
from kundenakte.records.parts import holder_of
from kundenakte.steps.filing import mails, older, sent_as
from kundenakte.steps.filing.returning import document_of

# Documents of one customer with one number: a document, and the PDFs that were sent of it.
_MOST_ALIKE = 500
# A number that comes again in another year may belong to another range: a person is asked.
_COPY_MARKS = re.compile(
    r"(?i)(?:[\s_\-.(]*(?:v|version|rev|stand|kopie|copy|final|neu|entwurf|unterschrieben|signiert)?[\s_\-.]*\d{0,8}\)?)+$"
)


@dataclass(frozen=True, slots=True)
class Placing:
    """Where the bytes go: nothing new, the next version of `document`, a document of their own, or a question."""

    kind: Literal["duplicate", "version", "new", "ask"]
    rule: str
    sentence: str
    document: Document | None = None
    # A stable code: the question that is put, or that a person who files by hand is asked before a version is made.
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """For the stored decision."""
        return {
            "kind": self.kind,
            "rule": self.rule,
            "sentence": self.sentence,
            "document_id": self.document.pk if self.document else None,
        }


def is_hidden_from(actor: Actor, placing: Placing) -> bool:
    """A document that the person may not see is not there for him: it is neither named nor added to."""
    if actor.user is None or placing.document is None:
        return False
    return not access.documents_for(actor.user).filter(pk=placing.document.pk).exists()


def by_source_key(arrival: Arrival) -> Document | None:
    """The document the source knows under this key."""
    if not arrival.source_key:
        return None
    pks = SourceKey.objects.filter(system=arrival.source, key=arrival.source_key).values_list("document_id", flat=True)
    return _loaded(pks)


def place(arrival: Arrival, customer_file: CustomerFile, description: Description) -> Placing:
    """Decide for one customer file. Asked inside the transaction that acts on the answer."""
    # What was taken back is no other document.
    back = document_of(arrival)
    apart = 0 if back is None else back.pk
    known = by_source_key(arrival)
    if known and known.pk != apart:
        return _under_source_key(arrival, known, customer_file)
    same_mail = mails.same_mail(arrival, customer_file, apart=apart)
    if same_mail and same_mail.customer_file_id == customer_file.pk:
        return Placing("duplicate", "filing.same_mail", "Diese E-Mail liegt schon in der Akte.", same_mail)
    same_number = _same_number(arrival, customer_file, description, apart)
    is_beside = same_number is not None and sent_as.stands_beside(arrival, same_number)
    if same_number and not is_beside:
        return _under_number(arrival, same_number, description)
    twin = _same_bytes(arrival, customer_file, apart) or same_mail
    # What hangs on a mail belongs where the mail is: terms of business hang on many.
    if twin and (twin.customer_file_id == customer_file.pk or holder_of(arrival) is None):
        return _beside_twin(twin, customer_file)
    relative = _same_stem(arrival, customer_file, description, apart)
    is_beside = is_beside or (relative is not None and sent_as.stands_beside(arrival, relative))
    # Mails are told apart by more than the names of their files.
    if relative and not is_beside and not mails.is_mail(arrival):
        return Placing(
            "ask", "filing.same_stem", reason="maybe_version", document=relative,
            sentence=_("Im selben Register liegt ein Dokument mit fast gleichem Namen. Ist das eine neue "
            "Version davon?"),
        )  # fmt: skip
    # Beside what it stands is not said: not everybody who reads this may see that.
    return Placing("new", "filing.new_document", _("Es gibt noch kein solches Dokument in der Akte."))


def _under_source_key(arrival: Arrival, known: Document, customer_file: CustomerFile) -> Placing:
    if known.customer_file_id != customer_file.pk:
        return Placing(
            "ask", "filing.source_key", reason="source_key_elsewhere", document=known,
            sentence=_("Die Quelle hat dieses Dokument schon einmal geliefert, damals für einen anderen Kunden."),
        )  # fmt: skip
    if _newest_digest(known) == arrival.digest:
        return Placing("duplicate", "filing.source_key", _("Die Quelle hat genau diese Datei schon geliefert."), known)
    return Placing(
        "version", "filing.source_key", reason="source_key_known", document=known,
        sentence=_("Die Quelle kennt das Dokument unter demselben Schlüssel."),
    )  # fmt: skip


def _same_number(
    arrival: Arrival, customer_file: CustomerFile, description: Description, apart: int
) -> Document | None:
    key = number_key(description.number)
    if not key or not description.document_class.number_is_key:
        return None
    same = Document.objects.filter(
        customer_file=customer_file, document_class=description.document_class, number_key=key
    )
    pks = list(same.exclude(pk=apart).order_by("-dated_on", "-pk").values_list("pk", flat=True)[:_MOST_ALIKE])
    having = Version.objects.filter(document__in=pks, digest=arrival.digest) if len(pks) > 1 else Version.objects.none()
    return _load([*having.order_by("pk").values_list("document_id", flat=True)[:1], *sent_as.originals_first(pks)])


def _under_number(arrival: Arrival, known: Document, description: Description) -> Placing:
    word = f"{known.document_class.name} {known.number}"
    if _has_bytes(known, arrival.digest):
        return Placing(
            "duplicate",
            "filing.number",
            _("%(word)s liegt mit genau diesem Inhalt schon in der Akte.") % {"word": word},
            known,
        )
    if description.dated_on and abs((description.dated_on - known.dated_on).days) > 300:
        return Placing(
            "ask", "filing.number", reason="number_again", document=known,
            sentence=_("%(word)s gibt es schon, aber mit einem ganz anderen Datum. Neue Version oder neues "
            "Dokument?") % {"word": word},
        )  # fmt: skip
    if _looks_older(arrival, known, description):
        return Placing(
            "ask", "filing.number", reason="older_again", document=known,
            sentence=_("%(word)s liegt schon in der Akte, in einem neueren Stand. Trotzdem eine neue Version?")
            % {"word": word},
        )  # fmt: skip
    return Placing(
        "version", "filing.number", reason="number_known", document=known,
        sentence=_("%(word)s liegt schon in der Akte; das ist die nächste Version.") % {"word": word},
    )  # fmt: skip


def _looks_older(arrival: Arrival, known: Document, description: Description) -> bool:
    if older.is_older(known, description.dated_on, than=known.dated_on):
        return True
    return older.version_with_this_text(known, arrival.digest, newest=known.valid_version) is not None


def _same_bytes(arrival: Arrival, customer_file: CustomerFile, apart: int = 0) -> Document | None:
    """A document with exactly these bytes: in this file if there is one, else anywhere."""
    versions = Version.objects.filter(digest=arrival.digest, document__is_disposed=False)
    here = Case(When(document__customer_file=customer_file, then=0), default=1)
    return _loaded(versions.exclude(document=apart).order_by(here, "pk").values_list("document_id", flat=True))


def _loaded(pks: QuerySet[Any, int]) -> Document | None:
    """The first of these documents. Mostly there is none, and then only a number was looked for."""
    return _load(list(pks[:1]))


def _load(pks: list[int]) -> Document | None:
    if not pks:
        return None
    return Document.objects.select_related("document_class", "customer_file__customer").get(pk=pks[0])


def _beside_twin(twin: Document, customer_file: CustomerFile) -> Placing:
    if twin.customer_file_id == customer_file.pk:
        return Placing("duplicate", "filing.same_bytes", _("Genau diese Datei liegt schon in der Akte."), twin)
    return Placing(
        "ask", "filing.same_bytes", reason="same_bytes_elsewhere", document=twin,
        sentence=_("Genau diese Datei liegt schon in der Akte eines anderen Kunden. Dort lassen oder hier noch "
        "einmal?"),
    )  # fmt: skip


def _newest_digest(document: Document) -> str:
    """A source that goes back to an earlier state delivers a new version; only its latest again is nothing new."""
    return document.versions.order_by("-number").values_list("digest", flat=True).first() or ""


def _has_bytes(document: Document, digest: str) -> bool:
    return Version.objects.filter(document=document, digest=digest).exists()


def stem(file_name: str) -> str:
    """A file name without ending, version marks and punctuation; "" when too little is left to compare."""
    bare = PurePosixPath(file_name).stem
    bare = _COPY_MARKS.sub("", unicodedata.normalize("NFKC", bare))
    letters = re.sub(r"[\W_]+", "", bare).casefold()
    return letters if len(letters) >= 6 else ""


def _same_stem(arrival: Arrival, customer_file: CustomerFile, description: Description, apart: int) -> Document | None:
    """An unnumbered document of the same class whose current file has the same stem.

    None that the same source knows under another key: two files that lie side by side on a file server are two.
    """
    wanted = stem(arrival.file_name)
    if not wanted or description.number:
        return None
    near = (
        Document.objects.filter(customer_file=customer_file, document_class=description.document_class, number_key="")
        .select_related("valid_version", "customer_file")
        .exclude(pk=apart)
        .order_by("-changed_at")
    )
    if arrival.source_key:
        near = near.exclude(Exists(SourceKey.objects.filter(document=OuterRef("pk"), system=arrival.source)))
    alike = {d.pk: d for d in near[:200] if d.valid_version and stem(d.valid_version.file_name) == wanted}
    return next((alike[pk] for pk in sent_as.originals_first(list(alike))), None)
