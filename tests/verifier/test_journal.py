"""What the verifier says about a journal that was altered, cut, rewritten, rolled back or split."""

from __future__ import annotations

import hashlib
import json
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.base.journal.authority import Authority
from tests.verifier.made import Made, an_archive, canonical
from tests.verifier.running import verify
from tests.waiting import PATIENCE


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return an_archive(tmp_path / "archive", 8)


@pytest.fixture
def witness(made: Made, tmp_path: Path) -> Path:
    return made.witness(tmp_path / "heads.jsonl")


def lines(made: Made) -> list[bytes]:
    return entries_file(made).read_bytes().splitlines(keepends=True)


def entries_file(made: Made) -> Path:
    return made.journal / "entries-000000000000.jsonl"


def resigned(made: Made, key: Ed25519PrivateKey, sizes: list[int], ats: list[str]) -> None:
    """Make the heads anew over what the entries are now, at the same times."""
    entries, made.heads = made.entries, []
    for size, at in zip(sizes, ats, strict=True):
        made.entries = entries[:size]
        line = made.head(made.key)
        line["head"]["at"] = at
        line["signature"] = key.sign(canonical(line["head"])).hex()
    made.entries = entries
    made.write()


def stamp(authority: Authority, content: bytes, file: Path) -> None:
    """Have the authority stamp these bytes, and keep question and answer as the export does."""
    (authority.folder / "content").write_bytes(content)
    subprocess.run(
        ["openssl", "ts", "-query", "-data", "content", "-sha256", "-cert", "-out", "asked.tsq"],
        cwd=authority.folder, check=True, capture_output=True, timeout=PATIENCE,
    )  # fmt: skip
    asked = (authority.folder / "asked.tsq").read_bytes()
    file.with_suffix(".tsq").write_bytes(asked)
    file.write_bytes(authority.answer(asked))


def test_t13_a_removed_row_is_a_gap(made: Made, witness: Path) -> None:
    rows = lines(made)
    entries_file(made).write_bytes(b"".join([*rows[:5], *rows[6:]]))
    answer = verify(made.folder, "--witness", witness)
    assert answer.exit == 1
    assert "LOG_GAP" in answer.codes
    assert "leaf 5" in answer.subjects("LOG_GAP")


def test_t13_a_cut_tail_is_found_by_the_head_and_without_that_by_the_witness(made: Made, witness: Path) -> None:
    rows = lines(made)
    entries_file(made).write_bytes(b"".join(rows[:-1]))
    answer = verify(made.folder, "--witness", witness)
    assert answer.exit == 1
    assert "ROLLBACK" in answer.codes
    # He cuts the last head as well, so that all that is left fits.
    size = made.heads[-2]["head"]["size"]
    entries_file(made).write_bytes(b"".join(rows[:size]))
    made.witness(made.journal / "tree-heads.jsonl", -1)
    assert "ROLLBACK" in verify(made.folder, "--witness", witness).codes


def test_t14_a_rewritten_row_with_fitting_hashes_is_found_without_the_key(made: Made, witness: Path) -> None:
    made.entries[4]["facts"]["section"] = 99
    made.write()
    answer = verify(made.folder, "--witness", witness)
    assert answer.exit == 1
    assert {"CONSISTENCY", "LOG_HASH"} <= answer.codes
    # And with heads made anew, signed by a key that is not ours.
    said = [line["head"] for line in made.heads]
    resigned(made, Ed25519PrivateKey.generate(), [one["size"] for one in said], [one["at"] for one in said])
    assert "STH_SIG" in verify(made.folder, "--witness", witness).codes


def test_t15_with_the_key_the_witness_tells(made: Made, witness: Path) -> None:
    made.entries[4]["facts"]["note"] = "another"
    said = [line["head"] for line in made.heads]
    resigned(made, made.key, [one["size"] for one in said], [one["at"] for one in said])
    answer = verify(made.journal, "--witness", witness)
    assert answer.exit == 1
    assert "CONSISTENCY" in answer.codes


