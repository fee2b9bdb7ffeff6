"""The rows of circulation, in one place for those who import them."""

from kundenakte.circulation.models.cases import Case, CaseErrand, CaseSeries, CaseStep, CaseTimer
from kundenakte.circulation.models.feeds import TaskFeed
from kundenakte.circulation.models.folders import CirculationFolder, FolderDocument, FolderSeries
from kundenakte.circulation.models.guests import GuestLink
from kundenakte.circulation.models.minutes import MinutesEntry
from kundenakte.circulation.models.moves import EditionMove, KeptCase
from kundenakte.circulation.models.people import Absence, NoticeWish, Reminder, ReminderMail, TaskNotice
from kundenakte.circulation.models.processes import (
    Process,
    ProcessDefinition,
    ProcessDraft,
    StartRule,
    WebhookReceiver,
)
from kundenakte.circulation.models.replies import Reply, ReplyKey
from kundenakte.circulation.models.slips import Stop
from kundenakte.circulation.models.tasks import Task, TaskGrant
from kundenakte.circulation.models.visits import Visit, VisitPhoto, VisitReport

__all__ = [
    "Absence", "Case", "CaseErrand", "CaseSeries", "CaseStep", "CaseTimer", "CirculationFolder", "EditionMove",
    "FolderDocument", "FolderSeries", "GuestLink", "KeptCase", "MinutesEntry", "NoticeWish", "Process",
    "ProcessDefinition", "ProcessDraft", "Reminder", "ReminderMail", "Reply", "ReplyKey", "StartRule", "Stop", "Task",
    "TaskFeed", "TaskGrant", "TaskNotice", "Visit", "VisitPhoto", "VisitReport", "WebhookReceiver",
]  # fmt: skip
