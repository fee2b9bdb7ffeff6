"""Bright or dark: as the system says, or as somebody chose on this device.

A cookie keeps it and not the account: it belongs to the screen and the room, and the same clerk has several of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from kundenakte.doors.web.language import back

COOKIE: Final = "kundenakte-ansicht"
_YEAR: Final = 365 * 24 * 3600
_LOOKS: Final = (
    ("", gettext_lazy("Auto"), "sun-moon"),
    ("light", gettext_lazy("Hell"), "sun"),
    ("dark", gettext_lazy("Dunkel"), "moon"),
)


@dataclass(frozen=True, slots=True)
class Look:
    """One of the choices as the menu shows it."""

    value: str
    name: str
    icon: str
    pressed: str


def chosen(request: HttpRequest) -> str:
    """ "light" or "dark"; "" when the system decides."""
    look = request.COOKIES.get(COOKIE, "")
    return look if look in {"light", "dark"} else ""


def looks(request: HttpRequest) -> list[Look]:
    """All choices, the one that holds pressed."""
    now = chosen(request)
    return [Look(value, _(str(name)), icon, "true" if value == now else "false") for value, name, icon in _LOOKS]


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep the choice on this device, or forget it."""
    look = request.POST.get("look", "")
    response = HttpResponseRedirect(back(request))
    if look in {"light", "dark"}:
        response.set_cookie(
            COOKIE, look, max_age=_YEAR, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE
        )
    else:
        response.delete_cookie(COOKIE, samesite="Lax")
    return response
