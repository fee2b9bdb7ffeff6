"""What is under way: figures that are the database's own, within rights, as list, board, figures and table."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from lxml import etree

from kundenakte.base.journal.models import JournalEntry
from kundenakte.circulation import overview
from kundenakte.circulation.models import Case, CirculationFolder, Process, ProcessDefinition, Task
from kundenakte.records.models import CustomerFile, Grant, Verb
from tests.builders import NOW, a_customer_file, a_user
from tests.case_builders import a_case, a_process, does_step
from tests.circulation_builders import a_folder, does, stop, task_of
from tests.doors.web.pages import SignIn, words
from tests.process_builders import shipped

ADDRESS = "/aufgaben/uebersicht"


def _case(folder: CirculationFolder, *, reason: str, stage: str, owner: str = "sabine", **more: Any) -> Case:
    process, _ = Process.objects.get_or_create(key="reklamation", defaults={"name": "Reklamation", "prefix": "RK"})
    definition, _ = ProcessDefinition.objects.get_or_create(
        process=process, number=1, defaults={"source": "", "digest": "", "published_at": NOW}
    )
    return Case.objects.create(
        folder=folder, process=process, definition=definition, number=folder.number, reason=reason, stage=stage,
        customer_file=folder.customer_file, owner=a_user(owner), opened_at=folder.started_at, **more,
    )  # fmt: skip


def _days_old(folder: CirculationFolder, days: int) -> None:
    CirculationFolder.objects.filter(pk=folder.pk).update(started_at=timezone.now() - timedelta(days=days))


def _due(folder: CirculationFolder, days: int) -> None:
    day = timezone.localdate() + timedelta(days=days)
    Task.objects.filter(folder=folder, is_under_way=True).update(due_on=day)


@pytest.fixture
def house() -> tuple[CustomerFile, CustomerFile]:
    """Two customers, five folders under way (two of them cases), and one that has ended."""
    one, other = a_customer_file("Erste GmbH"), a_customer_file("Zweite GmbH")
    plain, late, wide = (
        a_folder(stop(1, "verena"), stop(2, "bernd"), title=title, customer_file=one, by="sabine", documents=[])
        for title in ("Neu", "Spät", "Weit")
    )
    broken, missing = (
        a_folder(stop(1, "bernd"), title=title, customer_file=other, by="verena", documents=[])
        for title in ("Bruch", "=Fehlt(A1)")
    )
    ended = a_folder(stop(1, "bernd"), title="Zu Ende", customer_file=other, documents=[], now=timezone.now())
    does("bernd", task_of(ended), now=timezone.now())
    for folder, days in ((plain, 0), (late, 8), (wide, 31), (broken, 100), (missing, 7)):
        _days_old(folder, days)
    _due(late, -3)
    _due(plain, 4)
    does("verena", task_of(wide))
    _case(broken, reason="Bruch", stage="Prüfung", due_at=timezone.now() - timedelta(days=2))
    _case(missing, reason="Falschlieferung", stage="Antwort", owner="bernd")
    return one, other


def _sql(query: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def _titles(page: Any) -> list[str]:
    return [row.line.title for row in page.context["rows"]]


def test_the_figures_are_those_of_plain_sql(house: object, signed_in: SignIn) -> None:
    counts = signed_in("anton").get(ADDRESS).context["counts"]
    [[total]] = _sql("SELECT count(*) FROM circulation_circulationfolder WHERE state = 'open'")
    today = timezone.localdate()
    [[overdue]] = _sql(
        "SELECT count(*) FROM circulation_circulationfolder f LEFT JOIN circulation_case c ON c.folder_id = f.id "
        "WHERE f.state = 'open' AND (c.due_at < %s OR EXISTS (SELECT 1 FROM circulation_task t "
        "WHERE t.folder_id = f.id AND t.is_under_way AND t.due_on < %s))",
        timezone.now() - timedelta(days=1), today,
    )  # fmt: skip
    assert (counts.total, counts.overdue) == (total, overdue) == (5, 2)
    for column, found in (
        ("COALESCE(c.owner_id, f.started_by_id)", counts.owners), ("f.customer_file_id", counts.customers),
        ("c.reason", counts.reasons), ("COALESCE(c.stage, CAST(f.step AS varchar(10)))", counts.stages),
        ("COALESCE(p.key, 'mappe')", counts.kinds),
    ):  # fmt: skip
        rows = _sql(
            f"SELECT {column}, count(*) FROM circulation_circulationfolder f "  # noqa: S608
            "LEFT JOIN circulation_case c ON c.folder_id = f.id LEFT JOIN circulation_process p ON p.id = c.process_id "
            f"WHERE f.state = 'open' AND {column} IS NOT NULL GROUP BY 1"
        )
        assert dict(found) == dict(rows), column
    assert dict(counts.ages) == {"7": 2, "30": 1, "90": 1, "mehr": 1}


def test_each_filter_leaves_what_its_figure_says(house: tuple[CustomerFile, CustomerFile], signed_in: SignIn) -> None:
    client = signed_in("anton")
    assert _titles(client.get(ADDRESS)) == ["Bruch", "Weit", "Spät", "=Fehlt(A1)", "Neu"]
    assert _titles(client.get(ADDRESS, {"sortiert": "frist"}))[:2] == ["Spät", "Bruch"]
    for asked, titles in (
        ({"art": "reklamation"}, ["Bruch", "=Fehlt(A1)"]), ({"art": "mappe"}, ["Weit", "Spät", "Neu"]),
        ({"wer": str(a_user("bernd").pk)}, ["=Fehlt(A1)"]), ({"kunde": str(house[0].pk)}, ["Weit", "Spät", "Neu"]),
        ({"grund": "Bruch"}, ["Bruch"]), ({"stand": "2"}, ["Weit"]), ({"alter": "mehr"}, ["Bruch"]),
        ({"frist": "ueberfaellig"}, ["Bruch", "Spät"]), ({"alter": "unsinn", "wer": "x"}, None),
    ):  # fmt: skip
        page = client.get(ADDRESS, asked)
        assert titles is None or _titles(page) == titles, asked
        assert page.context["counts"].total == len(_titles(page))
    choices = {one["name"]: dict(one["options"]) for one in client.get(ADDRESS).context["choices"]}
    assert choices["stand"]["2"] == "Schritt 2 (1)"
    assert choices["grund"] == {"Bruch": "Bruch (1)", "Falschlieferung": "Falschlieferung (1)"}


def test_a_house_with_very_many_shows_the_same(
    house: object, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in("anton")

    def shown() -> list[Any]:
        pages = [client.get(ADDRESS, {"sortiert": order}) for order in ("", "frist", "kunde")]
        return [[(row.line, row.owner) for row in page.context["rows"]] for page in pages] + [
            pages[0].context["choices"], client.get(f"{ADDRESS}.csv").content,
        ]  # fmt: skip

    few = shown()
    assert [line.customer for line, _ in few[2]] == ["Erste GmbH"] * 3 + ["Zweite GmbH"] * 2
    monkeypatch.setattr(overview, "_MANY", 1)
    assert shown() == few


def test_board_and_figures_show_the_same_numbers(house: object, signed_in: SignIn) -> None:
    client = signed_in("anton")
    columns = client.get(ADDRESS, {"sicht": "tafel"}).context["columns"]
    assert [(one.name, one.count, one.overdue) for one in columns] == [
        ("Schritt 1", 2, 1), ("Schritt 2", 1, 0), ("Antwort", 1, 0), ("Prüfung", 1, 1),
    ]  # fmt: skip
    page = client.get(ADDRESS, {"sicht": "zahlen"})
    months, ages, reasons = page.context["charts"]
    [[begun]] = _sql(
        "SELECT count(*) FROM circulation_circulationfolder WHERE started_at >= %s",
        overview._midnight(overview._months(timezone.localdate())[0]),
    )
    assert sum(int(row[1]) for row in months.rows) == begun
    assert (sum(int(row[2]) for row in months.rows), months.rows[-1][2]) == (1, "1")
    assert [row[1] for row in ages.rows] == ["2", "1", "1", "1"]
    assert list(reasons.rows) == [("Bruch", "1"), ("Falschlieferung", "1")]
    text = words(page)
    assert "<svg" in text
    assert ("style=" in text.partition("<main")[2], "<script>" in text) == (False, False)


def test_a_case_is_said_in_the_words_of_its_process(signed_in: SignIn) -> None:
    # Other processes know stages of the same names in another order.
    for name in ("angebotsfreigabe", "neukunde"):
        a_process(shipped(name))
    moved, waiting, fresh, dear = (a_case() for _ in range(4))
    assessed: dict[str, Any] = {"berechtigt": True, "bewertung": "Unser Fehler."}
    does_step(moved, "Prüfen und bewerten", "sabine", vorgehen="keins", **assessed)
    does_step(waiting, "Prüfen und bewerten", "sabine", vorgehen="ruecksendung", **assessed)
    dear = does_step(dear, "Prüfen und bewerten", "sabine", vorgehen="keins", **assessed)
    does_step(dear, "Entscheiden", "verena", entscheidung="ersatz", betrag="1480", begruendung="Stillstand")
    client = signed_in("anton")
    columns = client.get(ADDRESS, {"sicht": "tafel"}).context["columns"]
    # In the order of the process, not of the alphabet; what waits for the goods stands where it waits.
    assert [(one.name, [row.line.entry.pk for row in one.rows]) for one in columns] == [
        ("Prüfen", [fresh.folder_id]), ("Rücksendung", [waiting.folder_id]), ("Entscheidung", [moved.folder_id]),
        ("Freigabe", [dear.folder_id]),
    ]  # fmt: skip
    page = client.get(ADDRESS)
    assert dict(next(one["options"] for one in page.context["choices"] if one["name"] == "grund")) == {
        "mangel": "Mangel an der Ware (4)"
    }
    assert [row.reason for row in page.context["rows"]] == ["Mangel an der Ware"] * 4
    assert {row.line.entry.pk: row.line.with_whom for row in page.context["rows"]} == {
        moved.folder_id: ("Vertrieb",), waiting.folder_id: (), fresh.folder_id: ("Service",),
        dear.folder_id: ("Geschäftsleitung",),
    }  # fmt: skip
    assert "liegt bei Vertrieb" in words(page)
    assert client.get(ADDRESS, {"sicht": "zahlen"}).context["charts"][2].rows[0] == ("Mangel an der Ware", "4")


def test_only_what_the_reader_may_see_is_counted(house: tuple[CustomerFile, CustomerFile], signed_in: SignIn) -> None:
    Grant.objects.create(
        user=a_user("anton"), customer_file=house[1], verb=Verb.READ, is_deny=True, reason="-", created_at=NOW
    )
    client = signed_in("anton")
    for view in ("", "tafel", "zahlen"):
        page = client.get(ADDRESS, {"sicht": view})
        assert (page.context["counts"].total, "Zweite GmbH" in words(page), "Bruch" in words(page)) == (3, False, False)
    assert "Zweite" not in client.get(f"{ADDRESS}.csv").content.decode()
    assert signed_in("verena").get(ADDRESS).status_code == 200


def test_the_table_takes_all_lines_along_and_no_formula(house: object, signed_in: SignIn) -> None:
    client = signed_in("anton")
    answer = client.get(f"{ADDRESS}.csv", {"art": "reklamation"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert [row[1] for row in rows] == ["Titel", "Bruch", "'=Fehlt(A1)"]
    assert rows[1][2:8] == ["Zweite GmbH", "Reklamation", "Bruch", "Prüfung", "Bernd Beck", "Sabine Seidl"]
    assert rows[1][-1] == "ja"
    book = client.get(f"{ADDRESS}.xlsx")
    with zipfile.ZipFile(io.BytesIO(book.content)) as package:
        sheet = etree.fromstring(package.read("xl/worksheets/sheet1.xml"))
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    assert not list(sheet.iter(f"{space}f"))
    assert "=Fehlt(A1)" in [text.text for text in sheet.iter(f"{space}t")]
    assert len(list(sheet.iter(f"{space}row"))) == 6
    assert JournalEntry.objects.filter(kind="circulation_overview.exported").count() == 2
    assert client.get(f"{ADDRESS}.pdf").status_code == 404


def test_the_customers_own_pages_say_which_case_it_is(
    house: tuple[CustomerFile, CustomerFile], signed_in: SignIn
) -> None:
    client = signed_in("anton")
    for name in ("file", "file-circulation"):
        text = words(client.get(reverse(name, args=(house[1].pk,))))
        assert "Bruch" in text
        assert "Reklamation, Prüfung" in text, name
    assert "Weit" in words(client.get(reverse("file", args=(house[0].pk,))))


def test_more_lines_cost_no_more_queries(house: tuple[CustomerFile, CustomerFile], signed_in: SignIn) -> None:
    client = signed_in("anton")
    client.get(ADDRESS)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(ADDRESS)
        return len(queries)

    before = asked()
    for n in range(3):
        a_folder(stop(1, "bernd"), title=f"Noch {n}", customer_file=house[0], documents=[])
    assert asked() == before
    assert before <= 18
    assert reverse("tasks-overview") == ADDRESS


def test_how_many_filters_are_chosen_stands_where_they_are_folded_away(house: object, signed_in: SignIn) -> None:
    client = signed_in("anton")
    assert "gewählt" not in words(client.get(ADDRESS, {"sortiert": "frist"}))
    page = client.get(ADDRESS, {"art": "reklamation", "grund": "Bruch", "wer": ""})
    assert page.context["narrowed"] == 2
    assert "gewählt" in words(page)
