"""A watched folder under test."""

import json
from pathlib import Path
from typing import Any

from kundenakte.doors.hotfolder.scan import look
from kundenakte.doors.hotfolder.watched import Watched
from kundenakte.steps.intake.models import FolderEvent, WatchedFolder
from tests.builders import NOW, a_house


class Bench:
    """A watched folder under test, with a clock of its own."""

    def __init__(self, root: Path, **more: Any) -> None:
        a_house()
        root.mkdir(exist_ok=True)
        self.root, self.now = root, 1000.0
        self.folder = WatchedFolder.objects.create(name="erp", path=str(root), **more)
        self.watched = Watched(self.folder)

    def put(self, name: str, data: bytes | str | dict[str, Any] = b"%PDF-1.4 x") -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        content = json.dumps(data) if isinstance(data, dict) else data
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def look(self, seconds: float = 0.0) -> float:
        self.now += seconds
        return look(self.watched, now=self.now, at=NOW)

    def settle(self) -> None:
        self.look()
        self.look(6)

    def restart(self) -> None:
        self.watched = Watched(WatchedFolder.objects.get())

    def left(self) -> set[str]:
        return {str(path.relative_to(self.root)) for path in self.root.rglob("*") if not path.is_dir()}

    def outcomes(self) -> list[tuple[str, str]]:
        return list(FolderEvent.objects.order_by("pk").values_list("file", "outcome"))
