"""The searchable PDF of a scan: the untouched pages, and over them the words that were read, which nobody sees.

It follows from the original and the text alone, so it can be made again at any time. As far as the original allows it
is PDF/A-2b, and only then says so. Runs confined.
"""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypedDict

from PIL import Image, ImageCms

from kundenakte.base.confinement import Refused, confined
from kundenakte.records.pagetext import PageText, Word
from kundenakte.steps.rendition import images
from kundenakte.steps.rendition.scan_page import Family

FILE = "searchable.pdf"
_NEEDS = (
    "pikepdf",
    "reportlab.pdfgen.canvas",
    "PIL.ImageCms",
    "PIL.TiffImagePlugin",
    "PIL.JpegImagePlugin",
    "kundenakte.steps.rendition.sheet",
)
_LAYER = "/KundenakteText"
# JPEG at this quality shows no trace of itself; the picture as it came stays the original.
_QUALITY = 88
_MODES = {"L": "/DeviceGray", "RGB": "/DeviceRGB"}
# What PDF/A-2 forbids wherever it stands, and actions it does not know.
_FORBIDDEN_KEYS = frozenset({"/AA", "/JavaScript", "/JS", "/XFA", "/OPI", "/PS", "/EmbeddedFiles", "/TR", "/HTP"})
_FORBIDDEN_ACTIONS = frozenset(
    {"/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/JavaScript", "/Hide", "/SetOCGState", "/Rendition",
     "/Trans", "/GoTo3DView"}
)  # fmt: skip
_WITH_PROGRAM = frozenset({"/Type1", "/TrueType", "/MMType1", "/CIDFontType0", "/CIDFontType2"})
_FORBIDDEN_NOTES = frozenset({"/3D", "/Sound", "/Screen", "/Movie", "/RichMedia", "/FileAttachment"})


class Made(TypedDict):
    """Whether the file, `searchable.pdf` in the folder, is PDF/A as far as we can tell, and if not why."""

    is_pdfa: bool
    reason: str


@confined(seconds=300, needs=_NEEDS)
def make(
    *, source: str, folder: str, family: Family, text: str, title: str, made_at: str, password: str | None = None
) -> Made:
    """Write `searchable.pdf`. `text` is a file with the read pages as JSON: number, turn, width, height, lines.

    Raises `Refused` when the original cannot be opened.
    """
    import pikepdf

    read = {int(row["number"]): row for row in json.loads(Path(text).read_bytes())}
    with _opened(source, family, password) as document:
        # Its pages live only as long as the layers' own document.
        written, layers = _layers(read)
        pages: Any = document.pages
        for number, row in read.items():
            if number <= len(pages):
                _lay(document, pages[number - 1], layers.get(number), int(row["turn"]))
        reason = _why_not_archivable(document)
        _describe(document, title, datetime.fromisoformat(made_at), is_pdfa=not reason)
        document.save(
            Path(folder, FILE), deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.preserve,
            encryption=False,
        )  # fmt: skip
        written.close()
    return {"is_pdfa": not reason, "reason": reason}


@contextlib.contextmanager
def _opened(source: str, family: Family, password: str | None) -> Iterator[Any]:
    import pikepdf

    if family == "image":
        with images.opened(source) as picture:
            document = _of_picture(picture, source)
    else:
        try:
            document = pikepdf.open(source, password=password or "")
        except pikepdf.PdfError as error:
            raise Refused("broken", images.BROKEN, str(error)) from error
    with document:
        yield document


def _of_picture(picture: Image.Image, source: str) -> Any:
    import pikepdf

    document = pikepdf.new()
    for index in range(images.frames(picture)):
        data, mode, size, filters, more = _stream(picture, index, source)
        width, height = images.points_of(picture, size)
        document.add_blank_page(page_size=(width, height))
        stream = pikepdf.Stream(document, data)
        stream.update(
            pikepdf.Dictionary(
                Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=size[0], Height=size[1],
                BitsPerComponent=1 if mode == "1" else 8,
                ColorSpace=pikepdf.Name(_MODES.get(mode, "/DeviceGray")),
                Filter=pikepdf.Name(filters), **more,
            )
        )  # fmt: skip
        page = document.pages[-1]
        page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=document.make_indirect(stream)))
        content = f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Im0 Do Q"
        page.obj.Contents = document.make_stream(content.encode())
    return document


