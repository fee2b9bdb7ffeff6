"""The column lists sort by gets the titles documents have already."""

import unicodedata

from django.db import migrations

_BATCH = 1000
_SHARP = str.maketrans({"ß": "ss", "ẞ": "ss", "æ": "ae", "ø": "o", "œ": "oe", "ł": "l", "đ": "d"})


def _key(title):
    plain = unicodedata.normalize("NFKD", title.lower().translate(_SHARP))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in plain).split())[:200]


def fill(apps, schema_editor):
    """In batches; started again, it goes on with what has none yet."""
    document = apps.get_model("records", "Document")
    last = 0
    while True:
        rows = list(document.objects.filter(pk__gt=last, title_key="").order_by("pk").only("pk", "title")[:_BATCH])
        if not rows:
            return
        last = rows[-1].pk
        for row in rows:
            row.title_key = _key(row.title)
        document.objects.bulk_update(rows, ["title_key"])


class Migration(migrations.Migration):
    # Each batch is kept by itself.
    atomic = False

    dependencies = [
        ("records", "0012_documents_sort_by_title"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
