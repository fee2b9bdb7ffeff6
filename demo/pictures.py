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

from playwright.sync_api import Page, sync_playwright

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
        _all(f"http://127.0.0.1:{port}", (folder / "demo" / "kennwort").read_text(encoding="ascii").strip())
    finally:
        house.send_signal(signal.SIGTERM)
        house.wait(30)
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _all(address: str, password: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or "/usr/bin/chromium"
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        for size, (width, height) in SIZES.items():
            page = browser.new_page(viewport={"width": width, "height": height}, locale="de-DE")
            page.goto(address)
            page.fill("input[name=login]", "k.wiesinger")
            page.fill("input[name=password]", password)
            page.keyboard.press("Enter")
            page.wait_for_load_state("networkidle")
            _wait_for_calm(page, address)
            _pages(page, address, size)
            page.close()
        browser.close()


def _wait_for_calm(page: Page, address: str) -> None:
    """Until the start page no longer counts what is under way."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        page.goto(address)
        if "unterwegs" not in page.inner_text("main").lower():
            return
        time.sleep(3)


def _pages(page: Page, address: str, size: str) -> None:
    def shoot(name: str, path: str) -> None:
        page.goto(f"{address}{path}")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=PICTURES / f"{name}-{size}.png")

    shoot("start", "/")
    shoot("kunden", "/kunden/")
    shoot("posteingang", "/posteingang/")
    page.goto(f"{address}/akte?kdnr=D-10029")
    invoice = page.locator("main a[href*='/dokument/']", has_text="rechnung").first
    href = invoice.get_attribute("href")
    if size == "breit":
        # The preview follows the selection.
        invoice.click()
        page.wait_for_timeout(1500)
    page.screenshot(path=PICTURES / f"akte-{size}.png")
    shoot("dokument", str(href))


if __name__ == "__main__":
    sys.exit(main())
