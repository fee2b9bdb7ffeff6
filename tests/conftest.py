"""What every test has: a database of its run, folders of its own, and real processes on the same data if it asks."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.db import connection
from django.test import TransactionTestCase
from pytest_django.plugin import DjangoDbBlocker

from kundenakte.base.journal import guards
from kundenakte.config import translations
from tests import emptied
from tests.object_store import KEY_ID, SECRET, Store
from tests.object_store import running as running_store

ROOT = Path(__file__).resolve().parents[1]
# `make soak` runs the long forms.
LONG = os.environ.get("KUNDENAKTE_LONG") == "1"
# `make test` runs everything once without and once with it.
ON_POSTGRESQL = os.environ.get("KUNDENAKTE_TEST_ON") == "postgresql"

hypothesis.settings.register_profile("short", deadline=None, max_examples=50, derandomize=True)
hypothesis.settings.register_profile("long", deadline=None, max_examples=2000)
hypothesis.settings.load_profile("long" if LONG else "short")


def _empty_without_guards(original: Any) -> Any:
    """A test with transactions of its own is followed by an emptying; the guards would refuse it, so they step aside.

    Where Django's flush is needed, it sends post_migrate, which puts them back.
    """

    def teardown(case: TransactionTestCase) -> None:
        if not emptied.empty():
            guards.lift()
            original(case)
            emptied.remember_what_migrations_leave()

    return teardown


_TEARDOWN = "_fixture_teardown"  # Django's own name; its stubs do not know it
setattr(TransactionTestCase, _TEARDOWN, _empty_without_guards(getattr(TransactionTestCase, _TEARDOWN)))


def pytest_configure(config: pytest.Config) -> None:
    """English is there for each test, also for one that runs alone in a clean clone."""
    if not hasattr(config, "workerinput"):
        translations.compile_all()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long ones before short ones; on the second database what touches none is not run again, and pytest says so."""
    if ON_POSTGRESQL and not LONG:
        touching = [item for item in items if _touches_a_database(item)]
        if left := [item for item in items if not _touches_a_database(item)]:
            config.hook.pytest_deselected(items=left)
            items[:] = touching
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    """When a test has its turn: the last ones are short, so that no process of a parallel run works on alone.

    Those whose changes are rolled back come first, as ever: they find the database as migrations left it.
    """
    if item.get_closest_marker("kill"):
        return 1
    if item.get_closest_marker("journey"):
        return 2
    return 0 if _touches_a_database(item) and not _has_transactions(item) else 3


def _has_transactions(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    of_its_own = {"transactional_db", "django_db_reset_sequences"} & set(getattr(item, "fixturenames", ()))
    return bool(of_its_own) or (marker is not None and bool(marker.kwargs.get("transaction")))


def _touches_a_database(item: pytest.Item) -> bool:
    names = set(getattr(item, "fixturenames", ()))
    return bool({"db", "transactional_db"} & names) or item.get_closest_marker("django_db") is not None


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The database as migrations leave it: that is what each test finds."""
    with django_db_blocker.unblock():
        emptied.remember_what_migrations_leave()


@pytest.fixture(autouse=True)
def _own_folders(request: pytest.FixtureRequest) -> Iterator[None]:
    """Blobs, derived data, index and scratch of one test are not those of another."""
    by_mark = request.node.get_closest_marker("django_db") is not None
    if not by_mark and not {"db", "transactional_db"} & set(request.fixturenames):
        yield
        return
    settings = request.getfixturevalue("settings")
    data = request.getfixturevalue("tmp_path") / "data"
    for name in ("BLOBS", "DERIVED", "INDEX", "ARCHIVE", "SCRATCH"):
        setattr(settings, name, data / name.lower())
    settings.DATA = data
    settings.DISPOSITION_LIST = data / "dispositions.jsonl"
    settings.SCRATCH.mkdir(parents=True)
    settings.FILE_UPLOAD_TEMP_DIR = str(settings.SCRATCH)
    yield


@pytest.fixture
def house_environment(transactional_db: None, settings: Any) -> dict[str, str]:
    """The environment in which a real process (`python -m kundenakte …`) works on this test's database and folders."""
    database = settings.DATABASES["default"]
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "postgresql":
        url = f"postgresql://{database['USER']}@/{name}?host={database['HOST']}"
    else:
        url = f"sqlite://{name}"
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "kundenakte.config.settings",
        "KUNDENAKTE_DATA": str(settings.DATA),
        "KUNDENAKTE_DATABASE_URL": url,
        "KUNDENAKTE_LEASE": "2",
        "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT), *sys.path)),
    }


@pytest.fixture(scope="session")
def object_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A real store that speaks S3, with a bucket that locks and one that does not; started when first asked for."""
    with running_store(tmp_path_factory.mktemp("object-store") / "store") as store:
        yield store


@pytest.fixture
def s3(object_store: Store, settings: Any) -> Store:
    """The house of this test has the keys to the store."""
    settings.S3_ENDPOINT, settings.S3_REGION = object_store.endpoint, "us-east-1"
    settings.S3_KEY_ID, settings.S3_SECRET = KEY_ID, SECRET
    return object_store


@pytest.fixture(scope="session")
def samples() -> Path:
    """The sample files, in folders by kind."""
    return ROOT / "tests" / "samples"
