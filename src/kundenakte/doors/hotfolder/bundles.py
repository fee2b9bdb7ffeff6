"""Which files of one folder belong together: documents with their sidecar, their marker, their line in a list."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext_noop

from kundenakte.doors.hotfolder import sidecars
from kundenakte.doors.hotfolder.sidecars import BadSidecar, Row, Sidecar
from kundenakte.steps.intake.file_names import is_nobodys
from kundenakte.steps.intake.tree import Found

# Our own reports beside files.
REASON_ENDING, ANSWER_ENDING = ".fehler.txt", ".ergebnis.json"


class NotYet(Exception):
    """The file that was asked for is still being written."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How a folder tells what is complete."""

    sidecar: str = "auto"
    markers: tuple[str, ...] = ()
    marker_required: bool = False


@dataclass(frozen=True, slots=True)
class Bundle:
    """Documents that come together (mostly one), with what stands beside them."""

    documents: tuple[Found, ...]
    sidecar: Found | None = None
    row: Row | None = None
    marker: Found | None = None
    # The list that names the document; it stays until all its lines are done.
    list_file: Found | None = None
    # Why it cannot be taken yet, and why never: German sentences.
    missing: str = ""
    broken: str = ""
    # Something beside it is still being written.
    held: bool = False

    @property
    def files(self) -> tuple[Found, ...]:
        """All that moves with it."""
        return (*self.documents, *(found for found in (self.sidecar, self.marker) if found))


@dataclass(frozen=True, slots=True)
class Listing:
    """One CSV for many."""

    file: Found
    rows: tuple[Row, ...]


@dataclass(slots=True)
class Sorted:
    """One folder's files by what they are. `strays` belong to nothing, with the sentence that says so."""

    bundles: list[Bundle] = field(default_factory=list)
    listings: list[Listing] = field(default_factory=list)
    strays: list[tuple[Found, str]] = field(default_factory=list)


def is_passed_over(name: str) -> bool:
    """Whether a file is nobody's document: temporary, hidden, or made by us."""
    return is_nobodys(name) or name.lower().endswith((REASON_ENDING, ANSWER_ENDING))


def key_of(name: str) -> str:
    """A name as it is compared: both normal forms of umlauts, upper and lower case are one."""
    return unicodedata.normalize("NFC", name).casefold()


def stem_of(name: str) -> str:
    """The key without the last ending."""
    key = key_of(name)
    stem, dot, _ = key.rpartition(".")
    return stem if dot and stem else key


def sort(files: Iterable[Found], rules: Rules, read: Callable[[Found], Sidecar | None]) -> Sorted:
    """Put the files of one folder together.

    `read` gives a sidecar's content, None for what is a document of its own; it raises BadSidecar or NotYet.
    """
    return _Sorting(rules, read).of([found for found in files if not is_passed_over(found.name)])


