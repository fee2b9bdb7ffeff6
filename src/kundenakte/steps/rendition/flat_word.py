"""Word's "XML document" in one file (Flat OPC) back to the package every reader knows. Runs confined."""

from __future__ import annotations

import base64
import binascii
import zipfile
from pathlib import Path

from lxml import etree

from kundenakte.base.confinement import Refused, confined

_PACKAGE = "{http://schemas.microsoft.com/office/2006/xmlPackage}"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONSHIPS = "application/vnd.openxmlformats-package.relationships+xml"
_MOST_BYTES = 50 * 1024 * 1024


@confined(seconds=30, needs=("lxml.etree",))
def repack(*, source: str, target: str) -> None:
    """Write the package; raises `Refused` ("not-flat") when `source` is another kind of XML."""
    with Path(source).open("rb") as file:
        xml = file.read(_MOST_BYTES)
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Refused("not-flat", "", str(error)) from error
    if root.tag != f"{_PACKAGE}package":
        raise Refused("not-flat", "")
    # LibreOffice asks for this namespace without a prefix.
    types = etree.fromstring(
        f'<Types xmlns="{_TYPES}"><Default Extension="rels" ContentType="{_RELATIONSHIPS}"/></Types>'
    )
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for part in root.iterfind(f"{_PACKAGE}part"):
            name = part.get(f"{_PACKAGE}name", "")
            content = _content(part)
            if not name.startswith("/") or content is None:
                continue
            kind = part.get(f"{_PACKAGE}contentType", "application/xml")
            if not name.endswith(".rels"):
                etree.SubElement(types, f"{{{_TYPES}}}Override", PartName=name, ContentType=kind)
            package.writestr(name[1:], content)
        package.writestr("[Content_Types].xml", etree.tostring(types, encoding="UTF-8", xml_declaration=True))


def _content(part: etree._Element) -> bytes | None:
    data = part.find(f"{_PACKAGE}xmlData")
    if data is not None:
        root = next(iter(data.iterchildren(tag=etree.Element)), None)
        return None if root is None else etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    try:
        return base64.b64decode(part.findtext(f"{_PACKAGE}binaryData") or "")
    except (binascii.Error, ValueError):
        return None
