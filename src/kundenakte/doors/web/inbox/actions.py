"""What a person decides in the inbox. Each answer leads on to the next one that waits."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kundenakte import pipeline
from kundenakte.doors.web import page, refusals
from kundenakte.doors.web.documents import describing
from kundenakte.doors.web.inbox import views
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access
from kundenakte.records.models import Arrival, CustomerFile, Document, Section, Verb
from kundenakte.records.refusals import AlreadyDone, BadValue, NotFound, Refused
from kundenakte.records.sections import sections_of


@require_POST
@screen
def file(request: SignedIn, pk: int) -> HttpResponse:
    """Put it into the chosen file; then the next one opens."""
    arrival = access.get_arrival(request.user, pk)
    page.require(request, Verb.INBOX)
    following = views.next_after(request, arrival)
    try:
        customer_file = _chosen_file(request)
        document = pipeline.file_by_hand(
            actor=page.actor(request), arrival=arrival, customer_file=customer_file,
            description=describing.description(request.POST, kept=_kept(arrival)), now=timezone.now(),
            section=_section(request, customer_file), document=_version_of(request),
            as_new=request.POST.get("placing") == "new",
        )  # fmt: skip
    except (AlreadyDone, NotFound):
        raise
    except Refused as refused:
        return _again(request, arrival, refused)
    messages.success(request, _filed_sentence(document))
    return page.gone_on(following)


@require_POST
@screen
def discard(request: SignedIn, pk: int) -> HttpResponse:
    """Set it aside with a reason. It is kept and can be brought back."""
    arrival = access.get_arrival(request.user, pk)
    following = views.next_after(request, arrival)
    try:
        pipeline.discard(
            actor=page.actor(request), arrival=arrival, reason=request.POST.get("reason", ""), now=timezone.now()
        )
    except BadValue as refused:
        return _again(request, arrival, refused)
    messages.success(request, _("Aussortiert. Im Fach „Aussortiert“ können Sie es zurückholen."))
    return page.gone_on(following)


@require_POST
@screen
def take_back(request: SignedIn, pk: int) -> HttpResponse:
    """Bring it back into the inbox."""
    arrival = access.get_arrival(request.user, pk)
    pipeline.take_back(actor=page.actor(request), arrival=arrival, now=timezone.now())
    return page.gone_on(reverse("inbox-arrival", args=(pk,)))


@require_POST
@screen
def confirm(request: SignedIn, pk: int) -> HttpResponse:
    """It lies right although the document contradicts its source; then the next one opens."""
    arrival = access.get_arrival(request.user, pk)
    following = views.next_after(request, arrival)
    pipeline.confirm_check(actor=page.actor(request), arrival=arrival, now=timezone.now())
    messages.success(request, _("Geprüft. Das Dokument bleibt, wo es ist."))
    return page.gone_on(following)


@require_POST
@screen
def try_again(request: SignedIn, pk: int) -> HttpResponse:
    """Read it once more, for example with the password of its PDF. The password is used, not kept with the arrival."""
    arrival = access.get_arrival(request.user, pk)
    pipeline.try_again(
        actor=page.actor(request), arrival=arrival, now=timezone.now(), password=request.POST.get("password", "")[:200]
    )
    messages.success(request, _("Die Datei wird noch einmal gelesen."))
    return page.gone_on(reverse("inbox-arrival", args=(pk,)))


def _chosen_file(request: SignedIn) -> CustomerFile:
    """The candidate whose button was pressed, else the customer chosen by typing."""
    pressed = request.POST.get("vorschlag") or request.POST.get("akte") or request.POST.get("akte_ohne_skript")
    pk = page.number(pressed)
    if pk is None:
        raise BadValue("Bitte wählen Sie einen Kunden.")
    return access.get_file(request.user, pk)


def _section(request: SignedIn, customer_file: CustomerFile) -> Section | None:
    pk = page.number(request.POST.get("register"))
    if pk is None:
        return None
    return next((one.section for one in sections_of(customer_file) if one.section.pk == pk), None)


def _version_of(request: SignedIn) -> Document | None:
    word, colon, text = request.POST.get("placing", "").partition(":")
    pk = page.number(text)
    if word != "version" or not colon or pk is None:
        return None
    return access.get_document(request.user, pk, to=Verb.EDIT)


def _kept(arrival: Arrival) -> dict[str, str]:
    """Fields the source gave that the class does not show."""
    given = arrival.facts.get("fields", {})
    return {str(key): str(value) for key, value in given.items()} if isinstance(given, dict) else {}


def _again(request: SignedIn, arrival: Arrival, refused: Refused) -> HttpResponse:
    """The same page with what was typed and why it was not done."""
    arrival.refresh_from_db()
    typed = describing.from_form(request.POST) if "class" in request.POST else None
    context = views.list_context(request, "") | views.arrival_context(request, arrival, described=typed)
    context["error"] = _(refused.sentence)
    return render(request, "inbox/inbox.html", context, status=refusals.status_of(refused))


def _filed_sentence(document: Document) -> str:
    return format_html(
        _("Eingeaktet in {file}: <a href='{address}'>{title}</a>"),
        file=document.customer_file.customer.name, address=reverse("document", args=(document.pk,)),
        title=document.title,
    )  # fmt: skip
