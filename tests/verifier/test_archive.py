"""What the verifier says about altered, missing and foreign files."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.verifier.made import Made, an_archive, inventory_of, read_only, sha512, write_object, written
from tests.verifier.running import verify
from tests.waiting import PATIENCE

SOURCE = Path(__file__).resolve().parents[2] / "verifier" / "src"


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return an_archive(tmp_path / "archive")


@pytest.fixture
def witness(made: Made, tmp_path: Path) -> Path:
    return made.witness(tmp_path / "heads.jsonl")


def original(made: Made, document: int) -> Path:
    return made.of(document) / "v1" / "content" / "original.pdf"


def test_a_clean_archive_is_proven_also_from_a_read_only_place_and_by_several_processes(
    made: Made, witness: Path
) -> None:
    read_only(made.folder)
    answer = verify(made.folder, "--witness", witness)
    assert (answer.exit, answer.codes) == (0, set())
    assert verify(made.folder, "--witness", witness, "--processes", 2).exit == 0


def test_it_runs_alone_without_the_product(made: Made, witness: Path) -> None:
    """Only its own source and the installed libraries; an import of the product would be found here."""
    program = (
        "import sys; sys.modules['kundenakte'] = sys.modules['django'] = None\n"
        "from kundenakte_verify.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(made.folder), "--witness", str(witness)],
        env={**os.environ, "PYTHONPATH": str(SOURCE)}, capture_output=True, text=True, check=False, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith("Alles ist bewiesen")


def test_t03_one_flipped_byte_is_named(made: Made, witness: Path) -> None:
    file = original(made, 4)
    raw = bytearray(file.read_bytes())
    raw[100] ^= 1
    file.write_bytes(raw)
    answer = verify(made.folder, "--witness", witness)
    assert answer.exit == 1
    assert answer.codes == {"BYTES"}
    assert answer.subjects("BYTES") == {made.sealed[4]}


@pytest.mark.parametrize("how", ["truncated", "lengthened", "replaced"])
def test_t04_a_cut_a_lengthened_and_a_replaced_file_are_named(made: Made, witness: Path, how: str) -> None:
    file = original(made, 2)
    raw = file.read_bytes()
    other = {"truncated": raw[:-1], "lengthened": raw + b"\0", "replaced": raw.replace(b"Invoice 2", b"Invoice 7")}
    file.write_bytes(other[how])
    answer = verify(made.folder, "--witness", witness)
    assert (answer.exit, answer.codes, answer.subjects("BYTES")) == (1, {"BYTES"}, {made.sealed[2]})


def test_t05_a_removed_file_and_a_removed_object_are_missing(made: Made, witness: Path) -> None:
    original(made, 1).unlink()
    for path in sorted(made.of(3).rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    made.of(3).rmdir()
    answer = verify(made.folder, "--witness", witness)
    assert (answer.exit, answer.codes) == (1, {"MISSING"})
    assert answer.subjects("MISSING") == {made.sealed[1], made.sealed[3]}


@pytest.mark.parametrize(
    "where", ["ocfl/foreign", "ocfl/00/foreign", "{object}/foreign", "{object}/v1/content/foreign", "journal/foreign"]
)
def test_t05_a_foreign_file_is_extra_wherever_it_lies(made: Made, witness: Path, where: str) -> None:
    file = Path(where.format(object=made.of(2)))
    file = file if file.is_absolute() else made.folder / file
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"foreign")
    answer = verify(made.folder, "--witness", witness)
    assert (answer.exit, answer.codes) == (1, {"EXTRA"})


def _sealed_but_not_told(made: Made) -> dict[str, Any]:
    """An object in its place; its entry is given back and not written yet."""
    made.seal()
    return made.entries.pop()


@pytest.mark.parametrize("heads", [1, 2, 3])
def test_a_sealing_on_either_side_of_a_tree_head_is_never_called_forged(made: Made, witness: Path, heads: int) -> None:
    """The object is there before its entry is written: heads may be signed in between, the entry follows."""
    entry = _sealed_but_not_told(made)
    for _head in range(heads):
        made.tell("test.happened", "accounts.user:1", {})
        made.head()
    made.write()
    answer = verify(made.folder, "--witness", made.witness(witness))
    assert (answer.exit, answer.codes, answer.subjects("EXTRA")) == (2, {"EXTRA"}, {made.sealed[made.documents]})
    made.entries.append(entry | {"at": written(made.clock)})
    made.head()
    made.write()
    assert verify(made.folder, "--witness", made.witness(witness)).exit == 0


def test_a_sealing_cut_off_by_a_night_without_power_is_not_called_forged_in_the_morning(
    made: Made, witness: Path
) -> None:
    _sealed_but_not_told(made)
    made.clock += timedelta(hours=12)
    made.tell("test.happened", "accounts.user:1", {})
    made.head()
    made.write()
    assert verify(made.folder, "--witness", made.witness(witness)).exit == 2


@pytest.mark.parametrize("dated", ["now", "later"])
def test_t05_an_object_the_journal_still_does_not_know_an_hour_later_is_extra(
    made: Made, witness: Path, dated: str
) -> None:
    made.clock += timedelta(minutes=5 if dated == "later" else 0)
    _sealed_but_not_told(made)
    made.clock -= timedelta(minutes=5 if dated == "later" else 0)
    for _head in range(3):
        made.clock += timedelta(minutes=61)
        made.tell("test.happened", "accounts.user:1", {})
        made.head()
    made.write()
    answer = verify(made.folder, "--witness", made.witness(witness))
    assert (answer.exit, answer.codes) == (1, {"EXTRA"})


def test_t05_an_object_the_journal_does_not_know_is_extra_at_once_when_it_bears_an_old_date(
    made: Made, witness: Path
) -> None:
    began = made.clock
    for _head in range(3):
        made.clock += timedelta(minutes=61)
        made.tell("test.happened", "accounts.user:1", {})
        made.head()
    now, made.clock = made.clock, began
    _sealed_but_not_told(made)
    made.entries.pop()
    made.clock = now
    made.write()
    answer = verify(made.folder, "--witness", made.witness(witness))
    assert answer.exit == 1
    assert ("violation", "EXTRA") in {(finding["level"], finding["code"]) for finding in answer.findings}


def test_t05_a_sealing_said_to_come_before_one_the_journal_tells_of_is_extra_whatever_its_date(
    made: Made, witness: Path
) -> None:
    """Numbers are given one after the other, so the entry of an earlier one would be there."""
    made.seal()
    entry = made.entries[-1]
    object_id = made.sealed[made.documents]
    entry["facts"] |= {"object": object_id.replace(":s1", ":s2"), "sealing": 2}
    made.head()
    made.write()
    answer = verify(made.folder, "--witness", made.witness(witness))
    assert answer.exit == 1
    assert object_id in answer.subjects("EXTRA")


def test_t07_metadata_exchanged_with_fitting_inventories_are_named_for_both(made: Made, witness: Path) -> None:
    contents = {}
    for document in (1, 2):
        folder = made.of(document) / "v1" / "content"
        contents[document] = {file.name: file.read_bytes() for file in folder.iterdir()}
    first, second = contents[1]["metadata.json"], contents[2]["metadata.json"]
    contents[1]["metadata.json"], contents[2]["metadata.json"] = second, first
    for document in (1, 2):
        write_object(made.of(document), contents[document], inventory_of(made.sealed[document], contents[document]))
    answer = verify(made.folder, "--witness", witness)
    assert (answer.exit, answer.codes) == (1, {"MANIFEST"})
    assert answer.subjects("MANIFEST") == {made.sealed[1], made.sealed[2]}


def test_t08_exchanged_bytes_are_named_for_both(made: Made, witness: Path) -> None:
    one, other = original(made, 5), original(made, 6)
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    answer = verify(made.folder, "--witness", witness)
    assert answer.codes == {"BYTES"}
    assert answer.subjects("BYTES") == {made.sealed[5], made.sealed[6]}


def test_t06_a_field_changed_in_the_database_is_named_with_both_values(made: Made, witness: Path) -> None:
    dump = made.dump(witness.with_name("dump.jsonl"))
    assert verify(made.folder, "--witness", witness, "--projection", dump).exit == 0

    def change(rows: dict[int, dict[str, dict[str, dict[str, dict[str, dict[str, str]]]]]]) -> None:
        rows[3]["versions"]["1"]["document"]["fields"]["gross_amount"] = "1.00"

    answer = verify(made.folder, "--witness", witness, "--projection", made.dump(dump, change))
    assert (answer.exit, answer.codes) == (1, {"PROJECTION"})
    [finding] = answer.findings
    assert finding["subject"] == made.sealed[3]
    assert finding["facts"] == {
        "object": made.sealed[3], "field": "document.fields.gross_amount", "archived": "3.00", "current": "1.00",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("told", "customer", "expected"),
    [
        ("moved", 4, (0, set())),  # as the journal says
        ("moved", 5, (2, {"PROJECTION"})),  # to the right file, of another customer
        ("not", 4, (1, {"PROJECTION"})),  # nobody told of a move
        ("elsewhere", 4, (2, {"PROJECTION"})),  # the journal tells of a move to another file
    ],
)
def test_a_document_that_was_moved_on_record_is_no_fault_and_one_moved_otherwise_is(
    made: Made, witness: Path, told: str, customer: int, expected: tuple[int, set[str]]
) -> None:
    made.tell("customer_file.opened", "records.customerfile:41", {"customer": "customers.customer:4"})
    if told != "not":
        file = 41 if told == "moved" else 42
        made.tell("document.moved", "records.document:3", {"customer_file": f"records.customerfile:{file}"})
    made.tell("test.happened", "accounts.user:1", {})
    made.head()
    made.write()

    def move(rows: dict[int, dict[str, dict[str, dict[str, dict[str, int]]]]]) -> None:
        rows[3]["versions"]["1"]["customer"] |= {"file": 41, "id": customer}

    dump = made.dump(witness.with_name("dump.jsonl"), move)
    answer = verify(made.folder, "--witness", made.witness(witness), "--projection", dump)
    assert (answer.exit, answer.codes) == expected
    if told == "moved":
        assert "wurde verschoben, siehe Protokoll" in answer.findings[0]["de"]


def test_t09_an_earlier_end_of_retention_in_the_database_is_named(made: Made, witness: Path) -> None:
    def change(rows: dict[int, dict[str, dict[str, str]]]) -> None:
        rows[3]["retention"]["retain_until"] = "2030-12-31"

    dump = made.dump(witness.with_name("dump.jsonl"), change)
    answer = verify(made.folder, "--witness", witness, "--projection", dump)
    assert (answer.exit, answer.codes, answer.subjects("RULE")) == (1, {"RULE"}, {made.sealed[3]})


def test_a_lawful_disposal_stays_proven_and_an_early_one_is_named(tmp_path: Path) -> None:
    for until, expected in (("2026-11-19", (0, set())), ("2034-12-31", (1, {"EARLY_DELETE"}))):
        made = an_archive(tmp_path / until, 2)
        made.tell("document.disposed", "records.document:1", {"retain_until": until})
        made.head()
        made.write()
        for path in sorted(made.of(1).rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        made.of(1).rmdir()
        answer = verify(made.folder, "--witness", made.witness(tmp_path / f"{until}.jsonl"))
        assert (answer.exit, answer.codes) == expected


def _taken_away(made: Made, number: int) -> None:
    for path in sorted(made.of(number).rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    made.of(number).rmdir()


def test_t32_a_document_gone_without_a_disposal_is_an_early_delete_whatever_the_database_says(
    made: Made, witness: Path
) -> None:
    _taken_away(made, 2)
    dump = made.dump(witness.with_name("dump.jsonl"), lambda _rows: None)
    answer = verify(made.folder, "--witness", witness, "--projection", dump)
    assert (answer.exit, answer.codes) == (1, {"MISSING", "EARLY_DELETE"})
    document = answer.subjects("EARLY_DELETE")
    assert len(document) == 1

    def without(rows: dict[int, object]) -> None:
        del rows[int(next(iter(document)).split()[1])]

    dump = made.dump(witness.with_name("without.jsonl"), without)
    assert verify(made.folder, "--witness", witness, "--projection", dump).subjects("EARLY_DELETE") == document


@pytest.mark.parametrize(("released_by", "codes"), [(2, set()), (1, {"EARLY_DELETE"})])
def test_t32_a_disposal_that_one_person_did_alone_is_named(tmp_path: Path, released_by: int, codes: set[str]) -> None:
    made = an_archive(tmp_path / "archive", 2)
    facts = {"retain_until": "2026-11-19", "requested_by": 1, "released_by": released_by, "holds": 0}
    made.tell("document.disposed", "records.document:1", facts)
    made.head()
    made.write()
    _taken_away(made, 1)
    assert verify(made.folder, "--witness", made.witness(tmp_path / "heads.jsonl")).codes == codes


@pytest.mark.parametrize(("told", "codes"), [("retention_rule.changed", set()), ("test.happened", {"RULE"})])
def test_an_end_earlier_than_at_the_sealing_needs_another_rule(tmp_path: Path, told: str, codes: set[str]) -> None:
    made = an_archive(tmp_path / "archive", 2)
    made.tell(told, "records.retentionrule:1", {})
    made.head()
    made.write()

    def shorter(rows: dict[int, dict[str, dict[str, object]]]) -> None:
        rows[1]["retention"] |= {"retain_until": "2032-12-31", "years": 6}

    dump = made.dump(tmp_path / "dump.jsonl", shorter)
    answer = verify(made.folder, "--witness", made.witness(tmp_path / "heads.jsonl"), "--projection", dump)
    assert answer.codes == codes


def test_an_end_where_the_rule_leaves_it_open_is_named(made: Made, witness: Path) -> None:
    def opened(rows: dict[int, dict[str, dict[str, object]]]) -> None:
        rows[3]["retention"] |= {"is_open": True, "started_on": None, "years": 3}

    dump = made.dump(witness.with_name("dump.jsonl"), opened)
    assert verify(made.folder, "--witness", witness, "--projection", dump).codes == {"RULE"}


def test_t48_a_key_or_the_tree_heads_or_the_journal_missing_ends_with_2(made: Made, witness: Path) -> None:
    [key] = (made.journal / "keys").iterdir()
    raw = key.read_bytes()
    key.unlink()
    assert verify(made.folder, "--witness", witness).exit == 2
    key.write_bytes(raw)
    assert verify(made.folder, "--witness", witness).exit == 0
    heads = made.journal / "tree-heads.jsonl"
    heads.rename(made.folder.parent / "elsewhere")
    assert verify(made.folder, "--witness", witness).exit != 0
    assert verify(made.folder).exit == 2
    made.journal.rename(made.folder.parent / "journal")
    assert verify(made.folder).exit == 2


def test_t48_an_unknown_digest_ends_with_2(made: Made, tmp_path: Path) -> None:
    made.seal(digest_algorithm="sha1024")
    made.head()
    made.write()
    answer = verify(made.folder, "--witness", made.witness(tmp_path / "heads.jsonl"))
    assert (answer.exit, answer.codes) == (2, {"ALG_SUNSET"})


def test_algorithms_past_their_day_prove_nothing_and_are_told_two_years_before(made: Made, witness: Path) -> None:
    assert verify(made.folder, "--witness", witness, "--today", "2036-01-01").exit == 2
    warned = verify(made.folder, "--witness", witness, "--today", "2034-06-01")
    assert (warned.exit, {finding["code"] for finding in warned.findings}) == (0, {"ALG_SUNSET"})
    assert not verify(made.folder, "--witness", witness, "--today", "2033-06-01").findings


def test_a_wrong_call_ends_with_3(tmp_path: Path, made: Made) -> None:
    from kundenakte_verify.cli import main

    assert main([str(tmp_path / "nothing")]) == 3
    assert main([str(tmp_path)]) == 3
    assert main([str(made.folder), "--witness", str(tmp_path / "nothing")]) == 3
    with pytest.raises(SystemExit) as ended:
        main(["--nonsense"])
    assert ended.value.code == 3


def test_the_sidecar_is_checked_as_well(made: Made, witness: Path) -> None:
    (made.of(1) / "inventory.json.sha512").write_text(f"{sha512(b'')} inventory.json\n")
    assert verify(made.folder, "--witness", witness).codes == {"MANIFEST"}
