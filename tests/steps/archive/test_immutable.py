"""The immutable flag, on this machine's file system: where it works it is tried, else the house says why not."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from kundenakte.doors.web.administration import resistance
from kundenakte.steps.archive import immutable, replica, sealing
from kundenakte.steps.archive.local import LocalArchive
from tests.builders import a_document
from tests.steps.archive.papers import findings_of_ocfl, flip_a_byte, folder_of, sealed, valid


@pytest.fixture
def wanted(settings: Any, tmp_path: Path) -> Iterator[None]:
    """The house asks for the flag; afterwards nothing bears it, so that the folder can be thrown away."""
    settings.ARCHIVE_IMMUTABLE = True
    settings.ARCHIVE, settings.ARCHIVE_REPLICA = tmp_path / "archive", str(tmp_path / "second")
    yield
    immutable.release(tmp_path)


def works(folder: Path) -> bool:
    """Whether this machine and account have the flag: found out without the code that is tested."""
    file = folder / "try"
    file.touch()
    done = os.system(f"chattr +i '{file}' 2>/dev/null")  # noqa: S605
    os.system(f"chattr -i '{file}' 2>/dev/null")  # noqa: S605
    return done == 0


def said() -> set[tuple[str, str]]:
    return {(code, grade) for code, _name, grade, *_ in resistance.findings() if code == "archive-immutable"}


@pytest.mark.usefixtures("wanted")
@pytest.mark.django_db
def test_the_state_is_what_the_disk_says(tmp_path: Path) -> None:
    if works(tmp_path):
        assert immutable.state(tmp_path) == "on"
        assert said() == {("archive-immutable", "good")}
    else:
        assert immutable.state(tmp_path) in {"no-such-flag", "not-allowed"}
        assert said() == {("archive-immutable", "warn")}
    assert [file for file in tmp_path.iterdir() if file.name.startswith(".immutable-")] == []


@pytest.mark.usefixtures("wanted")
@pytest.mark.parametrize(
    ("error", "state"),
    [(errno.ENOTTY, "no-such-flag"), (errno.EOPNOTSUPP, "no-such-flag"), (errno.EPERM, "not-allowed")],
)
@pytest.mark.django_db
def test_without_file_system_or_right_it_is_sealed_all_the_same_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int, state: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(error, "no")

    monkeypatch.setattr(immutable, "_put", refuse)
    assert immutable.state(tmp_path) == state
    package = sealed(valid(a_document()))
    sealing.default().verify(package.object_id, inventory_sha512=package.inventory_sha512)
    assert said() == {("archive-immutable", "warn")}


@pytest.mark.usefixtures("wanted")
@pytest.mark.django_db
def test_what_is_sealed_is_neither_written_nor_renamed_nor_removed(tmp_path: Path) -> None:
    package = sealed(valid(a_document()))
    folder = folder_of(package)
    assert immutable.is_set(folder) == works(tmp_path)
    if immutable.is_set(folder):
        for attempt in (
            (folder / "inventory.json").unlink,
            lambda: (folder / "v1" / "content" / "metadata.json").write_bytes(b"forged"),
            (folder / "v1" / "content" / "more.txt").touch,
            lambda: folder.rename(folder.with_name("elsewhere")),
        ):
            with pytest.raises(PermissionError):
                attempt()
    assert findings_of_ocfl() == []


@pytest.mark.usefixtures("wanted")
@pytest.mark.django_db
def test_disposal_and_repair_go_on_as_before() -> None:
    package = sealed(valid(a_document()))
    replica.copy(package)
    store, second = sealing.default(), replica.second()
    assert isinstance(second, LocalArchive)
    immutable.release(store.folder(package.object_id))
    flip_a_byte(store.path(package.object_id, package.original))
    assert replica.check(package, now=timezone.now()).found == "repaired"
    for one in (store, second):
        one.destroy(package.object_id)
        assert not one.has(package.object_id)
    assert list(store.root.parent.glob("damaged/*")) == []


@pytest.mark.usefixtures("wanted")
@pytest.mark.django_db
def test_what_was_sealed_before_becomes_immutable_when_it_is_read_over(tmp_path: Path, settings: Any) -> None:
    settings.ARCHIVE_IMMUTABLE = False
    package = sealed(valid(a_document()))
    assert not immutable.is_set(folder_of(package))
    settings.ARCHIVE_IMMUTABLE = True
    replica.check(package, now=timezone.now())
    assert immutable.is_set(folder_of(package)) == works(tmp_path)


@pytest.mark.usefixtures("wanted")
@pytest.mark.django_db
def test_a_second_copy_in_a_bucket_without_keys_does_not_keep_the_page_from_speaking(settings: Any) -> None:
    settings.ARCHIVE_REPLICA, settings.S3_KEY_ID, settings.S3_SECRET = "s3://locking/x", "", ""
    assert len(said()) == 1


@pytest.mark.django_db
def test_nobody_asked_so_nothing_bears_the_flag_and_nothing_is_said(tmp_path: Path) -> None:
    assert immutable.state(tmp_path) == "off"
    assert not immutable.is_set(folder_of(sealed(valid(a_document()))))
    assert said() == set()
