"""The wheel is the whole program: built, installed elsewhere, set up and opened far from the source."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import sysconfig
import time
import urllib.request
import venv
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.waiting import PATIENCE, free_port

pytestmark = pytest.mark.kill


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """`kundenakte` in a virtual environment of its own; what it needs is borrowed from ours, without a network."""
    options: list[str | Path] = [
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "--disable-pip-version-check",
        "--quiet",
    ]
    wheels = tmp_path / "wheels"
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", wheels, ROOT], check=True)
    venv.create(tmp_path / "venv", with_pip=False)
    site = tmp_path / "venv" / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    wheel = next(wheels.glob("kundenakte-*.whl"))
    target: list[str | Path] = ["--python", tmp_path / "venv" / "bin" / "python"]
    subprocess.run([sys.executable, "-m", "pip", *target, "install", *options[:1], *options[2:], wheel], check=True)
    (site / "borrowed.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    # An installed program is not its owner's to write to.
    for file in (site / "kundenakte").rglob("*"):
        if file.is_dir():
            file.chmod(0o555)
    return tmp_path / "venv" / "bin" / "kundenakte"


def test_it_is_set_up_and_opens_from_the_wheel_alone(installed: Path, tmp_path: Path) -> None:
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(tmp_path), "KUNDENAKTE_DATA": str(tmp_path / "data"),
        "KUNDENAKTE_LISTEN": f"127.0.0.1:{port}", "KUNDENAKTE_WEB": "1", "KUNDENAKTE_WORKERS": "1",
    }  # fmt: skip
    subprocess.run([installed, "setup"], env=environment, cwd=tmp_path, check=True, timeout=PATIENCE)
    house = subprocess.Popen(
        [installed, "serve"], env=environment, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        page = _page(f"http://127.0.0.1:{port}/konto/login/", language="en")
    finally:
        house.send_signal(signal.SIGTERM)
        _, said = house.communicate(timeout=PATIENCE)
    assert house.returncode == 0, said.decode()
    assert "Sign in" in page, "templates and English texts came along"
    assert "/static/" in page


def _page(address: str, *, language: str) -> str:
    asked = urllib.request.Request(address, headers={"Cookie": f"kundenakte-sprache={language}"})  # noqa: S310
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310
                return str(answer.read().decode())
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
