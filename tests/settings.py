"""The product's settings on a database and a folder that only this test run has."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from tests import postgres


def _own_folder() -> Path:
    """One folder per run, and in it one per process of a parallel run."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        return Path(os.environ["KUNDENAKTE_TEST_RUN"]) / worker
    run = Path(tempfile.mkdtemp(prefix="kundenakte-tests-"))
    os.environ["KUNDENAKTE_TEST_RUN"] = str(run)
    atexit.register(shutil.rmtree, run, ignore_errors=True)
    return run / "main"


os.environ["KUNDENAKTE_DATA"] = str(_own_folder())
os.environ["KUNDENAKTE_HOSTS"] = "127.0.0.1,localhost,testserver"
if os.environ.get("KUNDENAKTE_TEST_ON", "sqlite") == "postgresql":
    if "PYTEST_XDIST_WORKER" not in os.environ:
        # The processes of a parallel run inherit the address.
        os.environ["KUNDENAKTE_DATABASE_URL"] = postgres.start(Path(os.environ["KUNDENAKTE_TEST_RUN"]))
else:
    os.environ["KUNDENAKTE_DATABASE_URL"] = ""

from kundenakte.config.settings import *  # noqa: E402, F403
from kundenakte.config.settings import DATA, DATABASES, STATIC_ROOT, STORAGES  # noqa: E402

if "sqlite" in DATABASES["default"]["ENGINE"]:
    # A file, not memory: tests start real processes that must see it. They are killed, the machine is not.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
