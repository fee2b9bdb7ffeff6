"""All pages of the browser client, found from its addresses, and the rows that fill them with long and odd texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from kundenakte.base.accounts.models import ApiToken, Role, User
from kundenakte.circulation.actions import enter_absence, give_link, refuse
from kundenakte.circulation.models import Case, CirculationFolder, EditionMove, KeptCase
from kundenakte.records.actions.retention import HoldWish, set_hold
from kundenakte.records.actions.watching import watch
from kundenakte.records.models import (
    Arrival,
    Audit,
    CustomerFile,
    Disposition,
    Document,
    FilePlan,
    FilePlanEdition,
    Grant,
    Rendition,
    RetentionChange,
    StructureRun,
    Verb,
)
from kundenakte.steps.filing.models import FilingRule
from kundenakte.steps.intake import watching
from kundenakte.steps.intake.mailboxes import add_mailbox
from kundenakte.steps.intake.models import (
    Mailbox,
    Share,
    ShareEntry,
    ShareLine,
    ShareLook,
    ShareRun,
    ShareWatch,
    WatchedFolder,
)
from kundenakte.steps.scanning.actions import keep_paper
from kundenakte.steps.scanning.models import BatchPage
from tests.builders import NOW, a_class, a_customer_file, a_document, a_user, an_actor, an_arrival, an_auditor
from tests.case_builders import a_case
from tests.circulation_builders import a_folder, does, stop, task_of
from tests.records.disposition.papers import disposed, requested
from tests.steps.scanning.papers import (
    a_batch,
    a_page,
    a_scanned_letter,
    a_stack,
    looked_at,
    pages_of,
    with_pictures,
)

LONG: Final = "Ingenieurbüro Dr.-Ing. Hohenstein-Mühlbauer Partnerschaftsgesellschaft mit beschränkter Berufshaftung"
# Pages with steps before them; what they show stands in the tests of their screen.
_APART: Final = {"upload-part", "upload-finish"}


@dataclass
class Rows:
    """What the addresses are about."""

    customer_file: CustomerFile
    other: CustomerFile
    document: Document
    waiting: Arrival
    aside: Arrival
    filed: Arrival
    ids: dict[str, Any] = field(default_factory=dict)

    def pk(self, name: str) -> int:
        """The row an address of this name is about."""
        if name.startswith("document"):
            return self.document.pk
        if name.startswith("task"):
            return int(self.ids["task"])
        if name.startswith("circulation") or name in {"case-tell", "case-errand"}:
            return int(self.ids["circulation"])
        return self.waiting.pk if name.startswith("inbox") else self.customer_file.pk


def some_rows() -> Rows:
    """A house in use: a customer with a name that never fits, documents, arrivals, and all the administration keeps."""
    customer_file = a_customer_file(LONG, "K-7001", identifiers=[("email", "einkauf@hohenstein.example")])
    document = a_document(
        customer_file=customer_file, document_class="INV_OUT", title=f"Rechnung {'sehr' * 30}", number="RE-2026-0001",
        versions=3, fields={"gross_amount": "1190.00", "currency": "EUR"},
    )  # fmt: skip
    offer = a_document(customer_file=customer_file, title="Angebot AN-1", number="AN-1")
    rows = Rows(
        customer_file=customer_file, other=a_customer_file("Alpha GmbH", "K-7002"), document=document,
        waiting=an_arrival(file_name=f"{'scan' * 25}.pdf", waiting=True),
        aside=an_arrival(content="weg", file_name="werbung.pdf"), filed=an_arrival(content="da", file_name="an-1.pdf"),
    )  # fmt: skip
    Arrival.objects.filter(pk=rows.waiting.pk).update(media_type="application/pdf", page_count=3)
    rows.waiting.refresh_from_db()
    Rendition.objects.create(digest=rows.waiting.digest, kind="pages", page_count=3, ready=2, made_at=NOW)
    with_pictures(rows.waiting)
    Arrival.objects.filter(pk=rows.aside.pk).update(state="discarded", sentence="Werbung")
    Arrival.objects.filter(pk=rows.filed.pk).update(state="filed", document=offer, version=offer.valid_version)
    for name in ("anton", "verena"):
        watch(user=a_user(name), customer_file=customer_file, now=NOW - timedelta(days=1))
    rows.ids = _administered(rows)
    return rows


def _administered(rows: Rows) -> dict[str, Any]:
    user, role = a_user("verena"), Role.objects.order_by("pk").first()
    edition = FilePlanEdition.objects.order_by("pk").first()
    folder = WatchedFolder.objects.create(name="scanner", path=f"/srv/{'ablage/' * 20}eingang")
    rule = FilingRule.objects.create(
        name=LONG, position=1, words=[{"text": "Wartungsprotokoll", "place": "top"}], changed_at=NOW,
        document_class=a_class("SERVICE_REPORT"),
    )  # fmt: skip
    token = ApiToken.objects.create(user=a_user("erp"), name="Warenwirtschaft", digest="0" * 64, scopes="")
    run = StructureRun.objects.create(
        kind=StructureRun.Kind.FIELD_CHECK, document_class=a_class("OFFER"), started_at=NOW, ended_at=NOW
    )
    an_auditor(occasion=f"Betriebsprüfung {LONG}", may_download=True, classes=(a_class("INV_OUT"),))
    grant = Grant.objects.create(user=user, customer_file=rows.other, verb=Verb.READ, reason=LONG, created_at=NOW)
    hold = set_hold(
        actor=an_actor("anton"), documents=[rows.document], now=NOW,
        wish=HoldWish("litigation", LONG, a_user("anton"), NOW.date() + timedelta(days=30)),
    )  # fmt: skip
    trial = StructureRun.objects.create(
        kind=StructureRun.Kind.RETENTION_TRIAL, started_at=NOW, ended_at=NOW, done=2,
        report={"classes": {"INV_OUT": {"longer": 1}}, "years": {"2034 2036": 1}, "longer": 1,
                "examples": {"INV_OUT longer": [rows.document.pk]}},
    )  # fmt: skip
    change = RetentionChange.objects.create(
        wish={"profile": {"ten_years": True, "financial_sector": False}}, reason=LONG, proposed_at=NOW, trial=trial
    )
    section = FilePlan.objects.get().sections.order_by("pk").first()
    disposition = _disposed(rows.other)
    circulating = _circulating(rows)
    absence = enter_absence(
        actor=an_actor("anton"), user=user, deputy=a_user("anton"), begins_on=NOW.date(),
        ends_on=NOW.date() + timedelta(days=3650), note=LONG, now=NOW,
    )  # fmt: skip
    share_run, batch_page, case = _share_run(rows), _paper(rows), _case(rows)
    return {
        "batch": batch_page.file.batch_id, "batch_page": batch_page.pk,
        "share": share_run.share_id, "share_run": share_run.pk, "entry_kind": "changed",
        "circulation": circulating.pk, "task": task_of(circulating, "verena").pk, "absence": absence.pk,
        "disposition_id": disposition.pk, "audit": Audit.objects.get().pk,
        "user": user.pk, "role": role and role.pk, "token": token.pk, "folder": folder.pk, "exception": grant.pk,
        "number": 1, "code": "OFFER", "rule_id": rule.pk, "run_id": run.pk, "section_id": section and section.pk,
        "edition": edition and edition.pk, "page_number": 1, "form": "csv",
        "secret": _for_a_guest(circulating), "document": circulating.documents.get().document_id,
        "hold_id": hold.pk, "change_id": change.pk, "mailbox": _mailbox().pk, "case": case.folder_id,
        "move_id": _moved_over(case).pk,
    }  # fmt: skip


def _circulating(rows: Rows) -> CirculationFolder:
    """A folder that came back once, with a step for two, and a task for each who looks."""
    team = Role.objects.get(code="verwaltung")
    paper = a_document(customer_file=rows.customer_file, document_class="COMPLAINT", title=LONG)
    folder = a_folder(
        stop(1, "bernd", wish="approve", instruction=LONG), stop(2, "verena", wish="comment", instruction=LONG * 3),
        stop(2, team, wish="take_note", due_on=NOW.date()), stop(3, "anton", wish="sign_off", four_eyes=True),
        by="verena", customer_file=rows.customer_file, documents=[paper], title=LONG,
    )  # fmt: skip
    first = task_of(folder, "bernd")
    refuse(actor=an_actor("bernd"), task=first, edition=first.edition, reason=LONG, now=NOW)
    does("verena", task_of(folder, "verena"), remark=f"{'sehr' * 40}")
    does("bernd", task_of(folder, "bernd"))
    return folder


def _mailbox() -> Mailbox:
    """Somebody's mailbox that nobody answers at."""
    return add_mailbox(
        actor=an_actor("anton"), name="einkauf", host="imap.hohenstein.example", username="einkauf@hohenstein.example",
        folders=[{"folder": "INBOX", "takes": "all"}], keys={"password": "geheim"}, now=NOW,
    )  # fmt: skip


