"""The published versions of the REST interface, side by side."""

from django.urls import URLPattern, URLResolver, path, re_path

from kundenakte.doors.api import problems
from kundenakte.doors.api.v1 import api as v1

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", v1.urls),
    re_path(r"", problems.no_such_address),
]
