"""`kundenakte verify_journal`: says whether the journal is what was written."""

import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from kundenakte.base.journal import sequencer
from kundenakte.base.journal.models import Unsequenced
from tests.builders import a_house


def test_a_sound_journal_is_said_to_be_sound_and_one_with_a_gap_fails(db: None) -> None:
    a_house()
    sequencer.sequence(3)
    out = io.StringIO()
    call_command("verify_journal", stdout=out)
    assert f"davon noch nicht eingereiht: {Unsequenced.objects.count()}" in out.getvalue()
    assert "Das Protokoll ist unversehrt." in out.getvalue()
    lost = Unsequenced.objects.order_by("pk").first()
    assert lost is not None
    entry_id = lost.entry_id
    lost.delete()
    out = io.StringIO()
    with pytest.raises(CommandError, match="nicht unversehrt: 1 Fehler") as refused:
        call_command("verify_journal", stdout=out)
    assert refused.value.returncode == 1
    assert f"Fehler: Eintrag {entry_id}: nicht eingereiht" in out.getvalue()
