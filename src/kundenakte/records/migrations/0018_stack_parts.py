"""Which document is which part of which stack; until here the scanning app had this table, and its rows go on in ours.

Making a second one beside it lost them, and PostgreSQL refused it: names of constraints are unique in a schema.
"""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

_BEFORE = "scanning_stackpart"


class TakeOver(migrations.CreateModel):
    """Makes the table, or takes the former one under the new name."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if _BEFORE not in schema_editor.connection.introspection.table_names():
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.name)
        schema_editor.alter_db_table(model, _BEFORE, model._meta.db_table)


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0017_stacks"),
    ]

    operations = [
        TakeOver(
            name="StackPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField()),
                ("pages", models.JSONField(default=list)),
                (
                    "part",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="stack_place", to="records.arrival"
                    ),
                ),
                (
                    "stack",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="stack_parts", to="records.arrival"
                    ),
                ),
            ],
            options={
                "ordering": ("stack", "position"),
                "constraints": [models.UniqueConstraint(fields=("stack", "position"), name="stack_part_once")],
            },
        ),
    ]
