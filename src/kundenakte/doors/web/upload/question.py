"""Asking before a file becomes the next version of a document: what it is, and what speaks against it."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from datetime import date
from typing import Final

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from kundenakte.base import blobs
from kundenakte.base.blobs.store import FileAtHand, NoSuchBlob
from kundenakte.doors.web import answers, page
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.doors.web.upload import incoming
from kundenakte.doors.web.upload.finishing import PATIENCE_SECONDS
from kundenakte.doors.web.upload.incoming import Incoming
from kundenakte.records import access, first_look, leading, mediatype
from kundenakte.records.first_look import FirstLook
from kundenakte.records.models import Document, Verb, Version
from kundenakte.records.refusals import NotFound
from kundenakte.steps.filing import older

_DOUBTS: Final = {
    "empty": gettext_lazy("Die Datei ist leer."),
    "encrypted": gettext_lazy("Die Datei ist verschlüsselt. Ohne Passwort ist von ihr vielleicht nichts zu sehen."),
    "damaged": gettext_lazy("Die Datei ist beschädigt oder unvollständig."),
    "unknown": gettext_lazy("Es ist nicht zu erkennen, was für eine Datei das ist. Eine Vorschau wird es nicht geben."),
}


@dataclass(frozen=True, slots=True)
class Question:
    """What a person reads before saying yes."""

    question: str
    file: str
    effect: str
    warnings: list[str]


@require_http_methods(["GET", "POST"])
@screen
def ask(request: SignedIn, key: str) -> HttpResponse:
    """The question about a file that is here and not filed yet; POST is "no", "yes" is the address of finishing."""
    sent = incoming.find(key, owner=request.user.pk)
    document = _document(request, sent)
    if request.method == "POST":
        sent.forget()
        messages.info(request, _("Die Datei wurde nicht abgelegt. Das Dokument ist, wie es war."))
        return page.gone_on(reverse("document", args=(document.pk,)))
    file = sent.whole(until=time.monotonic() + PATIENCE_SECONDS)
    asked = question_about(document, sent, file) if file else None
    if answers.wants_json(request):
        return JsonResponse(asdict(asked) if asked else {"state": "working"}, status=200 if asked else 202)
    return render(request, "upload/question.html", {"asked": asked, "document": document, "key": key})


def question_about(document: Document, sent: Incoming, file: FileAtHand) -> Question:
    """The question for this document and this file; NotFound when it was finished or given up meanwhile."""
    try:
        seen = first_look.look(file.path, file_name=sent.file_name)
    except FileNotFoundError:
        raise NotFound from None
    valid = document.valid_version
    facts = (sent.file_name, filesizeformat(sent.size), _(seen.kind.label))
    return Question(
        question=_("Als neue Version von „%(title)s“ ablegen?") % {"title": document.title},
        file=" · ".join(facts),
        effect=f"{_effect(document)} {_whose(document)}",
        warnings=[
            *_loses_xml(document, file, sent.file_name),
            *_speaks_against(seen, valid),
            *_was_there(document, file.digest),
            *_looks_older(document, seen, file.digest),
        ],
    )


def _document(request: SignedIn, sent: Incoming) -> Document:
    pk = sent.facts.get("document_id")
    if pk is None:
        raise NotFound
    return access.get_document(request.user, int(pk), to=Verb.EDIT)


def _whose(document: Document) -> str:
    customer = document.customer_file.customer
    words = {"number": document.number, "customer": f"{customer.name} ({customer.number or '–'})"}
    if document.number:
        return _("Das Dokument trägt die Nummer %(number)s und liegt in der Akte von %(customer)s.") % words
    return _("Das Dokument liegt in der Akte von %(customer)s.") % words


def _effect(document: Document) -> str:
    valid = document.valid_version
    if document.document_class.valid_at_once or valid is None:
        number = {"number": valid.number if valid else 0}
        return _("Sie gilt sofort und löst Version %(number)s ab. Das lässt sich danach rückgängig machen.") % number
    return _("Sie ist zunächst ein Entwurf. Bis sie jemand freigibt, gilt Version %(number)s.") % {
        "number": valid.number
    }


def _speaks_against(seen: FirstLook, valid: Version | None) -> list[str]:
    said = [str(_DOUBTS[seen.doubt])] if seen.doubt else []
    before = _kind_of(valid) if valid else None
    if before and before.family != seen.kind.family and seen.doubt != "empty":
        kinds = {"new": _(seen.kind.label), "old": _(before.label)}
        said.append(_("Es ist eine andere Art von Datei: bisher %(old)s, jetzt %(new)s.") % kinds)
    return said


def _loses_xml(document: Document, file: FileAtHand, name: str) -> list[str]:
    if not leading.would_lose_xml(document, file.digest) or leading.may_carry_xml(file.path, file_name=name):
        return []
    return [_(leading.XmlMissing.sentence)]


def _kind_of(version: Version) -> mediatype.MediaType | None:
    try:
        return mediatype.detect(blobs.default().path(version.digest), file_name=version.file_name)
    except NoSuchBlob:
        return None


def _looks_older(document: Document, seen: FirstLook, digest: str) -> list[str]:
    """What the file says of itself, and its text where the house has read these bytes before."""
    valid, said = document.valid_version, []
    before = _changed_on(valid) if valid and seen.changed_on and valid.digest != digest else None
    if before and seen.changed_on and seen.changed_on < before:
        days = {"new": seen.changed_on.strftime("%d.%m.%Y"), "old": before.strftime("%d.%m.%Y")}
        said.append(_("Die Datei ist vom %(new)s, die gültige Version vom %(old)s.") % days)
    same = older.version_with_this_text(document, digest, newest=valid)
    if same is not None:
        said.append(_("Die Datei hat denselben Text wie die frühere Version %(number)s.") % {"number": same.number})
    return [f"{one} {_('Vielleicht ist sie ein älterer Stand.')}" for one in said]


def _changed_on(version: Version) -> date | None:
    try:
        return first_look.look(blobs.default().path(version.digest), file_name=version.file_name).changed_on
    except (NoSuchBlob, OSError):
        return None


def _was_there(document: Document, digest: str) -> list[str]:
    same = document.versions.filter(digest=digest).order_by("-number").first()
    if same is None:
        return []
    number = {"number": same.number}
    if same.pk == document.valid_version_id:
        return [_("Genau diese Datei gilt schon, als Version %(number)s. Es ändert sich nichts.") % number]
    return [
        _("Genau diese Datei war schon Version %(number)s. Es ändert sich nichts; auf der Seite des Dokuments können "
          "Sie Version %(number)s wiederherstellen.") % number
    ]  # fmt: skip
