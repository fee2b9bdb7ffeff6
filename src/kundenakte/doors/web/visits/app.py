"""What a device keeps to work without a network: the page, its worker and its manifest.

Nothing here says who is signed in or what there is: the page is the same for everybody and may lie in a cache. What
somebody takes along comes from taking.py and stays in the browser's own store.
"""

from __future__ import annotations

import hashlib
import json
from typing import Final

from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

_STYLES: Final = ("tokens", "base", "shell", "parts", "visits")
_SCRIPTS: Final = ("worker-start", "store", "talk", "words", "form", "times", "photos", "signature", "list", "app")
# What the scripts say.
_WORDS: Final = (
    ("saved", gettext_lazy("Auf diesem Gerät gespeichert")),
    ("not-saved", gettext_lazy("Das ließ sich auf diesem Gerät nicht speichern. Ist noch Platz?")),
    (
        "offline",
        gettext_lazy(
            "Kein Netz zur Kundenakte. Was auf diesem Gerät liegt, können Sie ausfüllen; "
            "gesendet wird es später von selbst."
        ),
    ),
    (
        "others",
        gettext_lazy(
            "Auf diesem Gerät liegen auch Besuche von jemand anderem. Sie sind nicht zu sehen und bleiben hier."
        ),
    ),
    ("one-waits", gettext_lazy("Bericht ist fertig und noch nicht gesendet.")),
    ("some-wait", gettext_lazy("Berichte sind fertig und noch nicht gesendet.")),
    ("ready", gettext_lazy("fertig, wird gesendet")),
    ("look", gettext_lazy("bitte ansehen")),
    ("begun", gettext_lazy("begonnen")),
    ("with-me", gettext_lazy("mitgenommen")),
    ("until", gettext_lazy("bis")),
    ("taken", gettext_lazy("Liegt jetzt auf diesem Gerät:")),
    ("not-taken", gettext_lazy("Das hat nicht geklappt. Bitte versuchen Sie es mit besserem Netz noch einmal.")),
    ("finished", gettext_lazy("Der Bericht ist fertig. Er wird gesendet, sobald die Kundenakte zu erreichen ist.")),
    ("sent", gettext_lazy("Gesendet:")),
    ("elsewhere", gettext_lazy("Dieser Besuch ist jetzt in einem anderen Fenster offen. Schreiben Sie dort weiter.")),
    ("refused", gettext_lazy("Ein Bericht kam zurück. Bitte sehen Sie ihn sich noch einmal an.")),
    ("address", gettext_lazy("Adresse")),
    ("contact", gettext_lazy("Kontakt")),
    ("page", gettext_lazy("Seite")),
    ("photo", gettext_lazy("Foto")),
    ("no-photo", gettext_lazy("Diese Datei ist kein Bild, das der Browser zeigen kann:")),
    ("too-many-photos", gettext_lazy("In einen Bericht passen höchstens 20 Fotos.")),
    ("choose", gettext_lazy("Bitte wählen")),
    ("missing", gettext_lazy("Es fehlt noch:")),
    ("time-missing", gettext_lazy("Bei einer Zeit fehlt Tag oder Uhrzeit.")),
    ("time-backwards", gettext_lazy("Eine Zeit endet, bevor sie beginnt.")),
    ("part-missing", gettext_lazy("Bei einem Teil fehlt, was es ist.")),
    ("quantity-missing", gettext_lazy("Bei einem Teil fehlt die Menge.")),
    ("signer-missing", gettext_lazy("Bitte schreiben Sie dazu, wer unterschrieben hat.")),
    (
        "signature-missing",
        gettext_lazy("Bitte lassen Sie unterschreiben, oder schreiben Sie dazu, warum niemand unterschreibt."),
    ),
)
# Colours of tokens.css: the bar, the ground.
_BAR, _GROUND = "#0d413b", "#f3f5f5"


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The page. It opens without signing in, since it must open without a network; it holds nothing of anybody's."""
    response = _page(request)
    response.headers["Cache-Control"] = "no-cache"
    return response


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, with the addresses of what it keeps; another edition of any of them makes it another one.

    The page is part of the edition: its words, its language and the scripts it names stay together with them.
    """
    kept = _kept()
    edition = hashlib.sha256(b"\n".join([*(address.encode() for address in kept), _page(request).content])).hexdigest()
    said = f"self.kept = {json.dumps(kept)};\nself.edition = {json.dumps(edition[:16])};\n"
    said += f"self.page = {json.dumps(reverse('visits'))};\n"
    script = f"{said}importScripts({json.dumps(staticfiles_storage.url('web/visits/worker.js'))});\n"
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What a telephone needs to put it among its programs."""
    page = reverse("visits")
    return JsonResponse(
        {
            "id": page, "name": _("Kundenakte unterwegs"), "short_name": _("Kundenakte"), "start_url": page,
            "scope": page, "display": "standalone", "background_color": _GROUND, "theme_color": _BAR,
            "lang": request.LANGUAGE_CODE,
            "icons": [
                {"src": staticfiles_storage.url("web/icon.svg"), "sizes": "any", "type": "image/svg+xml",
                 "purpose": "any"},
            ],
        },
        content_type="application/manifest+json",
    )  # fmt: skip


def _page(request: HttpRequest) -> HttpResponse:
    return render(request, "visits/app.html", {"styles": _STYLES, "words": _WORDS})


def _kept() -> list[str]:
    # In a house each name holds a digest of its file, so old ones never answer for new ones (config/static_names.py).
    url = staticfiles_storage.url
    return [
        url("web/icon.svg"), *(url(f"web/{name}.css") for name in _STYLES), url("web/visits/worker.js"),
        *(url(f"web/visits/{name}.js") for name in _SCRIPTS),
    ]  # fmt: skip
