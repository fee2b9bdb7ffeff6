import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    # The models are those of intake now, on the same tables.

    dependencies = [
        ("hotfolder", "0001_watched_folders"),
        ("intake", "0002_watched_folders_come_down"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[],
            state_operations=[
                migrations.AlterField(
                    model_name="seenfile",
                    name="folder",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="intake.watchedfolder"
                    ),
                ),
                migrations.DeleteModel(name="FolderEvent"),
                migrations.DeleteModel(name="WatchedFolder"),
            ],
        ),
    ]
