"""A new version or a new document? Decided in a fixed order, and explained (design: what the rows are)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Literal

from kundenakte.records.actions.documents import Description
from kundenakte.records.models import Arrival, CustomerFile, Document, SourceKey, Version
from kundenakte.records.numbers import number_key

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
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """For the stored decision."""
        return {
            "kind": self.kind,
            "rule": self.rule,
            "sentence": self.sentence,
            "document_id": self.document.pk if self.document else None,
        }


def by_source_key(arrival: Arrival) -> Document | None:
    """The document the source knows under this key."""
    if not arrival.source_key:
        return None
    found = (
        SourceKey.objects.select_related("document__customer_file__customer", "document__document_class")
        .filter(system=arrival.source, key=arrival.source_key)
        .first()
    )
    return found.document if found else None


def place(arrival: Arrival, customer_file: CustomerFile, description: Description) -> Placing:
    """Decide for one customer file. Asked inside the transaction that acts on the answer."""
    known = by_source_key(arrival)
    if known:
        return _under_source_key(arrival, known, customer_file)
    same_number = _same_number(customer_file, description)
    if same_number:
        return _under_number(arrival, same_number, description)
    twin = _same_bytes(arrival, customer_file)
    if twin:
        return _beside_twin(twin, customer_file)
    relative = _same_stem(arrival, customer_file, description)
    if relative:
        return Placing(
            "ask", "filing.same_stem", reason="maybe_version", document=relative,
            sentence="Im selben Register liegt ein Dokument mit fast gleichem Namen. Ist das eine neue Version davon?",
        )  # fmt: skip
    return Placing("new", "filing.new_document", "Es gibt noch kein solches Dokument in der Akte.")


def _under_source_key(arrival: Arrival, known: Document, customer_file: CustomerFile) -> Placing:
    if known.customer_file_id != customer_file.pk:
        return Placing(
            "ask", "filing.source_key", reason="source_key_elsewhere", document=known,
            sentence="Die Quelle hat dieses Dokument schon einmal geliefert, damals für einen anderen Kunden.",
        )  # fmt: skip
    if _newest_digest(known) == arrival.digest:
        return Placing("duplicate", "filing.source_key", "Die Quelle hat genau diese Datei schon geliefert.", known)
    return Placing("version", "filing.source_key", "Die Quelle kennt das Dokument unter demselben Schlüssel.", known)


def _same_number(customer_file: CustomerFile, description: Description) -> Document | None:
    key = number_key(description.number)
    if not key or not description.document_class.number_is_key:
        return None
    return (
        Document.objects.select_related("document_class", "customer_file__customer")
        .filter(customer_file=customer_file, document_class=description.document_class, number_key=key)
        .order_by("-dated_on", "-pk")
        .first()
    )


def _under_number(arrival: Arrival, known: Document, description: Description) -> Placing:
    word = f"{known.document_class.name} {known.number}"
    if _has_bytes(known, arrival.digest):
        return Placing("duplicate", "filing.number", f"{word} liegt mit genau diesem Inhalt schon in der Akte.", known)
    if description.dated_on and abs((description.dated_on - known.dated_on).days) > 300:
        return Placing(
            "ask", "filing.number", reason="number_again", document=known,
            sentence=f"{word} gibt es schon, aber mit einem ganz anderen Datum. Neue Version oder neues Dokument?",
        )  # fmt: skip
    return Placing("version", "filing.number", f"{word} liegt schon in der Akte; das ist die nächste Version.", known)


def _same_bytes(arrival: Arrival, customer_file: CustomerFile) -> Document | None:
    """A document with exactly these bytes: in this file if there is one, else anywhere."""
    versions = Version.objects.select_related("document__customer_file").filter(digest=arrival.digest).order_by("pk")
    version = versions.filter(document__customer_file=customer_file).first() or versions.first()
    return version.document if version else None


def _beside_twin(twin: Document, customer_file: CustomerFile) -> Placing:
    if twin.customer_file_id == customer_file.pk:
        return Placing("duplicate", "filing.same_bytes", "Genau diese Datei liegt schon in der Akte.", twin)
    return Placing(
        "ask", "filing.same_bytes", reason="same_bytes_elsewhere", document=twin,
        sentence="Genau diese Datei liegt schon in der Akte eines anderen Kunden. Dort lassen oder hier noch einmal?",
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


def _same_stem(arrival: Arrival, customer_file: CustomerFile, description: Description) -> Document | None:
    """An unnumbered document of the same class whose current file has the same stem."""
    wanted = stem(arrival.file_name)
    if not wanted or description.number:
        return None
    near = (
        Document.objects.filter(customer_file=customer_file, document_class=description.document_class, number_key="")
        .select_related("valid_version", "customer_file")
        .order_by("-changed_at")[:200]
    )
    return next((d for d in near if d.valid_version and stem(d.valid_version.file_name) == wanted), None)
