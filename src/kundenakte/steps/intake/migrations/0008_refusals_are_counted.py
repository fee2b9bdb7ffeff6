from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0007_shares_are_watched"),
    ]

    operations = [
        migrations.AddField(
            model_name="maildoor",
            name="refused_before",
            field=models.PositiveIntegerField(default=0),
        ),
    ]
