"""A running house and a real browser: what a clerk does is done here with mouse and keyboard."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from kundenakte.base.accounts.models import User
from kundenakte.records.shipped.install import install as install_shipped_data
from tests.builders import a_user
from tests.config.test_supervisor import alive, family
from tests.conftest import ROOT
from tests.journeys import looking, unhurried
from tests.waiting import PATIENCE, free_port, until

# Playwright keeps an event loop in this thread; the tests still talk to the database in between.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
PASSWORD = "Quastenflosser-38"
DESK, PHONE = (1366, 850), (390, 844)
OpenPage = Callable[..., "Screen"]
# What a journey expects may take its time on a busy machine; how fast it is, the bench measures.
expect.set_options(timeout=PATIENCE * 1000)
unhurried.make_locators_wait()


@dataclass
class Screen:
    """A browser window of somebody who is signed in; it remembers what went wrong in it."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open an address of the house."""
        self.page.goto(self.base + path)

    def go_until(self, path: str, there: Callable[[Page], bool]) -> None:
        """Open an address again and again until it shows what other processes of the house bring about."""

        def is_there() -> bool:
            self.go(path)
            return there(self.page)

        until(is_there)

    def faults(self) -> list[str]:
        """What is wrong with the page as it is shown now, and what was complained about since the last time."""
        # After a link was followed there may be no document yet.
        self.page.wait_for_load_state()
        found = [*looking.layout(self.page), *looking.accessibility(self.page), *self.complaints]
        self.complaints.clear()
        return [f"{self.page.url}: {text}" for text in found]

    def check(self, *, under_a_bar: bool = False) -> None:
        """There are no faults on the page as it is now.

        Under a bar that stays in sight, a link may be half covered until somebody scrolls: its size says nothing then.
        """
        faults = [fault for fault in self.faults() if not (under_a_bar and ": target-size" in fault)]
        assert not faults, "\n".join(faults)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or "/usr/bin/chromium", args=["--no-sandbox"]
        )
        yield chromium
        chromium.close()


# Texts and static files as `setup` makes them, without a database that nobody would open.
_COLLECT = """
import django
django.setup()
from django.core.management import call_command
from kundenakte.config import translations
translations.compile_all()
call_command("collectstatic", interactive=False, verbosity=0)
"""


@pytest.fixture(scope="session")
def static_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `kundenakte setup` collects, once for all houses of a run: it is the same in each."""
    data = tmp_path_factory.mktemp("set-up")
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "kundenakte.config.settings", "KUNDENAKTE_DATA": str(data),
        "KUNDENAKTE_DATABASE_URL": "", "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), *sys.path)),
    }  # fmt: skip
    subprocess.run([sys.executable, "-c", _COLLECT], env=environment, cwd=ROOT, check=True, capture_output=True)
    return data / "static"


@pytest.fixture
def house(house_environment: dict[str, str], static_files: Path) -> Iterator[str]:
    """The house as `kundenakte serve` opens it, on this test's data. Gives its address."""
    port = free_port()
    environment = house_environment | {
        "KUNDENAKTE_LISTEN": f"127.0.0.1:{port}", "KUNDENAKTE_WEB": "1", "KUNDENAKTE_WORKERS": "1",
    }  # fmt: skip
    command = [sys.executable, "-m", "kundenakte"]
    # What `kundenakte setup` does to a database that is migrated already.
    (Path(environment["KUNDENAKTE_DATA"]) / "static").symlink_to(static_files)
    install_shipped_data(now=timezone.now())
    for name in ("verena", "anton", "bernd"):
        may_sign_in(a_user(name))
    running = subprocess.Popen(
        [*command, "serve"], env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(f"http://127.0.0.1:{port}/konto/login/", running)
        yield f"http://127.0.0.1:{port}"
    finally:
        _end(running)


def may_sign_in(user: User) -> None:
    """Somebody of the cast with the password of all."""
    # The running house hashes as the product does, the tests' own settings do not.
    user.password = _HASH
    user.save()


def _end(running: subprocess.Popen[bytes]) -> None:
    """At once: nothing of it is kept, and how a house ends when it is asked to has tests of its own."""
    members = [running.pid, *family(running.pid)]
    for pid in members:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    running.wait()
    # Only then is there nobody who still writes.
    until(lambda: not any(alive(pid) for pid in members))


def _hash() -> str:
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    return PBKDF2PasswordHasher().encode(PASSWORD, "salz", iterations=1000)


_HASH = _hash()


def _wait(address: str, running: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(address, timeout=PATIENCE):  # noqa: S310 – our own server
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
        # Without motion, so that nobody measures a colour half-way.
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, accept_downloads=True, reduced_motion="reduce", **more
        )
        context.set_default_timeout(PATIENCE * 1000)
        contexts.append(context)
        screen = Screen(context.new_page(), house)
        unhurried.make_keys_and_mouse_wait(screen.page)
        screen.page.on("pageerror", lambda error: screen.complaints.append(str(error)))
        screen.page.on("console", lambda said: screen.complaints.append(said.text) if _is_complaint(said) else None)
        screen.go("/konto/login/")
        screen.page.locator("#id_login").fill(person)
        screen.page.locator("#id_password").fill(PASSWORD)
        screen.page.get_by_role("button", name="Anmelden").click()
        screen.page.wait_for_url(f"{house}/")
        return screen

    yield begin
    for context in contexts:
        context.close()


def _is_complaint(said: ConsoleMessage) -> bool:
    # A page that is not drawn yet is asked for again until it is; Chromium writes a line about each answer.
    is_awaited = "404 (Not Found)" in said.text and "/seite/" in said.location["url"]
    return said.type in {"error", "warning"} and not is_awaited


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

    page.wait_for_load_state()
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
