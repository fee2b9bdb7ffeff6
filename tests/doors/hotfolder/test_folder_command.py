"""Setting up watched folders, by action and by command."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from kundenakte.base.journal.models import JournalEntry
from kundenakte.records.refusals import BadValue, NotAllowed
from kundenakte.steps.intake.folders import FolderTaken, add_folder, change_folder
from kundenakte.steps.intake.models import WatchedFolder
from tests.builders import NOW, SETUP, a_house, a_user, an_actor

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder to watch; the data of the house lie beside it."""
    (tmp_path / "eingang").mkdir()
    return tmp_path / "eingang"


def folder(*arguments: str) -> str:
    out = io.StringIO()
    call_command("folder", *arguments, stdout=out)
    return out.getvalue()


def test_a_folder_is_added_with_its_settings_and_journalled(place: Path) -> None:
    a_house()
    a_user("erp")
    said = folder(
        "add", "erp", str(place), "--sidecar", "required", "--marker", ".ok", "--pattern", "{class}_{number}.pdf",
        "--fact", "system=erp", "--fact", "fields.project=Süd", "--map", "Kopf/KdNr=customer", "--as", "erp",
        "--team", "buchhaltung", "--path-is-key", "--answers",
    )  # fmt: skip
    assert str(place) in said
    row = WatchedFolder.objects.get()
    assert row.sidecar == "required"
    assert row.markers == [".ok"]
    assert row.facts == {"system": "erp", "fields": {"project": "Süd"}}
    assert row.mapping == {"Kopf/KdNr": "customer"}
    assert row.acts_as is not None
    assert row.team is not None
    assert row.path_is_key
    assert row.answers
    assert JournalEntry.objects.filter(kind="folder.added").count() == 1


def test_a_folder_is_changed_switched_off_and_listed(place: Path) -> None:
    a_house()
    folder("add", "erp", str(place))
    edition = WatchedFolder.objects.get().edition
    folder("change", "erp", "--settle-seconds", "2", "--no-answers")
    assert WatchedFolder.objects.get().settle_seconds == 2
    assert WatchedFolder.objects.get().edition > edition
    folder("off", "erp")
    assert "wird nicht überwacht" in folder("list")
    folder("on", "erp")
    assert "wird überwacht" in folder("list")


@pytest.mark.parametrize(
    "more",
    [
        {"patterns": ["Rechnung.pdf"]},
        {"mapping": {"KdNr": "kunde"}},
        {"facts": {"kunde": "1"}},
        {"markers": ["ok"]},
        {"marker_required": True},
        {"done_folder": "../fertig"},
        {"done_folder": "x", "error_folder": "x"},
        {"nonsense": 1},
    ],
)
def test_settings_that_cannot_be_meant_are_refused_in_german(place: Path, more: dict[str, Any]) -> None:
    a_house()
    with pytest.raises(BadValue):
        add_folder(actor=SETUP, name="erp", path=str(place), now=NOW, **more)
    assert not WatchedFolder.objects.exists()


def test_no_folder_lies_in_another_or_in_our_own_data(place: Path, settings: Any) -> None:
    a_house()
    add_folder(actor=SETUP, name="a", path=str(place / "a"), now=NOW)
    with pytest.raises(FolderTaken):
        add_folder(actor=SETUP, name="b", path=str(place / "a" / "b"), now=NOW)
    with pytest.raises(FolderTaken):
        add_folder(actor=SETUP, name="a", path=str(place / "c"), now=NOW)
    for ours in (settings.BLOBS, settings.BLOBS / "aa", settings.DATA):
        with pytest.raises(BadValue, match="Daten der Kundenakte"):
            add_folder(actor=SETUP, name="x", path=str(ours), now=NOW)


def test_only_who_administers_sets_folders_up(place: Path) -> None:
    a_house()
    with pytest.raises(NotAllowed):
        add_folder(actor=an_actor("verena"), name="erp", path=str(place), now=NOW)
    row = add_folder(actor=an_actor("anton"), name="erp", path=str(place), now=NOW)
    with pytest.raises(NotAllowed):
        change_folder(actor=an_actor("verena"), folder=row, enabled=False, now=NOW)


def test_the_command_says_what_is_wrong(place: Path) -> None:
    a_house()
    with pytest.raises(CommandError, match="gibt es nicht"):
        folder("add", "erp", str(place / "missing"))
    with pytest.raises(CommandError, match="Namensmuster"):
        folder("add", "erp", str(place), "--pattern", "x.pdf")
    with pytest.raises(CommandError, match="NAME=WERT"):
        folder("add", "erp", str(place), "--fact", "class")
    with pytest.raises(CommandError, match="„fehlt“"):
        folder("off", "fehlt")
