"""What stands in a mail that somebody wrote. It comes from outside, so it is read confined."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from kundenakte.base.confinement import confined

_MOST_BYTES: Final = 100 * 1024 * 1024
_MOST_TEXT: Final = 20_000


@confined(seconds=60, needs=("kundenakte.records.mail", "kundenakte.records.mail_parts"))
def written(*, source: str) -> dict[str, Any]:
    """Who wrote it ("senders", plain addresses) and the own words of it ("text"), without what it quotes."""
    from kundenakte.records import mail_core
    from kundenakte.records.mail import read_message

    with Path(source).open("rb") as file:
        mail = read_message(file.read(_MOST_BYTES))
    return {"senders": mail.addresses["from"], "text": mail_core.own_words(mail.body[:_MOST_TEXT])}
