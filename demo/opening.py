"""Opens the demo company once: accounts, customers, watched folders, and papers waiting at every door.

`python -m demo.opening` before `kundenakte serve`. What lies in the folders then goes the real way while the page is
open. A second call changes nothing and only says again how to sign in.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import sys
from pathlib import Path
from typing import Any

import django

log = logging.getLogger("demo")

DOCUMENTS, CUSTOMERS = 260, 150
# Who of the cast has which of the shipped roles.
ROLES = {
    "sales": "vertrieb",
    "accounting": "buchhaltung",
    "service": "service",
    "auditor": "pruefung",
    "admin": "verwaltung",
    "manager": "leitung",
}
# Letters of former years, beyond every period.
_OLD = (
    ("2013-04-22", "Einladung zur Hausmesse"),
    ("2014-02-11", "Anfrage Prospekte"),
    ("2014-09-30", "Danksagung zum Jubiläum"),
    ("2015-06-08", "Terminabsprache Besichtigung"),
    ("2015-11-17", "Rückfrage zur Anfahrt"),
)
_SAMPLES = Path(__file__).resolve().parents[1] / "tests" / "samples"


def main() -> int:
    """Open the company if this house is still empty, and say how to sign in."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kundenakte.config.settings")
    django.setup()
    from django.conf import settings

    from kundenakte.customers.models import Customer

    folder = Path(settings.DATA) / "demo"
    password = _password(folder)
    if not Customer.objects.exists():
        _open(folder, password)
    _say_sign_in(password, settings.LISTEN)
    return 0


def _open(folder: Path, password: str) -> None:
    from demo.stock import write_company
    from kundenakte.base.accounts.actors import Actor

    actor = Actor.system("demo")
    stock = folder / "firma"
    if not (stock / "kunden.csv").exists():
        write_company(stock, customers=CUSTOMERS, documents=DOCUMENTS, samples=_SAMPLES)
    _own_company(actor)
    _retention(actor)
    secret = _accounts(actor, password)
    _customers(actor, stock / "kunden.csv")
    _folders(actor, stock / "eingang")
    _post(stock / "post", secret)
    post_old_papers(secret)
    _desks()


def _password(folder: Path) -> str:
    """The password of all demo accounts: made once, readable only for whoever runs the demo."""
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    file = folder / "kennwort"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(f"demo-{secrets.token_hex(4)}", encoding="ascii")
    return file.read_text(encoding="ascii").strip()


def _own_company(actor: Any) -> None:
    from django.utils import timezone

    from demo.company import COMPANY, DOMAIN, FORMER_NAMES, SECOND_IBAN
    from kundenakte.customers.actions import set_own_company

    set_own_company(
        actor=actor, now=timezone.now(), name=COMPANY.name, other_names="\n".join(FORMER_NAMES),
        street=COMPANY.street, zip_code=COMPANY.zip, city=COMPANY.city, vat_ids=COMPANY.vat_id,
        tax_numbers=COMPANY.tax_number, ibans=f"{COMPANY.iban}\n{SECOND_IBAN}", email_domains=DOMAIN,
        phones=COMPANY.phone,
    )  # fmt: skip


def _retention(actor: Any) -> None:
    """The company keeps its invoices ten years, by a decision of its own."""
    from django.utils import timezone

    from kundenakte.records.actions.retention_changes import choose_profile
    from kundenakte.records.retention.rules import Profile

    choose_profile(
        actor=actor, profile=Profile(ten_years=True), now=timezone.now(),
        reason="Gewährleistung und Ersatzteile: Rechnungen zehn Jahre, Beschluss der Geschäftsleitung",
    )  # fmt: skip


