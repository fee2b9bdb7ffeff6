"""Compiles the translations before the wheel is packed: an installed program may not be able to write beside itself."""

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Translations(BuildHookInterface):  # type: ignore[misc, type-arg]
    """Loads the compiler by its path; the program itself cannot be imported while it is built."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile what is younger than its outcome."""
        del version, build_data
        package = Path(self.root) / "src" / "kundenakte"
        spec = importlib.util.spec_from_file_location("po_files", package / "config" / "po_files.py")
        if spec is None or spec.loader is None:
            raise FileNotFoundError(package / "config" / "po_files.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.compile_all(package / "locale")
