"""Customers with everything they are known by."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class OwnCompany(models.Model):
    """Our own company: one row. What stands here never counts as a customer's identifier."""

    name = models.CharField(max_length=200)
    # Other ways our name is written on paper, one per line.
    other_names = models.TextField(blank=True)
    street = models.CharField(max_length=200, blank=True)
    zip_code = models.CharField(max_length=12, blank=True)
    city = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=2, default="DE")
    # One per line, as written; normalised when read.
    vat_ids = models.TextField(blank=True)
    tax_numbers = models.TextField(blank=True)
    ibans = models.TextField(blank=True)
    email_domains = models.TextField(blank=True)
    phones = models.TextField(blank=True)
    # Counted up by each change, so that two people who edit at once notice.
    edition = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.name


class Customer(models.Model):
    """Somebody we deal with, from the first enquiry on. The id never changes and is never used again."""

    class State(models.TextChoices):
        PROSPECT = "prospect", "Interessent"
        CUSTOMER = "customer", "Kunde"
        FORMER = "former", "ehemaliger Kunde"

    # The number people say on the phone; the same value is an Identifier. Empty while a prospect has none.
    number = models.CharField(max_length=40, blank=True, db_index=True)
    name = models.CharField(max_length=200)
    # What stands below the name on paper and belongs to it: "Werk Nürnberg". Empty for most.
    name2 = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.CUSTOMER)
    # Set when two records turned out to be one customer: this one leads on to the other, in one step: when that one is
    # merged as well, its followers are moved along.
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged_from", db_index=False
    )
    # Groups customers for grants ("Konzern Nord"); empty for most.
    group = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # Counted up by each change, so that two people who edit at once notice.
    edition = models.PositiveIntegerField(default=1)
    # The name as lists sort it (DIN 5007-1: ä like a), the same on both databases, and its first letter, "#" for none.
    sort_name = models.CharField(max_length=200, editable=False, default="")
    letter = models.CharField(max_length=1, editable=False, default="#")

    class Meta:
        ordering = ("sort_name", "id")
        indexes = (
            # What lists show: merged records are left out.
            models.Index(fields=("sort_name", "id"), condition=Q(merged_into=None), name="customer_by_name"),
            models.Index(
                fields=("letter", "sort_name", "id"), condition=Q(merged_into=None), name="customer_by_letter"
            ),
            models.Index(fields=("state", "sort_name", "id"), condition=Q(merged_into=None), name="customer_by_state"),
            # Only of those that are merged: an index of all would be taken for the rest as well, which are nearly all.
            models.Index(fields=("merged_into",), condition=~Q(merged_into=None), name="customer_merged"),
            models.Index(fields=("group",), condition=~Q(group=""), name="customer_by_group"),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.number})" if self.number else self.name


class Address(models.Model):
    """Where a customer is or was (R-11). It held from `valid_from` until the day before `valid_until`."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="addresses")
    kind = models.CharField(max_length=20, default="main")
    street = models.CharField(max_length=200, blank=True)
    zip_code = models.CharField(max_length=12, blank=True)
    city = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=2, default="DE")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=("zip_code",), name="address_zip"),)

    def __str__(self) -> str:
        return f"{self.street}, {self.zip_code} {self.city}"


class Contact(models.Model):
    """A person at the customer's. Mail address and phone are Identifiers as well."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="contacts")
    name = models.CharField(max_length=150)
    position = models.CharField(max_length=100, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=50, blank=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Identifier(models.Model):
    """One thing a customer is known by. Filing matches on these; what ended stays, with its days (R-11)."""

    class Kind(models.TextChoices):
        NUMBER = "number", "Kundennummer"
        VAT_ID = "vat_id", "USt-IdNr."
        IBAN = "iban", "IBAN"
        EMAIL = "email", "E-Mail-Adresse"
        EMAIL_DOMAIN = "email_domain", "E-Mail-Domäne"
        PHONE = "phone", "Telefon"
        TAX_NUMBER = "tax_number", "Steuernummer"
        NAME = "name", "Name"
        FORMER_NAME = "former_name", "früherer Name"
        GLN = "gln", "GLN"

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="identifiers")
    kind = models.CharField(max_length=14, choices=Kind.choices)
    # For numbers: the system that gave it ("erp", "crm"). Empty for all other kinds.
    system = models.CharField(max_length=40, blank=True)
    # Normalised; what is compared. `shown` is how it is written, `lookup` what searching goes by: the value again, but
    # for numbers without signs and zeros in front (identifiers.py states the rule).
    value = models.CharField(max_length=200)
    shown = models.CharField(max_length=200)
    lookup = models.CharField(max_length=200)
    valid_from = models.DateField()
    # The first day it holds no longer; empty while it holds.
    valid_until = models.DateField(null=True, blank=True)
    # Who told: "" a person, "import:erp" a customer list. A list only ends what it has told itself.
    source = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = (
            # A customer number leads to one customer. VAT id, IBAN and names may lawfully belong to several.
            models.UniqueConstraint(
                fields=("system", "value"), condition=Q(kind="number"), name="identifier_number_once"
            ),
            models.UniqueConstraint(
                fields=("customer", "kind", "system", "value"),
                condition=Q(valid_until__isnull=True),
                name="identifier_once_per_customer",
            ),
        )
        indexes = (
            # The operator classes let PostgreSQL use the index for beginnings of a value, whatever its collation.
            models.Index(
                fields=("lookup", "kind"), name="identifier_lookup", opclasses=("varchar_pattern_ops", "varchar_ops")
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.shown}"


class CustomerKey(models.Model):
    """A word or key a customer is found by. Derived from the rows above by keys.py and written anew with each change,
    so that filing and the search box look up by index and never scan."""

    class Kind(models.TextChoices):
        NAME = "name", "Name"
        WORD = "word", "Wort des Namens"
        CONTACT = "contact", "Ansprechpartner"
        CITY = "city", "Ort"
        ZIP = "zip", "Postleitzahl"
        ADDRESS = "address", "Anschrift"
        NUMBER = "number", "Nummer"
        PHONE_STEM = "phone_stem", "Sammelnummer"
        DOMAIN = "domain", "Domäne der E-Mail-Adressen"
        # Only for typing; filing never asks for these.
        PLAIN = "plain", "Wort ohne Umlautpunkte"
        STREET = "street", "Wort der Straße"
        PHONE = "phone", "Rufnummer ohne Vorwahl"

    # No index of its own: the constraint begins with it.
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="keys", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    value = models.CharField(max_length=210)
    # True when it only held in former days: a former name, an address moved away from.
    ended = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("customer", "kind", "value"), name="customer_key_once"),)
        indexes = (
            models.Index(
                fields=("value", "kind", "customer"),
                name="customer_key_lookup",
                opclasses=("varchar_pattern_ops", "varchar_ops", "int8_ops"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class ImportMapping(models.Model):
    """How the columns of a customer list are read: kept as data, so that the next import is one command."""

    name = models.SlugField(unique=True)
    system = models.CharField(max_length=40, default="erp")
    # {"number": "KdNr", "name": ["Name 1", "Name 2"], …}; the targets are in imports/columns.py.
    columns = models.JSONField(default=dict)
    delimiter = models.CharField(max_length=1, blank=True)
    encoding = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return self.name
