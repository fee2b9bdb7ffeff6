"""Which folders are fit to be watched, and what an administrator is told about them."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from kundenakte.records.refusals import BadValue, ChangedMeanwhile, NotAllowed
from kundenakte.steps.intake.folders import FolderTaken, add_folder, change_folder
from kundenakte.steps.intake.models import WatchedFolder
from kundenakte.steps.intake.places import examine
from tests.builders import NOW, SETUP, an_actor

pytestmark = pytest.mark.usefixtures("db")


def grades(path: object, *, keep_in_place: bool = False) -> set[str]:
    return {finding.grade for finding in examine(str(path), keep_in_place=keep_in_place)}


def test_a_folder_that_can_be_read_and_written_is_fit(tmp_path: Path) -> None:
    (tmp_path / "eingang").mkdir()
    assert grades(tmp_path / "eingang") == {"good"}
    assert list((tmp_path / "eingang").iterdir()) == [], "the trial leaves nothing behind"


@pytest.mark.parametrize(
    "path", ["", "eingang", "/", "/etc", "/etc/ssl", "/usr/share", "/home", "/proc/self", "/gibt/es/nicht", "/x\0y"]
)
def test_what_is_no_place_for_papers_is_said(path: str) -> None:
    assert grades(path) == {"bad"}


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "datei").touch()
    assert grades(tmp_path / "datei") == {"bad"}


def test_our_own_data_are_not_watched(tmp_path: Path) -> None:
    inside = tmp_path / "data" / "blobs" / "aa"
    inside.mkdir(parents=True)
    for path in (inside, tmp_path):
        assert "bad" in grades(path)
        with pytest.raises(BadValue):
            add_folder(actor=SETUP, name="eigene", path=str(path), now=NOW)


def test_a_link_is_followed_and_told(tmp_path: Path) -> None:
    (tmp_path / "echt").mkdir()
    (tmp_path / "kurz").symlink_to(tmp_path / "echt")
    assert grades(tmp_path / "kurz") == {"good", "warn"}
    (tmp_path / "system").symlink_to("/etc")
    assert grades(tmp_path / "system") == {"bad"}


def test_another_watched_folder_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "erp" / "unten").mkdir(parents=True)
    add_folder(actor=SETUP, name="erp", path=str(tmp_path / "erp"), now=NOW)
    assert "bad" in grades(tmp_path / "erp" / "unten")


def test_a_folder_that_cannot_be_written_is_only_fit_when_files_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fest").mkdir()

    def refused(*_: object, **__: object) -> None:
        # What a read-only share says; no mode of a folder would stop a test that runs as root.
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "touch", refused)
    assert "bad" in grades(tmp_path / "fest")
    assert grades(tmp_path / "fest", keep_in_place=True) == {"good"}


def test_a_system_folder_is_refused_and_only_administrators_are_asked(tmp_path: Path) -> None:
    with pytest.raises(BadValue):
        add_folder(actor=SETUP, name="alles", path="/etc", now=NOW)
    with pytest.raises(NotAllowed):
        add_folder(actor=an_actor("verena"), name="erp", path=str(tmp_path / "erp"), now=NOW)


def test_two_administrators_notice_each_other(tmp_path: Path) -> None:
    folder = add_folder(actor=SETUP, name="erp", path=str(tmp_path / "erp"), now=NOW)
    change_folder(actor=SETUP, folder=folder, now=NOW, edition=1, enabled=False)
    with pytest.raises(ChangedMeanwhile):
        change_folder(actor=SETUP, folder=folder, now=NOW, edition=1, enabled=True)


def test_a_folder_whose_place_became_unfit_can_still_be_changed_and_paused(tmp_path: Path) -> None:
    row = add_folder(actor=SETUP, name="erp", path=str(tmp_path / "erp"), now=NOW)
    # As if our data had been moved there since.
    unfit = str(tmp_path / "data" / "blobs")
    WatchedFolder.objects.filter(pk=row.pk).update(path=unfit)
    change_folder(actor=SETUP, folder=row, now=NOW, path=unfit, settle_seconds=30)
    change_folder(actor=SETUP, folder=row, now=NOW, enabled=False)
    assert (row.enabled, row.settle_seconds) == (False, 30)
    others: tuple[dict[str, Any], ...] = (
        {"enabled": True},
        {"done_folder": "erledigt"},
        {"path": str(tmp_path / "data")},
    )
    for refused in others:
        with pytest.raises(BadValue):
            change_folder(actor=SETUP, folder=row, now=NOW, **refused)


def test_folders_for_what_is_done_lie_neither_in_our_data_nor_in_another_watched_folder(tmp_path: Path) -> None:
    add_folder(actor=SETUP, name="crm", path=str(tmp_path / "crm"), now=NOW)
    row = add_folder(actor=SETUP, name="erp", path=str(tmp_path / "erp"), done_folder=str(tmp_path / "fertig"), now=NOW)
    for unfit, why in ((tmp_path / "data" / "blobs" / "x", BadValue), (tmp_path / "crm" / "fertig", FolderTaken)):
        changes: tuple[dict[str, Any], ...] = ({"done_folder": str(unfit)}, {"error_folder": str(unfit)})
        for change in changes:
            with pytest.raises(why):
                change_folder(actor=SETUP, folder=row, now=NOW, **change)
