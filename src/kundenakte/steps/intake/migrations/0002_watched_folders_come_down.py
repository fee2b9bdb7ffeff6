import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    # The tables stay as they are; only the models have moved here, where every door may set them up.

    dependencies = [
        ("intake", "0001_source_series"),
        ("hotfolder", "0001_watched_folders"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[],
            state_operations=[
                migrations.CreateModel(
                    name="WatchedFolder",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.SlugField(unique=True)),
                        ("path", models.TextField()),
                        ("enabled", models.BooleanField(default=True)),
                        ("facts", models.JSONField(blank=True, default=dict)),
                        ("mapping", models.JSONField(blank=True, default=dict)),
                        (
                            "sidecar",
                            models.CharField(
                                choices=[
                                    ("none", "keine: jede Datei ist ein Dokument"),
                                    ("auto", "wenn vorhanden"),
                                    ("required", "immer; ohne sie wird nichts übernommen"),
                                ],
                                default="auto",
                                max_length=8,
                            ),
                        ),
                        ("markers", models.JSONField(blank=True, default=list)),
                        ("marker_required", models.BooleanField(default=False)),
                        ("patterns", models.JSONField(blank=True, default=list)),
                        ("path_is_key", models.BooleanField(default=False)),
                        ("keep_in_place", models.BooleanField(default=False)),
                        ("done_folder", models.TextField(blank=True, default="fertig")),
                        ("error_folder", models.TextField(blank=True, default="fehler")),
                        ("settle_seconds", models.FloatField(default=0.7)),
                        ("wait_seconds", models.FloatField(default=600)),
                        ("depth", models.PositiveSmallIntegerField(default=8)),
                        ("answers", models.BooleanField(default=False)),
                        ("problem", models.TextField(blank=True)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("edition", models.PositiveIntegerField(default=1)),
                        (
                            "acts_as",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "team",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.role",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "hotfolder_watchedfolder",
                        "ordering": ("name",),
                    },
                ),
                migrations.CreateModel(
                    name="FolderEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("file", models.TextField()),
                        ("file_key", models.CharField(max_length=64)),
                        ("stamp", models.CharField(blank=True, max_length=80)),
                        (
                            "outcome",
                            models.CharField(
                                choices=[
                                    ("received", "übernommen"),
                                    ("filed", "eingeaktet"),
                                    ("duplicate", "bereits vorhanden"),
                                    ("problem", "bleibt liegen"),
                                    ("error", "im Fehlerordner"),
                                    ("ignored", "nicht beachtet"),
                                ],
                                max_length=9,
                            ),
                        ),
                        ("sentence", models.TextField()),
                        ("list_key", models.CharField(blank=True, max_length=64)),
                        ("at", models.DateTimeField()),
                        (
                            "arrival",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="records.arrival",
                            ),
                        ),
                        (
                            "folder",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="events",
                                to="intake.watchedfolder",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "hotfolder_folderevent",
                        "ordering": ("-at", "-id"),
                        "indexes": [
                            models.Index(fields=["folder", "file_key", "stamp"], name="folder_event_file"),
                            models.Index(fields=["folder", "-at"], name="folder_event_latest"),
                            models.Index(
                                condition=models.Q(("list_key", ""), _negated=True),
                                fields=["list_key"],
                                name="folder_event_list",
                            ),
                        ],
                    },
                ),
            ],
        ),
    ]
