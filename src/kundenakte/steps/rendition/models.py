"""Passwords with which documents open."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class OpeningPassword(models.Model):
    """The password a person gave for a protected file. It is kept as long as the file, since the file must be readable
    for the whole period (GoBD 134); the original stays protected as it came."""

    digest = models.CharField(max_length=64, unique=True)
    password = models.CharField(max_length=200)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Passwort für {self.digest[:12]}"


def password_of(digest: str) -> str | None:
    """The password with which these bytes open; None when they need none, or nobody has said it."""
    return OpeningPassword.objects.filter(digest=digest).values_list("password", flat=True).first()
