"""A file to its preview: `render_first` gives text, first page and thumbnail, `render_pages` the pages after it.

Neither touches the database. Every file ends with at least one page image: where the content cannot be shown, a page
says in German what the file is and why. Foreign bytes are only read in confined processes.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from django.utils.translation.trans_null import gettext_noop as _

from kundenakte.base import confinement
from kundenakte.base.confinement import ConfinementError, Crashed, OutOfMemory, Refused, TookTooLong
from kundenakte.records.mediatype import MediaType, detect
from kundenakte.records.pagetext import DocumentText, PageText
from kundenakte.steps.rendition import flat_word, images, office, office_host, pdf, readable
from kundenakte.steps.rendition.page_images import PageImage

CUT = _("Die Vorschau ist gekürzt; die Originaldatei ist länger.")
CUT_OFFICE = _("Die Vorschau zeigt die ersten 200 Seiten; die Originaldatei ist länger.")
CUT_TEXT = _("Das Dokument ist sehr lang; durchsuchbar ist nur sein Anfang.")
NO_TEXT = _("Der Text dieser Datei konnte nicht gelesen werden.")
NO_FIRST_PAGE = _("Die erste Seite konnte nicht gezeichnet werden.")
NO_PREVIEW = _("Für diese Art von Datei gibt es keine Vorschau.")
# The package formats are recognised as encrypted before, by their container.
_WITH_PASSWORD = frozenset({"office-encrypted", "doc", "xls", "ppt", "odt", "ods", "odp", "odg"})
EMPTY = _("Die Datei ist leer.")
_SECONDS_ALONE, _MOST_FAILURES = 30.0, 3


@dataclass(frozen=True, slots=True)
class PageFile:
    """The image of one page: number from 1, the WebP file, its size in pixels."""

    number: int
    path: Path
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class RenderedFirst:
    """What `render_first` made. All paths lie in the scratch folder; the caller moves them where they are kept."""

    media_type: MediaType
    page_count: int
    first_page: PageFile
    thumbnail: Path
    # What `DocumentText.dumps` wrote. Pictures and scans have pages without words; a notice has no page at all, so
    # that nobody takes our words for the document's.
    text_path: Path
    # The PDF we made (Office, mail, text, e-invoice XML, notice), from which further pages come; else None.
    pdf: Path | None
    # False when the page is only a notice that the content cannot be shown.
    shows_content: bool = True
    # A German message id for the clerk, and the code of a refusal ("encrypted", "wrong-password", "broken" …).
    note: str = ""
    code: str = ""

    @property
    def text(self) -> DocumentText:
        """The text, read from its file."""
        return DocumentText.loads(self.text_path.read_bytes())


@dataclass(frozen=True, slots=True)
class _Job:
    path: Path
    file_name: str
    kind: MediaType
    password: str | None
    scratch: Path
    # Degrees clockwise by which page 1 is turned.
    turn: int = 0


def render_first(
    *,
    path: Path,
    file_name: str,
    scratch: Path,
    media_type: MediaType | None = None,
    password: str | None = None,
    turn: int = 0,
) -> RenderedFirst:
    """Text of all pages, image of the first, thumbnail. `scratch` is an empty folder of the caller.

    Never raises for what stands in the file; OSError when the machine is at fault (disk full), so that the job is
    tried again. `media_type` spares a second look at the file.
    """
    kind = media_type or detect(path, file_name=file_name)
    job = _Job(path, file_name, kind, password, scratch, turn)
    try:
        return _WAYS[kind.family](job)
    except ConfinementError as problem:
        return _notice(job, problem.sentence, code=problem.code)


def render_pages(
    *,
    path: Path,
    first: int,
    last: int,
    scratch: Path,
    password: str | None = None,
    turns: Mapping[int, int] | None = None,
    with_thumbnail: bool = False,
) -> list[PageFile]:
    """The images of pages `first` to `last` (from 1, both included) of a PDF or a picture.

    `path` is the original file, or `RenderedFirst.pdf` if there is one. A page that cannot be drawn, or takes longer
    than half a minute, is missing in the answer; after three such pages the rest of the range is left out. Keep the
    range short (20 pages): all of it shares 120 seconds. Raises `Refused` when the file cannot be opened at all,
    OSError when the machine is at fault. `turns` says by how many degrees clockwise which page is turned;
    `with_thumbnail` has the small picture of page `first` made as well.
    """
    where: dict[str, Any] = {
        "source": str(path),
        "folder": str(scratch),
        "turns": _as_json(turns),
        "with_thumbnail": with_thumbnail,
    }
    draw: Callable[..., list[PageImage]] = images.pages
    if detect(path).family != "image":
        draw, where = pdf.pages, {**where, "password": password}
    call = confinement.of_this_process().call
    try:
        made = call(draw, start=first, end=last, **where)
    except (TookTooLong, OutOfMemory, Crashed):
        made = _one_by_one(draw, first, last, where)
    return [_page_file(page, scratch) for page in made]


def _as_json(turns: Mapping[int, int] | None) -> dict[str, int]:
    return {str(number): turn for number, turn in (turns or {}).items()}


def _one_by_one(draw: Callable[..., list[PageImage]], first: int, last: int, where: dict[str, Any]) -> list[PageImage]:
    """One of the pages brought the parser down: find the others."""
    call = confinement.of_this_process().call
    made: list[PageImage] = []
    failures = 0
    for number in range(first, last + 1):
        try:
            made += call(draw, within=_SECONDS_ALONE, start=number, end=number, **where)
        except (TookTooLong, OutOfMemory, Crashed):
            failures += 1
            if failures >= _MOST_FAILURES:
                break
    return made


def _pdf(job: _Job) -> RenderedFirst:
    return _from_pdf(job, job.path, origin="pdf", made=False)


def _from_pdf(job: _Job, source: Path, *, origin: str, made: bool) -> RenderedFirst:
    where: dict[str, Any] = {
        "source": str(source),
        "folder": str(job.scratch),
        "password": None if made else job.password,
        "turn": job.turn,
    }
    call = confinement.of_this_process().call
    note = ""
    try:
        first = call(pdf.first, origin=origin, **where)
    except (TookTooLong, OutOfMemory, Crashed) as problem:
        if (job.scratch / pdf.TEXT).exists():
            return _only_text(job, problem, source if made else None)
        # The text was too much; the picture may still be possible.
        first = call(pdf.first, origin=origin, with_text=False, **where)
        _write_text(job, [PageText(0, 0, ())] * min(first["pages"], pdf.MOST_PAGES), origin)
        note = NO_TEXT
    if not note and first["text_cut"]:
        note = CUT_TEXT
    return _rendered(job, first["pages"], first["page"], first["thumbnail"], made=source if made else None, note=note)


def _only_text(job: _Job, problem: ConfinementError, made: Path | None) -> RenderedFirst:
    """The text came, the image of page 1 did not: keep the text and the number of pages beside a notice."""
    text = (job.scratch / pdf.TEXT).read_bytes()
    pages = int(json.loads((job.scratch / pdf.FACTS).read_bytes())["pages"])
    rendered = _notice(job, NO_FIRST_PAGE, code=problem.code)
    rendered.text_path.write_bytes(text)
    return replace(rendered, page_count=pages, pdf=made)


def _image(job: _Job) -> RenderedFirst:
    first = confinement.of_this_process().call(
        images.first, source=str(job.path), folder=str(job.scratch), turn=job.turn
    )
    page = first["page"]
    _write_text(job, [PageText(page["width"], page["height"], ())] * first["pages"], "image")
    return _rendered(job, first["pages"], page, first["thumbnail"], note=CUT if first["cut"] else "")


def _office(job: _Job) -> RenderedFirst:
    source = job.scratch / f"original.{job.kind.extension or _office_ending(job.file_name)}"
    # LibreOffice judges by the ending too, and must not lie down beside the original with its lock files.
    shutil.copyfile(job.path, source)
    if job.kind.code == "wordml":
        source = _unflattened(job, source)
    made = job.scratch / readable.VIEW
    may_be_encrypted = job.kind.code in _WITH_PASSWORD
    office.of_this_process().convert(source, made, password=job.password, may_be_encrypted=may_be_encrypted)
    source.unlink(missing_ok=True)
    rendered = _from_pdf(job, made, origin="office", made=True)
    if rendered.page_count >= office_host.MOST_PAGES and not rendered.note:
        return replace(rendered, note=CUT_OFFICE)
    return rendered


def _office_ending(file_name: str) -> str:
    ending = Path(file_name).suffix.lower().lstrip(".")
    return ending if ending.isalnum() and ending.isascii() and len(ending) <= 5 else "bin"


def _unflattened(job: _Job, source: Path) -> Path:
    target = job.scratch / "original.docx"
    try:
        confinement.of_this_process().call(flat_word.repack, source=str(source), target=str(target))
    except Refused:
        return source
    return target


def _readable(job: _Job) -> RenderedFirst:
    way: Literal["text", "table", "mail", "einvoice"]
    match job.kind.family:
        case "table" | "mail" | "einvoice":
            way = job.kind.family
        case _:
            way = "text"
    return _drawn(job, way)


def _archive(job: _Job) -> RenderedFirst:
    return _drawn(job, "archive") if job.kind.code == "zip" else _notice(job, NO_PREVIEW)


def _other(job: _Job) -> RenderedFirst:
    return _notice(job, EMPTY if job.kind.code == "empty" else NO_PREVIEW)


def _notice(job: _Job, reason: str, *, code: str = "") -> RenderedFirst:
    return _drawn(job, "notice", reason=reason, code=code)


def _drawn(job: _Job, way: readable.Way, *, reason: str = "", code: str = "") -> RenderedFirst:
    made = confinement.of_this_process().call(
        readable.first,
        way=way,
        source=str(job.path),
        folder=str(job.scratch),
        code=job.kind.code,
        kind=job.kind.label,
        title=_title(job.file_name),
        reason=reason,
    )
    first = made["first"]
    if way in {"notice", "archive"}:
        # Our words, and names of files, say nothing about a customer.
        _write_text(job, [], "none")
    return _rendered(
        job, first["pages"], first["page"], first["thumbnail"],
        made=job.scratch / readable.VIEW, note=reason or (CUT if made["cut"] else ""), code=code,
        shows_content=way != "notice",
    )  # fmt: skip


def _title(file_name: str) -> str:
    """JSON and fonts know no stray surrogates, which names in other encodings bring."""
    return file_name.encode("utf-8", "replace").decode("utf-8") or "(ohne Namen)"


def _rendered(
    job: _Job,
    pages: int,
    page: PageImage,
    thumbnail: str,
    *,
    made: Path | None = None,
    note: str = "",
    code: str = "",
    shows_content: bool = True,
) -> RenderedFirst:
    return RenderedFirst(
        media_type=job.kind,
        page_count=pages,
        first_page=_page_file(page, job.scratch),
        thumbnail=_inside(job.scratch, thumbnail),
        text_path=job.scratch / pdf.TEXT,
        pdf=made,
        shows_content=shows_content,
        note=note,
        code=code,
    )


def _page_file(page: PageImage, scratch: Path) -> PageFile:
    return PageFile(int(page["number"]), _inside(scratch, page["file"]), int(page["width"]), int(page["height"]))


def _inside(scratch: Path, file: str) -> Path:
    """The child's word for a file is not believed: it must be a plain file in the folder it was given."""
    path = scratch / Path(str(file)).name
    if path.is_symlink() or not path.is_file():
        raise Crashed(f"the child named {file!r}, which is no file of its folder")
    return path


def _write_text(job: _Job, pages: list[PageText], origin: str) -> None:
    (job.scratch / pdf.TEXT).write_bytes(DocumentText(tuple(pages), origin=origin).dumps())


_WAYS: dict[str, Callable[[_Job], RenderedFirst]] = {
    "pdf": _pdf,
    "image": _image,
    "office": _office,
    "text": _readable,
    "table": _readable,
    "mail": _readable,
    "einvoice": _readable,
    "archive": _archive,
    "other": _other,
}
