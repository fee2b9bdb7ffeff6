"""`kundenakte move_originals`: bring the originals of the data folder to where KUNDENAKTE_BLOBS says they are now."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from kundenakte.base import blobs
from kundenakte.base.blobs.local import LocalStore
from kundenakte.base.blobs.store import FileAtHand, OtherBytes
from kundenakte.doors.cli.answers import refusals_in_words


class Command(BaseCommand):
    """May be broken off and called again: what is there already is not sent twice. Takes nothing away."""

    help = "Bringt die Originale aus dem Datenordner dorthin, wohin KUNDENAKTE_BLOBS zeigt. Das Haus ist dabei zu."

    @refusals_in_words
    def handle(self, *args: Any, **options: Any) -> None:
        """Each is read and compared on the way; damaged ones stay and are named."""
        folder = Path(settings.DATA) / "blobs"
        if not settings.BLOBS_BUCKET and Path(settings.BLOBS) == folder:
            raise CommandError("KUNDENAKTE_BLOBS zeigt auf keinen anderen Ort: Es gibt nichts zu tun.")
        source, target = LocalStore(folder), blobs.default()
        moved, damaged = 0, []
        for digest in source.digests():
            try:
                source.verify(digest)
                target.put_file(FileAtHand(source.path(digest), digest))
                moved += 1
            except OtherBytes:
                damaged.append(digest)
        for digest in damaged:
            self.stderr.write(f"Beschädigt, nicht übernommen: {digest}")
        self.stdout.write(f"Am neuen Ort: {moved}.")
        if damaged:
            raise CommandError(f"{len(damaged)} Originale sind beschädigt. Holen Sie sie aus einer Sicherung.")
        self.stdout.write(f"Der Ordner {folder} wird nicht mehr gebraucht. Bitte nehmen Sie ihn weg.")
