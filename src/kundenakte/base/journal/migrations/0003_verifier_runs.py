"""What the verifier's runs said."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("journal", "0002_proofs"),
    ]

    operations = [
        migrations.CreateModel(
            name="VerifierRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_at", models.DateTimeField()),
                ("began_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("exit", models.SmallIntegerField(null=True)),
                ("sentence", models.TextField(blank=True)),
                ("counts", models.JSONField(default=dict)),
                ("codes", models.JSONField(default=dict)),
                ("findings", models.JSONField(default=list)),
            ],
        ),
    ]