def _accounts(actor: Any, password: str) -> str:
    """The cast, and a service account for the ERP whose token is returned."""
    from django.utils import timezone

    from demo.company import USERS
    from kundenakte.records.actions import accounts

    now = timezone.now()
    for user in USERS:
        name = f"{user.person.first} {user.person.last}"
        accounts.add_account(
            actor=actor, username=user.username, name=name, email=user.person.email, password=password,
            roles=[ROLES[user.role]], now=now,
        )  # fmt: skip
    erp = accounts.add_account(actor=actor, username="erp", name="ERP", roles=["anbindung"], is_service=True, now=now)
    _, secret = accounts.issue_token(
        actor=actor, user=erp, name="Belegausgang", scopes=["documents:write", "documents:read"], now=now
    )
    return secret


def _customers(actor: Any, file: Path) -> None:
    from django.utils import timezone

    from kundenakte.customers.imports import import_customers
    from kundenakte.records.actions.files import open_files_for

    today = timezone.localdate()
    with file.open("rb") as stream:
        import_customers(
            stream, None, actor=actor, today=today,
            on_created=lambda customers: open_files_for(actor=actor, customers=customers, today=today),
        )  # fmt: skip


def _folders(actor: Any, entrance: Path) -> None:
    """Watched folders for the ERP, the scanner, the office and papers of strangers."""
    from django.utils import timezone

    from demo import interfaces
    from kundenakte.steps.intake.folders import add_folder

    now = timezone.now()
    add_folder(
        actor=actor, name="erp", path=str(entrance / "erp"), now=now, markers=[".ok"], facts={"system": "erp"},
        mapping=interfaces.ERP_MAPPING, patterns=interfaces.ERP_PATTERNS,
    )  # fmt: skip
    patterns = {"scanner": interfaces.SCANNER_PATTERNS}
    for name in ("scanner", "buero", "fremd"):
        path = str(entrance / name)
        add_folder(actor=actor, name=name, path=path, now=now, sidecar="none", patterns=patterns.get(name, []))


def _post(folder: Path, secret: str) -> None:
    """What the ERP posts by REST, through the real door."""
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import Client

    client = Client(headers={"authorization": f"Bearer {secret}", "host": "localhost"})
    for keys in sorted(folder.glob("*.keys.json")):
        paper = keys.with_name(keys.name.removesuffix(".keys.json"))
        facts = json.loads(keys.read_text(encoding="utf-8"))
        fields = {"facts": json.dumps(facts)}
        file = SimpleUploadedFile(paper.name, paper.read_bytes())
        answer = client.post("/api/v1/documents", {"file": file, **fields})
        if answer.status_code not in {200, 201, 202}:
            log.warning("%s: %s %s", paper.name, answer.status_code, answer.content[:300])


def post_old_papers(secret: str) -> None:
    """Papers whose time is over, so that disposition can be tried: accounting asks, the management releases."""
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import Client

    from kundenakte.customers.models import Customer

    client = Client(headers={"authorization": f"Bearer {secret}", "host": "localhost"})
    customers = Customer.objects.exclude(number="").order_by("pk")[: len(_OLD)]
    for customer, (day, subject) in zip(customers, _OLD, strict=False):
        text = f"{customer.name}\nKundennummer {customer.number}\n\n{day[8:]}.{day[5:7]}.{day[:4]}\n\n{subject}\n"
        number = f"B-{day[:7]}"
        facts = {"customer": customer.number, "class": "OTHER", "number": number, "dated_on": day, "title": subject}
        file = SimpleUploadedFile(f"{subject}.txt", text.encode())
        answer = client.post("/api/v1/documents", {"file": file, "facts": json.dumps(facts)})
        if answer.status_code not in {200, 201, 202}:
            log.warning("%s: %s %s", subject, answer.status_code, answer.content[:300])


def _desks() -> None:
    from django.utils import timezone

    from demo.desks import lay_out

    lay_out(now=timezone.now())


def _say_sign_in(password: str, listen: str) -> None:
    from demo.company import USERS

    lines = [f"{user.username:<14} {user.team}" for user in USERS]
    sys.stdout.write(
        f"\nDie Demo-Firma ist offen: http://{listen}\n\n  Konten (Passwort für alle: {password})\n"
        + "".join(f"    {line}\n" for line in lines)
        + "\n"
    )


if __name__ == "__main__":
    sys.exit(main())
