"""A house full of documents for measuring the search: invented, fixed by a seed, written straight into the tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from importlib import resources
from itertools import accumulate
from random import Random

from django.db import transaction
from django.db.models import OuterRef, Subquery

from demo.checkdigits import iban
from kundenakte.base.accounts.models import Role, User
from kundenakte.customers import keys
from kundenakte.customers.drafts import sort_name
from kundenakte.customers.identifiers import checked
from kundenakte.customers.inserting import insert
from kundenakte.customers.models import Customer, Identifier
from kundenakte.records import renditions
from kundenakte.records.models import CustomerFile, Document, DocumentClass, FilePlan, Section, Version
from kundenakte.records.numbers import number_key
from kundenakte.records.pagetext import DocumentText, PageText, Word
from kundenakte.records.shipped import install

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
WORDS_EACH, WORDS_ON_A_LINE = 300, 12
_KINDS = (("INV_OUT", "rechnungen", "RE"), ("OFFER", "angebote", "AN"), ("DELIVERY", "lieferscheine", "LS"),
          ("MAINT_CONTRACT", "service", "WV"), ("NDA", "vertraege", "GV"))  # fmt: skip
_FORMS = ("GmbH", "GmbH & Co. KG", "AG", "e. K.", "OHG")
_NAMES = ("Müller", "Bäumler", "Süßmann", "Öttinger", "Kraus", "Weigand", "Förtsch", "Adler", "Brehm", "Zapf")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words by rank; the word of rank r is drawn with a frequency of about 1 / r (Zipf)."""

    words: tuple[str, ...]
    weights: tuple[float, ...]

    @classmethod
    def of(cls, count: int, chance: Random) -> Vocabulary:
        """Basic words and two-part compounds."""
        text = resources.files("kundenakte.steps.search").joinpath("words/parts.txt").read_text(encoding="utf-8")
        basic = [word for line in text.splitlines() if not line.startswith("#") for word in line.split()]
        chance.shuffle(basic)
        made = dict.fromkeys(basic)
        while len(made) < count:
            made[chance.choice(basic) + chance.choice(("", "s", "")) + chance.choice(basic).lower()] = None
        words = tuple(made)[:count]
        return cls(words, tuple(accumulate(1 / (rank + 3) for rank in range(len(words)))))


def fill(count: int, *, customers: int = 1000, words: int = WORDS_EACH, seed: int = 3) -> Vocabulary:
    """So many documents of so many customers, each with a text; returns the words the texts are made of."""
    vocabulary = words_of(seed)
    for _ in filling(count, vocabulary, customers=customers, words=words, seed=seed):
        pass
    return vocabulary


def words_of(seed: int = 3) -> Vocabulary:
    """The words the texts of this seed are made of."""
    return Vocabulary.of(20_000, Random(seed))


def filling(
    count: int, vocabulary: Vocabulary, *, customers: int = 1000, words: int = WORDS_EACH, seed: int = 3
) -> Iterator[int]:
    """The same piece by piece: gives how many documents there are after each thousand."""
    chance = Random(seed + 1)
    install(now=NOW)
    files = [file for part in _parts(customers) for file in _files(part, vocabulary, chance)]
    for part in _parts(count):
        _documents(part, files, vocabulary, chance, words)
        yield part.stop


def _parts(count: int) -> Iterator[range]:
    for start in range(0, count, 1000):
        yield range(start, min(start + 1000, count))


def a_clerk() -> User:
    """Somebody with restricted rights."""
    user = User.objects.filter(username="verena").first()
    user = user or User.objects.create_user("verena", "verena@example.com", None, name="Verena Vogt")
    user.roles.add(Role.objects.get(code="vertrieb"))
    return user


