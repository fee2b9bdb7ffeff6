"""The learned model: where it lies, how it is renewed, and what it says about a text."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from kundenakte.base.jobs.ledger import Apply
from kundenakte.records import renditions
from kundenakte.records.models import Document
from kundenakte.records.pagetext import DocumentText

if TYPE_CHECKING:
    from kundenakte.steps.recognition.learned import LearnedModel, Sample

log = logging.getLogger(__name__)

# Newest documents teach best; more of them would only make training slower.
MOST_SAMPLES = 4000
LONGEST_TRAINING_SECONDS = 300


@dataclass(slots=True)
class _Loaded:
    changed_at: float
    looked_at: float
    model: LearnedModel | None


_loaded: _Loaded | None = None
_LOOK_AGAIN_SECONDS = 10.0


def model_file() -> Path:
    """Where the model is kept; derived, so it may be missing."""
    return Path(settings.DATA) / "learned" / "classes.model"


def class_guesses(text: DocumentText | None) -> list[tuple[str, float]]:
    """What the model thinks of the text; empty while nothing is learned or it does not know."""
    if text is None or text.is_empty():
        return []
    model = _current()
    return list(model.guess(text.plain)) if model else []


def learn(_: int) -> Apply:
    """Train anew from what people filed, in a process that ends, and put the result in place of the old one."""
    program = [sys.executable, "-m", "kundenakte", "learn_classes"]
    done = subprocess.run(program, timeout=LONGEST_TRAINING_SECONDS, capture_output=True, text=True, check=False)
    if done.returncode:
        log.warning("learning: %s", done.stderr.strip()[-500:])
    return lambda: False


def train_now() -> str:
    """Learn from the samples and put the model in its place in one step; a German sentence says what came of it.

    Takes seconds and memory: run it in a process that ends (`kundenakte learn_classes`).
    """
    from kundenakte.steps.recognition.learned import TooFewSamples, train

    try:
        data = train(samples())
    except TooFewSamples as error:
        return str(error)
    file = model_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_suffix(".new")
    temporary.write_bytes(data)
    temporary.replace(file)
    return f"Gelernt; das Modell hat {len(data) // 1024} KiB."


def samples() -> list[Sample]:
    """Texts with their class: documents whose class a person confirmed or corrected, the newest first."""
    from kundenakte.steps.recognition.learned import Sample

    found: list[Sample] = []
    documents = Document.objects.filter(class_is_confirmed=True).select_related("document_class", "valid_version")
    for document in documents.order_by("-pk")[:MOST_SAMPLES]:
        text = renditions.text_of(document.valid_version.digest) if document.valid_version else None
        if text is not None and not text.is_empty():
            found.append(Sample(text.plain, document.document_class.code))
    return found


def _current() -> LearnedModel | None:
    global _loaded  # noqa: PLW0603 – a cache of this process
    now = time.monotonic()
    if _loaded and now - _loaded.looked_at < _LOOK_AGAIN_SECONDS:
        return _loaded.model
    try:
        changed_at = model_file().stat().st_mtime
    except FileNotFoundError:
        _loaded = _Loaded(0.0, now, None)
        return None
    if _loaded is None or _loaded.changed_at != changed_at:
        _loaded = _Loaded(changed_at, now, _read())
    _loaded.looked_at = now
    return _loaded.model


def _read() -> LearnedModel | None:
    # numpy comes only where something has been learned.
    from kundenakte.steps.recognition.learned import LearnedModel, UnreadableModel

    try:
        return LearnedModel.loads(model_file().read_bytes())
    except (UnreadableModel, OSError) as error:
        log.warning("the learned model is not used: %s", error)
        return None