def _case(rows: Rows) -> Case:
    """A complaint that waits for the second desk."""
    paper = a_document(customer_file=rows.customer_file, document_class="COMPLAINT", title=f"Schaden {'sehr' * 30}")
    return a_case(by="verena", customer_file=rows.customer_file, documents=[paper])


def _share_run(rows: Rows) -> ShareRun:
    """A dry run that has found something of everything."""
    share = Share.objects.create(
        name="kunden", path=f"/mnt/{'ablage/' * 20}kunden", patterns=["{kunde} {name}/{register}/{jahr}/{titel}"],
        words={"Angebote": {"class": "OFFER"}},
    )  # fmt: skip
    run = ShareRun.objects.create(
        share=share, kind=ShareRun.Kind.TRIAL, terms=share.terms(), started_at=NOW, listed_at=NOW, ended_at=NOW,
        total=len(ShareLine.Outcome), done=len(ShareLine.Outcome), total_bytes=123_456_789,
    )  # fmt: skip
    _watched(share, rows)
    ShareLine.objects.bulk_create(
        ShareLine(
            run=run, file=f"K-7001 {LONG}/{'Unterlagen' * 8}/2019/{outcome}.pdf", outcome=outcome, size=1_234_567,
            customer_word=f"K-7001 {LONG}", kind_word="Unterlagen" * 8, customer=rows.customer_file.customer,
        )
        for outcome in ShareLine.Outcome.values
    )  # fmt: skip
    return run


