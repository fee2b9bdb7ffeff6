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

from kundenakte.base.journal import guards

ROOT = Path(__file__).resolve().parents[1]
# `make soak` runs the long forms.
LONG = os.environ.get("KUNDENAKTE_LONG") == "1"
# `make test` runs everything once without and once with it.
ON_POSTGRESQL = os.environ.get("KUNDENAKTE_TEST_ON") == "postgresql"

hypothesis.settings.register_profile("short", deadline=None, max_examples=50, derandomize=True)
hypothesis.settings.register_profile("long", deadline=None, max_examples=2000)
hypothesis.settings.load_profile("long" if LONG else "short")


def _empty_without_guards(original: Any) -> Any:
    """A test with transactions of its own is followed by a flush; the guards would refuse it, so they step aside.

    The flush sends post_migrate, which puts them back.
    """

    def teardown(case: TransactionTestCase) -> None:
        guards.lift()
        original(case)

    return teardown


_TEARDOWN = "_fixture_teardown"  # Django's own name; its stubs do not know it
setattr(TransactionTestCase, _TEARDOWN, _empty_without_guards(getattr(TransactionTestCase, _TEARDOWN)))


@pytest.fixture(autouse=True)
def _own_folders(request: pytest.FixtureRequest) -> Iterator[None]:
    """Blobs, derived data, index and scratch of one test are not those of another."""
    if not {"db", "transactional_db"} & set(request.fixturenames):
        yield
        return
    settings = request.getfixturevalue("settings")
    data = request.getfixturevalue("tmp_path") / "data"
    for name in ("BLOBS", "DERIVED", "INDEX", "SCRATCH"):
        setattr(settings, name, data / name.lower())
    settings.DATA = data
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
def samples() -> Path:
    """The sample files, in folders by kind."""
    return ROOT / "tests" / "samples"
