"""The overview of keys: reachable by menu and key, and nothing on it that no script listens for."""

from __future__ import annotations

import re
from pathlib import Path

from django.urls import reverse

import kundenakte.doors.web as door
from kundenakte.doors.web.start.shortcuts import GROUPS
from tests.builders import a_customer_file, a_document
from tests.doors.web.pages import SignIn, words

HOME = Path(door.__file__).parent
# How a browser calls what the keyboard names in German.
_BROWSER = {
    "↓": "ArrowDown", "↑": "ArrowUp", "→": "ArrowRight", "←": "ArrowLeft", "Pos1": "Home", "Ende": "End",
    "Leertaste": " ", "Bild ab": "PageDown", "Bild auf": "PageUp", "Esc": "Escape",
}  # fmt: skip
# Numbers come from the proposals, Tab from the browser, Ctrl+K is compared in small letters.
_OTHERWISE = {"1", "2", "3", "Tab", "Strg+K"}


def test_it_is_in_the_menu_of_every_page_and_behind_a_key(signed_in: SignIn) -> None:
    client = signed_in("verena")
    assert f'href="{reverse("shortcuts")}" data-key="?"' in words(client.get(reverse("start")))
    said = words(client.get(reverse("shortcuts")))
    assert "Kunde, Dokument oder Befehl suchen" in said
    assert "<kbd>Pos1</kbd>" in said


def test_every_key_on_it_is_one_somebody_listens_for() -> None:
    files = [*(HOME / "static/web").glob("*.js"), *HOME.rglob("templates/**/*.html")]
    source = "\n".join(file.read_text(encoding="utf-8") for file in files)
    keys = {key for _name, lines in GROUPS for pressed, _said in lines for key in pressed} - _OTHERWISE
    assert len(keys) > 20
    for key in keys:
        name = re.escape(_BROWSER.get(key, key))
        assert re.search(rf"""["']{name}["']|[{{ ,]{name}: |key="{name}\"""", source), key


def test_a_file_offers_a_way_past_everything_to_its_documents(signed_in: SignIn) -> None:
    file = a_customer_file()
    a_document(customer_file=file)
    for view in ("", "?sicht=zeit"):
        said = words(signed_in("verena").get(reverse("file", args=(file.pk,)) + view))
        assert 'class="skip" href="#dokumentliste"' in said
        assert said.count('id="dokumentliste"') == 1, view
