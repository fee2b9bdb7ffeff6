"""`kundenakte seal_due` puts what is due into the ledger and says how it stands."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command
from django.utils import timezone

from kundenakte.base.jobs.models import Job
from kundenakte.records.models import DocumentClass
from tests.builders import a_document

pytestmark = pytest.mark.django_db


def test_it_notes_what_is_due_and_counts() -> None:
    document = a_document(now=timezone.now())
    DocumentClass.objects.update(seal_when=DocumentClass.SealWhen.AT_ONCE)
    out = io.StringIO()
    call_command("seal_due", stdout=out)
    assert out.getvalue().splitlines() == ["Festgeschrieben: 0", "Vorgemerkt: 1, davon seit über einem Tag: 0"]
    assert Job.objects.filter(name="archive.seal", subject_id=document.versions.get().pk).exists()


def test_what_is_never_sealed_is_not_noted() -> None:
    a_document()
    DocumentClass.objects.update(seal_when=DocumentClass.SealWhen.NEVER)
    out = io.StringIO()
    call_command("seal_due", stdout=out)
    assert not Job.objects.filter(name="archive.seal").exists()
