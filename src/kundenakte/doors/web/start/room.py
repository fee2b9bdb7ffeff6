"""Where an auditor from outside begins: what is open to him until when, and the ways into it."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kundenakte.doors.web import page
from kundenakte.doors.web.page import SignedIn
from kundenakte.records import access, audits
from kundenakte.records.models import Audit


@dataclass(slots=True)
class ClassLine:
    """How many documents of one class there are, in all and by tax year; those without a number are none."""

    pk: int
    name: str
    count: int = 0
    years: dict[int, int] = field(default_factory=dict)


def show(request: SignedIn) -> HttpResponse:
    """The page; once the access is over, just that it is."""
    rights = page.rights(request)
    if rights.room is None:
        last = Audit.objects.filter(auditor=request.user).order_by("-pk").first()
        return render(request, "start/room_closed.html", {"audit": last})
    lines: dict[int, ClassLine] = {}
    for pk, name, year, count in audits.counted(access.documents_for(request.user, rights=rights)):
        line = lines.setdefault(pk, ClassLine(pk, _(name)))
        line.years[year] = count
        line.count += count
    years = sorted({year for line in lines.values() for year in line.years})
    return render(request, "start/room.html", {
        "audit": Audit.objects.get(pk=rights.room.audit_id), "lines": list(lines.values()), "years": years,
        "rows": [(line, [(year, line.years.get(year, 0)) for year in years]) for line in lines.values()],
        "total": sum(line.count for line in lines.values()), "may_download": rights.room.may_download,
    })  # fmt: skip
