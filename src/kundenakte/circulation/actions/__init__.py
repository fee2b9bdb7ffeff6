"""Everything that can be done with a circulation folder. Each runs in one transaction, with minutes and journal."""

from kundenakte.circulation.actions.absences import cancel_absence, enter_absence
from kundenakte.circulation.actions.contents import add_document, add_documents, remove_document
from kundenakte.circulation.actions.exports import export_overview
from kundenakte.circulation.actions.feeds import end_feed, renew_feed
from kundenakte.circulation.actions.folders import recall_folder, start_folder
from kundenakte.circulation.actions.guests import do_as_guest, end_link, give_link
from kundenakte.circulation.actions.slips import extend_slip, insert_step, shorten_slip
from kundenakte.circulation.actions.working import approve, claim, complete, give_back, hand_on, refuse

__all__ = [
    "add_document", "add_documents", "approve", "cancel_absence", "claim", "complete", "do_as_guest", "end_feed",
    "end_link", "enter_absence", "export_overview", "extend_slip", "give_back", "give_link", "hand_on", "insert_step",
    "recall_folder", "refuse", "remove_document", "renew_feed", "shorten_slip", "start_folder",
]  # fmt: skip
