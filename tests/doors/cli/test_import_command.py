"""`kundenakte import-customers`."""

import io
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from kundenakte.customers.models import Customer, Identifier, ImportMapping
from kundenakte.records.models import CustomerFile
from tests.builders import a_house, a_user

pytestmark = pytest.mark.usefixtures("db")
LIST = (
    "KdNr;Name;Straße;PLZ;Ort;USt-IdNr\n10023;Müller GmbH;Hauptstr. 1;90402;Nürnberg;DE136695976\n10024;Weber AG;;;;\n"
)


def run(path: Path, *arguments: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("import_customers", str(path), *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def customers(tmp_path: Path) -> Path:
    a_house()
    path = tmp_path / "kunden.csv"
    path.write_text(LIST, encoding="utf-8")
    return path


def test_a_list_becomes_customers_with_files_and_again_changes_nothing(customers: Path) -> None:
    out, _ = run(customers)
    assert "2 Kunden neu" in out
    assert CustomerFile.objects.count() == 2
    out, _ = run(customers)
    assert "2 unverändert" in out
    assert Customer.objects.count() == 2


def test_a_dry_run_writes_nothing(customers: Path) -> None:
    out, _ = run(customers, "--dry-run")
    assert "Probelauf" in out
    assert not Customer.objects.exists()


def test_a_bad_line_is_named_and_the_others_come_in(customers: Path) -> None:
    customers.write_text(LIST + "10025;;;;;\n", encoding="utf-8")
    err = io.StringIO()
    with pytest.raises(CommandError, match="abgelehnt"):
        call_command("import_customers", str(customers), stdout=io.StringIO(), stderr=err)
    assert "Zeile 4" in err.getvalue()
    assert Customer.objects.count() == 2


def test_a_stored_mapping_is_used_and_an_unknown_one_refused(customers: Path) -> None:
    ImportMapping.objects.create(name="crm", system="crm", columns={"number": "KdNr", "name": "Name"})
    run(customers, "--mapping", "crm")
    assert Identifier.objects.filter(system="crm", kind="number").count() == 2
    assert not Identifier.objects.filter(kind="vat_id").exists()
    with pytest.raises(CommandError, match="Gespeichert sind: crm"):
        run(customers, "--mapping", "fehlt")


def test_an_unreadable_list_and_an_actor_without_the_right_are_refused(customers: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="nicht lesbar"):
        run(tmp_path / "fehlt.csv")
    a_user("sabine")
    with pytest.raises(CommandError, match="Recht"):
        run(customers, "--as", "sabine")
    assert not Customer.objects.exists()
