"""T-25: files of all kinds by all ways. Each yes is an arrival with its bytes, each no is on record or said to whoever
asked, and in the end everything is filed and sealed, asked about with a sentence, or was there before."""

from __future__ import annotations

import hashlib
import io
import random
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from kundenakte import pipeline
from kundenakte.base import blobs
from kundenakte.base.jobs import queries as jobs
from kundenakte.base.jobs.worker import Worker
from kundenakte.base.journal import sequencer, verifier
from kundenakte.records.models import Arrival, DocumentClass, Version
from kundenakte.steps.archive.models import ArchivePackage
from kundenakte.steps.intake import source_counts
from kundenakte.steps.intake.models import FolderEvent, MailEvent
from tests.builders import a_customer_file
from tests.conftest import LONG
from tests.doors.ways import Doors
from tests.steps.archive.papers import findings_of_ocfl

pytestmark = pytest.mark.django_db(transaction=True)

FILES = 10_000 if LONG else 60
SEED = 20261201
SAMPLES = Path(__file__).parents[1] / "samples"
# One of each kind in the short form, all that a mail may carry in the long one.
_FEW = (
    "e-invoice/*.pdf", "e-invoice/*.xml", "mail/*.eml", "mail/*.msg", "office/*.docx", "hostile/*.pdf", "hostile/*.zip",
    "hostile/*.xml", "pdf/*.pdf",
)  # fmt: skip
_LARGEST = 400_000
CUSTOMERS = {f"D-1{n:04}": f"Kunde {n} Maschinenbau GmbH" for n in range(8)}
State = Arrival.State


@pytest.fixture
def doors(transactional_db: None, tmp_path: Path) -> Iterator[Doors]:
    pipeline.register_jobs()
    made = Doors(tmp_path / "eingang")
    yield made
    made.close()


def the_samples() -> list[Path]:
    found = [sorted(SAMPLES.glob(pattern)) for pattern in _FEW]
    chosen = [path for paths in found for path in (paths if LONG else paths[:1])]
    return [path for path in chosen if path.stat().st_size < _LARGEST]


def a_letter(dice: random.Random, number: int) -> bytes:
    """Of a customer, or of nobody we know."""
    who = dice.choice([*CUSTOMERS.items(), ("", "Unbekannt")])
    lines = (
        who[1], f"Kundennummer: {who[0]}" if who[0] else "", f"Angebot AN-{number:06}", "vom 12.11.2026",
        "Getriebe für Ihre Rollenbahn, wie besprochen.",
    )  # fmt: skip
    return "\n".join(lines).encode()


def a_zip(dice: random.Random, number: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for n in range(dice.randint(1, 3)):
            archive.writestr(f"Brief {n}.txt", a_letter(dice, 900_000 + number * 10 + n))
    return packed.getvalue()


def what_comes(dice: random.Random) -> Iterator[tuple[str, bytes]]:
    """File after file: letters, samples of all formats, what is empty, what is packed, and what came before."""
    samples = the_samples()
    before: list[tuple[str, bytes]] = []
    for number in range(FILES):
        kind = dice.random()
        if samples and (kind < 0.12 or (not LONG and number < len(samples))):
            path = samples.pop() if not LONG else dice.choice(samples)
            one = (path.suffix, path.read_bytes())
        elif kind < 0.16:
            one = (".txt", b"")
        elif kind < 0.22:
            one = (".zip", a_zip(dice, number))
        elif kind < 0.34 and before:
            one = dice.choice(before)
        else:
            one = (".txt", a_letter(dice, number))
        before.append(one)
        yield one


def test_t25_of_all_that_comes_by_all_ways_nothing_is_missing(doors: Doors) -> None:
    for key, name in CUSTOMERS.items():
        a_customer_file(name, key)
    DocumentClass.objects.update(seal_when=DocumentClass.SealWhen.AT_ONCE)
    dice, worker = random.Random(SEED), Worker()
    brought, said_yes = Counter[str](), Counter[str]()
    taken: set[str] = set()
    for number, (suffix, data) in enumerate(what_comes(dice)):
        door = dice.choice(doors.all)
        brought[door.__name__] += 1
        if door(data, f"{number}{suffix}"):
            said_yes[door.__name__] += 1
            # The folder has no answer but that the file is gone; an empty one lies among the errors then.
            taken |= {hashlib.sha256(data).hexdigest()} if data else set()
        if not number % 50:
            worker.work_once()
    while worker.work_once():
        pass

    assert min(brought.values()) > 0
    ours = Arrival.objects.filter(part_of=None)
    came = Counter(one.partition(":")[0] for one in ours.values_list("source", flat=True))
    assert (came["rest"], came["web"], came["smtp"]) == (said_yes["rest"], said_yes["web"], said_yes["mail"])
    # Where nobody may hear a "no" it is on record.
    assert came["smtp"] + MailEvent.objects.filter(outcome=MailEvent.Outcome.REFUSED).count() == brought["mail"]
    assert came["folder"] + FolderEvent.objects.filter(outcome=FolderEvent.Outcome.ERROR).count() == brought["folder"]
    # Each yes has its bytes, as they came or as what hung on the mail.
    kept = set(Arrival.objects.values_list("digest", flat=True))
    assert taken <= kept
    for digest in kept:
        blobs.default().verify(digest)
    _nothing_is_missing()
    _what_is_filed_is_sealed()


def _nothing_is_missing() -> None:
    for source, counts in source_counts.counts().items():
        assert counts.missing == 0, source
        parts = counts.filed + counts.asked + counts.under_way + counts.discarded + counts.divided + counts.refused
        assert counts.came == parts, source
    assert not [one for one in Arrival.objects.filter(state=State.WAITING) if not one.sentence]
    # What hangs on a mail that is asked about waits with it; nothing else is left on its way.
    for one in Arrival.objects.filter(state=State.UNDER_WAY):
        assert _is_asked_about(one), one.file_name
    assert not Arrival.objects.filter(state__in=[State.FILED, State.DUPLICATE], document=None).exists()
    for whole in Arrival.objects.filter(state=State.SPLIT):
        assert Arrival.objects.filter(part_of=whole).exists(), whole.file_name
    assert not jobs.failed().exists()


def _is_asked_about(arrival: Arrival) -> bool:
    whole: Arrival | None = arrival
    while whole is not None and whole.state != State.WAITING:
        whole = whole.part_of
    return whole is not None


def _what_is_filed_is_sealed() -> None:
    filed = Arrival.objects.filter(state=State.FILED).values("document").distinct().count()
    assert filed >= FILES / 10
    assert ArchivePackage.objects.values("version").distinct().count() == Version.objects.count()
    assert findings_of_ocfl() == []
    while sequencer.sequence():
        pass
    assert verifier.verify().findings == []