@transaction.atomic
def _files(numbers: range, vocabulary: Vocabulary, chance: Random) -> list[CustomerFile]:
    """Customers with number, phone and IBAN, found by all of them, and their files."""
    plan = FilePlan.objects.get()
    made = Customer.objects.bulk_create(_customer(number, vocabulary, chance) for number in numbers)
    known = [
        (customer, checked(kind, shown))
        for customer in made
        for kind, shown in (
            ("number", customer.number),
            ("phone", f"09{chance.randrange(100, 999)} {chance.randrange(10**6):06d}-0"),
            ("iban", iban("DE", chance)),
        )
    ]
    today = NOW.date()
    insert(
        Identifier,
        ("customer", "kind", "system", "value", "shown", "lookup", "valid_from", "valid_until", "source"),
        (
            (one.pk, of.kind, "erp" if of.kind == "number" else "", of.value, of.shown, of.lookup, today, None, "")
            for one, of in known
        ),
    )
    found: dict[int, keys.Keys] = {one.pk: {} for one in made}
    for one in made:
        keys.add(found[one.pk], keys.keys_of_names(one.name))
    for one, of in known:
        keys.add(found[one.pk], keys.keys_of_identifier(of.kind, of.shown, of.value))
    keys.write(found)
    return CustomerFile.objects.bulk_create(
        CustomerFile(customer=customer, plan=plan, opened_on=NOW.date()) for customer in made
    )


def _customer(number: int, vocabulary: Vocabulary, chance: Random) -> Customer:
    name = f"{chance.choice(_NAMES)} {chance.choice(vocabulary.words[:4000])} {chance.choice(_FORMS)}"
    sort = sort_name(name)
    return Customer(name=name, number=f"K-{100_000 + number}", sort_name=sort, letter=sort[:1].upper() or "#")


@transaction.atomic
def _documents(
    numbers: range, files: list[CustomerFile], vocabulary: Vocabulary, chance: Random, words_each: int
) -> None:
    classes = {row.code: row for row in DocumentClass.objects.all()}
    sections = {row.key: row for row in Section.objects.filter(customer_file=None)}
    documents, texts = [], []
    for number in numbers:
        code, section, letters = chance.choice(_KINDS)
        day = date(2006, 1, 1) + timedelta(days=chance.randrange(20 * 365))
        shown = f"{letters}-{day.year}-{number:07d}"
        file = chance.choice(files)
        documents.append(
            Document(
                customer_file=file, section=sections[section], document_class=classes[code], dated_on=day,
                title=f"{classes[code].name} {shown}", number=shown, number_key=number_key(shown),
                title_key=sort_name(f"{classes[code].name} {shown}"),
                fields={"document_number": shown, "gross_amount": f"{chance.randrange(10_000_00) / 100:.2f}"},
                created_at=NOW, changed_at=NOW,
            )
        )  # fmt: skip
        words = chance.choices(vocabulary.words, cum_weights=vocabulary.weights, k=words_each)
        texts.append(_text([f"{classes[code].name} {shown}".split(), *_lines(words)]))
    Document.objects.bulk_create(documents)
    versions = Version.objects.bulk_create(
        Version(
            document=document, number=1, digest=sha256(document.number.encode()).hexdigest(), size=1,
            media_type="application/pdf", file_name=f"{document.number}.pdf", created_at=NOW, source="bench",
        )
        for document in documents
    )  # fmt: skip
    own = Version.objects.filter(document=OuterRef("pk")).values("pk")[:1]
    Document.objects.filter(pk__in=[document.pk for document in documents]).update(valid_version=Subquery(own))
    for version, text in zip(versions, texts, strict=True):
        renditions.save_text(version.digest, text)


def _lines(words: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(words), WORDS_ON_A_LINE):
        yield words[start : start + WORDS_ON_A_LINE]


def _text(lines: list[list[str]]) -> DocumentText:
    rows = tuple(
        tuple(
            Word(word, (0.07 * place, 0.03 * row, 0.07 * place + 0.06, 0.03 * row + 0.01))
            for place, word in enumerate(line)
        )
        for row, line in enumerate(lines)
    )
    return DocumentText((PageText(595, 842, rows),))