def test_t15_with_the_key_and_without_a_witness_the_time_stamp_tells(made: Made, tmp_path: Path) -> None:
    authority = Authority(tmp_path / "authority")
    head = made.heads[-1]["head"]
    token = made.journal / "tokens" / f"{head['number']:012d}-lokal.tsr"
    stamp(authority, canonical(head), token)
    made.tell("journal.anchored", "journal.headtoken:1", {
        "head": head["number"], "authority": "lokal", "token_sha256": hashlib.sha256(token.read_bytes()).hexdigest(),
    })  # fmt: skip
    made.head()
    made.write()
    trust = ("--trust", authority.roots)
    assert "ANCHOR" not in verify(made.journal, *trust).codes
    # Whoever has the key makes every head anew: by itself all fits, and no witness speaks.
    made.entries[4]["facts"]["note"] = "another"
    said = [line["head"] for line in made.heads]
    resigned(made, made.key, [one["size"] for one in said], [one["at"] for one in said])
    answer = verify(made.journal, *trust)
    assert (answer.exit, answer.subjects("ANCHOR")) == (1, {token.stem})
    assert not {"CONSISTENCY", "STH_SIG", "LOG_HASH"} & answer.codes
    # Nor does it help to take the token away, or to have the new head stamped instead.
    other = made.heads[head["number"] - 1]["head"]
    stamp(authority, canonical(other), token)
    assert verify(made.journal, *trust).subjects("ANCHOR") == {token.stem}
    token.unlink()
    token.with_suffix(".tsq").unlink()
    assert (verify(made.journal, *trust).exit, verify(made.journal, *trust).subjects("ANCHOR")) == (2, {token.stem})


def test_t16_a_rollback_is_found_by_a_newer_witness_and_said_to_be_possible_without_one(tmp_path: Path) -> None:
    made = an_archive(tmp_path / "archive", 4)
    made.tell("test.happened", "accounts.user:1", {})
    made.head()
    witness = made.witness(tmp_path / "heads.jsonl")
    # Yesterday's backup is the state before that entry; work goes on from there.
    answer = verify(made.folder, "--witness", witness)
    assert "ROLLBACK" in answer.codes
    assert answer.exit == 1
    made.entries.pop()
    made.heads.pop()
    made.seal()
    made.head()
    made.write()
    answer = verify(made.folder, "--witness", witness)
    assert (answer.exit, "ROLLBACK" in answer.codes) == (1, True)
    without = verify(made.folder)
    assert (without.exit, without.codes) == (2, {"ROLLBACK", "ANCHOR_STALE"})


def test_t17_two_continuations_of_one_journal_are_found(made: Made, tmp_path: Path) -> None:
    made.tell("test.one", "accounts.user:1", {})
    made.head()
    witness = made.witness(tmp_path / "heads.jsonl")
    made.entries.pop()
    made.heads.pop()
    made.tell("test.other", "accounts.user:1", {})
    made.head()
    made.write()
    answer = verify(made.folder, "--witness", witness)
    assert answer.exit == 1
    assert "CONSISTENCY" in answer.codes


def test_t18_a_back_dated_entry_is_found_without_the_key_and_with_it(made: Made, witness: Path) -> None:
    early = json.loads(json.dumps(made.entries[2])) | {"id": "f" * 32, "kind": "test.backdated"}
    made.entries.insert(5, early)
    made.write()
    assert "LOG_HASH" in verify(made.journal, "--witness", witness).codes
    # With the key, at the end, as though it had come days ago.
    made.entries.pop(5)
    made.tell("test.backdated", "accounts.user:1", {})
    made.entries[-1]["at"] = (made.clock - timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    made.head()
    made.write()
    answer = verify(made.folder, "--witness", witness)
    assert (answer.exit, answer.codes) == (1, {"CLOCK"})


def test_entries_no_head_covers_are_not_proven(made: Made, witness: Path) -> None:
    made.tell("test.happened", "accounts.user:1", {})
    made.write()
    assert verify(made.folder, "--witness", witness).exit == 2


def test_a_new_key_is_good_when_the_old_one_brought_it_in_and_not_proven_otherwise(tmp_path: Path) -> None:
    for is_announced, expected in ((True, 0), (False, 2)):
        made = an_archive(tmp_path / str(is_announced), 2)
        new = Ed25519PrivateKey.generate()
        if is_announced:
            made.announce(new)
        made.tell("test.happened", "accounts.user:1", {})
        made.head()
        made.tell("test.happened", "accounts.user:1", {})
        made.head(new)
        made.write(keys=[made.key, new])
        answer = verify(made.folder, "--witness", made.witness(tmp_path / f"{is_announced}.jsonl"))
        assert answer.exit == expected
        assert answer.codes == (set() if is_announced else {"KEY"})


def test_the_first_key_must_be_the_one_that_was_handed_over(made: Made, witness: Path) -> None:
    assert verify(made.folder, "--witness", witness, "--key", made.heads[0]["head"]["key"]).exit == 0
    assert verify(made.folder, "--witness", witness, "--key", "0" * 64).codes == {"KEY"}


def test_a_journal_in_several_files_is_read_in_order(made: Made, witness: Path) -> None:
    made.write(per_file=5)
    assert verify(made.folder, "--witness", witness).exit == 0
    (made.journal / "entries-000000000005.jsonl").unlink()
    assert "LOG_GAP" in verify(made.folder, "--witness", witness).codes
