"""Who can be given something to do, and how a form names him: "p12" is a person, "t3" a team."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from kundenakte.base.accounts.models import Role, User
from kundenakte.doors.web import page
from kundenakte.doors.web.alphabet import by_word

Choices = list[tuple[str, Any]]


def people() -> list[tuple[str, str]]:
    """Everybody who can sign in, by name."""
    rows = User.objects.filter(is_active=True, is_service=False, is_auditor=False)
    return by_word((f"p{user.pk}", str(user)) for user in rows)


def teams() -> list[tuple[str, str]]:
    """The teams somebody belongs to, by name."""
    rows = Role.objects.filter(users__is_active=True, users__is_service=False).distinct()
    return by_word((f"t{role.pk}", _(role.name)) for role in rows)


def offered() -> Choices:
    """The choices of a field for a person or a team; two queries."""
    return [("", _("Bitte wählen")), (_("Teams"), teams()), (_("Personen"), people())]


def chosen(text: str) -> User | Role | None:
    """Whom a form means. Whether he can do it, the action says."""
    pk = page.number(text[1:])
    if pk is None:
        return None
    if text[0] == "t":
        return Role.objects.filter(pk=pk).first()
    return User.objects.filter(pk=pk).first() if text[0] == "p" else None


class PersonOrTeam(forms.ChoiceField):
    """A field that becomes a user or a role."""

    def clean(self, value: Any) -> Any:
        """The row that is meant; one that was deleted meanwhile is not chosen."""
        found = chosen(super().clean(value) or "")
        if found is None and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return found
