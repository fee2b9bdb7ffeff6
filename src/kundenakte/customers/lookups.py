"""Database lookups that use the index on both databases."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, Lookup

# No character sorts behind it.
_LAST = "\U0010ffff"


@CharField.register_lookup
class Begins(Lookup):
    """`field__begins="mue"`: case counts, and the index is used.

    Django's `startswith` scans on SQLite, whose LIKE ignores case. There the beginning is a range, which is exact since
    SQLite compares bytes; PostgreSQL may sort by language, but has LIKE with an index of operator class pattern_ops.
    """

    lookup_name = "begins"

    def get_prep_lookup(self) -> Any:
        return self.rhs

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, left_params = self.process_lhs(compiler, connection)
        text = str(self.rhs)
        escaped = text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        return f"{left} LIKE %s", (*left_params, f"{escaped}%")

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, left_params = self.process_lhs(compiler, connection)
        text = str(self.rhs)
        return f"({left} >= %s AND {left} < %s)", (*left_params, text, *left_params, text + _LAST)
