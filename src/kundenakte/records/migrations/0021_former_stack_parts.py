"""A house on SQLite that was updated while 0018 made a second table has its older parts in the former one: brings them."""

from typing import Any

from django.db import migrations

_BEFORE = "scanning_stackpart"
_BRING = """
INSERT INTO records_stackpart (position, pages, part_id, stack_id)
SELECT position, pages, part_id, stack_id FROM scanning_stackpart
WHERE part_id NOT IN (SELECT part_id FROM records_stackpart)
"""


def bring(apps: Any, schema_editor: Any) -> None:
    """What the new table does not know yet comes over; then the former one goes. All in one transaction."""
    connection = schema_editor.connection
    if _BEFORE not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        cursor.execute(_BRING)
        cursor.execute("DROP TABLE scanning_stackpart")


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0020_original_required_and_second_scans"),
    ]

    operations = [
        migrations.RunPython(bring, migrations.RunPython.noop),
    ]
