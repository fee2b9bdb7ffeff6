"""German first; whoever prefers English says so once. The browser's own language does not decide."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from kundenakte.base.accounts.models import User

Answer = Callable[[HttpRequest], HttpResponse]


class LanguageMiddleware:
    """Speak the language of the cookie, else of the account, else German."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = _spoken(request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")) or _of_account(request)
        with translation.override(language or settings.LANGUAGE_CODE):
            request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        patch_vary_headers(response, ("Cookie",))
        return response


def _spoken(language: str) -> str:
    return language if language in dict(settings.LANGUAGES) else ""


def _of_account(request: HttpRequest) -> str:
    return _spoken(request.user.language) if isinstance(request.user, User) else ""


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language in a cookie, and with the account of whoever is signed in."""
    language = _spoken(request.POST.get("language", ""))
    response = HttpResponseRedirect(back(request))
    if language:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=365 * 24 * 3600, samesite="Lax", httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
        )  # fmt: skip
        if isinstance(request.user, User):
            User.objects.filter(pk=request.user.pk).update(language=language)
    return response


def back(request: HttpRequest) -> str:
    """The page a choice was made on, as the form named it; never one of another house."""
    after = request.POST.get("next", "/")
    is_ours = url_has_allowed_host_and_scheme(after, allowed_hosts={request.get_host()}) and not urlsplit(after).netloc
    return after if is_ours else "/"
