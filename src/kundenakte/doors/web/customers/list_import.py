"""Reading in a customer list: upload, see what the columns are taken for and what would happen, then do it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kundenakte.customers.imports import ImportReport, import_customers, set_import_mapping
from kundenakte.customers.imports.columns import TARGETS
from kundenakte.customers.models import Customer, ImportMapping
from kundenakte.doors.web import page, refusals
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.doors.web.upload import incoming
from kundenakte.doors.web.upload.incoming import Incoming
from kundenakte.records import access
from kundenakte.records.actions.files import open_files_for
from kundenakte.records.models import Verb
from kundenakte.records.refusals import BadValue, Refused

_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Column:
    """A heading of the list and what it is taken for."""

    name: str
    heading: str
    target: str


@require_http_methods(["GET", "POST"])
@screen
def upload(request: SignedIn) -> HttpResponse:
    """One page for all steps: the list stays on the server between them, for its owner and for a day."""
    page.require(request, Verb.CHANGE_CUSTOMER)
    context: dict[str, object] = {
        "targets": TARGETS.items(),
        "system": request.POST.get("system", "erp"),
        "mappings": ImportMapping.objects.order_by("name"),
    }
    status = 200
    if request.method == "POST":
        try:
            sent = _list(request)
            mapping = _mapping(request)
            run = request.POST.get("schritt") == "uebernehmen"
            report = _import(request, sent, mapping, dry_run=not run)
        except Refused as refused:
            status = refusals.status_of(refused)
            context["error"] = refused.in_words(_)
        else:
            context |= _shown(request, report) | {"key": sent.key, "file_name": sent.file_name}
            if run:
                _remember(request, mapping, report)
                sent.forget()
    return render(request, "customers/import.html", context, status=status)


def _list(request: SignedIn) -> Incoming:
    """The list that was just sent, or the one of the step before."""
    if request.POST.get("key"):
        return incoming.find(request.POST["key"], owner=request.user.pk)
    file = request.FILES.get("list")
    if file is None:
        raise BadValue("Bitte wählen Sie eine Datei.")
    sent = incoming.begin(owner=request.user.pk, file_name=file.name or "", size=file.size or 0, origin="", facts={})
    offset = 0
    while offset < sent.size:
        offset = sent.append(file, offset=offset)
    return sent


def _mapping(request: SignedIn) -> ImportMapping | None:
    """As the selects say; else the stored one that was chosen; else None, and the headings decide."""
    columns: dict[str, list[str]] = {}
    for name, heading in request.POST.items():
        if name.startswith("heading_"):
            target = request.POST.get(f"target_{name.removeprefix('heading_')}", "")
            if target in TARGETS:
                columns.setdefault(target, []).append(str(heading))
    system = slugify(request.POST.get("system", ""))[:40] or "erp"
    stored = ImportMapping.objects.filter(name=request.POST.get("mapping", "")).first()
    if columns:
        return ImportMapping(name="", system=system, columns=columns)
    return stored or (ImportMapping(name="", system=system, columns={}) if system != "erp" else None)


def _import(request: SignedIn, sent: Incoming, mapping: ImportMapping | None, *, dry_run: bool) -> ImportReport:
    actor, now = page.actor(request), timezone.now()
    today = timezone.localdate(now)

    def open_files(customers: Sequence[Customer]) -> None:
        open_files_for(actor=actor, customers=customers, today=today)

    with sent.opened() as stream:
        return import_customers(
            stream, mapping, actor=actor, today=today, dry_run=dry_run, on_created=open_files, now=now
        )


def _remember(request: SignedIn, mapping: ImportMapping | None, report: ImportReport) -> None:
    name = slugify(request.POST.get("remember", ""))[:50]
    if name:
        set_import_mapping(
            actor=page.actor(request), name=name, columns=mapping.columns if mapping else report.columns,
            system=mapping.system if mapping else "erp", now=timezone.now(),
        )  # fmt: skip
    messages.success(
        request,
        _("%(created)d Kunden angelegt, %(changed)d geändert, %(unchanged)d unverändert, %(refused)d abgelehnt.")
        % {name: report.count(name) for name in ("created", "changed", "unchanged", "refused")},
    )


def _shown(request: SignedIn, report: ImportReport) -> dict[str, object]:
    used = {heading: target for target, headings in report.columns.items() for heading in headings}
    headings = [*used, *report.unused]
    # What was refused first, then what a person should know, then the rest.
    rank = {"refused": 0, "created": 2, "changed": 2, "unchanged": 3}
    rows = sorted(
        report.rows, key=lambda row: (1 if row.remarks and row.outcome != "refused" else rank[row.outcome], row.row)
    )
    visible = set(
        access.customers_for(request.user, rights=page.rights(request))
        .filter(pk__in=[missing.customer_id for missing in report.missing[:1000]])
        .values_list("pk", flat=True)
    )
    missing = [row for row in report.missing[:1000] if row.customer_id in visible]
    return {
        "report": report,
        "columns": [Column(str(n), heading, used.get(heading, "")) for n, heading in enumerate(headings)],
        "rows": rows[:_SHOWN],
        "more": max(len(rows) - _SHOWN, 0),
        "counts": [(name, report.count(name)) for name in ("created", "changed", "unchanged", "refused")],
        "missing": missing[:50],
        "missing_count": len(missing),
    }
