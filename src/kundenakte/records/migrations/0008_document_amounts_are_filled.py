"""The column lists sort by gets the amounts documents have already."""

from decimal import Decimal, InvalidOperation

from django.db import migrations

_BATCH = 1000
_MOST = Decimal(10) ** 15


def _cents(fields):
    for key in ("gross_amount", "net_amount"):
        try:
            amount = Decimal(str(fields.get(key) or ""))
        except InvalidOperation:
            continue
        if amount.is_finite() and abs(amount) < _MOST:
            return int((amount * 100).to_integral_value())
    return None


def fill(apps, schema_editor):
    """In batches; started again, it writes the same once more."""
    document = apps.get_model("records", "Document")
    last = 0
    while True:
        rows = list(document.objects.filter(pk__gt=last).order_by("pk").only("pk", "fields")[:_BATCH])
        if not rows:
            return
        last = rows[-1].pk
        for row in rows:
            row.amount_cents = _cents(row.fields)
        document.objects.bulk_update([row for row in rows if row.amount_cents is not None], ["amount_cents"])


class Migration(migrations.Migration):
    # Each batch is kept by itself.
    atomic = False

    dependencies = [
        ("records", "0007_document_lists"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
