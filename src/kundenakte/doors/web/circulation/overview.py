"""What is under way in the whole house, as far as the reader may see it: as a list, as a board, in figures."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from operator import attrgetter
from typing import Any, Final

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import formats, timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from kundenakte.base.accounts.models import User
from kundenakte.circulation import actions, overview
from kundenakte.circulation.cases.definitions import InWords, in_words
from kundenakte.circulation.overview import AGES, FOLDER, Counts, Entry, Line, Wanted
from kundenakte.doors.web import page, tables
from kundenakte.doors.web.alphabet import by_word
from kundenakte.doors.web.circulation import charts
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records.refusals import NotFound

PAGE: Final = 50
_ON_BOARD: Final = 10
_COLUMNS: Final = 8
_CUSTOMERS: Final = 50
_VIEWS: Final[dict[str, Any]] = {
    "": gettext_lazy("Liste"), "tafel": gettext_lazy("Tafel"), "zahlen": gettext_lazy("Zahlen"),
}  # fmt: skip
_AGES: Final[dict[str, Any]] = {
    "7": gettext_lazy("bis 7 Tage"), "30": gettext_lazy("8 bis 30 Tage"), "90": gettext_lazy("31 bis 90 Tage"),
    "mehr": gettext_lazy("länger als 90 Tage"),
}  # fmt: skip
_NEVER: Final = date(9999, 12, 31)
_ORDERS: Final[dict[str, Any]] = {
    "": gettext_lazy("älteste zuerst"), "frist": gettext_lazy("nächste Frist zuerst"),
    "kunde": gettext_lazy("nach Kunde"),
}  # fmt: skip
_FORMS: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line as the page shows it."""

    line: Line
    owner: str
    stage: str
    reason: str


@dataclass(frozen=True, slots=True)
class Column:
    """One stage on the board, with its oldest few."""

    stage: str
    name: str
    count: int
    overdue: int
    rows: list[Row]


@require_safe
@screen
def show(request: SignedIn) -> HttpResponse:
    """The page as the address says."""
    view, order, wanted = _asked(request.GET)
    now = timezone.now()
    every = overview.open_entries(request.user, now=now, rights=page.rights(request))
    entries = wanted.of(every)
    known = overview.counts(every)
    counts = known if entries is every else overview.counts(entries)
    said = _said(known)
    context: dict[str, Any] = {
        "view": view, "views": _VIEWS.items(), "wanted": wanted, "counts": counts, "order": order,
        "orders": _ORDERS.items(), "is_narrowed": wanted != Wanted(),
        "choices": _choices(request.GET, every, known, said),
    }  # fmt: skip
    context["narrowed"] = sum(1 for one in context["choices"] if one["chosen"])
    if view == "tafel":
        context["columns"] = _board(entries, said, now)
    elif view == "zahlen":
        context["charts"] = _charts(request, counts, said, now)
    else:
        context |= _listed(request, entries, order, said, now)
    return render(request, "circulation/overview.html", context)


@require_safe
@screen
def export(request: SignedIn, form: str) -> HttpResponse:
    """The same lines as a table to take along, all pages of it."""
    if form not in _FORMS:
        raise NotFound
    _view, order, wanted = _asked(request.GET)
    now = timezone.now()
    entries = wanted.of(overview.open_entries(request.user, now=now, rights=page.rights(request)))
    said = _said(overview.counts(entries))
    head = [_("Nummer"), _("Titel"), _("Kunde"), _("Art"), _("Grund"), _("Stand"), _("Liegt bei"), _("Zuständig"),
            _("Begonnen am"), _("Alter in Tagen"), _("Fällig am"), _("Überfällig")]  # fmt: skip
    rows = [_cells(line, said) for line in overview.lines(_in_order(entries, order), now=now)]
    if request.method == "GET":
        actions.export_overview(actor=page.actor(request), form=form, count=len(rows), now=now)
    body = tables.as_csv(head, rows) if form == "csv" else tables.as_xlsx(head, rows, name=_("Vorgänge"))
    response = HttpResponse(body, content_type=_FORMS[form])
    name = f"{_('Vorgänge')} {timezone.localtime(now):%Y-%m-%d}.{form}"
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _asked(query: QueryDict) -> tuple[str, str, Wanted]:
    """What makes no sense counts as not said."""
    view, order, age = query.get("sicht", ""), query.get("sortiert", ""), query.get("alter", "")
    wanted = Wanted(
        kind=query.get("art", "")[:40], owner=page.number(query.get("wer")), customer=page.number(query.get("kunde")),
        reason=query.get("grund", "")[:60], stage=query.get("stand", "")[:60], age=age if age in AGES else "",
        overdue=query.get("frist") == "ueberfaellig",
    )  # fmt: skip
    return view if view in _VIEWS else "", order if order in _ORDERS else "", wanted


