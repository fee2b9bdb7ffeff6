"""Whether a mail of the house went to somebody outside."""

from __future__ import annotations

import re
from typing import Final

from kundenakte.customers.own import OwnCompany
from kundenakte.records.models import MailMessage

# The address of a file at our own door: whoever writes there files something.
_OF_A_FILE: Final = re.compile(r"\+[a-z0-9]{17}@")


def left_the_house(mail: MailMessage, own: OwnCompany) -> bool:
    """Whether we wrote it and somebody else got it: what a colleague passes on or a scanner mails was not sent."""
    return mail.is_ours and any(
        not own.has_domain(one.lower()) and not _OF_A_FILE.search(one.lower()) for one in mail.recipients
    )
