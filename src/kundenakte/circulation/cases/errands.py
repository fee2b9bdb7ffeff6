"""What the house does for a process: each errand by a job of the ledger, and the process goes on in its commit.

A job may be killed anywhere. What can be asked whether it is done (a letter taken in, a case started) is done once; a
receiver of a webhook gets the same key each time; a mail is sent once at most, and when nobody knows whether it went, a
person decides.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from kundenakte import pipeline
from kundenakte.base import blobs, secret_files
from kundenakte.base.accounts.actors import Actor
from kundenakte.base.jobs import ledger
from kundenakte.base.jobs.kinds import GiveUp
from kundenakte.base.jobs.ledger import Apply
from kundenakte.circulation import access, minutes, moving
from kundenakte.circulation.cases import definitions, going, publishing, starting, working
from kundenakte.circulation.minutes import Line
from kundenakte.circulation.models import Case, CaseErrand, CirculationFolder, FolderDocument, Process, WebhookReceiver
from kundenakte.circulation.models.minutes import What
from kundenakte.circulation.processes.definition import Errand
from kundenakte.customers.models import Identifier
from kundenakte.records.models import Arrival, Document
from kundenakte.records.refusals import BadValue, NotAllowed
from kundenakte.steps.rendition.sheet import Sheet

SOURCE: Final = "process"
State = CaseErrand.State
_PLACE: Final = re.compile(r"\{([a-z][a-z0-9_]{0,39})\}")
# Whoever files it wakes the errand at once; this is for what ends otherwise.
_PAUSE: Final = timedelta(minutes=1)
_TIMEOUT: Final = 10
_EMAIL: Final = re.compile(r"[^@\s,;<>\"]{1,64}@[A-Za-z0-9.-]{1,190}")
_UNDER_WAY: Final = (State.WAITING, State.BEGUN)


def do(errand_id: int) -> Apply:
    """Do one errand. What is over, or whose case has ended, is let be."""
    row = CaseErrand.objects.select_related("case__folder__customer_file__customer", "case__definition").get(
        pk=errand_id
    )
    if row.state not in _UNDER_WAY or not row.case.is_open:
        return lambda: True
    errand = definitions.of(row.case.definition).errands[row.element]
    return _SERVICES[errand.service](row, errand)


def look_again(errand_id: int) -> Apply:
    """After a pause, have an errand done that waits for somebody's filing."""

    def ask() -> bool:
        if CaseErrand.objects.filter(pk=errand_id, state__in=_UNDER_WAY).exists():
            ledger.enqueue(going.ERRAND, errand_id)
        return True

    return ask


def failed(errand_id: int, sentence: str) -> None:
    """It did not succeed however often it was tried: the case shows it, and a person decides."""
    CaseErrand.objects.filter(pk=errand_id, state__in=_UNDER_WAY).update(
        state=State.FAILED, trouble=sentence[:300], ended_at=timezone.now()
    )


@transaction.atomic
def try_again(*, actor: Actor, errand: CaseErrand, now: datetime) -> None:
    """Have the house do a failed errand once more: whoever steers the case."""
    row = _of_somebody(actor, errand, now)
    row.state, row.trouble, row.ended_at = State.WAITING, "", None
    row.save(update_fields=["state", "trouble", "ended_at"])
    ledger.enqueue(going.ERRAND, row.pk)


@transaction.atomic
def go_without(*, actor: Actor, errand: CaseErrand, reason: str, now: datetime) -> None:
    """Let the process go on without a failed errand, with a reason: whoever steers the case."""
    if not reason.strip():
        raise BadValue("Bitte geben Sie an, warum es ohne diesen Schritt weitergeht.")
    row = _of_somebody(actor, errand, now)
    line = Line(What.ERRAND, after={"element": row.element, "state": "skipped"}, comment=reason.strip())
    minutes.write(actor, row.case.folder, [line], at=now)
    row.state, row.ended_at = State.DONE, now
    row.result = {**row.result, "skipped": True}
    row.save(update_fields=["state", "ended_at", "result"])
    _on(row, now)


def filled(text: str, case: Case) -> str:
    """A template's text with the fields of the case in the places of {names}; what is not known stays empty."""
    definition = definitions.of(case.definition)
    customer = case.folder.customer_file.customer
    shown = {
        "vorgang": case.number, "titel": case.folder.title, "kunde": str(customer), "zustaendig": str(case.owner),
        "begonnen": f"{timezone.localdate(case.opened_at):%d.%m.%Y}",
    }  # fmt: skip
    for name, value in case.fields.items():
        [(_title, words)] = going.words_of({name: value}, definition) or [("", "")]
        shown[name] = words
    # One pass: what a person typed is never read as a place itself.
    return _PLACE.sub(lambda match: shown.get(match[1], ""), text)


# --- the services ------------------------------------------------------------------------------------------------