class _Sorting:
    """One run of `sort`, with the tables it fills."""

    def __init__(self, rules: Rules, read: Callable[[Found], Sidecar | None]) -> None:
        self.rules, self.read = rules, read
        self.documents: list[Found] = []
        self.markers: dict[str, Found] = {}
        self.sidecar_of: dict[str, tuple[Found, Row]] = {}
        self.row_of: dict[str, tuple[Found, Row]] = {}
        self.broken: dict[str, tuple[Found, str]] = {}
        self.held: set[str] = set()
        self.all_held = False
        self.result = Sorted()

    def of(self, files: list[Found]) -> Sorted:
        markers, candidates = self._split(files)
        # Those that turn out to be documents may have sidecars themselves, so they are looked at first.
        undecided = [found for found in candidates if not self._is_document_or_list(found, candidates)]
        for found in undecided:
            self._attach(found)
        self._attach_markers(markers)
        for documents in self._groups():
            self.result.bundles.append(self._bundle(documents))
        return self.result

    def _split(self, files: list[Found]) -> tuple[list[Found], list[Found]]:
        markers, candidates = [], []
        for found in files:
            lower = found.name.lower()
            if self.rules.markers and lower.endswith(self.rules.markers):
                markers.append(found)
            elif self.rules.sidecar != "none" and sidecars.ending_of(lower):
                candidates.append(found)
            else:
                self.documents.append(found)
        return markers, candidates

    def _is_document_or_list(self, found: Found, candidates: Sequence[Found]) -> bool:
        try:
            content = self.read(found)
        except NotYet:
            # A growing CSV may be the list that names everything here; another file speaks of its namesake only.
            self.all_held = self.all_held or sidecars.ending_of(found.name) == ".csv"
            self.held.add(stem_of(found.name))
            return True
        except BadSidecar:
            content = None
            if self._companions(found) or self.rules.sidecar == "required":
                return False
        # Unreadable or meaningless and alone: somebody's file, not a sidecar; a person looks at it.
        if content is None or not (content.is_meant or self._companions(found) or self.rules.sidecar == "required"):
            self.documents.append(found)
            return True
        if content.is_list:
            self._take_listing(Listing(found, content.rows))
        return content.is_list

    def _take_listing(self, listing: Listing) -> None:
        self.result.listings.append(listing)
        for row in listing.rows:
            self.row_of.setdefault(_last_part(row.file), (listing.file, row))

    def _companions(self, found: Found) -> list[Found]:
        """The documents a sidecar of this name speaks of: `a.pdf` for `a.pdf.xml` and for `a.xml`."""
        meant = stem_of(found.name)
        whole = [d for d in self.documents if key_of(d.name) == meant]
        return whole or [d for d in self.documents if stem_of(d.name) == meant and d is not found]

    def _attach(self, found: Found) -> None:
        companions = self._companions(found)
        # Beside a PDF and its e-invoice the sidecar speaks of the PDF: the e-invoice speaks for itself.
        companions = [d for d in companions if not sidecars.ending_of(d.name)] or companions
        try:
            content = self.read(found)
        except BadSidecar as error:
            if not companions:
                self.result.strays.append((found, error.sentence))
            for document in companions:
                self.broken.setdefault(key_of(document.name), (found, error.sentence))
            return
        assert content is not None  # noqa: S101 – _is_document_or_list has sorted those out
        row = content.rows[0]
        named = _last_part(row.file)
        companions = companions or [d for d in self.documents if named and key_of(d.name) == named]
        if not companions:
            self.result.strays.append((found, gettext_noop("Zu dieser Begleitdatei ist kein Dokument gekommen.")))
        for document in companions:
            self.sidecar_of.setdefault(key_of(document.name), (found, row))

    def _attach_markers(self, markers: Sequence[Found]) -> None:
        names = {key_of(d.name) for d in self.documents} | {stem_of(d.name) for d in self.documents}
        for found in markers:
            meant = _without_ending(found.name, self.rules.markers)
            if meant in names:
                self.markers[meant] = found
            else:
                self.result.strays.append((found, gettext_noop("Zu dieser Fertig-Datei ist kein Dokument gekommen.")))

    def _groups(self) -> list[list[Found]]:
        """Documents that share a sidecar or a marker come together, so that it moves with the last of them."""
        groups: dict[object, list[Found]] = {}
        for document in self.documents:
            key = key_of(document.name)
            sidecar = self.sidecar_of.get(key)
            marker = self.markers.get(stem_of(document.name)) if key not in self.markers else None
            shared = (sidecar[0].parts if sidecar else None) or (marker.parts if marker else None) or document.parts
            groups.setdefault(shared, []).append(document)
        return [sorted(group, key=lambda found: found.parts) for group in groups.values()]

    def _bundle(self, documents: list[Found]) -> Bundle:
        first = documents[0]
        key, stem = key_of(first.name), stem_of(first.name)
        sidecar, row = self.sidecar_of.get(key, (None, None))
        list_file, listed = self.row_of.get(key, (None, None))
        bad, sentence = self.broken.get(key, (None, ""))
        marker = self.markers.get(key) or self.markers.get(stem)
        bundle = Bundle(
            tuple(documents), sidecar or bad, row or listed, marker, list_file, broken=sentence,
            held=self.all_held or key in self.held or stem in self.held,
        )  # fmt: skip
        return replace(bundle, missing=self._missing(bundle))

    def _missing(self, bundle: Bundle) -> str:
        if self.rules.marker_required and bundle.marker is None:
            wanted = gettext_noop("Die Fertig-Datei (%(endings)s) zu diesem Dokument fehlt.")
            return wanted % {"endings": ", ".join(self.rules.markers)}
        speaks_for_itself = bool(sidecars.ending_of(bundle.documents[0].name))
        if self.rules.sidecar == "required" and bundle.row is None and not bundle.broken and not speaks_for_itself:
            return gettext_noop("Die Begleitdatei mit den Angaben zu diesem Dokument fehlt.")
        return ""


def _last_part(path: str) -> str:
    """The key of the file that a line names, whatever folders the program wrote before it."""
    return key_of(path.replace("\\", "/").rsplit("/", 1)[-1].strip())


def _without_ending(name: str, endings: Sequence[str]) -> str:
    key = key_of(name)
    ending = next(e for e in endings if key.endswith(e))
    return key.removesuffix(ending)
