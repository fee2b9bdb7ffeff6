"""Address of the link by which somebody sets a password."""

from django.urls import path

from kundenakte.doors.web.sign_in import invitation

urlpatterns = [path("konto/einrichten/<int:user>/<str:secret>", invitation.accept, name="invitation")]