def _file_document(row: CaseErrand, errand: Errand) -> Apply:
    arrival_id = row.result.get("arrival")
    if arrival_id is None:
        arrival_id = _taken_in(row, errand)
    arrival = Arrival.objects.select_related("document").get(pk=arrival_id)
    if arrival.document is None:
        # In the inbox, or still on its way: the process goes on when somebody has filed it.
        def wait() -> bool:
            # Not this very work: asked for while it runs, it would run again at once, and so on.
            ledger.enqueue(going.LOOK_AGAIN, row.pk, run_after=timezone.now() + _PAUSE)
            return True

        return wait
    return _done(row, {"arrival": arrival_id, "document": arrival.document.pk}, document=arrival.document)


def _taken_in(row: CaseErrand, errand: Errand) -> int:
    case, now = row.case, timezone.now()
    title = filled(errand.parameters["title"], case).strip()[:180] or errand.name
    with tempfile.TemporaryDirectory(dir=settings.SCRATCH, prefix="letter-") as scratch:
        file = Path(scratch) / "letter.pdf"
        _draw(file, title, filled(errand.parameters["text"], case), case)
        with file.open("rb") as stream:
            arrival = pipeline.receive(
                actor=going.HOUSE, stream=stream, file_name=f"{case.number}.pdf", source=SOURCE,
                source_key=f"{case.number}/{row.run}", now=now, beside=lambda made: _remember(row, made),
                facts={
                    "customer_file_id": case.customer_file_id, "class": errand.parameters.get("class", "LETTER"),
                    "section": errand.parameters.get("section", "korrespondenz"), "number": case.number,
                    "title": title, "dated_on": timezone.localdate(now).isoformat(),
                },
            )  # fmt: skip
    return arrival.pk


def _remember(row: CaseErrand, arrival: Arrival) -> None:
    """In the very transaction that takes the letter in; a second worker finds it and takes nothing in."""
    held = CaseErrand.objects.select_for_update().get(pk=row.pk)
    if held.state not in _UNDER_WAY or "arrival" in held.result:
        raise GiveUp("done_meanwhile", "Das Schreiben liegt schon in der Akte.")
    held.state, held.result = State.BEGUN, {**held.result, "arrival": arrival.pk}
    held.save(update_fields=["state", "result"])


def _draw(file: Path, title: str, text: str, case: Case) -> None:
    customer = case.folder.customer_file.customer
    sheet = Sheet(file, kind=str(customer), title=title, footer=f"Vorgang {case.number}")
    for paragraph in text.split("\n"):
        sheet.paragraph(paragraph or " ")
    sheet.save()


def _send_mail(row: CaseErrand, errand: Errand) -> Apply:
    if row.state == State.BEGUN:
        raise GiveUp("mail_unclear", "Ob diese Mail noch hinausging, ist nicht sicher. Bitte prüfen Sie das.")
    if not settings.EMAIL_HOST:
        raise GiveUp("no_mail_server", "Für das Haus ist kein Mailserver eingerichtet.")
    to = _address(row.case, errand.parameters.get("to", "customer"))
    message = EmailMessage(
        " ".join(filled(errand.parameters["subject"], row.case).split())[:200],
        filled(errand.parameters["text"], row.case), to=[to],
        headers={"Message-ID": f"<{row.run}@kundenakte>"},
    )  # fmt: skip
    attached = errand.parameters.get("attach")
    if attached:
        _attach(message, row.case, attached)
    # The row goes first: killed from here on, the mail is never sent a second time.
    if not CaseErrand.objects.filter(pk=row.pk, state=State.WAITING).update(state=State.BEGUN):
        return lambda: True
    try:
        message.send()
    except OSError as error:
        CaseErrand.objects.filter(pk=row.pk, state=State.BEGUN).update(state=State.WAITING)
        raise ConnectionError("the mail server did not take it") from error
    return _done(row, {"sent": True})


def _address(case: Case, name: str) -> str:
    found = str(case.fields.get(name) or "") if name != "customer" else ""
    if name == "customer":
        known = Identifier.objects.filter(
            customer=case.folder.customer_file.customer, kind=Identifier.Kind.EMAIL, valid_until=None
        )
        found = known.order_by("pk").values_list("shown", flat=True).first() or ""
    if not _EMAIL.fullmatch(found.strip()):
        raise GiveUp("no_address", "Zu diesem Kunden ist keine brauchbare Mailadresse bekannt.")
    return found.strip()


def _attach(message: EmailMessage, case: Case, element: str) -> None:
    letter = case.errands.filter(element=element, state=State.DONE).order_by("-pk").first()
    document = Document.objects.filter(pk=(letter.result.get("document") if letter else 0) or 0).first()
    version = document.valid_version if document else None
    if version is None:
        raise GiveUp("no_letter", "Das Schreiben, das angehängt werden soll, gibt es noch nicht.")
    with blobs.default().open(version.digest) as stream:
        message.attach(version.file_name, stream.read(), version.media_type)


