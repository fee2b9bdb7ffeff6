"""Lists sort by a form of the title that every database orders alike; what is there gets it in the next one."""

from django.db import migrations, models


def compare_bytes(apps, schema_editor):
    """PostgreSQL orders text by the language of the database; of this column it is to compare bytes, as SQLite does."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute('ALTER TABLE records_document ALTER COLUMN title_key TYPE varchar(200) COLLATE "C"')


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0011_retention"),
    ]

    operations = [
        migrations.AddField(
            model_name="document",
            name="title_key",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=200),
        ),
        migrations.RunPython(compare_bytes, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(fields=["customer_file", "title_key", "-dated_on", "-id"], name="document_by_title"),
        ),
    ]
