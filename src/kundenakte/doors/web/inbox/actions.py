"""What a person decides in the inbox. Each answer leads on to the next one that waits."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from kundenakte import pipeline
from kundenakte.doors.web import page, refusals
from kundenakte.doors.web.documents import describing, undoing
from kundenakte.doors.web.inbox import views
from kundenakte.doors.web.inbox.choosing import Choice, choice_for
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access
from kundenakte.records.models import Arrival, CustomerFile, Document, Section, Verb
from kundenakte.records.refusals import AlreadyDone, BadValue, NotAllowed, NotFound, Refused
from kundenakte.records.sections import sections_of
from kundenakte.steps.filing.by_hand import ChoiceNeeded

_NOT_THERE: Final = gettext_noop(
    "So dürfen Sie es nicht einakten: In dieser Akte oder diesem Register fehlt Ihnen das Recht. Wählen Sie eine "
    "andere Dokumentklasse oder ein anderes Register, oder überlassen Sie es einem anderen Team."
)
NOT_IN_THE_LIST: Final = gettext_noop(
    "Zu dem, was Sie getippt haben, ist kein Kunde gewählt. Wählen Sie den Kunden aus der Liste."
)
View = Callable[[SignedIn, int], HttpResponse]


def sent(view: View) -> View:
    """An answer that is sent. Whoever only opens its address (after signing in again) is led to the arrival."""

    @wraps(view)
    def answered(request: SignedIn, pk: int) -> HttpResponse:
        if request.method == "POST":
            return view(request, pk)
        access.get_arrival(request.user, pk)
        return page.gone_on(reverse("inbox-arrival", args=(pk,)))

    return answered


@screen
@sent
def file(request: SignedIn, pk: int) -> HttpResponse:
    """Put it into the chosen file, or leave it to the document that is there; then the next one opens."""
    arrival = access.get_arrival(request.user, pk)
    page.require(request, Verb.INBOX)
    following = views.next_after(request, arrival)
    word, there = _placing(request)
    if word == "back":
        return _again(request, arrival)
    if word == "duplicate" and there is not None:
        pipeline.leave_to(actor=page.actor(request), arrival=arrival, document=there, now=timezone.now())
        messages.success(request, _linked(_("Nichts Neues abgelegt; es liegt schon in {file}: {link}"), there))
        return page.gone_on(following)
    try:
        customer_file = there.customer_file if there else _chosen_file(request)
        document = pipeline.file_by_hand(
            actor=page.actor(request), arrival=arrival, customer_file=customer_file,
            description=describing.description(request.POST, kept=_kept(arrival)), now=timezone.now(),
            section=_section(request, customer_file), document=there, as_new=word == "new",
        )  # fmt: skip
    except (AlreadyDone, NotFound):
        raise
    except ChoiceNeeded as refused:
        asked = choice_for(refused.placing, customer_file, rights=page.rights(request))
        return _again(request, arrival, refused, asked=asked)
    except NotAllowed as refused:
        return _again(request, arrival, refused, said=_NOT_THERE)
    except Refused as refused:
        return _again(request, arrival, refused)
    rights = page.rights(request)
    undo_at = undoing.undo(arrival.version, document, rights) or undoing.undo_filing(arrival, rights)
    undoing.say_done(request, _filed_sentence(arrival, document), undo_at=undo_at)
    return page.gone_on(following)


@screen
@sent
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


@screen
@sent
def take_back(request: SignedIn, pk: int) -> HttpResponse:
    """Bring it back into the inbox."""
    arrival = access.get_arrival(request.user, pk)
    pipeline.take_back(actor=page.actor(request), arrival=arrival, now=timezone.now())
    return page.gone_on(reverse("inbox-arrival", args=(pk,)))


@screen
@sent
def confirm(request: SignedIn, pk: int) -> HttpResponse:
    """It lies right although the document contradicts its source; then the next one opens."""
    arrival = access.get_arrival(request.user, pk)
    following = views.next_after(request, arrival)
    pipeline.confirm_check(actor=page.actor(request), arrival=arrival, now=timezone.now())
    messages.success(request, _("Geprüft. Das Dokument bleibt, wo es ist."))
    return page.gone_on(following)


@screen
@sent
def try_again(request: SignedIn, pk: int) -> HttpResponse:
    """Read it once more, for example with the password of its PDF. The password is used, not kept with the arrival."""
    arrival = access.get_arrival(request.user, pk)
    pipeline.try_again(
        actor=page.actor(request), arrival=arrival, now=timezone.now(), password=request.POST.get("password", "")[:200]
    )
    messages.success(request, _("Die Datei wird noch einmal gelesen."))
    return page.gone_on(reverse("inbox-arrival", args=(pk,)))


def _chosen_file(request: SignedIn) -> CustomerFile:
    """The candidate whose button was pressed, the file the answered question is about, the one chosen by typing, or the
    one that Enter stands for."""
    pk = _file_named(request)
    if pk is None:
        typed = request.POST.get("akte_getippt", "").strip()
        raise BadValue(NOT_IN_THE_LIST if typed else "Bitte wählen Sie einen Kunden.")
    return access.get_file(request.user, pk)


def _file_named(request: SignedIn) -> int | None:
    answered = ("akte_der_frage",) if request.POST.get("placing") else ()
    pressed = (page.number(request.POST.get(name)) for name in ("vorschlag", *answered))
    chosen = next(filter(None, pressed), None) or page.file_chosen(request.POST, "akte")
    # Enter means the first proposal only where nobody else has been chosen, nor typed without being chosen.
    by_enter = None if request.POST.get("akte_getippt", "").strip() else page.number(request.POST.get("vorgabe"))
    return chosen or by_enter


def _chosen(request: SignedIn) -> CustomerFile | None:
    """The same for showing the form again; None where nothing was chosen, or what is not for this user."""
    files = access.files_for(request.user, rights=page.rights(request)).select_related("customer")
    return files.filter(pk=_file_named(request) or 0).first()


def _section(request: SignedIn, customer_file: CustomerFile) -> Section | None:
    pk = page.number(request.POST.get("register"))
    if pk is None:
        return None
    return next((one.section for one in sections_of(customer_file) if one.section.pk == pk), None)


def _placing(request: SignedIn) -> tuple[str, Document | None]:
    """Which answer was chosen: "new", "version" or "duplicate" with the document they are about, or "" for none."""
    word, _colon, text = request.POST.get("placing", "").partition(":")
    pk = page.number(text)
    if word not in {"version", "duplicate"} or pk is None:
        return word, None
    return word, access.get_document(request.user, pk, to=Verb.EDIT if word == "version" else Verb.READ)


def _kept(arrival: Arrival) -> dict[str, str]:
    """Fields the source gave that the class does not show."""
    given = arrival.facts.get("fields", {})
    return {str(key): str(value) for key, value in given.items()} if isinstance(given, dict) else {}


def _again(
    request: SignedIn, arrival: Arrival, refused: Refused | None = None, *, asked: Choice | None = None, said: str = ""
) -> HttpResponse:
    """The same page with what was typed and chosen and why it was not done, or what has to be chosen."""
    arrival.refresh_from_db()
    typed = describing.from_form(request.POST) if "class" in request.POST else None
    context = views.list_context(request, "") | views.arrival_context(request, arrival, described=typed, asked=asked)
    context["chosen"] = _chosen(request)
    if "register" in request.POST:
        context["section_by_rule"] = page.number(request.POST["register"])
    context["error"] = "" if asked or refused is None else _(said) if said else refused.in_words(_)
    return render(request, "inbox/inbox.html", context, status=refusals.status_of(refused) if refused else 200)


def _filed_sentence(arrival: Arrival, document: Document) -> str:
    if arrival.state == Arrival.State.DUPLICATE:
        return _linked(_("Nichts Neues abgelegt; es liegt schon in {file}: {link}"), document)
    version = arrival.version
    if version is None or version.number == 1:
        return _linked(_("Eingeaktet in {file}: {link}"), document)
    if version.pk == document.valid_version_id:
        return _linked(_("Als gültige Version {number} eingeaktet in {file}: {link}"), document, number=version.number)
    return _linked(_("Als Entwurf, Version {number}, eingeaktet in {file}: {link}"), document, number=version.number)


def _linked(sentence: str, document: Document, **more: object) -> str:
    link = format_html("<a href='{}'>{}</a>", reverse("document", args=(document.pk,)), document.title)
    return format_html(sentence, file=document.customer_file.customer.name, link=link, **more)
