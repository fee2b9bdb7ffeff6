"""Runs in the present program on a house that was brought forward: works, looks at everything, says what it found."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kundenakte.config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from kundenakte.base import confinement, health  # noqa: E402
from kundenakte.base.accounts.models import User  # noqa: E402
from kundenakte.base.journal import sequencer, verifier  # noqa: E402
from kundenakte.base.journal.models import JournalLeaf  # noqa: E402
from kundenakte.circulation import checking  # noqa: E402
from kundenakte.config import children  # noqa: E402
from kundenakte.records.models import Arrival, Document, Rendition  # noqa: E402
from kundenakte.steps.search import folder, queries  # noqa: E402
from kundenakte.steps.search.indexer import NO_PAUSES, at_work  # noqa: E402
from tests.builders import a_document  # noqa: E402
from tests.case_builders import worked_off  # noqa: E402

# Of anton, in fill.py.
PASSWORD = "Früher-war-alles-anders-1"


def main() -> None:
    """What test_upgrade_of_a_house.py asserts."""
    settings.ALLOWED_HOSTS = ["testserver"]
    children.register_jobs()
    index = folder.current()
    file = Document.objects.earliest("pk").customer_file
    new = a_document(customer_file=file, title="Nach dem Aufspielen", now=timezone.now())
    worked_off()
    call_command("seal_due", verbosity=0, stdout=sys.stderr)
    worked_off()
    while sequencer.sequence():
        pass
    with at_work(pace=NO_PAUSES) as indexer:
        while indexer.round():
            pass
    call_command("export_journal", stdout=sys.stderr)
    call_command("export_projection", sys.argv[1], stdout=sys.stderr)
    client = Client()
    signed_in = client.post(reverse("account_login"), {"login": "anton", "password": PASSWORD})
    anton = User.objects.get(username="anton")
    client.force_login(anton)
    said = {
        "signed_in": signed_in.status_code == 302, "index": [index, folder.current()],
        "leaves": [bytes(leaf).hex() for leaf in JournalLeaf.objects.order_by("seq").values_list("digest", flat=True)],
        "journal": verifier.verify().findings, "blocked": [one.code for one in health.findings() if one.blocks],
        "circulation": list(map(str, checking.differences())),
        "found": [hit.document.pk for hit in queries.search(anton, "Pumpe").hits], "new": new.pk,
        "shown": [pages_of(client, one) for one in Document.objects.order_by("pk")],
        "stacks": [str(client.get(reverse("inbox-arrival", args=(one.pk,))).text.count("RE-2026-0815"))
                   for one in Arrival.objects.filter(state=Arrival.State.SPLIT, stack_parts__isnull=False).distinct()],
    }  # fmt: skip
    confinement.of_this_process().close()
    sys.stdout.write("SAID" + json.dumps(said))


def pages_of(client: Client, document: Document) -> dict[str, Any]:
    """What comes when somebody opens a document, each of its versions and the picture of its first page."""
    versions = list(document.versions.order_by("number"))
    answers = {"page": client.get(reverse("document", args=(document.pk,))).status_code}
    for version in versions:
        came = client.get(reverse("document-download", args=(document.pk, version.number)))
        raw = came.getvalue()
        answers[f"v{version.number}"] = came.status_code
        answers[f"v{version.number} is"] = hashlib.sha256(raw).hexdigest() == version.digest
    if Rendition.objects.filter(digest=versions[-1].digest).exists():
        # Previews did not come along; one is made again when somebody asks for it.
        picture = reverse("document-page", args=(document.pk, versions[-1].number, 1))
        client.get(picture)
        worked_off()
        answers["picture"] = client.get(picture).status_code
    return {"document": document.pk, **answers}


main()