def _names(owners: Iterable[int]) -> dict[int, str]:
    return {user.pk: str(user) for user in User.objects.filter(pk__in=list(owners))}


@dataclass(frozen=True, slots=True)
class Said:
    """The words for what a line knows as a number or key."""

    words: InWords
    names: dict[int, str]
    # Stages in the order of their processes.
    stages: list[str]

    def owner(self, entry: Entry) -> str:
        return self.names.get(entry.owner, "")

    def reason(self, kind: str, reason: str) -> str:
        return _(self.words.reasons.get((kind, reason), reason)) if reason else ""

    def row(self, line: Line) -> Row:
        entry = line.entry
        return Row(line, self.owner(entry), stage_name(entry.stage), self.reason(entry.kind, entry.reason))

    def place(self, stage: str) -> tuple[int, int, str]:
        """Steps of slips come first, then the stages in the order of their processes."""
        if stage.isdigit():
            return 0, int(stage), ""
        return 1, self.stages.index(stage) if stage in self.stages else len(self.stages), stage


def _said(counts: Counts) -> Said:
    """Where two processes know a stage of the same name, the one with more under way says where it comes."""
    words = in_words()
    kinds = [kind for kind, _n in counts.kinds.most_common()]
    stages = dict.fromkeys(stage for kind in kinds for stage in words.stages.get(kind, []))
    return Said(words, _names(counts.owners), list(stages))


def stage_name(stage: str) -> str:
    """A stage in words: what the process calls it, or the step of the slip."""
    if not stage.isdigit():
        return _(stage) if stage else ""
    return _("Schritt %(n)s") % {"n": stage} if stage != "0" else _("zurück beim Start")


def _in_order(entries: Sequence[Entry], order: str) -> Sequence[Entry]:
    """As they come, the oldest stands first; what is equal keeps that order."""
    if order == "frist":
        due = overview.due_days([entry.pk for entry in entries])
        return sorted(entries, key=lambda entry: due.get(entry.pk, _NEVER))
    if order == "kunde":
        names = overview.customers_of({entry.customer_file for entry in entries})
        # What has ended meanwhile may have no name any more.
        return sorted(entries, key=lambda entry: names.get(entry.customer_file, "").casefold())
    return entries


