"""`kundenakte signing_certificate`: made once, kept for its owner alone, shown, replaced when asked."""

from __future__ import annotations

import io
import stat
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.utils import timezone

from kundenakte.base.journal import actions as journal_actions
from kundenakte.base.journal import queries as journal
from kundenakte.customers.models import OwnCompany
from kundenakte.records.refusals import NotAllowed
from kundenakte.steps.intake.models import MailEvent
from kundenakte.steps.signing import house
from tests.builders import a_house, an_actor

pytestmark = pytest.mark.django_db


def said(*arguments: str) -> str:
    """What the command says."""
    out = io.StringIO()
    call_command("signing_certificate", *arguments, stdout=out)
    return out.getvalue()


def test_it_is_made_in_the_companys_name_and_kept_for_its_owner_alone() -> None:
    a_house()
    with pytest.raises(CommandError, match="signing_certificate make"):
        said("show")
    told = said("make")
    assert "Frankenblech Anlagenbau GmbH" in told
    assert said("show") in told
    file = Path(settings.DATA) / "secrets" / "signing" / "house.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    found = house.usable(timezone.now())
    assert found.certificate.not_valid_after_utc.year == timezone.now().year + house.YEARS
    assert found.certificate.signature_hash_algorithm is not None
    company = OwnCompany.objects.get()
    (entry,) = [one for one in journal.history(company) if one.kind == "signing.certificate_made"]
    assert entry.facts["fingerprint"] == found.fingerprint


def test_a_second_one_is_made_only_when_asked() -> None:
    a_house()
    said("make")
    first = house.usable(timezone.now()).fingerprint
    with pytest.raises(CommandError, match="--again"):
        said("make")
    assert house.usable(timezone.now()).fingerprint == first
    said("make", "--again", "--years", "2")
    second = house.usable(timezone.now())
    assert second.fingerprint != first
    assert second.until.year <= timezone.now().year + 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("again", [False, True])
def test_what_is_not_committed_replaces_no_key(monkeypatch: pytest.MonkeyPatch, *, again: bool) -> None:
    a_house()
    if again:
        said("make")
    before, files = _fingerprint(), _files()
    written = journal_actions.append

    def append(*arguments: Any, **facts: Any) -> Any:
        """The entry is written, and what only the commit looks at is wrong."""
        MailEvent.objects.create(mailbox_id=999_999, outcome="refused", at=timezone.now())
        return written(*arguments, **facts)

    with monkeypatch.context() as patched:
        patched.setattr(journal_actions, "append", append)
        with pytest.raises(IntegrityError):
            said("make", "--again")
    company = OwnCompany.objects.get()
    made = [one for one in journal.history(company) if one.kind == "signing.certificate_made"]
    assert len(made) == again
    assert _fingerprint() == before
    assert _files() == files
    said("make", "--again")
    assert _fingerprint() not in {before, None}


def _fingerprint() -> str | None:
    found = house.present()
    return found.fingerprint if found else None


def _files() -> dict[str, bytes]:
    folder = Path(settings.DATA) / "secrets" / "signing"
    return {file.name: file.read_bytes() for file in folder.iterdir()} if folder.is_dir() else {}


def test_without_a_company_there_is_none() -> None:
    with pytest.raises(CommandError, match="company set"):
        said("make")


def test_only_who_administers_makes_one() -> None:
    a_house()
    with pytest.raises(NotAllowed):
        house.make(actor=an_actor("verena"), now=timezone.now())
    assert house.present() is None


def test_one_that_is_brought_goes_first_and_has_to_fit_its_key(tmp_path: Path, settings: Any) -> None:
    from cryptography.hazmat.primitives import serialization

    from tests.signing_builders import a_stranger

    a_house()
    mine, other = a_stranger("Muster GmbH"), a_stranger("Andere")
    private = mine.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = tmp_path / "own.pem"
    settings.SIGNING_CERTIFICATE = str(file)
    file.write_bytes(private + mine.certificate.public_bytes(serialization.Encoding.PEM))
    assert mine.fingerprint in said("show")
    with pytest.raises(CommandError, match="KUNDENAKTE_SIGNING_CERTIFICATE"):
        said("make")
    file.write_bytes(private + other.certificate.public_bytes(serialization.Encoding.PEM))
    with pytest.raises(CommandError, match="nicht lesbar"):
        said("show")
