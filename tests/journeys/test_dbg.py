import pytest
from tests.journeys.test_on_the_road import *
from tests.journeys.test_on_the_road import case
def test_x(case, open_page):
    s = open_page("sabine", PHONE)
    s.page.on("console", lambda m: print("CONSOLE", m.type, m.text, m.location))
    s.page.on("requestfailed", lambda r: print("FAILED", r.url, r.failure))
    s.page.on("response", lambda r: r.status >= 400 and print("BAD", r.status, r.url))
    s.go("/unterwegs/")
    s.page.wait_for_timeout(8000)
    print(s.complaints, s.page.evaluate("() => document.documentElement.dataset.worker"))
    print(s.page.evaluate("async () => { try { const r = await navigator.serviceWorker.register('/unterwegs/dienst.js', {scope:'/unterwegs/'}); return [r.installing?.state, r.active?.state, r.waiting?.state] } catch (e) { return String(e) } }"))
    print(s.page.evaluate("async () => (await (await fetch('/unterwegs/dienst.js')).text())"))
    s.page.screenshot(path="/tmp/team/road.png")
