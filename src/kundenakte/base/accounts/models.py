"""Users, the roles they hold, and the tokens programs sign in with."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac


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
    # Counted up by each change of the role or of its rights, so that two administrators notice each other.
    edition = models.PositiveIntegerField(default=1)

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
    # Somebody from outside who audits: sees what an audit opens to him (records.Audit), and nothing by any role.
    is_auditor = models.BooleanField(default=False, db_default=False)
    roles = models.ManyToManyField(Role, blank=True, related_name="users")
    created_at = models.DateTimeField(auto_now_add=True)
    # Counted up by each change an administrator makes.
    edition = models.PositiveIntegerField(default=1)
    # Counted up to end every session of this account at its next request.
    sessions_round = models.PositiveIntegerField(default=0)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    class Meta:
        ordering = ("name", "username")

    def __str__(self) -> str:
        return self.name or self.username

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session is bound to (Django asks at each request): the password, and the round of sessions."""
        bound = f"{self.password}:{self.sessions_round}"
        return salted_hmac("kundenakte.session", bound, secret=secret, algorithm="sha256").hexdigest()


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
    # When a program last came with it, to within some minutes.
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def is_valid(self, now: datetime) -> bool:
        """Whether it opens a door at `now`."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at) and self.user.is_active
