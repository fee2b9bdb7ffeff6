"""Signing a document: what it means, the password once more, and the signed version."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kundenakte import pipeline
from kundenakte.circulation import access as circulation
from kundenakte.doors.web import page, refusals
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access
from kundenakte.records.models import Document, Verb
from kundenakte.records.reach import Rights
from kundenakte.records.refusals import BadValue, Refused
from kundenakte.steps.signing import house, port, signing
from kundenakte.steps.signing.refusals import NoCertificate, NoSigner, NotSignable


class WrongPassword(BadValue):
    """It is not the person whose screen this is, or she mistyped."""

    code = "wrong_password"
    sentence = "Das Passwort stimmt nicht. Unterschrieben ist noch nichts."


class TooManyTries(BadValue):
    """The sign-in's own limit of tries."""

    code = "too_many_tries"
    sentence = "Das waren zu viele falsche Passwörter. Bitte warten Sie fünf Minuten."


class NotConfirmed(BadValue):
    """Somebody without a password of the house has not said that she means it."""

    code = "not_confirmed"
    sentence = "Bitte bestätigen Sie, dass Sie unterschreiben wollen."


def may_sign(document: Document, rights: Rights) -> bool:
    """Whether this person finds the way to sign: a valid PDF to which she may add a version that holds at once."""
    version = document.valid_version
    if version is None or document.is_draft or version.media_type != signing.PDF:
        return False
    verbs = (Verb.EDIT,) if document.document_class.valid_at_once else (Verb.EDIT, Verb.RELEASE)
    return all(access.may(rights.user, verb, document, rights=rights) for verb in verbs)


@require_http_methods(["GET", "POST"])
@screen
def sign(request: SignedIn, pk: int) -> HttpResponse:
    """Say what is signed and with what, ask for the password, sign. Goes back to the folder it was asked from."""
    document = access.get_document(request.user, pk, to=Verb.EDIT)
    error, status = "", 200
    try:
        signing.require_signable(actor=page.actor(request), document=document)
        signer = port.chosen()
    except (NotSignable, NoSigner) as refused:
        return _hopeless(request, document, refused)
    if request.method == "POST":
        try:
            return _signed(request, document)
        except NotSignable as refused:
            return _hopeless(request, document, refused)
        except Refused as refused:
            if refusals.status_of(refused) in {403, 404}:
                raise
            error, status = refused.in_words(_), refusals.status_of(refused)
            document.refresh_from_db()
    if not error and signer.name == house.HouseSigner.name:
        error = _certificate_trouble()
    context = {
        "document": document, "version": document.valid_version, "error": error, "kind": port.WORDS[signer.kind],
        "is_of_house": signer.name == house.HouseSigner.name, "is_qualified": signer.kind == "qualified",
        "has_password": request.user.has_usable_password(), "reason": request.POST.get("reason", ""),
        "folder": _folder(request),
    }  # fmt: skip
    return render(request, "documents/sign.html", context, status=status)


def _hopeless(request: SignedIn, document: Document, refused: Refused) -> HttpResponse:
    """The page without its form: whatever she enters, nothing is signed."""
    status = 200 if request.method == "GET" else refusals.status_of(refused)
    context = {"document": document, "error": refused.in_words(_), "is_hopeless": True}
    return render(request, "documents/sign.html", context, status=status)


def _signed(request: SignedIn, document: Document) -> HttpResponse:
    confirmed = _confirmed(request)
    version = pipeline.sign(
        actor=page.actor(request), document=document, edition=page.number(request.POST.get("edition")) or 0,
        reason=request.POST.get("reason", "").strip(), confirmed=confirmed, now=timezone.now(),
    )  # fmt: skip
    messages.success(
        request,
        _("„%(title)s“ ist unterschrieben. Version %(number)s gilt jetzt.")
        % {"title": document.title, "number": version.number},
    )
    folder = _folder(request)
    name, row = ("circulation-folder", folder) if folder else ("document", version.document_id)
    return page.gone_on(reverse(name, args=(row,)))


def _confirmed(request: SignedIn) -> signing.Confirmed:
    """Ask again who it is: a signature is not given by somebody who passes an unlocked desk."""
    if not request.user.has_usable_password():
        if request.POST.get("bestaetigt") != "ja":
            raise NotConfirmed
        return "word"
    try:
        is_she = get_adapter().reauthenticate(request.user, request.POST.get("password", ""))
    except ValidationError as error:
        raise TooManyTries from error
    if not is_she:
        raise WrongPassword
    return "password"


def _certificate_trouble() -> str:
    try:
        house.usable(timezone.now())
    except NoCertificate as trouble:
        return trouble.in_words(_)
    return ""


def _folder(request: SignedIn) -> int | None:
    """The circulation folder from whose papers she came, if she may see it."""
    asked = page.number(request.GET.get("mappe")) or page.number(request.POST.get("mappe"))
    if asked is None:
        return None
    try:
        return circulation.get_folder(request.user, asked).pk
    except Refused:
        return None
