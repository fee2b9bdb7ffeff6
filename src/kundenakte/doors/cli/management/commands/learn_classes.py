"""`kundenakte learn_classes`: train the model of document classes from what people filed, and end."""

from typing import Any

from django.core.management.base import BaseCommand

from kundenakte.steps.recognition.model_store import train_now


class Command(BaseCommand):
    """Called by the job that learns; may be called by hand."""

    help = "Lernt die Dokumentklassen aus dem, was Personen eingeordnet haben."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Train once."""
        self.stdout.write(train_now())
