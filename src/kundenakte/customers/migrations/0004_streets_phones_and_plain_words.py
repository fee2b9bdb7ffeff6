import re
import unicodedata

from django.db import migrations, models

_BATCH = 2000
_NO_WORD = re.compile(r"[^a-z0-9]+")
_DIGITS = re.compile(r"\d+")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def _words(text, *, dots):
    text = unicodedata.normalize("NFC", text).lower()
    text = unicodedata.normalize("NFKD", text.translate(_UMLAUTS) if dots else text.replace("ß", "ss"))
    return _NO_WORD.sub(" ", "".join(c for c in text if not unicodedata.combining(c))).split()


def _plain(text):
    known = set(_words(text, dots=True))
    return [("plain", word) for word in _words(text, dots=False) if word not in known]


def _street(street):
    words = [re.sub(r"str$", "strasse", word) for word in _words(street, dots=True)]
    return [("street", word) for word in ([*words, "".join(words)] if len(words) > 1 else words)]


def _phone(shown, value):
    behind = "".join(_DIGITS.findall(shown.rpartition("/")[2])) if "/" in shown else ""
    groups = _DIGITS.findall(shown.replace("(0)", " "))
    if shown.lstrip(" (").startswith("+") or (groups and groups[0].startswith("00")):
        groups = groups[1:]
    rest = behind or "".join(groups[1:])
    national = value[3:] if value.startswith("+49") else ""
    rests = [rest] if rest else [national[n:] for n in range(2, 6)]
    return [("phone", one) for one in rests if len(one) >= 3]


def _of_customer(row):
    return row.pk, False, _plain(f"{row.name} {row.name2}")


def _of_identifier(row):
    ended = row.kind == "former_name" or row.valid_until is not None
    if row.kind == "phone":
        return row.customer_id, ended, _phone(row.shown, row.value)
    return row.customer_id, ended, _plain(row.shown) if row.kind in {"name", "former_name"} else []


def _of_address(row):
    return row.customer_id, row.valid_until is not None, [*_street(row.street), *_plain(f"{row.street} {row.city}")]


def _of_contact(row):
    return row.customer_id, row.valid_until is not None, _plain(row.name)


def fill(apps, schema_editor):
    """In batches; started again, it writes nothing twice. What holds today comes before what held formerly."""
    key = apps.get_model("customers", "CustomerKey")
    sources = (
        ("Customer", _of_customer), ("Identifier", _of_identifier), ("Address", _of_address), ("Contact", _of_contact),
    )  # fmt: skip
    for is_former in (False, True):
        for name, keys_of in sources:
            model, last = apps.get_model("customers", name), 0
            while rows := list(model.objects.filter(pk__gt=last).order_by("pk")[:_BATCH]):
                last = rows[-1].pk
                made = [
                    key(customer_id=pk, kind=kind, value=value[:200], ended=ended)
                    for pk, ended, found in map(keys_of, rows)
                    if ended is is_former
                    for kind, value in dict.fromkeys(found)
                ]
                key.objects.bulk_create(made, ignore_conflicts=True)


class Migration(migrations.Migration):
    # Each batch is kept by itself.
    atomic = False

    dependencies = [
        ("customers", "0003_domains_of_mail_addresses"),
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
                    ("plain", "Wort ohne Umlautpunkte"),
                    ("street", "Wort der Straße"),
                    ("phone", "Rufnummer ohne Vorwahl"),
                ],
                max_length=10,
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
