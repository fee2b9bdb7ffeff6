"""Which door answers which address. Each door keeps its own list; this page only puts them side by side."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("konto/", include("allauth.urls")),
]
