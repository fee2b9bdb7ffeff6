"""Whether the share is there at all: an empty folder where it should be mounted is no share without files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.utils.translation import gettext_noop as _

from kundenakte.steps.intake.models import ShareLook, ShareRun
from kundenakte.steps.intake.vouched import said_by


class ShareAway(Exception):
    """Nothing of the share can be read now; the run waits and goes on by itself."""

    code = "share_away"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@contextmanager
def watched(run: ShareRun | ShareLook) -> Iterator[None]:
    """Raise ShareAway when the root is not the one the run began with, before or after what is done inside."""
    require(run)
    try:
        yield
    except OSError as error:
        raise ShareAway(_away(error)) from error
    require(run)


def require(run: ShareRun | ShareLook) -> None:
    """Raise ShareAway when the root cannot be reached or is another one than at the beginning."""
    try:
        # Not the device: a share that is mounted once more gets another number.
        found = str(Path(run.terms["path"]).stat().st_ino)
        with os.scandir(run.terms["path"]):
            pass
    except OSError as error:
        raise ShareAway(_away(error)) from error
    if not run.root:
        run.root = found
        type(run).objects.filter(pk=run.pk, root="").update(root=found)
    if run.root != found:
        raise ShareAway(
            _("Unter %(path)s liegt ein anderer Ordner als zu Beginn. Ist das Laufwerk eingehängt?")
            % {"path": run.terms["path"]}
        )


def _away(error: OSError) -> str:
    return _("Das Laufwerk ist nicht erreichbar: %(said)s Es geht von selbst weiter.") % {"said": said_by(error)}
