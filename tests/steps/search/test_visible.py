"""A search shows a user exactly what a list would: hits, counts, facets and suggestions, for any rights."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kundenakte.base.accounts.models import Role, User
from kundenakte.customers.models import Customer
from kundenakte.records import access, search_due
from kundenakte.records.models import Document, DocumentClass, Grant, Permission, Section, Verb
from kundenakte.steps.search import queries
from kundenakte.steps.search.filters import Filters
from kundenakte.steps.search.queries import search
from tests.builders import NOW, a_customer_file, a_user
from tests.conftest import LONG
from tests.steps.search.papers import a_paper, catch_up

pytestmark = pytest.mark.usefixtures("db")

CLASSES = ("OFFER", "INV_OUT", "NDA")
SECTIONS = ("angebote", "rechnungen", "vertraege")
GROUPS = ("", "Nord", "Süd")
WORDS = ("pumpe", "wartung", "ventil")
FILES = 4

maybe = st.none() | st.integers(0, 2)
cells = st.lists(st.tuples(maybe, maybe, st.sampled_from([Verb.READ, Verb.READ, Verb.EDIT, Verb.READ_RESTRICTED])))
grants = st.lists(
    st.tuples(st.sampled_from(["file", "document", "group"]), st.integers(0, 11), st.booleans(), st.booleans()),
    max_size=6,
)
papers = st.lists(
    st.tuples(st.integers(0, FILES - 1), st.integers(0, 2), st.integers(0, 2), st.sampled_from(WORDS), st.booleans(),
              st.booleans()),
    min_size=12, max_size=12,
)  # fmt: skip


def test_what_is_found_is_what_may_be_listed() -> None:
    files = [a_customer_file(f"Firma {number}") for number in range(FILES)]
    for number, file in enumerate(files):
        Customer.objects.filter(pk=file.customer_id).update(group=GROUPS[number % 3])
    made = [a_paper(f"Schreiben {word} Papier", title=word, customer_file=files[n % FILES])
            for n, word in enumerate(WORDS * 4)]  # fmt: skip
    role = Role.objects.create(code="zufall", name="Zufall")
    user = User.objects.create_user("zufall", "zufall@example.com", None)
    user.roles.add(role)

    # Each example fills an index.
    @settings(suppress_health_check=list(HealthCheck), max_examples=1000 if LONG else 25)
    @given(papers=papers, cells=cells, grants=grants, caught_up=st.booleans())
    def holds(
        papers: list[tuple[int, int, int, str, bool, bool]],
        cells: list[tuple[int | None, int | None, Verb]],
        grants: list[tuple[str, int, bool, bool]],
        *,
        caught_up: bool,
    ) -> None:
        for document, (file, section, document_class, word, is_draft, is_restricted) in zip(made, papers, strict=True):
            document.customer_file = files[file]
            document.section = Section.objects.get(key=SECTIONS[section])
            document.document_class = DocumentClass.objects.get(code=CLASSES[document_class])
            document.title, document.is_draft, document.is_restricted = word, is_draft, is_restricted
            document.save()
        search_due.mark_all(document.pk for document in made)
        catch_up()
        give(role, user, cells, grants, files=[file.pk for file in files], documents=[d.pk for d in made])
        if not caught_up:
            # Something changes, and the index does not know it yet.
            change(made[0])
        agree(User.objects.get(pk=user.pk), still_indexed=made if caught_up else made[1:])

    holds()


def give(
    role: Role,
    user: User,
    cells: list[tuple[int | None, int | None, Verb]],
    grants: list[tuple[str, int, bool, bool]],
    *,
    files: list[int],
    documents: list[int],
) -> None:
    Permission.objects.filter(role=role).delete()
    Grant.objects.filter(reason="zufall").delete()
    sections = [Section.objects.get(key=key).pk for key in SECTIONS]
    classes = [DocumentClass.objects.get(code=code).pk for code in CLASSES]
    for section, document_class, verb in dict.fromkeys(cells):
        Permission.objects.create(
            role=role,
            section_id=None if section is None else sections[section],
            document_class_id=None if document_class is None else classes[document_class],
            verb=verb,
        )
    for kind, number, is_deny, is_over in grants:
        Grant.objects.create(
            user=user,
            customer_file_id=files[number % FILES] if kind == "file" else None,
            document_id=documents[number] if kind == "document" else None,
            customer_group=GROUPS[1 + number % 2] if kind == "group" else "",
            is_deny=is_deny, until=NOW - timedelta(days=10_000) if is_over else None,
            reason="zufall", created_at=NOW, granted_by=None,
        )  # fmt: skip


def change(document: Document) -> None:
    document.is_restricted = not document.is_restricted
    document.save()
    search_due.mark(document)


def agree(user: User, *, still_indexed: list[Document]) -> None:
    """Where the index is as the database, all numbers agree; where it is behind, nothing hidden shows."""
    listed = access.documents_for(user)
    up_to_date = len(still_indexed) == listed.model._default_manager.count()
    for text, matching in (("papier", listed), ("", listed), ("wartung", listed.filter(title="wartung"))):
        results = search(user, text, limit=50)
        found = {hit.document.pk for hit in results.hits}
        readable = set(matching.values_list("pk", flat=True))
        if text != "wartung":
            # What is behind is only ever missing, and only when it became readable this moment.
            assert found == readable or not up_to_date
        assert found <= set(listed.values_list("pk", flat=True))
        assert results.total == len(found)
        for facet in ("section", "class", "file"):
            assert sum(value.count for value in results.facets[facet]) == results.total
        suggested = {s.text: s.count for s in queries.suggest(user, "schrei")}
        assert sum(suggested.values()) == search(user, "schreiben").total
    for file in {document.customer_file_id for document in still_indexed}:
        total = search(user, "papier", filters=Filters(file=file)).total
        assert total is not None
        assert total <= listed.filter(customer_file=file).count()


def test_a_user_without_rights_finds_nothing_and_one_who_left_as_well() -> None:
    a_paper("Pumpe", title="A")
    catch_up()
    nobody = User.objects.create_user("niemand", "n@example.com", None)
    assert search(nobody, "pumpe").total == 0
    assert queries.suggest(nobody, "pum") == []
    gone = a_user("anton")
    assert search(gone, "pumpe").total == 1
    gone.is_active = False
    assert search(gone, "pumpe").total == 0
