"""What happened to a folder, entry by entry. Inserted, never changed: the database refuses UPDATE and DELETE."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from kundenakte.circulation.models.folders import CirculationFolder
from kundenakte.circulation.models.slips import Stop
from kundenakte.circulation.models.tasks import Task
from kundenakte.records.models import Document


class What(models.TextChoices):
    """What can happen. The journal says the same with "circulation." before it."""

    STARTED = "started", "gestartet"
    DOCUMENT_ADDED = "document_added", "Dokument eingelegt"
    DOCUMENT_REMOVED = "document_removed", "Dokument entnommen"
    EXTENDED = "extended", "Station hinzugefügt"
    SHORTENED = "shortened", "Station entfallen"
    MOVED = "moved", "Station nach hinten gerückt"
    OPENED = "opened", "vorgelegt"
    CLAIMED = "claimed", "übernommen"
    GIVEN_BACK = "given_back", "zurückgelegt"
    HANDED_ON = "handed_on", "weitergegeben"
    COMPLETED = "completed", "erledigt"
    APPROVED = "approved", "freigegeben"
    REFUSED = "refused", "zurückgewiesen"
    WITHDRAWN = "withdrawn", "zurückgezogen"
    ESCALATED = "escalated", "überfällig gemeldet"
    LINK_GIVEN = "link_given", "Einmal-Link vergeben"
    LINK_ENDED = "link_ended", "Einmal-Link zurückgenommen"
    RECALLED = "recalled", "Mappe zurückgerufen"
    FINISHED = "finished", "Umlauf abgeschlossen"
    # Of cases only: what a process does without anybody's task.
    TIMER = "timer", "Frist abgelaufen"
    MESSAGE = "message", "Nachricht eingetroffen"
    ERRAND = "errand", "vom Haus erledigt"
    MIGRATED = "migrated", "auf andere Ausgabe umgestellt"


class MinutesEntry(models.Model):
    """One line of the minutes (Umlaufprotokoll)."""

    folder = models.ForeignKey(CirculationFolder, on_delete=models.PROTECT, related_name="minutes")
    # 1, 2, 3 … within the folder, without a gap.
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    what = models.CharField(max_length=16, choices=What.choices)
    # Empty for the house itself (a due day that has passed).
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    # The names as they were then: of who did it, and of whose place he took.
    who = models.CharField(max_length=150, blank=True)
    instead_of = models.CharField(max_length=150, blank=True)
    task = models.ForeignKey(Task, on_delete=models.PROTECT, null=True, related_name="minutes")
    stop = models.ForeignKey(Stop, on_delete=models.PROTECT, null=True, related_name="+")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    # `facts()` of the task, the stop or the folder; empty where there was nothing.
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    comment = models.TextField(blank=True)
    # The entry of the journal that says the same.
    journal_entry = models.UUIDField(unique=True)

    class Meta:
        ordering = ("folder", "number")
        constraints = (models.UniqueConstraint(fields=("folder", "number"), name="minutes_once"),)
        indexes = (models.Index(fields=("task", "number"), name="minutes_of_task"),)

    def __str__(self) -> str:
        return f"{self.folder_id}/{self.number}: {self.get_what_display()}"