def _listed(request: SignedIn, entries: Sequence[Entry], order: str, said: Said, now: datetime) -> dict[str, Any]:
    pages = max(1, -(-len(entries) // PAGE))
    at = min(max(page.number(request.GET.get("seite")) or 1, 1), pages)
    shown = _in_order(entries, order)[(at - 1) * PAGE : at * PAGE]
    return {
        "rows": [said.row(line) for line in overview.lines(shown, now=now)], "page": at, "pages": pages,
        "next": at + 1 if at < pages else 0, "previous": at - 1,
    }  # fmt: skip


def _board(entries: Sequence[Entry], said: Said, now: datetime) -> list[Column]:
    by_stage: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_stage[entry.stage].append(entry)
    fullest = sorted(by_stage, key=lambda stage: (-len(by_stage[stage]), stage))[:_COLUMNS]
    shown = {stage: by_stage[stage][:_ON_BOARD] for stage in fullest}
    lines = overview.lines(list(chain.from_iterable(shown.values())), now=now)
    rows = {line.entry.pk: said.row(line) for line in lines}
    return [
        Column(
            stage, stage_name(stage), len(by_stage[stage]), sum(1 for entry in by_stage[stage] if entry.overdue),
            [rows[entry.pk] for entry in shown[stage]],
        )
        for stage in sorted(fullest, key=said.place)
    ]  # fmt: skip


def _choices(asked: QueryDict, every: Sequence[Entry], known: Counts, said: Said) -> list[dict[str, Any]]:
    """The filters, each with how many there are of it among all that is under way."""
    kinds = {**said.words.names, FOLDER: _("Umlaufmappen")}

    def of(name: str, label: str, found: Iterable[tuple[Any, str, int]]) -> dict[str, Any]:
        options = [(str(key), f"{said} ({n})") for key, said, n in found]
        return {"name": name, "label": label, "options": options, "chosen": str(asked.get(name, ""))}

    def words(found: dict[Any, int], called: Callable[[Any], str]) -> list[tuple[Any, str, int]]:
        return [(key, text, found[key]) for key, text in by_word((key, called(key)) for key in found)]

    reasons = {reason: said.reason(kind, reason) for kind, reason in set(map(attrgetter("kind", "reason"), every))}
    stages = sorted(known.stages, key=said.place)
    most = dict(known.customers.most_common(_CUSTOMERS))
    customers = overview.customers_of(most)
    return [
        of("art", _("Art"), words(known.kinds, lambda key: _(kinds.get(key, key)))),
        of("wer", _("Zuständig"), words(known.owners, lambda key: said.names.get(key, "–"))),
        of("kunde", _("Kunde"), words(most, lambda key: customers.get(key, "–"))),
        of("grund", _("Grund"), words(known.reasons, lambda key: reasons.get(key, key))),
        of("stand", _("Stand"), [(stage, stage_name(stage), known.stages[stage]) for stage in stages]),
        of("alter", _("Alter"), [(key, str(name), known.ages.get(key, 0)) for key, name in _AGES.items()]),
        of("frist", _("Frist"), [("ueberfaellig", _("überfällig"), known.overdue)]),
    ]


def _charts(request: SignedIn, counts: Counts, said: Said, now: Any) -> list[charts.Chart]:
    rights = page.rights(request)
    months = overview.throughput(request.user, now=now, rights=rights)
    reasons: Counter[str] = Counter()
    for kind, reason, n in overview.reasons(request.user, now=now, rights=rights):
        reasons[said.reason(kind, reason)] += n
    return [
        charts.upright(
            _("Begonnen und beendet in zwölf Monaten"), [_("Monat"), _("begonnen"), _("beendet")],
            [(formats.date_format(month.first, "M Y"), (month.begun, month.ended)) for month in months],
        ),
        charts.upright(
            _("Alter dessen, was unterwegs ist"), [_("Alter"), _("Anzahl")],
            [(str(name), (counts.ages.get(key, 0),)) for key, name in _AGES.items()],
        ),
        charts.upright(
            _("Gründe der Vorgänge aus zwölf Monaten"), [_("Grund"), _("Anzahl")],
            [(reason, (n,)) for reason, n in reasons.most_common(12)],
        ),
    ]  # fmt: skip


def _cells(line: Line, said: Said) -> tuple[tables.Cell, ...]:
    entry = line.entry
    return (
        line.number, line.title, line.customer, _(line.process) if line.process else _("Umlaufmappe"),
        said.reason(entry.kind, entry.reason), stage_name(entry.stage), ", ".join(line.with_whom), said.owner(entry),
        timezone.localdate(line.started_at), line.days, line.due_on, _("ja") if entry.is_overdue else "",
    )  # fmt: skip
