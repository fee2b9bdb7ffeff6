"""Fills a small house with the earlier program's own actions. Runs in that program's tree, called by `make.py`.

What is in it: what the archive, the journal, retention, circulation and scanning keep rows of. Whoever makes a later
house adds what has come since.
"""

from __future__ import annotations

import io
import os
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kundenakte.config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from kundenakte import pipeline  # noqa: E402
from kundenakte.base import confinement  # noqa: E402
from kundenakte.base.journal import sequencer  # noqa: E402
from kundenakte.config import children  # noqa: E402
from kundenakte.records.actions import grants, links, restricting, retention  # noqa: E402
from kundenakte.records.models import Arrival, CustomerFile, DocumentClass, Verb  # noqa: E402
from kundenakte.steps.archive.models import ArchivePackage  # noqa: E402
from kundenakte.steps.intake.folders import add_folder  # noqa: E402
from tests import builders, case_builders, circulation_builders  # noqa: E402
from tests.builders import SETUP, TODAY, a_customer_file, a_document, a_user, an_actor  # noqa: E402
from tests.case_builders import a_case, does_step, the_boss  # noqa: E402
from tests.circulation.cases.test_complaint import ASSESSED, DECIDED  # noqa: E402
from tests.circulation_builders import a_folder, does, stop, task_of  # noqa: E402
from tests.records.disposition import papers  # noqa: E402
from tests.records.disposition.papers import a_sealed_paper, an_old_paper, disposed  # noqa: E402
from tests.scans import a_picture, a_scan  # noqa: E402
from tests.steps.archive import papers as sealed_papers  # noqa: E402
from tests.steps.archive.papers import corrected  # noqa: E402
from tests.steps.scanning.test_taking_apart import a_printed_sheet  # noqa: E402

INVOICE = """Frankenblech Anlagenbau GmbH, Am Kanal 7, 90766 Fürth

Kundennummer: K-10001

Rechnung RE-2026-0042
Rechnungsnummer: RE-2026-0042
Rechnungsdatum: 12.11.2026

Gesamtbetrag: 119,00 EUR
"""
MAIL = """From: Petra Klein <klein@muster.example>
To: service@frankenblech.example
Subject: Anfrage zur Pumpe
Date: Thu, 12 Nov 2026 09:00:00 +0100
Message-ID: <anfrage-1@muster.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Guten Tag, wann kommt die Pumpe? Unsere Kundennummer ist K-10001.
"""


def worked_off() -> None:
    """All work that can be done now. A head may have been signed, and what comes after it is not from before it."""
    case_builders.worked_off()
    now = timezone.now()
    for module in (builders, case_builders, circulation_builders, papers, sealed_papers):
        vars(module).update(NOW=now)
        for one in vars(module).values():
            if "now" in (getattr(one, "__kwdefaults__", None) or {}):
                one.__kwdefaults__["now"] = now


def main() -> None:
    """All of it, then rest: nothing is left to do and the journal has its head."""
    children.register_jobs()
    worked_off()
    now = timezone.now()
    a_user("anton", password="Früher-war-alles-anders-1")
    for name in ("verena", "bernd", "sabine", "paula"):
        a_user(name)
    DocumentClass.objects.update(seal_when=DocumentClass.SealWhen.AT_ONCE)
    first = a_customer_file("Muster Maschinenbau GmbH", "K-10001")
    second = a_customer_file("Alpha AG", "K-10002")
    add_folder(actor=SETUP, name="eingang", path="/srv/eingang", now=now, sidecar="none")
    came_in()
    offer = a_document(customer_file=first, title="Angebot Pumpe", number="AN-1", versions=3)
    answer = a_document(customer_file=first, document_class="LETTER", title="Antwort zum Angebot")
    links.refer(actor=an_actor("verena"), from_document=answer, to_document=offer, kind="reply_to", now=now)
    secret = a_document(customer_file=second, document_class="NDA", title="Vertraulich")
    worked_off()
    now = timezone.now()
    corrected(offer, "Angebot Pumpe P 12", now=now)
    restricting.restrict(actor=an_actor("anton"), document=secret, edition=secret.edition, reason="Art. 18", now=now)
    kept(first, second)
    circulated(first)
    call_command("seal_due")
    worked_off()
    for _round in range(3):
        call_command("seal_due")
        worked_off()
    while sequencer.sequence():
        pass
    assert ArchivePackage.objects.count() > 10
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM scanning_stackpart")
        assert cursor.fetchone() == (2,)
    call_command("export_journal")
    call_command("rebuild_index")
    confinement.of_this_process().close()


def came_in() -> None:
    """By the door: an invoice, a mail, a stack of scans, the same once more, and something nobody can place."""
    stack = a_scan([
        a_picture(dpi=150), a_picture((), dpi=150),
        a_printed_sheet({"customer": "K-10002", "class": "OFFER", "number": "AN-77"}),
        a_picture(("Sehr geehrte Damen und Herren,", "anbei unser Angebot.", "Angebotsnummer: AN-77"), dpi=150),
    ])  # fmt: skip
    for name, source, data in (
        ("Rechnung.txt", "folder:eingang", INVOICE.encode()),
        ("anfrage.eml", "mail", MAIL.encode()),
        ("stapel.pdf", "folder:scanner", stack),
        ("Rechnung noch einmal.txt", "folder:eingang", INVOICE.encode()),
        ("raetsel.txt", "web", b"Ohne jeden Hinweis."),
    ):
        pipeline.receive(actor=SETUP, stream=io.BytesIO(data), file_name=name, source=source, now=timezone.now())
        worked_off()
    assert Arrival.objects.filter(state=Arrival.State.WAITING).exists()


def kept(first: CustomerFile, second: CustomerFile) -> None:
    """A hold, a tax year that is open, an exception for one person, and a paper disposed of by two people."""
    now = timezone.now()
    held = a_sealed_paper(first, title="Altes, um das gestritten wird")
    wish = retention.HoldWish("litigation", "Klage vor dem LG", a_user("bernd"), TODAY + timedelta(days=90), "ZPO 142")
    retention.set_hold(actor=an_actor("bernd"), wish=wish, documents=[held], customer_file=None, now=now)
    disposed(a_sealed_paper(second, title="Altes, das gehen durfte"), now=now)
    an_old_paper(first, title="Altes, das noch da ist")
    grants.grant(actor=an_actor("anton"), to=a_user("paula"), on=second, verb=Verb.READ, reason="Prüfung", now=now)


def circulated(first: CustomerFile) -> None:
    """A folder that has come half way, one complaint that is over and one under way."""
    folder = a_folder(stop(1, "verena"), stop(2, "bernd"), customer_file=first)
    does("verena", task_of(folder, "verena"))
    boss = the_boss()
    case = does_step(a_case(customer_file=first), "Prüfen und bewerten", "sabine", **ASSESSED)
    case = does_step(case, "Entscheiden", "verena", **DECIDED, betrag="1.250,00")
    case = does_step(case, "Über dem Limit freigeben", boss, freigabe="ja")
    case = does_step(case, "Antwort schreiben", "sabine", antwort="Wir liefern eine neue Pumpe. {kunde}")
    worked_off()
    case.refresh_from_db()
    does_step(case, "Antwort versenden", "sabine", versandt="post", versandt_am="2026-11-25")
    does_step(a_case(customer_file=first), "Prüfen und bewerten", "sabine", **ASSESSED)
    worked_off()


main()
