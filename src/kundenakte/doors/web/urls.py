"""All addresses of the browser client."""

from django.urls import URLPattern, URLResolver, include, path

from kundenakte.doors.web import language, look

_SCREENS = (
    "start", "customers", "customer_files", "documents", "inbox", "upload", "search", "ledger", "administration",
    "sign_in", "structure", "retention", "circulation", "processes", "shares", "papers", "visits",
)  # fmt: skip

urlpatterns: list[URLPattern | URLResolver] = [
    *(path("", include(f"kundenakte.doors.web.{name}.urls")) for name in _SCREENS),
    path("sprache", language.choose, name="language"),
    path("ansicht", look.choose, name="look"),
]
