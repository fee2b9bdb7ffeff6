"""Builders for tests: everything has a default, a test names only what it is about; the cast is always the same."""

from __future__ import annotations

import hashlib
import io
import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils import timezone

from kundenakte.base import blobs
from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import Role, User
from kundenakte.customers.actions import create_customer, set_own_company
from kundenakte.customers.models import Customer, OwnCompany
from kundenakte.records.actions import audits, documents, files
from kundenakte.records.actions.documents import Description, NewVersion
from kundenakte.records.models import Arrival, CustomerFile, Document, DocumentClass, Section
from kundenakte.records.shipped import install
from kundenakte.steps.intake import actions as intake
from kundenakte.steps.intake.actions import Delivery
from tests.laid_out import lay_out

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
SETUP = Actor.system("test")

# Who is who, in every test: role and name.
CAST = {
    "verena": ("vertrieb", "Verena Vogt"),
    "bernd": ("buchhaltung", "Bernd Beck"),
    "sabine": ("service", "Sabine Seidl"),
    "paula": ("pruefung", "Paula Prüfer"),
    "anton": ("verwaltung", "Anton Adler"),
    "erp": ("anbindung", "ERP"),
}
_numbers = itertools.count(10001)


def a_house() -> None:
    """The shipped plan, classes and roles, once per test database."""
    if not DocumentClass.objects.exists() or not OwnCompany.objects.exists():
        lay_out(_house)


def _house() -> None:
    if not DocumentClass.objects.exists():
        install(now=NOW)
    if not OwnCompany.objects.exists():
        set_own_company(
            actor=SETUP, now=NOW, name="Frankenblech Anlagenbau GmbH", street="Am Kanal 7", zip_code="90766",
            city="Fürth", vat_ids="DE811907980", email_domains="frankenblech.example", phones="0911 99999-0",
        )  # fmt: skip


def a_user(username: str = "verena", *, password: str | None = None) -> User:
    """One of the cast, made at first use."""
    a_house()
    found = User.objects.filter(username=username).first()
    if found:
        return found
    role, name = CAST[username]
    user = User.objects.create_user(
        username, f"{username}@example.com", password, name=name, is_service=role == "anbindung"
    )
    user.roles.add(Role.objects.get(code=role))
    return user


def an_auditor(**wish: Any) -> User:
    """Somebody from outside, with a room: this year and the one before, all classes, until the end of next year."""
    a_house()
    opened = {
        "occasion": "Betriebsprüfung", "first_year": TODAY.year - 1, "last_year": TODAY.year,
        "until": timezone.now() + timedelta(days=400), **wish,
    }  # fmt: skip
    username = f"pruefer{next(_numbers)}"
    audit = audits.open_audit(
        actor=SETUP, auditor=audits.NewAuditor(username, "Gerda Groß"), wish=audits.AuditWish(**opened),
        now=timezone.now(),
    )  # fmt: skip
    return audit.auditor


def an_actor(username: str = "anton") -> Actor:
    """One of the cast, acting."""
    return Actor.of(a_user(username))


def a_customer(name: str = "Muster Maschinenbau GmbH", number: str | None = None, **more: Any) -> Customer:
    """A customer with its number in the ERP."""
    a_house()
    number = f"K-{next(_numbers)}" if number is None else number
    return create_customer(actor=SETUP, name=name, number=number, now=NOW, **more)


def a_customer_file(name: str = "Muster Maschinenbau GmbH", number: str | None = None, **more: Any) -> CustomerFile:
    """The file of a new customer."""
    customer = a_customer(name, number, **more)
    files.open_files_for(actor=SETUP, customers=[customer], today=TODAY)
    return files.file_of(customer)


def a_class(code: str = "OFFER") -> DocumentClass:
    """A shipped class by code."""
    a_house()
    return DocumentClass.objects.get(code=code)


def a_section(key: str) -> Section:
    """A shipped section by key."""
    a_house()
    return Section.objects.get(key=key, customer_file=None)


def some_bytes(content: bytes | str = b"Inhalt") -> NewVersion:
    """Bytes that really lie in the blob store, as a version to be."""
    data = content.encode() if isinstance(content, str) else content
    stored = blobs.default().put(io.BytesIO(data))
    return NewVersion(
        digest=stored.digest, size=stored.size, media_type="text/plain", file_name="datei.txt", source="test"
    )


def a_document(
    *,
    customer_file: CustomerFile | None = None,
    document_class: str = "OFFER",
    title: str = "",
    number: str = "",
    dated_on: date = TODAY,
    fields: Mapping[str, str] | None = None,
    versions: int = 1,
    section: Section | None = None,
    content: Sequence[bytes | str] = (),
    now: datetime = NOW,
) -> Document:
    """A filed document with as many versions as wanted."""
    customer_file = customer_file or a_customer_file()
    serial = hashlib.sha256(f"{title}{number}{next(_numbers)}".encode()).hexdigest()
    texts = list(content) or [f"{serial} Version {n + 1}" for n in range(versions)]
    description = Description(a_class(document_class), title, number, dated_on, fields or {})
    document = documents.create_document(
        actor=SETUP, customer_file=customer_file, section=section, description=description,
        version=some_bytes(texts[0]), now=now,
    )  # fmt: skip
    for text in texts[1:]:
        documents.add_version(actor=SETUP, document=document, version=some_bytes(text), now=now)
    return document


def an_arrival(
    *,
    content: bytes | str = b"Inhalt",
    file_name: str = "brief.pdf",
    source: str = "web",
    facts: Mapping[str, Any] | None = None,
    source_key: str = "",
    actor: Actor = SETUP,
    waiting: bool = False,
) -> Arrival:
    """Something that came in; with `waiting` it lies in the inbox already."""
    a_house()
    from django.db import transaction

    data = content.encode() if isinstance(content, str) else content
    with transaction.atomic():
        arrival = intake.draft(
            actor=actor,
            stored=intake.keep(io.BytesIO(data)),
            delivery=Delivery(file_name, source, facts or {}, "", source_key),
            now=NOW,
        )
        arrival.save()
        intake.number(actor=actor, arrival=arrival, now=NOW)
    if waiting:
        arrival.state, arrival.reason, arrival.sentence = Arrival.State.WAITING, "unclear", "Es ist nicht klar."
        arrival.save()
    return arrival
