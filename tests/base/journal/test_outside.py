"""Time-stamps and witnesses: what is asked of others, what of their answers holds, and what happens without them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from django.core import mail
from django.utils import timezone

from kundenakte.base.journal import export, heads, outside, sequencer, timestamps
from kundenakte.base.journal.models import HeadToken, JournalEntry, OutsideTrouble, TreeHead
from tests.base.journal.authority import Authority
from tests.base.journal.writing import write
from tests.verifier.running import verify
from tests.waiting import PATIENCE


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


@pytest.fixture
def here(authority: Authority, settings: Any) -> Iterator[str]:
    """The authority listens, and the house knows it."""
    with authority.serving() as address:
        settings.TIMESTAMP_AUTHORITIES = {"lokal": address}
        settings.TIMESTAMP_ROOTS = str(authority.roots)
        yield address


def a_head(now: datetime | None = None) -> TreeHead:
    now = now or timezone.now()
    write(3)
    head = heads.make(now)
    if head is None:
        sequencer.sequence()
        head = heads.make(now)
    assert head is not None
    return head


def roots(authority: Authority) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(authority.roots.read_bytes())


@pytest.mark.django_db
def test_the_newest_head_is_stamped_once_a_day_and_openssl_agrees(here: str, authority: Authority) -> None:
    head, now = a_head(), timezone.now()
    assert outside.stamp_due(now) == 1
    assert outside.stamp_due(now) == 0
    token = HeadToken.objects.get()
    assert abs(token.stamped_at - now) < timedelta(minutes=1)
    assert JournalEntry.objects.filter(kind="journal.anchored").count() == 1
    (authority.folder / "head").write_bytes(bytes(head.body))
    (authority.folder / "kept.tsr").write_bytes(bytes(token.response))
    said = subprocess.run(
        ["openssl", "ts", "-verify", "-data", "head", "-in", "kept.tsr", "-CAfile", "root.pem"],
        cwd=authority.folder, capture_output=True, text=True, check=False, timeout=PATIENCE,
    )  # fmt: skip
    assert "Verification: OK" in said.stdout, said.stderr
    later = a_head(now + timedelta(hours=2))
    assert outside.stamp_due(later.at) == 0
    assert outside.stamp_due(now + timedelta(hours=23)) == 1


@pytest.mark.django_db
def test_t20_an_unreachable_authority_is_noted_and_made_up_for(here: str, settings: Any, tmp_path: Path) -> None:
    now = timezone.now()
    a_head(now - timedelta(days=3))
    settings.TIMESTAMP_AUTHORITIES = {"lokal": "http://127.0.0.1:9/"}
    assert outside.stamp_due(now - timedelta(days=3)) == 0
    assert outside.stamp_due(now - timedelta(days=2)) == 0
    trouble = OutsideTrouble.objects.get()
    assert (trouble.name, trouble.since) == ("lokal", now - timedelta(days=3))
    a_head(now - timedelta(days=1))
    settings.TIMESTAMP_AUTHORITIES = {"lokal": here}
    assert outside.stamp_due(now) == 1
    assert not OutsideTrouble.objects.exists()
    export.bring_up_to_date(tmp_path / "journal")
    answer = verify(tmp_path / "journal", "--trust", settings.TIMESTAMP_ROOTS)
    assert "ANCHOR_STALE" in {finding["code"] for finding in answer.findings if finding["level"] == "notice"}


@pytest.mark.django_db
def test_the_whole_journal_with_stamp_and_witness_is_proven_by_the_verifier(
    here: str, settings: Any, tmp_path: Path
) -> None:
    settings.WITNESS_FOLDER = str(tmp_path / "witness")
    (tmp_path / "witness").mkdir()
    a_head()
    outside.stamp_due(timezone.now())
    a_head()
    outside.hand_out_due(timezone.now())
    export.bring_up_to_date(tmp_path / "journal")
    options = ("--witness", tmp_path / "witness", "--trust", settings.TIMESTAMP_ROOTS)
    answer = verify(tmp_path / "journal", *options)
    assert (answer.exit, answer.codes) == (0, set())
    assert verify(tmp_path / "journal", *options[:2]).codes == {"ANCHOR"}, "nobody vouches for the certificate"
    [token] = (tmp_path / "journal" / "tokens").glob("*.tsr")
    raw = bytearray(token.read_bytes())
    token.chmod(0o600)
    for place in (0, len(raw) // 3, len(raw) // 2, len(raw) - 1):
        token.write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
        assert verify(tmp_path / "journal", *options).codes == {"ANCHOR"}
    token.unlink()
    assert verify(tmp_path / "journal", *options).exit == 2


@pytest.mark.parametrize("what", ["forged", "expired", "nonce", "digest"])
def test_t21_what_proves_nothing_is_refused_here_and_by_the_verifier(
    authority: Authority, tmp_path: Path, what: str
) -> None:
    from kundenakte_verify import stamps

    content, now = b"head", datetime.now(UTC)
    asked = timestamps.request(content)
    asker, expected = authority, "Prüfsumme"
    trusted = roots(authority)
    answer_to = asked
    if what == "forged":
        asker, expected = Authority(tmp_path / "forged"), "keiner Stelle"
    elif what == "expired":
        asker, expected = Authority(tmp_path / "expired", ends=now - timedelta(days=1)), "nicht gültig"
        trusted = roots(asker)
    elif what == "nonce":
        answer_to, expected = timestamps.request(content), "Nonce"
    else:
        answer_to = timestamps.request(b"other")
    response = asker.answer(answer_to)
    with pytest.raises(timestamps.StampRefused, match=expected):
        timestamps.checked(response, asked=asked, roots=trusted, now=now)
    with pytest.raises((stamps.BadStamp, stamps.NoTrust)):
        stamps.checked(response, asked, content, trusted)
    # And the right one is taken by both.
    good = authority.answer(asked)
    assert timestamps.checked(good, asked=asked, roots=roots(authority), now=now) == stamps.checked(
        good, asked, content, roots(authority)
    )


@pytest.mark.django_db
def test_witnesses_get_each_head_as_a_file_and_one_a_day_by_mail(settings: Any, tmp_path: Path) -> None:
    settings.WITNESS_FOLDER, settings.WITNESS_MAIL = str(tmp_path), ["steuer@example.org"]
    now = timezone.now()
    first, second = a_head(now), a_head(now)
    assert outside.hand_out_due(now) == 2
    assert outside.hand_out_due(now) == 0
    files = sorted(tmp_path.glob("tree-head-*.json"))
    assert [json.loads(file.read_bytes())["head"]["number"] for file in files] == [first.number, second.number]
    [letter] = mail.outbox
    assert letter.to == ["steuer@example.org"]
    assert export.head_line(second).decode().strip() in letter.body
    a_head(now)
    assert outside.hand_out_due(now) == 1, "the folder alone"
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_a_witness_that_cannot_be_reached_stops_nothing_and_is_told(settings: Any, tmp_path: Path) -> None:
    settings.WITNESS_FOLDER = str(tmp_path / "not mounted")
    a_head()
    assert outside.hand_out_due(timezone.now()) == 0
    assert OutsideTrouble.objects.get().name == "folder"
