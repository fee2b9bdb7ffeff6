"""The processes the product brings along: the first edition of each, where the house has none of that name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from django.db import transaction

from kundenakte.base.accounts.actors import Actor
from kundenakte.circulation.cases import publishing
from kundenakte.circulation.models import Process

FOLDER: Final = Path(__file__).resolve().parents[1] / "processes" / "shipped"


@transaction.atomic
def install(*, now: datetime) -> int:
    """Put in what is missing; what the house has is never touched. Returns how many came new."""
    made = 0
    for file in sorted(FOLDER.glob("*.bpmn")):
        if Process.objects.filter(key=file.stem, definitions__isnull=False).exists():
            continue
        definition = publishing.checked(file.read_bytes())
        process, _new = Process.objects.get_or_create(
            key=definition.key, defaults={"name": definition.name, "prefix": definition.prefix}
        )
        publishing.put_in(actor=Actor.system("setup"), process=process, definition=definition, by=None, now=now)
        made += 1
    return made


def texts() -> Iterator[str]:
    """All words of theirs that a person reads."""
    for file in sorted(FOLDER.glob("*.bpmn")):
        definition = publishing.checked(file.read_bytes())
        yield definition.name
        yield from definition.names.values()
        for message in definition.messages.values():
            yield from (message.message, message.stage)
        yield from (errand.stage for errand in definition.errands.values())
        for step in definition.user_steps.values():
            yield from (step.stage, step.instruction)
        for form in (definition.start_form, *(step.form for step in definition.user_steps.values())):
            for field in form.fields:
                yield from (field.title, field.description, *(title for _const, title in field.choices))
