from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0004_arrival_is_numbered_last"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="arrival",
            index=models.Index(
                fields=("received_at",), name="arrival_please_check", condition=Q(reason="please_check")
            ),
        ),
    ]
