from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("filing", "0002_filing_rule"),
    ]

    operations = [
        migrations.CreateModel(
            name="EvidenceWeights",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("edition", models.PositiveIntegerField(unique=True)),
                ("weights", models.JSONField()),
                ("tallies", models.JSONField()),
                ("made_at", models.DateTimeField()),
            ],
        ),
    ]
