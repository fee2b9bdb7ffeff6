"""Putting the XML into the PDF: PDF/A-3 with the file relationship that Factur-X and ZUGFeRD ask for.

Written with pikepdf and not with the factur-x library, which puts the time of day into the file: the same invoice must
give the same bytes. The tests read the result back with that library.
"""

from __future__ import annotations

import functools
import io
from datetime import date
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import AttachedFileSpec, Dictionary, Name, String
from PIL import ImageCms

FILE_NAME = "factur-x.xml"
_FX = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_PROPERTIES = (
    ("DocumentFileName", "name of the embedded XML invoice file"), ("DocumentType", "INVOICE"),
    ("Version", "version of the XML schema"), ("ConformanceLevel", "conformance level of the embedded XML"),
)  # fmt: skip


def facturx_pdf(pdf: bytes, xml: bytes, *, title: str, author: str, dated_on: date) -> bytes:
    """The printed invoice with its XML inside. The PDF must have its fonts embedded."""
    stamp = f"{dated_on:%Y%m%d}080000+00'00'"
    with pikepdf.open(io.BytesIO(pdf)) as document:
        spec = AttachedFileSpec(
            document, xml, filename=FILE_NAME, mime_type="text/xml", description="Rechnungsdaten nach EN 16931",
            relationship=Name.Alternative, creation_date=f"D:{stamp}", mod_date=f"D:{stamp}",
        )  # fmt: skip
        document.attachments[FILE_NAME] = spec
        document.Root.AF = document.make_indirect(pikepdf.Array([spec.obj]))
        document.Root.OutputIntents = pikepdf.Array([_intent(document)])
        metadata = document.make_stream(_xmp(title, author, dated_on).encode())
        metadata.Type, metadata.Subtype = Name.Metadata, Name.XML
        document.Root.Metadata = metadata
        document.docinfo["/CreationDate"] = String(f"D:{stamp}")
        document.docinfo["/ModDate"] = String(f"D:{stamp}")
        out = io.BytesIO()
        document.save(out, deterministic_id=True, min_version="1.7")
    return out.getvalue()


@functools.cache
def _profile() -> bytes:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = bytes(12)  # the header carries the time it was made
    return bytes(profile)


def _intent(document: pikepdf.Pdf) -> Dictionary:
    stream = document.make_stream(_profile())
    stream.N = 3
    return Dictionary(
        Type=Name.OutputIntent, S=Name.GTS_PDFA1, OutputConditionIdentifier=String("sRGB"), DestOutputProfile=stream
    )


def _xmp(title: str, author: str, on: date) -> str:
    moment = f"{on.isoformat()}T08:00:00+00:00"
    described = "".join(
        f'<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name>'
        "<pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{text}</pdfaProperty:description></rdf:li>"
        for name, text in _PROPERTIES
    )
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance></rdf:Description>
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{escape(author)}</rdf:li></rdf:Seq></dc:creator></rdf:Description>
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<xmp:CreateDate>{moment}</xmp:CreateDate><xmp:ModifyDate>{moment}</xmp:ModifyDate></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>{_FX}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq>{described}</rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:fx="{_FX}"><fx:DocumentType>INVOICE</fx:DocumentType>
<fx:DocumentFileName>{FILE_NAME}</fx:DocumentFileName><fx:Version>1.0</fx:Version>
<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel></rdf:Description>
</rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""
