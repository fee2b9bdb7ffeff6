"""What the application's role may do on PostgreSQL: the second guard, which holds even without the triggers.

The tables belong to another role, which migrates and never serves.
"""

from __future__ import annotations

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from kundenakte.base.journal import guards


def sql_for(role: str) -> list[str]:
    """The statements that let `role` work with all our tables, and only insert into the protected ones."""
    quoted = connection.ops.quote_name
    name = quoted(role)
    tables = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }
    # No app's model stands for these two: the cache, and the list of migrations, which each start looks at.
    tables |= {cache["LOCATION"] for cache in settings.CACHES.values() if cache["BACKEND"].endswith(".DatabaseCache")}
    migrations = quoted(MigrationRecorder.Migration._meta.db_table)
    statements = [
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
        *(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {quoted(table)} TO {name}" for table in sorted(tables)),
        f"GRANT SELECT ON {migrations} TO {name}",
    ]
    for table, delete in guards.protected_tables().items():
        rights = "UPDATE, TRUNCATE, TRIGGER" if delete else "UPDATE, DELETE, TRUNCATE, TRIGGER"
        statements.append(f"REVOKE {rights} ON {quoted(table)} FROM {name}")
    for table, columns in guards.blankable().items():
        # Disposition empties them; the trigger lets nothing else be written there.
        statements.append(f"GRANT UPDATE ({', '.join(map(quoted, columns))}) ON {quoted(table)} TO {name}")
    return statements
