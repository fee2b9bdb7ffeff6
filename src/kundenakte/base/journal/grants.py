"""What the application's role may do on PostgreSQL: the second guard, which holds even without the triggers.

The tables belong to another role, which migrates and never serves.
"""

from __future__ import annotations

from django.apps import apps
from django.db import connection

from kundenakte.base.journal import guards


def sql_for(role: str) -> list[str]:
    """The statements that let `role` work with all our tables, and only insert into the protected ones."""
    quoted = connection.ops.quote_name
    name = quoted(role)
    tables = sorted(
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    )
    statements = [
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
        *(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {quoted(table)} TO {name}" for table in tables),
    ]
    for table, delete in guards.protected_tables().items():
        rights = "UPDATE, TRUNCATE, TRIGGER" if delete else "UPDATE, DELETE, TRUNCATE, TRIGGER"
        statements.append(f"REVOKE {rights} ON {quoted(table)} FROM {name}")
    return statements
