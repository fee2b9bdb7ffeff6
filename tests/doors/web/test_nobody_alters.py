"""Nobody, in any role, by any door, alters or deletes what is sealed (T-01)."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Final

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from kundenakte.base import blobs
from kundenakte.base.journal import attempts
from kundenakte.base.journal.models import JournalEntry
from kundenakte.doors.api.v1 import api
from kundenakte.records.models import Document, Version
from kundenakte.steps.archive import sealing
from kundenakte.steps.archive.models import ArchivePackage
from tests.builders import NOW, TODAY, a_document
from tests.doors.api.calls import Program
from tests.doors.web.pages import SignIn
from tests.doors.web.test_every_address import PEOPLE, about_a_row, address_of
from tests.steps.archive.papers import sealed, valid

pytestmark = pytest.mark.django_db
_METHODS: Final = ("post", "put", "patch", "delete")
# Every way of asking is tried by the administrator; the others ask as a browser does, and to delete.
_OTHERS: Final = ("post", "delete")


@pytest.fixture
def paper() -> Document:
    """Two versions, each sealed; retention runs for years yet."""
    document = a_document(title="Rechnung", number="RE-1", document_class="INV_OUT", dated_on=TODAY, versions=2)
    for version in document.versions.order_by("number"):
        sealed(version, now=NOW)
    return document


def as_it_is(document: Document) -> dict[str, Any]:
    """Every byte of what is sealed, and every column of the versions and of the sealings."""
    root = Path(settings.ARCHIVE) / "ocfl"
    ours = {package.object_id for package in ArchivePackage.objects.filter(document=document)}
    files = {}
    for object_id in ours:
        folder = sealing.default().folder(object_id)
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                files[str(file.relative_to(root))] = hashlib.sha256(file.read_bytes()).hexdigest()
    versions: list[dict[str, Any]] = [
        {**row, "bytes": hashlib.sha256(blobs.default().path(row["digest"]).read_bytes()).hexdigest()}
        for row in Version.objects.filter(document=document).order_by("number").values()
    ]
    return {
        "files": files, "versions": versions, "there": Document.objects.filter(pk=document.pk).exists(),
        "packages": list(ArchivePackage.objects.filter(document=document).order_by("pk").values()),
    }  # fmt: skip


def kept(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether all that was there is there as it was; something may have been added: a version, a sealing."""
    added = {key: value for key, value in after["files"].items() if key in before["files"]}
    count = {name: len(before[name]) for name in ("versions", "packages")}
    return (
        bool(after["there"])
        and added == before["files"]
        and all(after[name][: count[name]] == before[name] for name in count)
    )


def wishes(document: Document) -> dict[str, Any]:
    """One form that says something to every address: whatever it understands of it, it may try."""
    return {
        "edition": document.edition, "reason": "Versuch", "title": "Anderes", "number": "RE-2",
        "dated_on": "2020-01-01",
        "document_class": document.document_class_id, "class": document.document_class_id, "version": 1,
        "section": document.section_id, "customer_file": document.customer_file_id, "file_name": "anders.pdf",
        "confirm": "1", "action": "delete", "_method": "DELETE", "retain_until": "2020-01-01",
    }  # fmt: skip


@pytest.mark.parametrize("person", PEOPLE)
def test_t01_no_role_alters_or_deletes_what_is_sealed_by_any_address(
    person: str, paper: Document, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "MOST_A_DAY", 10_000)
    refused = set()
    client = signed_in(person)
    client.raise_request_exception = False
    before = as_it_is(paper)
    assert len(before["files"]) > 10
    names = [name for name in about_a_row() if name.startswith(("document", "due", "disposition", "hold", "inbox"))]
    assert len(names) > 20
    for name in names:
        for method in _METHODS if person == "anton" else _OTHERS:
            form = wishes(Document.objects.get(pk=paper.pk))
            if method == "post":
                form["file"] = SimpleUploadedFile("anders.pdf", b"%PDF-1.4 other")
                answer = client.post(address_of(name, paper.pk), form)
            else:
                answer = getattr(client, method)(address_of(name, paper.pk))
            assert answer.status_code < 500, (name, method)
            if answer.status_code == 403:
                refused.add(name)
        assert kept(before, as_it_is(paper)), (person, name)
    # A new version may have come; the sealed ones are what they were, and so is what is still valid of them.
    for package in ArchivePackage.objects.filter(document=paper):
        sealing.default().verify(package.object_id, inventory_sha512=package.inventory_sha512)
    # Whoever has no right to what he tried is in the journal with it, and nobody else.
    bodies = JournalEntry.objects.filter(kind=attempts.REFUSED).values_list("body", flat=True)
    told = [json.loads(bytes(body))["facts"]["what"] for body in bodies]
    assert sorted(told) == sorted(refused)
    assert refused or person != "paula"


def test_t01_no_program_alters_or_deletes_what_is_sealed(paper: Document) -> None:
    before = as_it_is(paper)
    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    values = {"{pk}": str(paper.pk), "{number}": "1", "{system}": "erp"}
    program = Program("anton")
    for path in schema["paths"]:
        for name, value in values.items():
            path = path.replace(name, value)  # noqa: PLW2901
        for method in _METHODS:
            answer = getattr(program.client, method)(
                path, wishes(paper), content_type="application/json", headers=program.headers()
            )
            assert answer.status_code in {401, 403, 404, 405, 409, 411, 415, 422}, (path, method, answer.status_code)
        assert kept(before, as_it_is(paper)), path
    assert valid(paper).number == 2