def _watched(share: Share, rows: Rows) -> None:
    """It is watched, and has something of everything."""
    ShareWatch.objects.create(share=share, is_on=True, takes_new=True)
    kinds = ShareEntry.Kind.values
    look = ShareLook.objects.create(
        share=share, terms=share.terms(), started_at=NOW, ended_at=NOW, total=123_456, is_thorough=True,
        read=len(kinds), read_bytes=123_456_789, counts=dict.fromkeys((*kinds, "twins", "groups", "clear"), 123456),
        remark=watching.BUSY,
    )  # fmt: skip
    ShareEntry.objects.bulk_create(
        ShareEntry(
            share=share, file_key=f"{number:064}", file=f"K-7001 {LONG}/{'Unterlagen' * 8}/2019/{kind}{number}.pdf",
            size=1_234_567, mtime_ns=1_552_392_000_000_000_000, kind=kind, digest="0" * 64, twins=3, look=look.pk,
            sentence=f"Derselbe Inhalt liegt jetzt unter {LONG}/{'sehr' * 30}.pdf.", document=rows.document,
        )
        for number, kind in enumerate(kinds * 3)
    )  # fmt: skip


def _paper(rows: Rows) -> BatchPage:
    """A batch with something of everything: an empty page, a flaw, a page to be scanned again, paper that stays."""
    paper = a_document(customer_file=rows.customer_file, document_class="LETTER", title=f"Brief {'sehr' * 30}")
    deed = a_scanned_letter("urkunde" * 15, customer_file=rows.customer_file)
    pages = [a_page(), a_page(blank=True), a_page(), a_page()]
    stack = with_pictures(a_stack("stapel" * 15, pages, {paper: [1, 3, 4]}))
    batch = a_batch(stack, deed, sheets=9, scanner_settings="300 dpi, Farbe")
    looked_at(batch, p1=("rescan", "cut_off"), p3=("bad", "unreadable"))
    keep_paper(actor=an_actor("anton"), batch=batch, part=deed, why="deed", now=NOW)
    a_scanned_letter("noch-einmal" * 10, customer_file=rows.customer_file)
    return pages_of(batch)[0]


def _for_a_guest(folder: CirculationFolder) -> str:
    """The secret of a link to Verena's task; for all other addresses with a secret it is a wrong one."""
    now = timezone.now()
    return give_link(
        actor=an_actor("verena"), task=task_of(folder, "verena"), name=LONG[:60], address="gut@hohenstein.example",
        documents=[folder.documents.get().document_id], until=now + timedelta(days=2), now=now,
    )  # fmt: skip


def _disposed(file: CustomerFile) -> Disposition:
    """A list that was carried out, one that waits, and one more paper that is due; the first is what is looked at."""
    papers = [
        a_document(customer_file=file, document_class="OTHER", title=f"{LONG} {n}", dated_on=date(2015, 5, 4 + n))
        for n in range(3)
    ]
    made = disposed(papers[0])
    requested(papers[1])
    return made


