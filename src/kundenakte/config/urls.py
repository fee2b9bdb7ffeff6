"""Which door answers which address. Each door keeps its own list; this page only puts them side by side."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("konto/", include("kundenakte.config.sign_in_urls")),
    path("api/", include("kundenakte.doors.api.urls")),
    path("", include("kundenakte.doors.web.urls")),
]

handler400 = "kundenakte.doors.web.refusals.bad_request"
handler403 = "kundenakte.doors.web.refusals.forbidden"
handler404 = "kundenakte.doors.web.refusals.not_found"
