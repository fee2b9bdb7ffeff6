"""Opens the demo company in a house of its own, waits until everything has arrived, and takes pictures for docs/.

`make screenshots`. Needs Chromium; the pictures go to docs/pictures, wide (1366 × 850) and narrow (390 × 844).
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
SIZES = {"breit": (1366, 850), "schmal": (390, 844)}
# Longer than the demo's 302 files need on two slow cores.
PATIENCE_SECONDS = 600


def main() -> int:
    """Take all pictures."""
    folder = Path(tempfile.mkdtemp(prefix="kundenakte-pictures-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"KUNDENAKTE_DATA": str(folder), "KUNDENAKTE_LISTEN": f"127.0.0.1:{port}"}
    for command in (["-m", "kundenakte", "setup"], ["-m", "demo.opening"]):
        subprocess.run([sys.executable, *command], env=environment, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    house = subprocess.Popen([sys.executable, "-m", "kundenakte", "serve"], env=environment, cwd=ROOT)
    try:
        _wait_for_door(port)
        _all(f"http://127.0.0.1:{port}", (folder / "demo" / "kennwort").read_text(encoding="ascii").strip())
    finally:
        house.send_signal(signal.SIGTERM)
        house.wait(30)
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _wait_for_door(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)


def _all(address: str, password: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or "/usr/bin/chromium"
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--lang=de-DE"],
            # What stands in a date field follows the browser's own language, not the page's (package chromium-l10n).
            env={**os.environ, "LANGUAGE": "de"},
        )
        for size in SIZES:
            clerk = _signed_in(browser, address, "k.wiesinger", password, size)
            _wait_for_calm(clerk, address)
            _of_a_clerk(clerk, address, size)
            clerk.close()
            administrator = _signed_in(browser, address, "o.stoecklein", password, size)
            for name, path in (("verwaltung", "/verwaltung/"), ("aktenplan", "/verwaltung/aktenplan")):
                _shoot(administrator, f"{address}{path}", f"{name}-{size}")
            administrator.goto(f"{address}/verwaltung/prozesse/reklamation/zeichnen")
            administrator.locator("[data-drawing][data-ready]").wait_for()
            if size == "breit":
                administrator.locator('[data-element-id="bewerten"]').first.click()
            _picture(administrator, f"prozess-{size}")
            administrator.close()
            service = _signed_in(browser, address, "t.hertlein", password, size)
            _of_the_service(service, address, size)
            service.close()
        browser.close()


def _signed_in(browser: Browser, address: str, login: str, password: str, size: str) -> Page:
    width, height = SIZES[size]
    page = browser.new_page(
        viewport={"width": width, "height": height}, locale="de-DE", color_scheme="light", reduced_motion="reduce"
    )
    page.goto(f"{address}/konto/login/")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", password)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")
    return page


def _wait_for_calm(page: Page, address: str) -> None:
    """Until the start page no longer counts what is under way."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        page.goto(address)
        if "unterwegs" not in page.inner_text("main").lower():
            return
        time.sleep(3)


def _of_a_clerk(page: Page, address: str, size: str) -> None:
    """A customer with a history, watched; then the pages of a day."""
    _open_sealed_file(page, f"{address}/akte?kdnr=D-10029")
    if page.locator(".watch[aria-pressed=false]").count():
        page.locator(".watch").click()
    page.locator(".watch[aria-pressed=true]").wait_for()
    invoice = page.locator("main a[href*='/dokument/']", has_text="rechnung").first
    document = str(invoice.get_attribute("href"))
    if size == "breit":
        # The preview follows the selection.
        title = invoice.inner_text().strip()
        invoice.focus()
        page.locator("#preview", has_text=title).locator("img").first.wait_for()
        page.wait_for_load_state("networkidle")
    _picture(page, f"akte-{size}")
    page.emulate_media(color_scheme="dark")
    _picture(page, f"akte-dunkel-{size}")
    page.emulate_media(color_scheme="light")
    page.goto(f"{address}{document}")
    page.locator("#pages img").first.wait_for()
    _picture(page, f"dokument-{size}")
    page.goto(f"{address}/suche?q=wartung")
    if size == "breit":
        page.locator("main a[data-open]").first.focus()
        page.locator("#preview .page img").first.wait_for()
    page.wait_for_load_state("networkidle")
    _picture(page, f"suche-{size}")
    _shoot(page, f"{address}/kunden/", f"kunden-{size}")
    _shoot(page, f"{address}/posteingang/", f"posteingang-{size}")
    _shoot(page, f"{address}/", f"start-{size}")


def _of_the_service(page: Page, address: str, size: str) -> None:
    """What waits, one complaint, and all that is under way."""
    _shoot(page, f"{address}/aufgaben", f"aufgaben-{size}")
    _shoot(page, f"{address}/aufgaben/uebersicht?sicht=tafel", f"unterwegs-{size}")
    page.goto(f"{address}/aufgaben/uebersicht")
    page.get_by_role("link", name="Zwei Rollen fehlen").click()
    page.wait_for_load_state("networkidle")
    _picture(page, f"vorgang-{size}")


def _open_sealed_file(page: Page, address: str) -> None:
    """The archive follows some seconds behind; a file in daily use is sealed."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        page.goto(address)
        if not page.locator(".document-list .c-state", has_text="gültig").count():
            return
        time.sleep(3)


def _shoot(page: Page, address: str, name: str) -> None:
    page.goto(address)
    page.wait_for_load_state("load")
    page.wait_for_timeout(500)
    _picture(page, name)


def _picture(page: Page, name: str) -> None:
    page.screenshot(path=PICTURES / f"{name}.png")


if __name__ == "__main__":
    sys.exit(main())
