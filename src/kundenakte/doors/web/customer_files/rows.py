"""The rows of the list, worded before they come to the template: a page has fifty, so each costs what it must."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from kundenakte.doors.web.templatetags import shown
from kundenakte.doors.web.templatetags.sprite import icon
from kundenakte.records.models import CustomerFile, Document, Verb
from kundenakte.records.reach import Rights


@dataclass(frozen=True, slots=True)
class Row:
    """One document as the list shows it, in the language of the screen."""

    pk: str
    # Another one as soon as the row looks different.
    edition: str
    address: str
    day: str
    number: str
    icon: SafeString
    title: str
    kind: str
    # The title does not say it.
    kind_is_news: bool
    version: str
    amount: str
    state: str
    is_pinned: bool
    is_placed: bool
    # What the box for marking is called.
    mark: str
    # A file let go over it would become its next version.
    takes_version: bool
    may_move: bool


def rows_of(documents: Iterable[Document], rights: Rights, *, home: CustomerFile, placed: bool = False) -> list[Row]:
    """Rows for documents that have class and valid version, all of the file `home` unless they are `placed` there."""
    edit, file, may_bring = rights.reach(Verb.EDIT), rights.reach(Verb.FILE), rights.has(Verb.FILE) and not placed
    address = reverse("document", args=(0,)).removesuffix("0")
    mark = _("%(title)s markieren")
    kinds: dict[str, str] = {}
    made = []
    for document in documents:
        if not placed:
            # Known, so that no row asks for it.
            document.customer_file = home
        version, name = document.valid_version, document.document_class.name
        kind = kinds.get(name) or kinds.setdefault(name, _(name))
        made.append(
            Row(
                pk=str(document.pk), edition=shown.row_edition(document),
                address=f"{address}{document.pk}", day=shown.day(document.dated_on), number=document.number,
                icon=icon(shown.file_icon(version.media_type if version else "")), title=document.title, kind=kind,
                kind_is_news=kind not in document.title,
                version=f"V{version.number}" if version and version.number > 1 else "", amount=shown.total(document),
                state=shown.state(document), is_pinned=document.is_pinned, is_placed=placed,
                mark=mark % {"title": document.title},
                takes_version=may_bring and edit.covers(document), may_move=may_bring and file.covers(document),
            )
        )  # fmt: skip
    return made
