"""Who did what when, in a form that shows any later change."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class JournalConfig(AppConfig):
    """Who did what when, in a form that shows any later change."""

    name = "kundenakte.base.journal"
    label = "journal"

    def ready(self) -> None:
        """The journal's own tables are under guard, and all guards come back after every migrate."""
        from kundenakte.base.journal import guards
        from kundenakte.base.journal.models import (
            HeadToken,
            JournalEntry,
            JournalLeaf,
            PersonalFact,
            SigningKey,
            TreeHead,
            WitnessCopy,
        )

        guards.protect(JournalEntry)
        guards.protect(JournalLeaf)
        for proof in (SigningKey, TreeHead, HeadToken, WitnessCopy):
            guards.protect(proof)
        guards.protect(PersonalFact, delete=True)
        post_migrate.connect(guards.after_migrate, sender=self, dispatch_uid="kundenakte.guards")
