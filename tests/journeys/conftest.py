"""A running house and a real browser: what a clerk does is done here with mouse and keyboard."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.builders import a_user
from tests.conftest import ROOT

# Playwright keeps an event loop in this thread; the tests still talk to the database in between.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
PASSWORD = "Quastenflosser-38"
DESK, PHONE = (1366, 850), (390, 844)
_RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
OpenPage = Callable[..., "Screen"]


@dataclass
class Screen:
    """A browser window of somebody who is signed in; it remembers what went wrong in it."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open an address of the house."""
        self.page.goto(self.base + path)

    def faults(self, *, rules: bool = True) -> list[str]:
        """What sticks out at the side, what was complained about, and which rules of accessibility are broken."""
        found = []
        over = self.page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
        if over > 0:
            found.append(f"{self.page.url}: {over} px too wide")
        if rules:
            axe = Axe().run(self.page, options={"runOnly": _RULES})
            found += [_worded(violation, self.page.url) for violation in axe.response["violations"]]
        found += [f"{self.page.url}: {text}" for text in self.complaints]
        self.complaints.clear()
        return found

    def check(self) -> None:
        """There are no faults on the page as it is now."""
        faults = self.faults()
        assert not faults, "\n".join(faults)


def _worded(violation: dict[str, Any], url: str) -> str:
    places = "; ".join(node["html"][:160] for node in violation["nodes"][:3])
    return f"{url}: {violation['id']}, {violation['help']}: {places}"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or "/usr/bin/chromium", args=["--no-sandbox"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def house(house_environment: dict[str, str]) -> Iterator[str]:
    """The house as `kundenakte serve` opens it, on this test's data. Gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = house_environment | {
        "KUNDENAKTE_LISTEN": f"127.0.0.1:{port}", "KUNDENAKTE_WEB": "1", "KUNDENAKTE_WORKERS": "1",
    }  # fmt: skip
    command = [sys.executable, "-m", "kundenakte"]
    subprocess.run([*command, "setup"], env=environment, cwd=ROOT, check=True, capture_output=True)
    for name in ("verena", "anton"):
        user = a_user(name)
        # The running house hashes as the product does, the tests' own settings do not.
        user.password = _HASH
        user.save()
    running = subprocess.Popen(
        [*command, "serve"], env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(f"http://127.0.0.1:{port}/konto/login/", running)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(timeout=20)
        if running.poll() is None:
            running.kill()
            running.wait()


def _hash() -> str:
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    return PBKDF2PasswordHasher().encode(PASSWORD, "salz", iterations=1000)


_HASH = _hash()


def _wait(address: str, running: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310 – our own server
                return
        except OSError:
            if running.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.1)


@pytest.fixture
def open_page(house: str, browser: Browser) -> Iterator[OpenPage]:
    """Opens a window of a size and signs somebody in."""
    contexts = []

    def begin(person: str = "verena", size: tuple[int, int] = DESK, **more: Any) -> Screen:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, accept_downloads=True, **more)
        contexts.append(context)
        screen = Screen(context.new_page(), house)
        screen.page.on("pageerror", lambda error: screen.complaints.append(str(error)))
        screen.page.on(
            "console", lambda said: screen.complaints.append(said.text) if said.type in {"error", "warning"} else None
        )
        screen.go("/konto/login/")
        screen.page.locator("#id_login").fill(person)
        screen.page.locator("#id_password").fill(PASSWORD)
        screen.page.get_by_role("button", name="Anmelden").click()
        screen.page.wait_for_url(f"{house}/")
        return screen

    yield begin
    for context in contexts:
        context.close()


DROP = """([selector, files]) => {
  const carried = new DataTransfer();
  const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  for (const [name, text] of files) carried.items.add(new File([bytes(text)], name));
  const goal = document.querySelector(selector);
  for (const kind of ["dragenter", "dragover", "drop"]) {
    goal.dispatchEvent(new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }));
  }
}"""


def drop(page: Page, selector: str, *files: tuple[str, bytes]) -> None:
    """Let files go over an element, as from the desktop."""
    import base64

    page.evaluate(DROP, [selector, [[name, base64.b64encode(data).decode()] for name, data in files]])


def a_pdf(*lines: str) -> bytes:
    """One page with these lines."""
    from reportlab.pdfgen.canvas import Canvas

    target = io.BytesIO()
    canvas = Canvas(target, invariant=1)
    for at, line in enumerate(lines):
        canvas.drawString(70, 780 - 16 * at, line)
    canvas.save()
    return target.getvalue()
