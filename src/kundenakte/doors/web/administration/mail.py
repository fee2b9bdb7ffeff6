"""Mail in: the mailboxes that are looked into and the door that listens, how they stand, and trying them out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenakte.doors.web import page
from kundenakte.doors.web.administration.mail_forms import DoorForm, MailboxForm, NewMailboxForm
from kundenakte.doors.web.administration.pages import administrators
from kundenakte.doors.web.history.entries import history_of
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.sent_forms import carried_out
from kundenakte.records import access
from kundenakte.records.models import Arrival
from kundenakte.records.refusals import NotFound
from kundenakte.steps.intake import mail_trial, mailboxes, source_counts
from kundenakte.steps.intake.models import Mailbox, MailboxFolder, MailEvent

_SHOWN = 20
State = Arrival.State
DOOR_SOURCE = "smtp"


@dataclass(frozen=True, slots=True)
class Counts:
    """What came in by one source: filed, asked about, under way, set aside, and refused at the door."""

    filed: int = 0
    asked: int = 0
    under_way: int = 0
    discarded: int = 0
    refused: int = 0
    # Mails of nobody we know, left in the mailbox.
    left: int = 0

    @property
    def came(self) -> int:
        """All of it: nothing is missing in the sum."""
        return self.filed + self.asked + self.under_way + self.discarded + self.refused


def counts_of(sources: Mapping[str, int | None]) -> dict[str, Counts]:
    """For each source (with its mailbox's id, or None for the door) what came of what it brought."""
    rows = Arrival.objects.filter(source__in=sources).order_by().values_list("source", "state").annotate(Count("pk"))
    found: dict[str, dict[str, int]] = {source: {} for source in sources}
    for source, state, number in rows:
        found[source][state] = number
    refused = source_counts.refused_mails()
    left = {pk: sum(n for one, n in _left() if one == pk) for pk in sources.values()}
    return {
        source: Counts(
            filed=states.get(State.FILED, 0) + states.get(State.DUPLICATE, 0), asked=states.get(State.WAITING, 0),
            under_way=states.get(State.UNDER_WAY, 0), discarded=states.get(State.DISCARDED, 0),
            refused=refused.get(sources[source], 0), left=left.get(sources[source], 0),
        )
        for source, states in found.items()
    }  # fmt: skip


def _left() -> list[tuple[int, int]]:
    return list(MailboxFolder.objects.values_list("mailbox", "left"))


def stand() -> tuple[str, bool]:
    """A word for the overview of the administration, and whether somebody should look."""
    boxes, door = Mailbox.objects.filter(enabled=True), mailboxes.door()
    troubled = boxes.exclude(problem="").count() + bool(door.enabled and door.problem)
    if troubled:
        return ngettext("%(n)d steht still", "%(n)d stehen still", troubled) % {"n": troubled}, True
    count = boxes.count()
    said = _("%(n)d Postfächer") % {"n": count} if count != 1 else _("1 Postfach")
    return (f"{said}, {_('Mail-Eingang')}" if door.enabled else said), False


@require_safe
@administrators
def overview(request: SignedIn) -> HttpResponse:
    """All ways by which mail comes in, with how they stand."""
    boxes, door = list(Mailbox.objects.select_related("team")), mailboxes.door()
    counts = counts_of({DOOR_SOURCE: None, **{box.source: box.pk for box in boxes}})
    context = {
        "door": door, "door_counts": counts[DOOR_SOURCE], "boxes": [(box, counts[box.source]) for box in boxes],
    }  # fmt: skip
    return render(request, "administration/mail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def new(request: SignedIn) -> HttpResponse:
    """Look into one more mailbox."""
    form = NewMailboxForm(request.POST or None, initial=NewMailboxForm.initial_of(None))

    def add() -> HttpResponse:
        box = mailboxes.add_mailbox(
            actor=page.actor(request), name=form.cleaned_data["name"], now=timezone.now(), keys=form.keys(),
            **form.changes(),
        )  # fmt: skip
        messages.success(request, _("Das Postfach „%(name)s“ wird jetzt gelesen.") % {"name": box})
        return page.gone_on(reverse("administration-mailbox", args=(box.pk,)))

    return carried_out(request, form, add, "administration/mailbox_new.html", dict)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def mailbox(request: SignedIn, mailbox: int) -> HttpResponse:
    """One mailbox: its settings, how it stands, what came last; "try" signs in and looks for the folders."""
    box = _row(mailbox)
    tries = request.method == "POST" and request.POST.get("was") == "pruefen"
    form = MailboxForm(None if tries else request.POST or None, initial=MailboxForm.initial_of(box))

    def context() -> dict[str, Any]:
        return {
            "box": box, "counts": counts_of({box.source: box.pk})[box.source],
            "findings": mail_trial.examine_mailbox(box) if tries else [],
            "events": _events(request, box),
            "history": history_of(request.user, [("intake.mailbox", box.pk)], limit=20),
        }  # fmt: skip

    if tries:
        return render(request, "administration/mailbox.html", {"form": form, **context()})

    def save() -> HttpResponse:
        mailboxes.change_mailbox(
            actor=page.actor(request), mailbox=box, now=timezone.now(),
            edition=page.number(request.POST.get("edition")) or 0, keys=form.keys(), **form.changes(),
        )  # fmt: skip
        messages.success(request, _("Gespeichert. Das Postfach wird ab sofort so gelesen."))
        return page.gone_on(reverse("administration-mailbox", args=(box.pk,)))

    return carried_out(request, form, save, "administration/mailbox.html", context)


@require_POST
@administrators
def switch(request: SignedIn, mailbox: int) -> HttpResponse:
    """Pause a mailbox or go on with it."""
    box, on = _row(mailbox), request.POST.get("an") == "ja"
    mailboxes.change_mailbox(actor=page.actor(request), mailbox=box, enabled=on, now=timezone.now())
    said = _("„%(name)s“ wird wieder gelesen.") if on else _("„%(name)s“ ruht, bis Sie es wieder einschalten.")
    messages.success(request, said % {"name": box})
    return page.gone_on(reverse("administration-mailbox", args=(box.pk,)))


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def listening(request: SignedIn) -> HttpResponse:
    """The door that listens: its settings, how it stands, whom it turned away; "try" knocks at it."""
    door = mailboxes.door()
    tries = request.method == "POST" and request.POST.get("was") == "pruefen"
    form = DoorForm(None if tries else request.POST or None, initial=DoorForm.initial_of(door))

    def context() -> dict[str, Any]:
        return {
            "door": door, "counts": counts_of({DOOR_SOURCE: None})[DOOR_SOURCE],
            "findings": mail_trial.examine_door(door) if tries else [], "events": _events(request, None),
            "history": history_of(request.user, [("intake.maildoor", door.pk or 0)], limit=20),
        }  # fmt: skip

    if tries:
        return render(request, "administration/mail_door.html", {"form": form, **context()})

    def save() -> HttpResponse:
        edition = page.number(request.POST.get("edition")) or 0
        mailboxes.set_door(
            actor=page.actor(request), now=timezone.now(), edition=edition if door.pk else None, **form.changes()
        )  # fmt: skip
        messages.success(request, _("Gespeichert. Der Mail-Eingang gilt ab sofort so."))
        return page.gone_on(reverse("administration-mail-door"))

    return carried_out(request, form, save, "administration/mail_door.html", context)


def _events(request: SignedIn, box: Mailbox | None) -> list[MailEvent]:
    """The last mails; what an arrival became is as hidden as its document."""
    rows = list(MailEvent.objects.filter(mailbox=box).select_related("arrival")[:_SHOWN])
    wanted = {event.arrival_id for event in rows if event.arrival_id}
    seen = set(access.arrivals_for(request.user).filter(pk__in=wanted).values_list("pk", flat=True))
    return [event for event in rows if not event.arrival_id or event.arrival_id in seen]


def _row(pk: int) -> Mailbox:
    found = Mailbox.objects.select_related("team").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found
