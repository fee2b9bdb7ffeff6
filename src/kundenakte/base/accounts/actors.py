"""Who does something: a person, a program, a rule or the system itself. Handed down as a parameter, never looked up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kundenakte.base.accounts.models import User


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever is answerable for a change. Rights are asked of `user`; a rule or the system acts by its order alone."""

    kind: Literal["person", "connector", "rule", "system"]
    name: str
    user: User | None = None

    @classmethod
    def of(cls, user: User) -> Actor:
        """The person or service account behind a signed-in request."""
        return cls("connector" if user.is_service else "person", str(user), user)

    @classmethod
    def rule(cls, name: str) -> Actor:
        """An automatic decision, named by its rule ("filing.customer_number")."""
        return cls("rule", name)

    @classmethod
    def system(cls, name: str) -> Actor:
        """The house itself: set-up, watched folders, maintenance."""
        return cls("system", name)

    @property
    def is_auditor(self) -> bool:
        """Whether each of his looks is written down."""
        return self.user is not None and self.user.is_auditor

    @property
    def is_person(self) -> bool:
        """Whether rights have to be asked: people and connectors carry a user."""
        return self.user is not None