def _stream(picture: Image.Image, index: int, source: str) -> tuple[bytes, str, tuple[int, int], str, dict[str, Any]]:
    """One frame as the data of a PDF image: a JPEG as it is, bitonal as fax, all else as a good JPEG."""
    import pikepdf

    if index:
        picture.seek(index)
    upright = picture.getexif().get(0x0112, 1) in {0, 1}
    if picture.format == "JPEG" and picture.mode in _MODES and upright:
        return Path(source).read_bytes(), picture.mode, picture.size, "/DCTDecode", {}
    if picture.mode == "1" and upright:
        parameters = pikepdf.Dictionary(K=-1, Columns=picture.width, Rows=picture.height, BlackIs1=True)
        return _fax(picture), "1", picture.size, "/CCITTFaxDecode", {"DecodeParms": parameters}
    image = images.upright(picture)
    if image.mode not in _MODES:
        image = image.convert("RGB")
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue(), image.mode, image.size, "/DCTDecode", {}


def _fax(picture: Image.Image) -> bytes:
    """The strips of a group 4 TIFF put one behind the other are the data of such a PDF image."""
    buffer = io.BytesIO()
    # One strip for the whole page.
    tags = {278: picture.height}
    picture.save(buffer, "TIFF", compression="group4", tiffinfo=tags)
    with Image.open(io.BytesIO(buffer.getvalue())) as written:
        tags_v2: Any = written.tag_v2  # type: ignore[attr-defined]
        starts, lengths = tags_v2[273], tags_v2[279]
    data = buffer.getvalue()
    return b"".join(data[start : start + length] for start, length in zip(starts, lengths, strict=True))


def _layers(read: dict[int, dict[str, Any]]) -> tuple[Any, dict[int, Any]]:
    """A PDF with a page for each page with words, in the size that is shown in, and those pages by their numbers."""
    import pikepdf
    from reportlab.pdfgen.canvas import Canvas

    from kundenakte.steps.rendition.sheet import font

    with_words = {number: row for number, row in read.items() if row["lines"]}
    if not with_words:
        return pikepdf.new(), {}
    buffer = io.BytesIO()
    name = font("sans")
    # Without it each page would name Helvetica as well, which is in no PDF.
    canvas = Canvas(buffer, invariant=True, pageCompression=1, initialFontName=name)
    for row in with_words.values():
        width, height = float(row["w"]), float(row["h"])
        canvas.setPageSize((width, height))
        _write(canvas, name, _text(row), width, height)
        canvas.showPage()
    canvas.save()
    written = pikepdf.open(io.BytesIO(buffer.getvalue()))
    return written, dict(zip(with_words, written.pages, strict=True))


def _text(row: dict[str, Any]) -> PageText:
    lines = tuple(tuple(Word(w[0], (w[1], w[2], w[3], w[4])) for w in line) for line in row["lines"])
    return PageText(row["w"], row["h"], lines)


def _write(canvas: Any, name: str, text: PageText, width: float, height: float) -> None:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    for line in text.lines:
        for position, word in enumerate(line):
            left, top, right, bottom = word.box
            size = max((bottom - top) * height, 1.0)
            # The space belongs to the word, so that what is copied out of the PDF has spaces.
            shown = word.text + (" " if position + 1 < len(line) else "")
            natural = stringWidth(word.text, name, size) or 1.0
            piece = canvas.beginText()
            piece.setTextRenderMode(3)
            piece.setFont(name, size)
            piece.setHorizScale(max((right - left) * width / natural * 100, 1.0))
            piece.setTextOrigin(left * width, height - bottom * height + 0.2 * size)
            piece.textOut(shown)
            canvas.drawText(piece)


