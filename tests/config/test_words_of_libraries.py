"""What allauth shows speaks like the rest of the house: in the polite form, in German, with the house's words."""

from __future__ import annotations

import gettext
import re
from pathlib import Path

import allauth
import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation import trans_real

from kundenakte.base.accounts.models import User
from kundenakte.config import translations

HOME = Path(allauth.__file__).parent
RIGHT = "Ein langes Passwort 7"
_FAMILIAR = re.compile(r"\b([Dd]u|[Dd]ich|[Dd]ir|[Dd]eine?[mnrs]?|wähle|versuche|bestätige|gib|habe Geduld|Rufe)\b")
_ENGLISH = re.compile(r"\b(the|your|you|Enter an?|Please|Activate|Confirm|Sign (In|in)|Cancel|Codes? available)\b")
_OPEN = (
    "/konto/password/change/", "/konto/2fa/", "/konto/2fa/totp/activate/", "/konto/2fa/recovery-codes/",
    "/konto/2fa/reauthenticate/", "/konto/reauthenticate/", "/konto/logout/",
)  # fmt: skip


def texts_of_allauth() -> set[str]:
    """The texts of its pages for accounts and second factors that its own German has."""
    with (HOME / "locale/de/LC_MESSAGES/django.mo").open("rb") as file:
        catalog = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    folders = ("account", "mfa", "templates/account", "templates/mfa")
    files = (
        file for folder in folders for file in (HOME / folder).rglob("*") if file.suffix in {".py", ".html", ".txt"}
    )
    source = re.sub(r'"\s*\n\s*"', "", "\n".join(file.read_text(encoding="utf-8") for file in files))
    plain = {key for key in catalog if isinstance(key, str) and key and not key.startswith("%")}
    return {key for key in plain if re.split(r"%\(|\n", key)[0].replace('"', '\\"') in source}


# Django's own name; its stubs do not know it.
_KNOWN = "_translations"


@pytest.fixture(autouse=True)
def compiled() -> None:
    """Django keeps what it read before; here it reads what is there now."""
    translations.compile_all()
    getattr(trans_real, _KNOWN).clear()


def test_no_page_and_no_mail_is_on_familiar_terms() -> None:
    texts = texts_of_allauth()
    assert len(texts) > 150
    with translation.override("de"):
        familiar = {text: said for text in texts if _FAMILIAR.search(said := translation.gettext(text))}
    assert familiar == {}


def test_a_translation_fills_in_the_same_places() -> None:
    place = re.compile(r"%\(\w+\)\w|%d")
    for text, german in translations.translated("de").items():
        if text:
            assert set(place.findall(german)) <= set(place.findall(text)), text


@pytest.mark.django_db
@pytest.mark.parametrize("address", _OPEN)
def test_the_pages_that_are_open_have_no_english_left_over(address: str, client: Client) -> None:
    client.force_login(User.objects.create_user("bernd", "bernd@example.com", RIGHT))
    page = client.get(address, follow=True, headers={"Accept-Language": "de"}).content.decode()
    said = re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<(script|style)\b.*?</\1>", " ", page))
    assert not _ENGLISH.search(said), _ENGLISH.search(said)
    assert not _FAMILIAR.search(said)
