"""Every page at a desk and on a phone, bright and dark: nothing sticks out, is cut off, lies on something else or keeps
somebody out, and the browser has nothing to complain about."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.builders import a_customer_file, a_document
from tests.journeys import looking
from tests.journeys.conftest import DESK, PHONE, OpenPage, Screen
from tests.journeys.pages import addresses, some_rows

pytestmark = pytest.mark.journey

NARROW, TABLET = (360, 740), (900, 700)
KB = 1000


def size(page: Page, size: tuple[int, int], scheme: str) -> None:
    """Show the page that is open at another size and in another light."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")


def looked_at(screen: Screen, address: str) -> list[str]:
    """What is wrong with a page in any size and light."""
    page = screen.page
    size(page, DESK, "light")
    screen.go(address)
    found = [("desk", fault) for fault in (*looking.layout(page), *looking.accessibility(page))]
    size(page, DESK, "dark")
    found += [("desk, dark", fault) for fault in looking.accessibility(page, only_rules=looking.LIGHT)]
    size(page, PHONE, "dark")
    found += [("phone, dark", fault) for fault in looking.accessibility(page, only_rules=looking.LIGHT)]
    size(page, PHONE, "light")
    found += [("phone", fault) for fault in looking.layout(page)]
    found += [("phone", fault) for fault in looking.accessibility(page, only_rules=looking.WIDTH)]
    for name, at in (("narrow", NARROW), ("tablet", TABLET)):
        size(page, at, "light")
        found += [(name, fault) for fault in looking.layout(page)]
    found += [("console", text) for text in screen.complaints if "404 (Not Found)" not in text]
    screen.complaints.clear()
    return [f"{address} ({name}): {fault}" for name, fault in found]


@pytest.mark.parametrize(("person", "part", "parts"), [("verena", 0, 1), *(("anton", part, 3) for part in range(3))])
def test_every_page_fits_and_keeps_nobody_out(person: str, part: int, parts: int, open_page: OpenPage) -> None:
    # In parts, so that they can run side by side.
    all_pages = addresses(some_rows(), person)[part::parts]
    screen = open_page(person)
    faults: list[str] = []
    for address in all_pages:
        faults += looked_at(screen, address)
    assert not faults, f"{len(faults)} faults on {len(all_pages)} pages\n" + "\n".join(faults)


@pytest.mark.parametrize(("at", "scheme"), [(DESK, "light"), (PHONE, "dark")])
def test_menus_and_the_jump_box_fit_as_well(at: tuple[int, int], scheme: str, open_page: OpenPage) -> None:
    a_customer_file("Alpha GmbH", "K-7001")
    screen = open_page("anton", at, color_scheme=scheme)
    page = screen.page
    for menu in (".bar > .menu", ".places > .menu"):
        page.locator(f"{menu} > summary").click()
        screen.check()
        page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type("alpha")
    page.locator("[data-jump-box] [role=option]").first.wait_for()
    screen.check()


def test_the_look_somebody_chose_holds_on_every_page(open_page: OpenPage) -> None:
    screen = open_page(color_scheme="light")
    page = screen.page
    ground = "getComputedStyle(document.body.parentElement).backgroundColor"
    bright = page.evaluate(f"() => {ground}")
    page.locator(".bar > .menu > summary").click()
    page.get_by_role("button", name="Dunkel").click()
    page.wait_for_function(f"(bright) => {ground} !== bright", arg=bright)
    screen.go("/kunden/")
    assert page.evaluate(f"() => {ground}") != bright
    screen.check()


def test_the_sign_in_page_fits_and_keeps_nobody_out(open_page: OpenPage) -> None:
    screen = open_page()
    screen.page.context.clear_cookies()
    faults = looked_at(screen, "/konto/login/")
    assert not faults, "\n".join(faults)


def test_the_frame_works_without_scripts(open_page: OpenPage) -> None:
    customer_file = a_customer_file("Alpha GmbH", "K-7001")
    a_document(customer_file=customer_file, title="Angebot AN-1", number="AN-1")
    screen = open_page(java_script_enabled=False)
    page = screen.page
    screen.go("/kunden/?q=alpha")
    page.get_by_role("link", name="Alpha GmbH").click()
    page.get_by_role("button", name="Beobachten").click()
    page.get_by_role("link", name="Angebot AN-1").click()
    expect(page.locator("h1")).to_contain_text("Angebot AN-1")
    screen.go("/")
    page.get_by_role("link", name="Alpha GmbH").first.click()
    page.get_by_role("link", name="Hochladen").first.click()
    page.locator("#files").set_input_files({"name": "brief.txt", "mimeType": "text/plain", "buffer": b"Hallo"})
    page.get_by_role("button", name="Hochladen").click()
    expect(page.locator("main")).to_contain_text("brief.txt")


def test_english_is_spoken_throughout(open_page: OpenPage) -> None:
    screen = open_page("anton")
    screen.page.locator(".bar > .menu > summary").click()
    screen.page.get_by_role("button", name="English").click()
    expect(screen.page.locator("html")).to_have_attribute("lang", "en")
    for path, heading in (("/", "Hello, Anton Adler"), ("/kunden/", "Customers"), ("/betrieb/", "Operation")):
        screen.go(path)
        expect(screen.page.get_by_role("heading", level=1)).to_have_text(heading)
        assert "wartet" not in screen.page.locator("body").inner_text()
    screen.check()


def test_pages_are_light_over_the_wire(open_page: OpenPage) -> None:
    customer_file = a_customer_file("Alpha GmbH", "K-7001")
    for n in range(60):
        a_document(customer_file=customer_file, title=f"Angebot AN-{n}", number=f"AN-{n}")
    screen = open_page("anton")
    for address in ("/", "/kunden/", f"/akte/{customer_file.pk}", "/suche?q=angebot", "/posteingang/", "/betrieb/"):
        assert carried(screen, address) <= 300 * KB, address


def carried(screen: Screen, address: str) -> float:
    """The bytes a page costs a browser that comes for the first time: bodies as sent, and headers."""
    page = screen.page.context.new_page()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    total = [0.0]
    session.on("Network.loadingFinished", lambda done: total.__setitem__(0, total[0] + done["encodedDataLength"]))
    page.goto(screen.base + address)
    page.wait_for_load_state("networkidle")
    page.close()
    return total[0]
