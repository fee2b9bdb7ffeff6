"""Users, the roles they hold, and the tokens programs sign in with."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class UserManager(BaseUserManager["User"]):
    """Makes accounts; Django's command line and allauth call it by these names."""

    def create_user(self, username: str, email: str = "", password: str | None = None, **extra: object) -> User:
        """An account that can sign in once it has a password."""
        user = self.model(username=username, email=self.normalize_email(email), **extra)
        user.set_password(password)
        user.save()
        return user


class Role(models.Model):
    """What somebody is in the house (sells, keeps the books …). Rights and inbox teams hang on it."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    # People of this role look after an inbox: arrivals can be put before them.
    has_inbox = models.BooleanField(default=False)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class User(AbstractBaseUser):
    """A person or, with `is_service`, a program that connects."""

    username = models.CharField(max_length=150, unique=True)
    email = models.EmailField(blank=True, db_index=True)
    name = models.CharField(max_length=150, blank=True)
    language = models.CharField(max_length=5, default="de")
    is_active = models.BooleanField(default=True)
    is_service = models.BooleanField(default=False)
    roles = models.ManyToManyField(Role, blank=True, related_name="users")
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    class Meta:
        ordering = ("name", "username")

    def __str__(self) -> str:
        return self.name or self.username


class ApiToken(models.Model):
    """What a program shows instead of a password. Only its hash is kept; the token itself is shown once."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    # Words such as "documents:write documents:read customers:read"; a door asks for the one it needs.
    scopes = models.CharField(max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def digest_of(token: str) -> str:
        """The form in which a token is kept. It has 256 random bits, so a plain hash is enough."""
        return hashlib.sha256(token.encode()).hexdigest()

    @staticmethod
    def new_secret() -> str:
        """A fresh token to hand out."""
        return "ka_" + secrets.token_urlsafe(32)

    def is_valid(self, now: datetime) -> bool:
        """Whether it opens a door at `now`."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at) and self.user.is_active