def _start_process(row: CaseErrand, errand: Errand) -> Apply:
    process = Process.objects.filter(key=errand.parameters["process"], is_offered=True).first()
    if process is None:
        raise GiveUp("no_process", "Den Prozess, der hier starten soll, gibt es nicht (mehr).")

    def apply() -> bool:
        now = timezone.now()
        held = _held(row)
        if held is None:
            return True
        title = filled(errand.parameters.get("title", ""), held.case)[:200]
        made = starting.start_by_process(process=process, beside=held.case, title=title, now=now)
        return _finished(held, {"case": made.number}, now=now)

    return apply


def _call_webhook(row: CaseErrand, errand: Errand) -> Apply:
    receiver = WebhookReceiver.objects.filter(name=errand.parameters["receiver"], is_active=True).first()
    if receiver is None:
        raise GiveUp("no_receiver", "Den Empfänger, der hier gerufen werden soll, hat niemand eingetragen.")
    key = secret_files.of(publishing.RECEIVER, receiver.name).get("key")
    if not key:
        raise GiveUp("no_key", "Zu diesem Empfänger fehlt das Geheimnis, mit dem unterschrieben wird.")
    case = row.case
    body = json.dumps(
        {
            "case": case.number, "process": case.process.key, "element": row.element, "title": case.folder.title,
            "customer_file": case.customer_file_id, "fields": case.fields,
        },
        ensure_ascii=False, sort_keys=True,
    ).encode()  # fmt: skip
    signature = hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
    request = urllib.request.Request(  # noqa: S310 - its address was checked when it was entered
        receiver.url, data=body, method="POST",
        headers={
            "Content-Type": "application/json", "Idempotency-Key": str(row.run),
            "X-Kundenakte-Signature": f"sha256={signature}",
        },
    )  # fmt: skip
    with _OPENER.open(request, timeout=_TIMEOUT) as answer:
        status = int(answer.status)
    return _done(row, {"status": status})


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """An answer that sends us elsewhere is a failure: what is sent goes where the administrator said."""

    def redirect_request(self, *_args: Any, **_more: Any) -> None:
        return None


_OPENER: Final = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))
_SERVICES: Final[dict[str, Callable[[CaseErrand, Errand], Apply]]] = {
    "file_document": _file_document,
    "send_mail": _send_mail,
    "start_process": _start_process,
    "call_webhook": _call_webhook,
}


# --- inside ------------------------------------------------------------------------------------------------------


def _done(row: CaseErrand, result: dict[str, Any], *, document: Document | None = None) -> Apply:
    def apply() -> bool:
        held = _held(row)
        return held is None or _finished(held, result, now=timezone.now(), document=document)

    return apply


def _held(row: CaseErrand) -> CaseErrand | None:
    """The errand with its case, its folder held; None when it is over."""
    folder = working.locked(row.case.folder_id)
    held = CaseErrand.objects.get(pk=row.pk)
    if held.state not in _UNDER_WAY or not folder.is_open:
        return None
    held.case = working.case_of(folder)
    return held


def _finished(row: CaseErrand, result: dict[str, Any], *, now: datetime, document: Document | None = None) -> bool:
    folder = row.case.folder
    if document is not None:
        FolderDocument.objects.get_or_create(
            folder=folder, document=document, removed_at=None,
            defaults={"added_by": row.case.owner, "added_at": now},
        )  # fmt: skip
        working.settle_grants(folder, now=now)
    line = Line(What.ERRAND, document=document, after={"element": row.element, "service": row.service})
    minutes.write(going.HOUSE, folder, [line], at=now)
    row.state, row.result, row.ended_at, row.trouble = State.DONE, {**row.result, **result}, now, ""
    row.save(update_fields=["state", "result", "ended_at", "trouble"])
    _on(row, now)
    return True


def _on(row: CaseErrand, now: datetime) -> None:
    run = going.taken_up(row.case, now=now)
    run.finish(row.run)
    going.settle(row.case, run, now=now)


def _of_somebody(actor: Actor, errand: CaseErrand, now: datetime) -> CaseErrand:
    case = Case.objects.select_related("folder").get(pk=errand.case_id)
    folder: CirculationFolder = moving.held(actor, case.folder, now=now)
    person = moving.person(actor)
    row = CaseErrand.objects.get(pk=errand.pk)
    row.case = working.case_of(folder)
    if not access.may_steer(person, folder, today=timezone.localdate(now)) and row.case.owner_id != person.pk:
        raise NotAllowed
    if row.state != State.FAILED:
        raise BadValue("Dieser Schritt ist nicht fehlgeschlagen.")
    return row
