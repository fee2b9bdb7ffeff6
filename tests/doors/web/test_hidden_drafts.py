"""A draft version is for those who edit or release: neither its bytes nor its name reach anybody else."""

from __future__ import annotations

from dataclasses import replace

from django.urls import reverse

from kundenakte.base.accounts.models import Role, User
from kundenakte.base.blobs import derived
from kundenakte.records import access, renditions
from kundenakte.records.actions.documents import add_version
from kundenakte.records.models import Arrival, Document, Permission, Verb
from tests.builders import NOW, SETUP, a_document, a_user, an_arrival, some_bytes
from tests.doors.web.pages import SignIn

SECRET = "preis-geheim.txt"


def _with_draft(document: Document, owner: str) -> Arrival:
    """A draft of the document that came in by an arrival of this person's, drawn."""
    draft = replace(some_bytes("Entwurf"), file_name=SECRET)
    version = add_version(actor=SETUP, document=document, version=draft, now=NOW, valid=False)
    arrival = an_arrival(content="Entwurf", file_name=SECRET)
    Arrival.objects.filter(pk=arrival.pk).update(
        document=document, version=version, state="filed", received_by=a_user(owner)
    )
    derived.default().put_bytes(version.digest, renditions.page_name(1), b"RIFFbild")
    return arrival


def _only_may(username: str, *verbs: Verb) -> User:
    """One of the cast with these rights for everything, and no others."""
    role, user = Role.objects.create(code="einzeln", name="Einzeln"), a_user(username)
    for verb in verbs:
        Permission.objects.create(role=role, verb=verb)
    user.roles.set([role])
    return user


def test_the_arrival_of_a_draft_gives_nothing_to_those_who_only_read(signed_in: SignIn) -> None:
    document = a_document(title="Angebot", number="AN-1")
    arrival = _with_draft(document, "paula")
    _only_may("paula", Verb.READ, Verb.DOWNLOAD)
    addresses = [
        reverse("inbox-download", args=(arrival.pk,)),
        reverse("inbox-page", args=(arrival.pk, 1)),
    ]
    for address in addresses:
        assert signed_in("verena").get(address).status_code == 200, address
        assert signed_in("paula").get(address).status_code == 404, address
    # What holds comes with its document.
    Arrival.objects.filter(pk=arrival.pk).update(version=document.valid_version)
    for address in addresses:
        assert signed_in("paula").get(address).status_code == 200, address


def test_history_and_timeline_say_nothing_of_a_hidden_draft(signed_in: SignIn) -> None:
    document = a_document(title="Angebot", number="AN-1")
    _with_draft(document, "paula")
    _only_may("paula", Verb.READ, Verb.DOWNLOAD)
    for address, told in (
        (reverse("document", args=(document.pk,)) + "?sicht=verlauf", SECRET),
        (reverse("file", args=(document.customer_file_id,)) + "?sicht=zeit", "Version 2 hinzugefügt"),
    ):
        assert told in signed_in("verena").get(address).content.decode(), address
        assert told not in signed_in("paula").get(address).content.decode(), address


def test_who_may_only_release_sees_what_he_releases(signed_in: SignIn) -> None:
    document = a_document(title="Angebot", number="AN-1")
    arrival = _with_draft(document, "paula")
    paula = _only_may("paula", Verb.READ, Verb.RELEASE)
    client = signed_in("paula")
    for name in ("document-version", "document-text", "document-places"):
        assert client.get(reverse(name, args=(document.pk, 2))).status_code == 200, name
    assert client.get(reverse("document-page", args=(document.pk, 2, 1))).status_code == 200
    assert list(access.arrivals_for(paula)) == [arrival]
