"""Addresses of what works on the road. They stay the same for ever: devices remember them."""

from django.urls import path

from kundenakte.doors.web.visits import app, handing_in, taking

urlpatterns = [
    path("unterwegs/", app.show, name="visits"),
    path("unterwegs/dienst.js", app.worker, name="visits-worker"),
    path("unterwegs/kundenakte.webmanifest", app.manifest, name="visits-manifest"),
    path("unterwegs/besuche", taking.visits, name="visits-open"),
    path("unterwegs/besuche/<int:task>/mitnehmen", taking.take_along, name="visits-take"),
    path("unterwegs/besuche/<int:task>/foto/<str:key>", handing_in.photo, name="visits-photo"),
    path("unterwegs/berichte/<str:key>", handing_in.report, name="visits-report"),
]
