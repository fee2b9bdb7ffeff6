"""Taking over customer lists, line by line."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from django.db import transaction

from kundenakte.base.journal.models import JournalEntry
from kundenakte.customers import actions, queries
from kundenakte.customers.drafts import Place
from kundenakte.customers.imports import ImportReport, import_customers, planning, set_import_mapping
from kundenakte.customers.imports import run as run_module
from kundenakte.customers.models import Contact, Customer, CustomerKey, Identifier, ImportMapping
from kundenakte.customers.refusals import BadCustomer, UnreadableList
from tests.builders import NOW, SETUP, TODAY

pytestmark = pytest.mark.django_db
HEADERS = "KdNr;Firma;Straße;PLZ;Ort;Land;USt-IdNr.;IBAN;E-Mail;Telefon;Status"
MEIER = (
    "10042;Meier GmbH;Ring 1;90402;Nürnberg;D;DE136695976;DE89 3704 0044 0532 0130 00;info@meier.example;0911 1234-0;"
)
SCHULZ = "10043;Schulz KG;Am Hafen 7;1067;Dresden;;;;;;"


def bring(*lines: str, headers: str = HEADERS, mapping: ImportMapping | None = None, **more: object) -> ImportReport:
    data = "\r\n".join([headers, *lines]).encode("cp1252")
    arguments: dict[str, object] = {"actor": SETUP, "today": TODAY, "now": NOW} | more
    return import_customers(io.BytesIO(data), mapping, **arguments)  # type: ignore[arg-type]


def outcomes(report: ImportReport) -> list[str]:
    return [row.outcome for row in report.rows]


def test_a_list_without_any_setting_up_makes_customers_of_its_lines() -> None:
    report = bring(MEIER, SCHULZ)
    assert outcomes(report) == ["created", "created"]
    assert (report.encoding, report.delimiter, report.unused) == ("cp1252", ";", [])
    meier = Customer.objects.get(number="10042")
    assert report.rows[0].customer_id == meier.pk
    assert set(Identifier.objects.filter(customer=meier).values_list("kind", "value", "source")) == {
        ("number", "10042", "import:erp"),
        ("vat_id", "DE136695976", "import:erp"),
        ("iban", "DE89370400440532013000", "import:erp"),
        ("email", "info@meier.example", "import:erp"),
        ("email_domain", "meier.example", "import:erp"),
        ("phone", "+4991112340", "import:erp"),
    }
    # The spreadsheet had dropped the zero of Dresden's zip code.
    assert Customer.objects.get(number="10043").addresses.get().zip_code == "01067"


def test_the_keys_of_an_imported_customer_are_those_of_one_entered_by_hand() -> None:
    bring(MEIER)
    imported = Customer.objects.get()
    before = set(CustomerKey.objects.values_list("kind", "value", "ended"))
    actions.change_state(actor=SETUP, customer=imported, state="former", now=NOW)
    assert set(CustomerKey.objects.values_list("kind", "value", "ended")) == before
    assert queries.by_phone_stems(["+49911123427"])["+49911123427"][0].customer_id == imported.pk


def test_the_same_list_again_changes_nothing() -> None:
    bring(MEIER, SCHULZ)
    entries, keys = JournalEntry.objects.count(), set(CustomerKey.objects.values_list("pk", flat=True))
    report = bring(MEIER, SCHULZ, today=TODAY + timedelta(days=1))
    assert outcomes(report) == ["unchanged", "unchanged"]
    assert JournalEntry.objects.count() == entries
    assert set(CustomerKey.objects.values_list("pk", flat=True)) == keys


def test_each_customer_created_or_changed_has_one_entry() -> None:
    bring(MEIER, SCHULZ)
    bring(MEIER.replace("Ring 1", "Ring 2"), SCHULZ)
    assert list(JournalEntry.objects.order_by("id").values_list("kind", flat=True)) == [
        "customer.created",
        "customer.created",
        "customer.imported",
    ]


def test_a_dry_run_tells_the_same_and_writes_nothing() -> None:
    bring(MEIER)
    lines = (MEIER.replace("Meier GmbH", "Meier AG"), SCHULZ, ";Ohne Nummer;;;;;;;;;")
    entries = JournalEntry.objects.count()
    dry = bring(*lines, dry_run=True)
    assert (Customer.objects.count(), JournalEntry.objects.count()) == (1, entries)
    real = bring(*lines)
    assert [(row.row, row.outcome, row.fields, row.sentence) for row in dry.rows] == [
        (row.row, row.outcome, row.fields, row.sentence) for row in real.rows
    ]
    assert dry.sentence.startswith("Probelauf")


def test_what_changed_is_named_and_the_old_stays_with_its_days() -> None:
    bring(MEIER)
    later = TODAY + timedelta(days=30)
    line = MEIER.replace("Meier GmbH", "Meier Maschinen GmbH").replace("Ring 1", "Ring 2").replace("DE136695976", "")
    report = bring(line, today=later)
    assert report.rows[0].fields == ("Name", "Anschrift")
    customer = Customer.objects.get()
    assert Identifier.objects.get(kind="former_name").shown == "Meier GmbH"
    assert list(customer.addresses.order_by("pk").values_list("street", "valid_until")) == [
        ("Ring 1", later),
        ("Ring 2", None),
    ]
    # An empty cell says nothing.
    assert Identifier.objects.get(kind="vat_id").valid_until is None


def test_what_the_list_named_before_and_replaces_now_has_ended() -> None:
    bring(MEIER)
    later = TODAY + timedelta(days=30)
    report = bring(MEIER.replace("DE136695976", "ATU13585627"), today=later)
    assert report.rows[0].fields == ("USt-IdNr.",)
    assert list(Identifier.objects.filter(kind="vat_id").order_by("pk").values_list("value", "valid_until")) == [
        ("DE136695976", later),
        ("ATU13585627", None),
    ]
    # And back again.
    assert outcomes(bring(MEIER, today=later)) == ["changed"]
    assert outcomes(bring(MEIER, today=later)) == ["unchanged"]


def test_what_a_person_added_or_ended_a_list_leaves_alone() -> None:
    bring(MEIER)
    customer = Customer.objects.get()
    actions.add_identifier(actor=SETUP, customer=customer, kind="email", text="eva@meier.example", now=NOW)
    domain = Identifier.objects.get(kind="email_domain")
    actions.end_identifier(actor=SETUP, identifier=domain, now=NOW, reason="gehört dem Steuerberater")
    report = bring(MEIER)
    assert outcomes(report) == ["unchanged"]
    assert "von Hand beendet" in report.rows[0].remarks[0]
    assert Identifier.objects.get(value="eva@meier.example").valid_until is None


def test_misspelt_identifiers_are_remarks_and_the_line_goes_on() -> None:
    report = bring("1;Meier GmbH;;;;;DE1;DE00;meier;12;Freund")
    row = report.rows[0]
    assert (row.outcome, len(row.remarks)) == ("created", 5)
    assert list(Identifier.objects.values_list("kind", flat=True)) == ["number"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (";Meier GmbH;;;;;;;;;", "Kundennummer fehlt"),
        ("5;;;;;;;;;;", "Namen"),
        ("--;Meier GmbH;;;;;;;;;", "Kundennummer"),
        ("1,00042E+09;Meier GmbH;;;;;;;;;", "Tabellenkalkulation"),
        ("5;Meier GmbH;;;;;;;;;;;zu viel", "Spalten"),
        ("10043;Doppelt GmbH;;;;;;;;;", "steht schon in Zeile 2"),
        (";Interessent GmbH;;;;;;;;;Interessent", "Ohne Kundennummer braucht es"),
    ],
)
def test_a_bad_line_is_refused_alone_with_its_number_and_a_sentence(line: str, why: str) -> None:
    report = bring(SCHULZ, line, MEIER)
    assert outcomes(report) == ["created", "refused", "created"]
    assert report.rows[1].row == 3
    assert why in report.rows[1].sentence
    assert Customer.objects.count() == 2


def test_short_lines_and_hostile_cells_do_no_harm() -> None:
    report = bring("7;Kurz GmbH", "8;\x01Bös\x00\x07artig\u00a0GmbH;=cmd|'/c';'; DROP TABLE;<b>;;;;;;")
    assert outcomes(report) == ["created", "created"]
    assert Customer.objects.get(number="8").name == "Bös artig GmbH"


def test_a_zero_in_front_that_a_spreadsheet_lost_makes_no_second_customer() -> None:
    bring(MEIER.replace("10042", "010042"))
    assert outcomes(bring(MEIER)) == ["unchanged"]
    assert Customer.objects.get().number == "010042"


def test_two_numbers_of_one_list_that_differ_by_a_zero_are_two_customers() -> None:
    lines = (MEIER.replace("10042", "010042"), SCHULZ.replace("10043", "10042"))
    assert outcomes(bring(*lines)) == ["created", "created"]
    assert outcomes(bring(*lines)) == ["unchanged", "unchanged"]
    assert outcomes(bring(*reversed(lines))) == ["unchanged", "unchanged"]


def test_customers_missing_in_the_list_are_told_and_stay() -> None:
    bring(MEIER, SCHULZ)
    report = bring(MEIER)
    assert [(row.number, row.name) for row in report.missing] == [("10043", "Schulz KG")]
    assert Customer.objects.filter(state="customer").count() == 2


def test_the_number_of_a_prospect_with_the_same_name_and_address_is_attached() -> None:
    prospect = actions.create_customer(
        actor=SETUP, name="Meier G.m.b.H.", state="prospect", place=Place("Ring 1", "90402", "Nürnberg"), now=NOW
    )
    report = bring(MEIER)
    customer = Customer.objects.get()
    assert (customer.pk, customer.number, customer.state) == (prospect.pk, "10042", "customer")
    assert "hat jetzt die 10042" in report.rows[0].remarks[0]
    assert outcomes(bring(MEIER)) == ["unchanged"]


def test_the_number_goes_to_one_line_only_and_never_to_somebody_elsewhere() -> None:
    actions.create_customer(
        actor=SETUP, name="Meier GmbH", state="prospect", place=Place("Ring 1", "90402", "Nürnberg"), now=NOW
    )
    lines = (MEIER, MEIER.replace("10042", "10050"), MEIER.replace("10042", "10060").replace("Ring 1", "Ring 9"))
    assert outcomes(bring(*lines)) == ["changed", "created", "created"]
    assert outcomes(bring(*lines)) == ["unchanged"] * 3


def test_a_list_without_numbers_is_matched_by_name_and_address() -> None:
    headers, line = "Firma;Straße;PLZ;Ort", "Meier GmbH;Ring 1;90402;Nürnberg"
    assert outcomes(bring(line, "Schulz KG;;;", headers=headers)) == ["created", "refused"]
    assert Customer.objects.get().state == "prospect"
    assert outcomes(bring(line, line, headers=headers)) == ["unchanged", "refused"]
    # The ERP's list gives the number; the other list leaves its master data alone from then on.
    bring(MEIER)
    report = bring("MEIER GmbH;Ring 1;90402;Nuernberg", headers=headers)
    assert outcomes(report) == ["unchanged"]
    assert (Customer.objects.get().name, Customer.objects.get().addresses.get(valid_until=None).city) == (
        "Meier GmbH",
        "Nürnberg",
    )


def test_both_lines_of_merged_records_come_again_and_again_without_a_change() -> None:
    bring(MEIER, SCHULZ)
    meier, schulz = Customer.objects.get(number="10042"), Customer.objects.get(number="10043")
    actions.merge_customers(actor=SETUP, source=schulz, into=meier, reason="doppelt", now=NOW)
    for _ in range(2):
        report = bring(MEIER, SCHULZ)
        assert outcomes(report) == ["unchanged", "unchanged"]
        assert "Stammdaten kommen von der Kundennummer 10042" in report.rows[1].remarks[0]
    changed = bring(MEIER, SCHULZ.replace(";;;;;;", ";;;;neu@schulz.example;;"))
    assert outcomes(changed) == ["unchanged", "changed"]
    assert Identifier.objects.get(value="neu@schulz.example").customer == meier


def test_numbers_of_two_systems_are_kept_apart() -> None:
    bring(MEIER)
    report = bring(SCHULZ.replace("10043", "10042"), mapping=ImportMapping(name="", system="crm"))
    assert outcomes(report) == ["created"]
    assert queries.open_by_key(key="10042", system="crm") != queries.open_by_key(key="10042", system="erp")


def test_our_own_identifiers_in_a_list_are_remarks() -> None:
    actions.set_own_company(actor=SETUP, now=NOW, name="Wir GmbH", vat_ids="DE136695976")
    report = bring(MEIER)
    assert "ist die eigene" in report.rows[0].remarks[0]
    assert not Identifier.objects.filter(kind="vat_id").exists()


def test_several_columns_and_several_values_in_a_cell_go_to_one_target() -> None:
    report = bring(
        "1;Meier;GmbH;Eva;Öller;0911 1234-0;0171 1234567;a@meier.example, b@meier.example;Umbenannt OHG",
        headers="KdNr;Vorsatz;Firma;Vorname;Nachname;Telefon 1;Telefon 2;E-Mail;Früherer Name",
        mapping=set_import_mapping(
            actor=SETUP, name="warenwirtschaft", now=NOW,
            columns={
                "number": "KdNr", "name": ["Vorsatz", "Firma"], "contact_name": ["Vorname", "Nachname"],
                "phone": ["Telefon 1", "Telefon 2"], "email": "E-Mail", "former_name": "Früherer Name",
            },
        ),
    )  # fmt: skip
    assert outcomes(report) == ["created"]
    assert Customer.objects.get().name == "Meier GmbH"
    assert Contact.objects.get().name == "Eva Öller"
    assert Identifier.objects.filter(kind="phone").count() == 2
    assert Identifier.objects.filter(kind="email").count() == 2
    assert queries.by_name_keys(["umbenannt"])["umbenannt"][0].ended
    entry = JournalEntry.objects.get(kind="customer_list.imported")
    assert b'"created":1' in bytes(entry.body)


def test_a_mapping_with_an_unknown_target_is_not_kept() -> None:
    with pytest.raises(BadCustomer, match="farbe"):
        set_import_mapping(actor=SETUP, name="x", columns={"farbe": "Farbe"}, now=NOW)
    with pytest.raises(UnreadableList, match="„Name 9“ fehlt"):
        bring(MEIER, mapping=ImportMapping(name="", system="erp", columns={"name": "Name 9"}))


def test_new_customers_are_handed_on_in_the_same_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_module, "BATCH", 2)
    batches: list[list[str]] = []

    def opened(customers: Sequence[Customer]) -> None:
        assert transaction.get_connection().in_atomic_block
        batches.append([customer.number for customer in customers])

    lines = [MEIER.replace("10042", str(n)).replace("Ring 1", f"Ring {n}") for n in range(1, 6)]
    bring(*lines, on_created=opened)
    assert batches == [["1", "2"], ["3", "4"], ["5"]]
    bring(*lines, on_created=opened)
    assert len(batches) == 3


def test_a_batch_whose_files_cannot_be_opened_leaves_nothing_and_the_next_run_finishes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run_module, "BATCH", 2)
    lines = [MEIER.replace("10042", str(n)).replace("Ring 1", f"Ring {n}") for n in range(1, 5)]
    calls: list[int] = []

    def fails_on_the_second(customers: Sequence[Customer]) -> None:
        calls.append(len(customers))
        if len(calls) == 2:
            raise OSError("Platte voll")

    with pytest.raises(OSError, match="Platte voll"):
        bring(*lines, on_created=fails_on_the_second)
    assert Customer.objects.count() == 2
    assert outcomes(bring(*lines)) == ["unchanged", "unchanged", "created", "created"]


def test_a_number_given_out_while_the_list_is_read_is_found_at_the_second_try(monkeypatch: pytest.MonkeyPatch) -> None:
    original = planning.plan
    came: list[Customer] = []

    def plan_then_somebody_enters(*arguments: object, **more: object) -> object:
        made = original(*arguments, **more)  # type: ignore[arg-type]
        if not came:
            # As if committed by another process between our reading and our writing.
            came.append(actions.create_customer(actor=SETUP, name="Meier GmbH", number="10042", now=NOW))
        return made

    monkeypatch.setattr(run_module, "plan", plan_then_somebody_enters)
    report = bring(MEIER)
    # The savepoint took the other customer back as well; what counts is that the batch was planned anew and went in.
    assert outcomes(report) == ["created"]
    assert Customer.objects.count() == 1


def test_the_day_of_the_list_decides_from_when_it_holds() -> None:
    bring(MEIER, today=date(2026, 1, 2))
    assert set(Identifier.objects.values_list("valid_from", flat=True)) == {date(2026, 1, 2)}