def _moved_over(case: Case) -> EditionMove:
    """A walk to the newest edition on which one case could not go along."""
    move = EditionMove.objects.create(
        process=case.process, definition=case.definition, started_by=a_user("anton"), started_at=NOW, ended_at=NOW,
        total=1, done=1,
    )  # fmt: skip
    KeptCase.objects.create(move=move, case=case, why="„%(name)s“ fehlt.", words={"name": LONG})
    return move


def addresses(rows: Rows, person: str) -> list[str]:
    """Every address that answers `person` with a page, then the same pages in other states."""
    client = Client()
    client.force_login(a_user(person))
    found = []
    for pattern in _patterns():
        if str(pattern.name) not in _APART:
            address, known = _address(rows, pattern)
            answer = client.get(address)
            if answer.status_code != 405:
                assert known, f"tests/journeys/pages.py does not know a row for {pattern.name}"
            if answer.status_code == 200 and _is_page(answer):
                found.append(address)
    states = [*_states(rows), *_questions(client, rows)]
    return [*found, *(one for one in states if client.get(one).status_code in {200, 404})]


def _is_page(answer: Any) -> bool:
    # Fragments alone are seen on the page that asks for them.
    return answer.headers["Content-Type"].startswith("text/html") and b"<html" in answer.content


def _address(rows: Rows, pattern: URLPattern) -> tuple[str, bool]:
    """The address, and whether all its rows are known; what only takes changes needs none."""
    name = str(pattern.name)
    key = "reklamation" if name.startswith(("administration-process", "case-")) else "0" * 32
    known = {"pk": rows.pk(name), "key": key} | rows.ids
    names = list(pattern.pattern.converters)
    kwargs = {name: known.get(name) or 1 for name in names}
    return reverse(str(pattern.name), kwargs=kwargs), all(known.get(name) for name in names)


def _states(rows: Rows) -> list[str]:
    file, document = rows.customer_file.pk, rows.document.pk
    return [
        "/kunden/?q=gibtesnicht", f"/akte/{file}?register={rows.document.section_id}", f"/akte/{rows.other.pk}",
        f"/akte/{file}?sicht=zeit", f"/akte/{file}/zusammenfuehren?mit={rows.other.pk}", "/akte/987654",
        f"/dokument/{document}/warum?wer={User.objects.order_by('pk').values_list('pk', flat=True)[0]}",
        "/posteingang/?nur=liste", "/posteingang/?fach=aussortiert", "/posteingang/?fach=unterwegs",
        f"/eingang/{rows.aside.pk}", f"/eingang/{rows.filed.pk}/zuruecklegen",
        f"/hochladen?akte={file}", f"/hochladen?dokument={document}",
        f"/hochladen/ergebnis?eingang={rows.waiting.pk}", "/suche?q=rechnung", "/suche?q=gibtesnicht",
        "/aufbewahrung/regel/INV_OUT", f"/dokument/{document}?sicht=felder",
        "/aufbewahrung/veranlagungsjahre?jahr=2026", "/aufbewahrung/faellig?alle=1",
        *(f"/aufbewahrung/aussonderungen/{pk}" for pk in Disposition.objects.values_list("pk", flat=True)),
        f"/akte/{file}/umlauf?dokument={document}", "/aufgaben?was=sign_off", "/aufgaben/uebersicht?sicht=tafel",
        "/aufgaben/uebersicht?sicht=zahlen", f"/akte/{rows.other.pk}/umlaufmappen",
        f"/umlauf/{rows.ids['circulation']}?finde=a", f"/umlauf/{rows.ids['case']}",
        f"/akte/{file}/vorgang/reklamation", f"/trennblatt/?akte={file}&register={rows.document.section_id}",
        f"/papier/{rows.ids['batch']}/pruefen?alle", "/konto/password/change/", "/konto/2fa/",
    ]  # fmt: skip


def _questions(client: Client, rows: Rows) -> list[str]:
    """Where it is asked whether a file is to be the document's next version; nowhere for who may not bring one."""
    file = SimpleUploadedFile(f"{'fassung' * 20}.txt", b"Rechnung, noch einmal.")
    answer = client.post(reverse("upload"), {"files": file, "dokument": rows.document.pk})
    return [answer.headers["Location"]] if answer.status_code == 303 else []


def _patterns() -> list[URLPattern]:
    def flat(patterns: list[URLPattern | URLResolver]) -> list[URLPattern]:
        found: list[URLPattern] = []
        for one in patterns:
            if isinstance(one, URLResolver):
                found += flat(one.url_patterns)
            elif str(one.lookup_str).startswith("kundenakte.doors.web."):
                found.append(one)
        return found

    return flat(get_resolver().url_patterns)
