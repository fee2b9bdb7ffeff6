"""Draw our own pages for a file without pages, and read them back like any PDF. Runs confined."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypedDict

from kundenakte.base.confinement import confined
from kundenakte.steps.rendition import pdf

VIEW = "view.pdf"
_NEEDS = (
    "kundenakte.steps.rendition.archive_page",
    "kundenakte.steps.rendition.invoice_page",
    "kundenakte.steps.rendition.mail_page",
    "kundenakte.steps.rendition.notice_page",
    "kundenakte.steps.rendition.text_page",
    "olefile",
)

Way = Literal["text", "table", "mail", "einvoice", "archive", "notice"]
_ORIGINS = {
    "text": "text", "table": "text", "mail": "mail", "einvoice": "xml", "archive": "notice", "notice": "notice",
}  # fmt: skip


class Readable(TypedDict):
    """The drawn pages: `view.pdf` in the folder, its first page like that of any PDF, and whether it was cut."""

    first: pdf.First
    cut: bool


@confined(seconds=60, needs=_NEEDS)
def first(*, way: Way, source: str, folder: str, code: str, kind: str, title: str, reason: str = "") -> Readable:
    """Draw `view.pdf` and give its text and first page. `kind` and `title` are printed on top, `reason` on a notice."""
    from reportlab.lib.pagesizes import A4

    from kundenakte.steps.rendition import archive_page, invoice_page, mail_page, notice_page, text_page
    from kundenakte.steps.rendition.sheet import MARGIN

    path, view = Path(source), Path(folder, VIEW)
    cut = False
    if way == "mail":
        cut = mail_page.draw_mail(path, view, code=code, kind=kind)
    elif way == "einvoice":
        cut = invoice_page.draw_invoice(path, view, code=code, kind=kind, title=title)
    elif way == "table":
        cut = text_page.draw_table(path, view, kind=kind, title=title)
    elif way == "archive":
        cut = archive_page.draw_archive(path, view, kind=kind, title=title)
    elif way == "text":
        cut = text_page.draw_text(path, view, code=code, kind=kind, title=title)
    else:
        notice_page.draw_notice(view, kind=kind, title=title, byte_count=path.stat().st_size, reason=reason)
    # The footer is ours and not a word of the document.
    body = 1 - MARGIN / A4[1]
    return {"first": pdf.first(source=str(view), folder=folder, origin=_ORIGINS[way], body=body), "cut": cut}
