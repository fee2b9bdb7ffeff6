"""A real object store with Object Lock for the tests: SeaweedFS in a folder of its own, on this machine only."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.waiting import PATIENCE, free_port

KEY_ID: Final = "house"
SECRET: Final = "house-secret"
LOCKING: Final = "locking"
PLAIN: Final = "plain"
_PORTS: Final = (
    "-master.port", "-master.port.grpc", "-volume.port", "-volume.port.grpc", "-filer.port", "-filer.port.grpc",
    "-s3.port.grpc", "-s3.port",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Store:
    """Where it answers, and where the filer below it does, which nobody but this machine may reach."""

    endpoint: str
    filer: str
    client: Any


@contextmanager
def running(folder: Path) -> Iterator[Store]:
    """Start it, make one bucket with Object Lock and one without, and end it again. Takes some seconds."""
    folder.mkdir(parents=True)
    keys = {"credentials": [{"accessKey": KEY_ID, "secretKey": SECRET}]}
    (folder / "s3.json").write_text(json.dumps({"identities": [{"name": "house", "actions": ["Admin"], **keys}]}))
    ports = dict(zip(_PORTS, _free(len(_PORTS)), strict=True))
    command = [
        str(Path(sys.executable).with_name("weed")), "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
        "-s3", f"-s3.config={folder / 's3.json'}", "-s3.iam=false", "-s3.port.iceberg=0", "-s3.port.lance=0",
        f"-s3.localSocket={folder / 's3.sock'}", f"-filer.localSocket={folder / 'filer.sock'}",
        # Each bucket has volumes of its own; without more of them the next bucket answers 500.
        "-volume.max=200", "-master.volumeSizeLimitMB=64", "-master.telemetry=false",
        *(f"{name}={port}" for name, port in ports.items()),
    ]  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder)
        try:
            endpoint = f"http://127.0.0.1:{ports['-s3.port']}"
            client = _answering(endpoint, process, folder / "log")
            client.create_bucket(Bucket=LOCKING, ObjectLockEnabledForBucket=True)
            client.create_bucket(Bucket=PLAIN)
            yield Store(endpoint, f"127.0.0.1:{ports['-filer.port']}", client)
        finally:
            # Asked politely it takes half a minute, and nothing in it is kept.
            process.kill()
            process.wait()
            shutil.rmtree(folder, ignore_errors=True)


def _answering(endpoint: str, process: subprocess.Popen[bytes], log: Path) -> Any:
    config = Config(connect_timeout=2, retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
    client = botocore.session.Session().create_client(
        "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id=KEY_ID, aws_secret_access_key=SECRET,
        config=config,
    )  # fmt: skip
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        if _takes(client):
            return client
        time.sleep(0.1)
    raise RuntimeError(f"the object store does not answer:\n{log.read_text(errors='replace')[-4000:]}")


def _takes(client: Any) -> bool:
    """Whether it takes what it is given: it answers before its first volume is there."""
    bucket = f"ready-{time.monotonic_ns()}"
    try:
        client.create_bucket(Bucket=bucket)
        client.put_object(Bucket=bucket, Key="ready", Body=b"ready")
    except (BotoCoreError, ClientError):
        return False
    return True


def _free(count: int) -> list[int]:
    found: set[int] = set()
    while len(found) < count:
        found.add(free_port())
    return list(found)
