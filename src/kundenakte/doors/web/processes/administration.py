"""The administrator's page of processes: editions, upload and check, publish, what starts them, moving cases over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenakte.base.accounts.models import User
from kundenakte.base.refusals import Refused
from kundenakte.circulation.cases import going, publishing
from kundenakte.circulation.models import (
    Case,
    EditionMove,
    Process,
    ProcessDefinition,
    ProcessDraft,
    StartRule,
    WebhookReceiver,
)
from kundenakte.circulation.processes import reading, xml
from kundenakte.circulation.processes.definition import Definition
from kundenakte.circulation.processes.refusals import BpmnRefused
from kundenakte.doors.web import page, refusals
from kundenakte.doors.web.administration.pages import administrators
from kundenakte.doors.web.circulation.people import people
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.processes.drawing import drawn
from kundenakte.records.models import DocumentClass
from kundenakte.records.refusals import BadValue, NotFound

# By which way a document may come in for a rule to take it (circulation/ways.py).
_WAYS: Final[Mapping[str, Any]] = {
    "": gettext_lazy("egal"),
    "mail": gettext_lazy("E-Mail"),
    "hotfolder": gettext_lazy("Überwachter Ordner"),
    "web": gettext_lazy("Hochgeladen"),
    "api": "REST",
}


@require_safe
@administrators
def processes(request: SignedIn) -> HttpResponse:
    """All processes, how many cases each has, and the receivers of webhooks."""
    return _list(request)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def upload(request: SignedIn) -> HttpResponse:
    """A file is brought in and checked; what is wrong with it is said, and nothing is kept of it."""
    if request.method != "POST":
        return _list(request)
    file = request.FILES.get("datei")
    content = file.read(xml.LARGEST + 1) if file else request.POST.get("quelle", "").encode()
    try:
        if not content:
            raise BpmnRefused("Bitte wählen Sie eine BPMN-Datei.")
        draft = publishing.save_draft(actor=page.actor(request), content=content, now=timezone.now())
    except Refused as refused:
        return _list(request, status=422, sentence=refused.in_words(_))
    messages.success(request, _("Die Datei ist geprüft und liegt als Entwurf bereit."))
    return page.gone_on(reverse("administration-process", args=(draft.process.key,)))


def _list(request: SignedIn, *, status: int = 200, sentence: str = "") -> HttpResponse:
    rows = Process.objects.annotate(
        open_cases=Count("cases", filter=Q(cases__state=Case.State.OPEN)), all_cases=Count("cases")
    ).order_by("name")
    drafts = set(ProcessDraft.objects.values_list("process_id", flat=True))
    newest = {row.process_id: row for row in ProcessDefinition.objects.order_by("number")}
    context = {
        "rows": [(row, newest.get(row.pk), row.pk in drafts) for row in rows], "sentence": sentence,
        "receivers": WebhookReceiver.objects.all(),
    }  # fmt: skip
    return render(request, "processes/administration.html", context, status=status)


@require_safe
@administrators
def process(request: SignedIn, key: str) -> HttpResponse:
    """One process: its draft if there is one, its editions, its rules, its cases by edition."""
    return _shown(request, process_of(key))


def _shown(
    request: SignedIn, row: Process, *, status: int = 200, sentence: str = "", rule_sentence: str = "",
    typed: QueryDict | None = None,
) -> HttpResponse:  # fmt: skip
    """The page; `typed` is a rule that was refused with `rule_sentence`."""
    draft = ProcessDraft.objects.filter(process=row).select_related("changed_by").first()
    editions = list(
        row.definitions.select_related("published_by")
        .annotate(open_cases=Count("cases", filter=Q(cases__state=Case.State.OPEN)))
        .order_by("-number")
    )
    shown = _chosen(request, editions)
    source = draft.source if draft and request.GET.get("ausgabe") is None else shown.source if shown else ""
    definition = reading.read(source.encode()) if source else None
    context = {
        "process": row, "draft": draft, "editions": editions, "shown": shown, "definition": definition,
        "is_draft": bool(draft and request.GET.get("ausgabe") is None),
        "drawing": drawn(source) if source else None, "lanes": _lanes(definition), "sentence": sentence,
        "rules": [
            (rule, _WAYS.get(rule.source, rule.source))
            for rule in row.start_rules.filter(is_active=True).select_related("document_class", "responsible")
        ],
        "classes": [(str(one.pk), one.name) for one in DocumentClass.objects.order_by("name")], "people": people(),
        "ways": _WAYS.items(), "rule_sentence": rule_sentence, "typed": typed,
        "older": sum(one.open_cases for one in editions[1:]),
        "move": EditionMove.objects.filter(process=row).select_related("definition").first(),
    }  # fmt: skip
    return render(request, "processes/process.html", context, status=status)


def _chosen(request: SignedIn, editions: list[Any]) -> Any:
    asked = page.number(request.GET.get("ausgabe"))
    return next((one for one in editions if one.number == asked), editions[0] if editions else None)


def _lanes(definition: Definition | None) -> list[tuple[str, str]]:
    """Each lane with the team that would get its tasks; empty where nobody would."""
    names = {step.lane for step in definition.user_steps.values() if step.lane} if definition else set()
    return [(name, _(str(team)) if (team := going.team_of(name)) else "") for name in sorted(names)]


@require_safe
@administrators
def source(request: SignedIn, key: str) -> HttpResponse:
    """The file itself, to work at it elsewhere."""
    row = process_of(key)
    asked = page.number(request.GET.get("ausgabe"))
    found: Any = row.definitions.filter(number=asked).first() if asked else getattr(row, "draft", None)
    found = found or row.definitions.order_by("-number").first()
    if found is None:
        raise NotFound
    response = HttpResponse(found.source, content_type="application/xml; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{row.key}.bpmn"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
@administrators
def publish(request: SignedIn, key: str) -> HttpResponse:
    """The draft becomes an edition."""
    row = process_of(key)
    draft = ProcessDraft.objects.filter(process=row).first()
    if draft is None:
        raise NotFound
    try:
        made = publishing.publish(
            actor=page.actor(request), draft=draft, edition=page.number(request.POST.get("edition")) or 0,
            note=request.POST.get("notiz", ""), now=timezone.now(),
        )  # fmt: skip
    except Refused as refused:
        return _shown(request, row, status=refusals.status_of(refused), sentence=refused.in_words(_))
    messages.success(request, _("Ausgabe %(number)d gilt ab jetzt für neue Vorgänge.") % {"number": made.number})
    return page.gone_on(reverse("administration-process", args=(key,)))


@require_POST
@administrators
def offer(request: SignedIn, key: str) -> HttpResponse:
    """Let people start it, or no longer."""
    row, offered = process_of(key), request.POST.get("anbieten") == "1"
    publishing.offer(actor=page.actor(request), process=row, offered=offered, now=timezone.now())
    if offered:
        messages.success(request, _("Neue Vorgänge können wieder begonnen werden."))
    else:
        messages.success(request, _("Neue Vorgänge können nicht mehr begonnen werden. Was läuft, läuft weiter."))
    return page.gone_on(reverse("administration-process", args=(key,)))


@require_POST
@administrators
def add_rule(request: SignedIn, key: str) -> HttpResponse:
    """A document of a class that is filed starts the process from now on."""
    row = process_of(key)
    found = DocumentClass.objects.filter(pk=page.number(request.POST.get("klasse")) or 0).first()
    person = User.objects.filter(pk=page.number(request.POST.get("person", "")[1:]) or 0).first()
    try:
        if found is None or person is None:
            raise BadValue("Bitte wählen Sie eine Dokumentklasse und eine Person.")
        publishing.add_start_rule(
            actor=page.actor(request), process=row, document_class=found, responsible=person,
            word=request.POST.get("wort", ""), source=request.POST.get("weg", ""), now=timezone.now(),
        )  # fmt: skip
    except Refused as refused:
        return _shown(
            request, row, status=refusals.status_of(refused), rule_sentence=refused.in_words(_), typed=request.POST
        )
    messages.success(request, _("Die Regel gilt ab jetzt."))
    return page.gone_on(reverse("administration-process", args=(key,)))


@require_POST
@administrators
def end_rule(request: SignedIn, key: str, rule: int) -> HttpResponse:
    """The rule starts nothing any more."""
    row = StartRule.objects.filter(pk=rule, process__key=key, is_active=True).select_related("process").first()
    if row is None:
        raise NotFound
    publishing.end_start_rule(actor=page.actor(request), rule=row, now=timezone.now())
    messages.success(request, _("Die Regel ist beendet."))
    return page.gone_on(reverse("administration-process", args=(key,)))


@require_POST
@administrators
def receiver(request: SignedIn) -> HttpResponse:
    """A receiver of webhooks is entered or changed."""
    try:
        publishing.set_receiver(
            actor=page.actor(request), name=request.POST.get("name", ""), url=request.POST.get("adresse", ""),
            secret=request.POST.get("geheimnis", ""), now=timezone.now(),
        )  # fmt: skip
    except Refused as refused:
        return _list(request, status=422, sentence=refused.in_words(_))
    messages.success(request, _("Der Empfänger ist eingetragen."))
    return page.gone_on(reverse("administration-processes"))


def process_of(key: str) -> Process:
    """One process by its key."""
    found = Process.objects.filter(key=key).first()
    if found is None:
        raise NotFound
    return found
