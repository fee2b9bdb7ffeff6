"""Disposition: lists, their documents, what marks a document's row as emptied, and the rights to ask and to release."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def those_who_keep_may_ask(apps, schema_editor):
    """Who manages retention may ask for disposals; who leads the house or administers it may release them."""
    permission = apps.get_model("records", "Permission").objects
    for role_id in list(permission.filter(verb="retention").values_list("role_id", flat=True).distinct()):
        permission.get_or_create(role_id=role_id, section=None, document_class=None, verb="dispose")
    leading = permission.filter(verb="retention", role__code__in=("leitung", "verwaltung"))
    for role_id in list(leading.values_list("role_id", flat=True).distinct()):
        permission.get_or_create(role_id=role_id, section=None, document_class=None, verb="release_disposal")


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0013_title_keys_are_filled"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DisposedDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "vorgesehen"),
                            ("destroying", "wird vernichtet"),
                            ("gone", "vernichtet"),
                            ("kept", "bleibt"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("class_code", models.CharField(max_length=40)),
                ("retain_until", models.DateField()),
                ("rule", models.CharField(max_length=40)),
                ("basis", models.CharField(blank=True, max_length=200)),
                ("sentence", models.CharField(blank=True, max_length=300)),
                ("locked_until", models.DateTimeField(null=True)),
                ("facts", models.JSONField(default=dict)),
                ("disposed_at", models.DateTimeField(null=True)),
                ("gone_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="Disposition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "wartet auf Freigabe"),
                            ("released", "wird ausgeführt"),
                            ("done", "ausgeführt"),
                            ("dropped", "zurückgezogen"),
                        ],
                        default="requested",
                        max_length=9,
                    ),
                ),
                ("reason", models.CharField(max_length=300)),
                ("requested_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("protocol", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "ordering": ("-id",),
            },
        ),
        migrations.RemoveIndex(
            model_name="document",
            name="document_counts",
        ),
        migrations.AddField(
            model_name="document",
            name="is_disposed",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name="grant",
            name="verb",
            field=models.CharField(
                choices=[
                    ("read", "lesen"),
                    ("file", "einakten"),
                    ("edit", "bearbeiten"),
                    ("release", "freigeben"),
                    ("download", "herunterladen"),
                    ("read_restricted", "Eingeschränktes lesen"),
                    ("restrict", "Verarbeitung einschränken"),
                    ("inbox", "Posteingang bearbeiten"),
                    ("merge", "Kunden zusammenführen"),
                    ("change_customer", "Stammdaten ändern"),
                    ("retention", "Aufbewahrung verwalten"),
                    ("dispose", "Aussonderung beantragen"),
                    ("release_disposal", "Aussonderung freigeben"),
                    ("administer", "verwalten"),
                ],
                default="read",
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="permission",
            name="verb",
            field=models.CharField(
                choices=[
                    ("read", "lesen"),
                    ("file", "einakten"),
                    ("edit", "bearbeiten"),
                    ("release", "freigeben"),
                    ("download", "herunterladen"),
                    ("read_restricted", "Eingeschränktes lesen"),
                    ("restrict", "Verarbeitung einschränken"),
                    ("inbox", "Posteingang bearbeiten"),
                    ("merge", "Kunden zusammenführen"),
                    ("change_customer", "Stammdaten ändern"),
                    ("retention", "Aufbewahrung verwalten"),
                    ("dispose", "Aussonderung beantragen"),
                    ("release_disposal", "Aussonderung freigeben"),
                    ("administer", "verwalten"),
                ],
                max_length=16,
            ),
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
                    "is_disposed",
                    "changed_at",
                    "id",
                ],
                name="document_counts",
            ),
        ),
        migrations.AddField(
            model_name="disposeddocument",
            name="document",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.document"
            ),
        ),
        migrations.AddField(
            model_name="disposition",
            name="decided_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="disposition",
            name="requested_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="disposeddocument",
            name="disposition",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="documents", to="records.disposition"
            ),
        ),
        migrations.AddConstraint(
            model_name="disposition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ("requested", "dropped")),
                    models.Q(
                        ("decided_by__isnull", False), models.Q(("decided_by", models.F("requested_by")), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="disposition_released_by_second",
            ),
        ),
        migrations.AddIndex(
            model_name="disposeddocument",
            index=models.Index(fields=["disposition", "state", "id"], name="disposed_by_state"),
        ),
        migrations.AddConstraint(
            model_name="disposeddocument",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "kept"), _negated=True), fields=("document",), name="disposed_once"
            ),
        ),
        migrations.RunPython(those_who_keep_may_ask, migrations.RunPython.noop, elidable=True),
    ]
