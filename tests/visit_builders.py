"""Builders for visits at the customer's."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID, uuid4

from PIL import Image

from kundenakte.base.accounts.actors import Actor
from kundenakte.circulation.models import Case, Task, VisitReport
from kundenakte.circulation.visits import handing_in, taking
from tests.builders import NOW, a_user
from tests.case_builders import a_case, does_step, step_task

VISIT = "Besuch beim Kunden"


def a_case_to_visit(**more: Any) -> Case:
    """A complaint whose next step is a visit."""
    case = a_case(**more)
    return does_step(case, "Prüfen und bewerten", "sabine", berechtigt="ja", vorgehen="besuch", bewertung="Ansehen.")


def taken_along(case: Case, by: str = "sabine") -> Task:
    """The visit, which somebody has on his device now."""
    return taking.take_along(actor=Actor.of(a_user(by)), task_id=step_task(case, VISIT).pk, now=NOW).task


def a_report(task: Task, **more: Any) -> dict[str, Any]:
    """What a device sends."""
    return {
        "task": task.pk,
        "answers": {"besucht_am": "2026-11-24", "befund": "Dichtung spröde, getauscht.", "gesichert": "ja"},
        "remark": "",
        "times": [
            {"kind": "travel", "begin": "2026-11-24T07:30", "end": "2026-11-24T08:15"},
            {"kind": "work", "begin": "2026-11-24T08:15", "end": "2026-11-24T10:00"},
        ],
        "parts": [{"number": "D-44", "name": "Dichtung", "quantity": "2"}],
        "photos": [],
        "signature": {
            "name": "Herr Adler", "at": "2026-11-24T10:02", "width": 600, "height": 200,
            "strokes": [[[20, 100], [80, 40], [140, 120]], [[200, 60]]],
        },
        "unsigned": "",
        "finished_at": "2026-11-24T10:05",
    } | more  # fmt: skip


def a_photo(colour: str = "darkred", size: tuple[int, int] = (640, 480)) -> bytes:
    """A JPEG as a device sends it."""
    target = io.BytesIO()
    Image.new("RGB", size, colour).save(target, "JPEG")
    return target.getvalue()


def sent_photo(task: Task, content: bytes | None = None, by: str = "sabine", key: UUID | None = None) -> UUID:
    """A photo that has arrived; its key."""
    kept = handing_in.keep_photo(
        person=a_user(by), task_id=task.pk, key=key or uuid4(), content=content or a_photo(), now=NOW
    )  # fmt: skip
    return kept.key


def handed_in(said: dict[str, Any], by: str = "sabine", key: UUID | None = None) -> VisitReport:
    """The report, taken in."""
    return handing_in.hand_in(actor=Actor.of(a_user(by)), key=key or uuid4(), said=said, now=NOW)