def _lay(document: Any, page: Any, layer: Any, turn: int) -> None:
    """Turn the page upright and lay the words over it."""
    import pikepdf

    rotation = (int(page.obj.get("/Rotate", 0) or 0) + turn) % 360
    if turn:
        page.obj.Rotate = rotation
    if layer is None:
        return
    left, bottom, right, top = (float(side) for side in page.cropbox)
    matrix = {
        0: (1, 0, 0, 1, left, bottom),
        90: (0, 1, -1, 0, right, bottom),
        180: (-1, 0, 0, -1, right, top),
        270: (0, -1, 1, 0, left, top),
    }[rotation]
    form = document.copy_foreign(layer.as_form_xobject())
    found: Any = page.obj.get("/Resources")
    resources = pikepdf.Dictionary() if found is None else pikepdf.Dictionary(found)
    known: Any = resources.get("/XObject", {})
    resources[pikepdf.Name.XObject] = pikepdf.Dictionary(known)
    resources[pikepdf.Name.XObject][_LAYER] = form
    page.obj.Resources = resources
    numbers = " ".join(f"{value:.4f}" if isinstance(value, float) else str(value) for value in matrix)
    page.contents_add(b"q\n", prepend=True)
    page.contents_add(f"\nQ q {numbers} cm {_LAYER} Do Q".encode())


def _describe(document: Any, title: str, made_at: datetime, *, is_pdfa: bool) -> None:
    import pikepdf

    for key in ("/Metadata",):
        if key in document.Root:
            del document.Root[key]
    with document.open_metadata(set_pikepdf_as_editor=False, update_docinfo=True) as about:
        at = made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        about["dc:title"] = title
        about["xmp:CreateDate"] = at
        about["xmp:ModifyDate"] = at
        about["xmp:CreatorTool"] = "Kundenakte"
        about["pdf:Producer"] = "Kundenakte"
        if is_pdfa:
            about["pdfaid:part"] = "2"
            about["pdfaid:conformance"] = "B"
    if is_pdfa:
        profile = document.make_stream(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
        profile.N = 3
        intent = pikepdf.Dictionary(
            Type=pikepdf.Name.OutputIntent, S=pikepdf.Name("/GTS_PDFA1"), DestOutputProfile=profile,
            OutputConditionIdentifier=pikepdf.String("sRGB"), Info=pikepdf.String("sRGB IEC61966-2.1"),
        )  # fmt: skip
        document.Root.OutputIntents = pikepdf.Array([document.make_indirect(intent)])


def _why_not_archivable(document: Any) -> str:
    """What keeps it from being PDF/A-2b, in a stable word; "" when nothing that can be seen here does."""
    import pikepdf

    waiting: list[Any] = list(document.objects)
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, pikepdf.Stream | pikepdf.Dictionary):
            if reason := _objection(thing):
                return reason
            inside = list(thing.values())
        else:
            inside = list(thing) if isinstance(thing, pikepdf.Array) else []
        # What stands in an object of its own is in the list already.
        waiting += [
            one for one in inside
            if isinstance(one, pikepdf.Dictionary | pikepdf.Array) and not one.is_indirect
        ]  # fmt: skip
    return ""


def _objection(thing: Any) -> str:
    import pikepdf

    keys = set(thing.keys())
    kind, subtype, action = (str(thing.get(key, "")) for key in ("/Type", "/Subtype", "/S"))
    is_note, is_font = kind == "/Annot", kind == "/Font"
    looked_at = (
        (bool(keys & _FORBIDDEN_KEYS), "forbidden key"),
        (action in _FORBIDDEN_ACTIONS and kind in {"", "/Action"}, "forbidden action"),
        (is_note and subtype in _FORBIDDEN_NOTES, "forbidden annotation"),
        (is_note and subtype not in {"/Popup", "/Link"} and "/AP" not in keys, "annotation without appearance"),
        (is_font and subtype in _WITH_PROGRAM and not _is_embedded(thing), "font not embedded"),
        ("/DeviceCMYK" in str(thing.get("/ColorSpace", "")), "colours for printing presses"),
    )
    reason = next((word for is_so, word in looked_at if is_so), "")
    return reason or (_objection_to_stream(thing, subtype) if isinstance(thing, pikepdf.Stream) else "")


def _is_embedded(font: Any) -> bool:
    about = font.get("/FontDescriptor")
    return about is not None and any(key in about for key in ("/FontFile", "/FontFile2", "/FontFile3"))


def _objection_to_stream(stream: Any, subtype: str) -> str:
    filters = str(stream.get("/Filter", ""))
    if "/LZWDecode" in filters or "/Crypt" in filters:
        return "filter"
    if subtype == "/Image" and (stream.get("/Interpolate") or "/Alternates" in stream):
        return "interpolated picture"
    if "/F" in stream:
        return "data outside the file"
    return ""
