from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0006_structure_is_edited"),
    ]

    operations = [
        migrations.AddField(
            model_name="document",
            name="amount_cents",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(
                fields=[
                    "customer_file",
                    "section",
                    "document_class",
                    "dated_on",
                    "is_draft",
                    "is_sealed",
                    "is_restricted",
                    "changed_at",
                    "id",
                ],
                name="document_counts",
            ),
        ),
    ]
