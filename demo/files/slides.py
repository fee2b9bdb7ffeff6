"""A PowerPoint presentation with a title slide and slides of bullets."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from demo.files.excel import core_properties
from demo.files.package import pack

_P = "http://schemas.openxmlformats.org/presentationml/2006/main"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACK = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.presentationml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SPACES = f'xmlns:a="{_A}" xmlns:r="{_R}" xmlns:p="{_P}"'
_EMPTY_TREE = (
    '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr><a:xfrm><a:off x="0" '
    'y="0"/>'
    '<a:ext cx="0" cy="0"/><a:chOff x="0" y="0"/><a:chExt cx="0" cy="0"/></a:xfrm></p:grpSpPr>'
)
_MAP = (
    '<p:clrMap bg1="lt1" tx1="dk1" bg2="lt2" tx2="dk2" accent1="accent1" accent2="accent2" accent3="accent3" '
    'accent4="accent4" '
    'accent5="accent5" accent6="accent6" hlink="hlink" folHlink="folHlink"/>'
)


def presentation(
    slides: Sequence[tuple[str, Sequence[str]]], *, foot: str, colour: str, author: str, created: str
) -> bytes:
    """PPTX in 16:9; each slide is a title and its points, the first one the cover."""
    count = len(slides)
    overrides = "".join(
        f'<Override PartName="/ppt/slides/slide{n}.xml" ContentType="{_KIND}.slide+xml"/>' for n in range(1, count + 1)
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACK}/content-types"><Default Extension="rels" '
        f'ContentType="application/'
        'vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/ppt/presentation.xml" ContentType="{_KIND}.presentation.main+xml"/>'
        f'<Override PartName="/ppt/slideMasters/slideMaster1.xml" ContentType="{_KIND}.slideMaster+xml"/>'
        f'<Override PartName="/ppt/slideLayouts/slideLayout1.xml" ContentType="{_KIND}.slideLayout+xml"/>'
        '<Override PartName="/ppt/theme/theme1.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.theme+xml"/>'
        f'<Override PartName="/docProps/core.xml" '
        f'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>{overrides}</Types>',
        "_rels/.rels": _relations(("officeDocument", "ppt/presentation.xml"), core="docProps/core.xml"),
        "docProps/core.xml": core_properties(slides[0][0], author, created),
        "ppt/presentation.xml": _presentation(count),
        "ppt/_rels/presentation.xml.rels": _relations(
            ("slideMaster", "slideMasters/slideMaster1.xml"),
            *(("slide", f"slides/slide{n}.xml") for n in range(1, count + 1)),
        ),
        "ppt/slideMasters/slideMaster1.xml": f"<p:sldMaster {_SPACES}><p:cSld><p:spTree>{_EMPTY_TREE}</p:spTree>"
        f"</p:cSld>{_MAP}"
        '<p:sldLayoutIdLst><p:sldLayoutId id="2147483649" r:id="rId1"/></p:sldLayoutIdLst></p:sldMaster>',
        "ppt/slideMasters/_rels/slideMaster1.xml.rels": _relations(
            ("slideLayout", "../slideLayouts/slideLayout1.xml"), ("theme", "../theme/theme1.xml")
        ),
        "ppt/slideLayouts/slideLayout1.xml": f'<p:sldLayout {_SPACES} type="blank"><p:cSld name="Leer"><p:spTree>'
        f"{_EMPTY_TREE}"
        "</p:spTree></p:cSld><p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:sldLayout>",
        "ppt/slideLayouts/_rels/slideLayout1.xml.rels": _relations(("slideMaster", "../slideMasters/slideMaster1.xml")),
        "ppt/theme/theme1.xml": _theme(colour),
    }
    for number, (title, points) in enumerate(slides, 1):
        parts[f"ppt/slides/slide{number}.xml"] = _slide(
            title, points, cover=number == 1, foot=f"{foot}  |  {number}", colour=colour
        )
        parts[f"ppt/slides/_rels/slide{number}.xml.rels"] = _relations(
            ("slideLayout", "../slideLayouts/slideLayout1.xml")
        )
    return pack([(name, (_HEAD + text).encode()) for name, text in parts.items()])


def _relations(*targets: tuple[str, str], core: str = "") -> str:
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_R}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, 1)
    )
    if core:
        links += f'<Relationship Id="rIdCore" Type="{_PACK}/relationships/metadata/core-properties" Target="{core}"/>'
    return f'<Relationships xmlns="{_PACK}/relationships">{links}</Relationships>'


def _presentation(count: int) -> str:
    slides = "".join(f'<p:sldId id="{255 + n}" r:id="rId{n + 1}"/>' for n in range(1, count + 1))
    return (
        f'<p:presentation {_SPACES}><p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="rId1"/></p:sldMasterIdLst>'
        f'<p:sldIdLst>{slides}</p:sldIdLst><p:sldSz cx="12192000" cy="6858000"/><p:notesSz cx="6858000" '
        f'cy="9144000"/></p:presentation>'
    )


def _slide(title: str, points: Sequence[str], *, cover: bool, foot: str, colour: str) -> str:
    ink = "FFFFFF" if cover else colour
    shapes = ""
    if cover:
        shapes += _shape(2, "Fläche", (0, 0, 12192000, 6858000), "", fill=colour)
    else:
        shapes += _shape(2, "Balken", (0, 0, 12192000, 160000), "", fill=colour)
    shapes += _shape(
        3,
        "Titel",
        (700000, 2300000 if cover else 480000, 10800000, 1100000),
        _paragraph(title, 40 if cover else 30, ink, bold=True),
    )
    text = "".join(_paragraph(point, 20, "E8EDF2" if cover else "222222", bullet=not cover) for point in points)
    shapes += _shape(4, "Text", (700000, 3500000 if cover else 1700000, 10800000, 4200000), text)
    shapes += _shape(
        5, "Fuß", (700000, 6350000, 10800000, 350000), _paragraph(foot, 11, "E8EDF2" if cover else "777777")
    )
    return (
        f"<p:sld {_SPACES}><p:cSld><p:spTree>{_EMPTY_TREE}{shapes}</p:spTree></p:cSld>"
        "<p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:sld>"
    )


def _shape(number: int, name: str, place: tuple[int, int, int, int], text: str, *, fill: str = "") -> str:
    x, y, wide, high = place
    paint = f'<a:solidFill><a:srgbClr val="{fill}"/></a:solidFill>' if fill else "<a:noFill/>"
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{name}"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm>'
        f'<a:off x="{x}" y="{y}"/>'
        f'<a:ext cx="{wide}" cy="{high}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>{paint}</p:spPr>'
        f'<p:txBody><a:bodyPr wrap="square"/><a:lstStyle/>{text or "<a:p/>"}</p:txBody></p:sp>'
    )


def _paragraph(text: str, size: int, colour: str, *, bold: bool = False, bullet: bool = False) -> str:
    mark = (
        '<a:pPr marL="342900" indent="-342900"><a:spcBef><a:spcPts val="900"/></a:spcBef><a:buChar char="•"/></a:pPr>'
        if bullet
        else ""
    )
    weight = ' b="1"' if bold else ""
    return (
        f'<a:p>{mark}<a:r><a:rPr lang="de-DE" sz="{size * 100}"{weight}><a:solidFill><a:srgbClr val="{colour}"/>'
        f"</a:solidFill>"
        f'<a:latin typeface="Arial"/></a:rPr><a:t>{escape(text)}</a:t></a:r></a:p>'
    )


def _theme(colour: str) -> str:
    names = (
        "dk1",
        "lt1",
        "dk2",
        "lt2",
        "accent1",
        "accent2",
        "accent3",
        "accent4",
        "accent5",
        "accent6",
        "hlink",
        "folHlink",
    )
    values = (
        "000000",
        "FFFFFF",
        colour,
        "EEEEEE",
        colour,
        "E07A1F",
        "5F6670",
        "9BC53D",
        "335C67",
        "8D99AE",
        "0563C1",
        "954F72",
    )
    colours = "".join(
        f'<a:{name}><a:srgbClr val="{value}"/></a:{name}>' for name, value in zip(names, values, strict=True)
    )
    font = '<a:latin typeface="Arial"/><a:ea typeface=""/><a:cs typeface=""/>'
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    line = f'<a:ln w="6350">{fill}</a:ln>'
    effect = "<a:effectStyle><a:effectLst/></a:effectStyle>"
    return (
        f'<a:theme xmlns:a="{_A}" name="Haus"><a:themeElements><a:clrScheme name="Haus">{colours}</a:clrScheme>'
        f'<a:fontScheme name="Haus">'
        f"<a:majorFont>{font}</a:majorFont><a:minorFont>{font}</a:minorFont></a:fontScheme><a:fmtScheme "
        f'name="Haus"><a:fillStyleLst>'
        f"{fill * 3}</a:fillStyleLst><a:lnStyleLst>{line * 3}</a:lnStyleLst><a:effectStyleLst>"
        f"{effect * 3}</a:effectStyleLst>"
        f"<a:bgFillStyleLst>{fill * 3}</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>"
    )
