"""Customers are found by the domain of their mail addresses: a key for each address there is already."""

from pathlib import Path

from django.db import migrations, models

_BATCH = 2000
_PROVIDERS = Path(__file__).resolve().parents[1] / "data" / "mail_providers.txt"


def _providers():
    lines = _PROVIDERS.read_text(encoding="utf-8").splitlines() if _PROVIDERS.is_file() else []
    return {line.strip() for line in lines if line.strip() and not line.startswith("#")}


def fill(apps, schema_editor):
    """In batches; started again, it writes nothing twice."""
    identifier, key = apps.get_model("customers", "Identifier"), apps.get_model("customers", "CustomerKey")
    providers, last = _providers(), 0
    while True:
        rows = list(identifier.objects.filter(kind="email", pk__gt=last).order_by("pk")[:_BATCH])
        if not rows:
            return
        last = rows[-1].pk
        found = {}
        for row in rows:
            domain = row.value.rpartition("@")[2]
            if "." in domain and domain not in providers:
                of = (row.customer_id, domain)
                found[of] = found.get(of, True) and row.valid_until is not None
        made = [key(customer_id=pk, kind="domain", value=domain, ended=ended) for (pk, domain), ended in found.items()]
        key.objects.bulk_create(made, ignore_conflicts=True)


class Migration(migrations.Migration):
    # Each batch is kept by itself.
    atomic = False

    dependencies = [
        ("customers", "0002_own_company_gets_edition"),
    ]

    operations = [
        migrations.AlterField(
            model_name="customerkey",
            name="kind",
            field=models.CharField(
                choices=[
                    ("name", "Name"),
                    ("word", "Wort des Namens"),
                    ("contact", "Ansprechpartner"),
                    ("city", "Ort"),
                    ("zip", "Postleitzahl"),
                    ("address", "Anschrift"),
                    ("number", "Nummer"),
                    ("phone_stem", "Sammelnummer"),
                    ("domain", "Domäne der E-Mail-Adressen"),
                ],
                max_length=10,
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
