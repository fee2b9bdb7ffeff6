"""What is lawfully destroyed leaves no path in the lists of the runs, and is not taken once more."""

from pathlib import Path

from kundenakte.records.disposition import traces
from kundenakte.records.models import Arrival
from kundenakte.steps.intake.models import ShareLine
from tests.builders import NOW, a_customer
from tests.doors.share.shelves import MUSTER, a_share, imported, put, tried


def test_lines_of_a_document_that_goes_lose_their_words_and_its_path_stays_known(root: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    put(root, f"{MUSTER}/Geheim.pdf")
    put(root, f"{MUSTER}/Anderes.pdf")
    share = a_share(root)
    tried(share)
    imported(share)
    arrival = Arrival.objects.get(file_name="Geheim.pdf")
    gone = traces.Gone(document_id=arrival.document_id or 0, arrivals=(arrival.pk,), digests=(arrival.digest,))
    traces.take_rows(gone, NOW)
    assert not ShareLine.objects.filter(file__contains="Geheim").exists()
    assert ShareLine.objects.filter(file__contains="Anderes").count() == 2
    assert imported(share).lines.filter(outcome=ShareLine.Outcome.UNCHANGED).count() == 2
