"""What every blob store promises. A new store is added to STORES and must pass all of it."""

from __future__ import annotations

import hashlib
import io
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from kundenakte.base import buckets
from kundenakte.base.blobs.bucket import BucketStore
from kundenakte.base.blobs.local import LocalStore
from kundenakte.base.blobs.store import CHUNK, BadDigest, BlobStore, FileAtHand, NoSuchBlob, OtherBytes, fan_out
from tests.conftest import LONG, ROOT
from tests.object_store import KEY_ID, LOCKING, PLAIN, SECRET, Store
from tests.waiting import PATIENCE


def in_bucket(name: str) -> Callable[[Path], BucketStore]:
    """A place in a bucket of its own for each folder, which holds the copies at hand."""

    def store(folder: Path) -> BucketStore:
        return BucketStore(buckets.at(f"s3://{name}/{digest_of(str(folder).encode())[:24]}"), folder)

    return store


STORES: dict[str, Callable[[Path], BlobStore]] = {
    "local": LocalStore, "locking-bucket": in_bucket(LOCKING), "plain-bucket": in_bucket(PLAIN),
}  # fmt: skip
NOBODY_HOME = "0" * 64


@pytest.fixture(autouse=True, scope="module")
def keys_to_the_store(object_store: Store) -> Iterator[None]:
    """For this process, and by the environment for those it starts."""
    keys = {"ENDPOINT": object_store.endpoint, "REGION": "us-east-1", "KEY_ID": KEY_ID, "SECRET": SECRET}
    with (
        override_settings(**{f"S3_{name}": value for name, value in keys.items()}),
        pytest.MonkeyPatch.context() as environment,
    ):
        for name, value in keys.items():
            environment.setenv(f"KUNDENAKTE_S3_{name}", value)
        yield


@pytest.fixture(params=sorted(STORES))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def store(kind: str, tmp_path: Path) -> BlobStore:
    return STORES[kind](tmp_path / "store")


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def put(store: BlobStore, content: bytes) -> str:
    return store.put(io.BytesIO(content)).digest


def read(store: BlobStore, digest: str) -> bytes:
    with store.open(digest) as source:
        return source.read()


# What comes out


@settings(max_examples=40, deadline=None)
@given(content=st.binary(max_size=4096))
def test_what_was_put_comes_out_under_its_hash(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    for name, make in STORES.items():
        store = make(tmp_path_factory.getbasetemp() / f"any-bytes-{name}")
        stored = store.put(io.BytesIO(content))
        assert (stored.digest, stored.size) == (digest_of(content), len(content))
        assert read(store, stored.digest) == content
        store.verify(stored.digest)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 17])
def test_sizes_around_the_chunk(store: BlobStore, size: int) -> None:
    content = random.Random(size).randbytes(size)
    assert read(store, put(store, content)) == content


def test_the_second_time_changes_nothing_and_says_so(store: BlobStore) -> None:
    first, second = store.put(io.BytesIO(b"invoice")), store.put(io.BytesIO(b"invoice"))
    assert (first.already_there, second.already_there) == (False, True)
    assert list(store.digests()) == [first.digest]


def test_only_what_the_stream_still_holds_is_stored(store: BlobStore) -> None:
    stream = io.BytesIO(b"head tail")
    stream.read(5)
    assert read(store, store.put(stream).digest) == b"tail"


def test_announced_bytes_are_accepted_and_others_refused(store: BlobStore) -> None:
    expected = digest_of(b"right")
    assert store.put(io.BytesIO(b"right"), expected=expected).digest == expected
    with pytest.raises(OtherBytes):
        store.put(io.BytesIO(b"wrong"), expected=expected)
    assert not store.has(digest_of(b"wrong"))


def test_a_reader_can_seek(store: BlobStore) -> None:
    with store.open(put(store, b"0123456789")) as source:
        source.seek(7)
        assert source.read() == b"789"


def test_a_parser_gets_a_file(store: BlobStore) -> None:
    assert store.path(put(store, b"for a parser")).read_bytes() == b"for a parser"


def a_file(folder: Path, content: bytes) -> FileAtHand:
    folder.mkdir(exist_ok=True)
    path = folder / "finished"
    path.write_bytes(content)
    return FileAtHand(path, digest_of(content))


@pytest.mark.parametrize("size", [0, 1, 3 * CHUNK + 17])
def test_a_finished_file_is_stored_under_its_hash_and_stays_where_it_is(
    store: BlobStore, tmp_path: Path, size: int
) -> None:
    content = random.Random(size).randbytes(size)
    file = a_file(tmp_path / "beside", content)
    stored = store.put_file(file)
    assert (stored.digest, stored.size, stored.already_there) == (file.digest, size, False)
    store.verify(file.digest)
    assert file.path.read_bytes() == content
    # Whoever has it takes it away: the store keeps the bytes.
    file.path.unlink()
    assert read(store, file.digest) == content


def test_a_finished_file_whose_bytes_are_there_already_changes_nothing(store: BlobStore, tmp_path: Path) -> None:
    digest = put(store, b"invoice")
    assert store.put_file(a_file(tmp_path / "beside", b"invoice")).already_there
    store.verify(digest)
    assert list(store.digests()) == [digest]


def test_a_file_with_a_lie_for_a_digest_is_found(store: BlobStore, tmp_path: Path) -> None:
    file = a_file(tmp_path / "beside", b"bytes")
    # At once by a store that compares, else by whoever reads.
    with pytest.raises(OtherBytes):  # noqa: PT012
        store.put_file(FileAtHand(file.path, NOBODY_HOME))
        store.verify(NOBODY_HOME)


# What is not there


def test_what_was_never_put_is_not_there(store: BlobStore) -> None:
    assert not store.has(NOBODY_HOME)
    for ask in (store.open, store.path, store.verify):
        with pytest.raises(NoSuchBlob):
            ask(NOBODY_HOME)


def test_deleted_bytes_are_gone_and_the_neighbours_stay(store: BlobStore) -> None:
    gone, stays = put(store, b"gone"), put(store, b"stays")
    store.delete(gone)
    store.delete(gone)
    assert (store.has(gone), store.has(stays)) == (False, True)


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "..",
        "../" * 8 + "etc/passwd",
        "A" * 64,
        "0" * 63,
        "0" * 65,
        "0" * 63 + "\n",
        "/" + "0" * 63,
        "0" * 62 + "/.",
    ],
)
def test_what_is_no_digest_never_becomes_a_path(store: BlobStore, bad: str) -> None:
    for ask in (store.open, store.path, store.has, store.delete, store.verify):
        with pytest.raises(BadDigest):
            ask(bad)
    with pytest.raises(BadDigest):
        store.put(io.BytesIO(b"x"), expected=bad)
    with pytest.raises(BadDigest):
        store.put_file(FileAtHand(Path("/nowhere"), bad))


def test_a_changed_bit_is_found(store: BlobStore) -> None:
    digest = put(store, b"honest bytes")
    replace(store, digest, b"honest bytez")
    with pytest.raises(OtherBytes):
        store.verify(digest)


def replace(store: BlobStore, digest: str, content: bytes) -> None:
    """What somebody does who has all rights on the disk or the bucket, but for those a lock takes."""
    if isinstance(store, BucketStore):
        key = f"blobs/{fan_out(Path(), digest)}"
        there = list(store.bucket.versions(key))
        new = store.bucket.put(key, content, sha256=digest_of(content))
        for one in there:
            # Without versions there is only one place, which has just been overwritten.
            if one.version not in {new, "null"}:
                store.bucket.remove(key, one.version)
        return
    file = store.path(digest)
    file.chmod(0o640)
    file.write_bytes(content)


# Crashes and want


class Breaking(io.RawIOBase):
    """A stream that ends with an error, as a lost upload does."""

    def __init__(self) -> None:
        self.left = 3

    def read(self, size: int = -1) -> bytes:
        self.left -= 1
        if self.left < 0:
            raise ConnectionResetError
        return b"x" * size


def files_under(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_stream_that_breaks_leaves_nothing(store: BlobStore, tmp_path: Path) -> None:
    with pytest.raises(ConnectionResetError):
        store.put(Breaking())  # type: ignore[arg-type]
    assert files_under(tmp_path) == []


def in_a_process(program: str, *words: object, keep: tuple[int, ...] = ()) -> subprocess.Popen[bytes]:
    """Run a few lines with a store `store` in a real process."""
    head = (
        "import io, os, sys\nfrom pathlib import Path\n"
        "from tests.contracts.test_blob_stores import STORES\n"
        "store = STORES[sys.argv[1]](Path(sys.argv[2]))\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", head + program, *map(str, words)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT)))},
        stdout=subprocess.PIPE,
        pass_fds=keep,
    )


PUT_FOR_EVER = """
n = 0
print("ready", flush=True)
while True:
    n += 1
    stored = store.put(io.BytesIO(b"%d " % n * 400_000))
    print(stored.digest, flush=True)
"""


@pytest.mark.kill
def test_killed_in_the_middle_everything_said_is_whole_and_nothing_else_is_there(kind: str, tmp_path: Path) -> None:
    for turn in range(100 if LONG else 6):
        folder = tmp_path / str(turn)
        process = in_a_process(PUT_FOR_EVER, kind, folder)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(random.Random(turn).uniform(0.001, 0.06 if kind == "local" else 0.4))
        process.send_signal(signal.SIGKILL)
        said = [line.decode().strip() for line in process.stdout if line.endswith(b"\n")]
        process.wait()
        process.stdout.close()
        store = STORES[kind](folder)
        for digest in said:
            store.verify(digest)
        kept = list(store.digests())
        for digest in kept:
            store.verify(digest)
        # At most the one that was stored and could not be said any more.
        assert len(set(kept) - set(said)) <= 1


PUT_ONE = """
os.read(int(sys.argv[3]), 1)
stored = store.put(io.BytesIO(b"the same bytes " * 500_000))
print(stored.digest, flush=True)
"""


@pytest.mark.kill
def test_the_same_bytes_from_two_processes_at_once_are_stored_once(kind: str, tmp_path: Path) -> None:
    gate, opener = os.pipe()
    processes = [in_a_process(PUT_ONE, kind, tmp_path / "store", gate, keep=(gate,)) for _ in range(2)]
    time.sleep(0.5)
    os.write(opener, b"go")
    digests = {process.communicate(timeout=PATIENCE)[0].decode().strip() for process in processes}
    os.close(gate)
    os.close(opener)
    store = STORES[kind](tmp_path / "store")
    assert digests == set(store.digests())
    assert len(digests) == 1
    store.verify(digests.pop())


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 3 MB where mounting is allowed; else files of at most 3 MB, which fail in the same place."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)], check=False, capture_output=True
    )
    if mounted.returncode == 0:
        yield folder
        subprocess.run(["umount", str(folder)], check=True)
        return
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3 * 1024 * 1024, before[1]))
    yield folder
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_says_so_leaves_nothing_and_goes_on_when_there_is_room(kind: str, small_disk: Path) -> None:
    store = STORES[kind](small_disk / "store")
    kept = put(store, b"already here")
    with pytest.raises(OSError, match=r"No space left|File too large"):
        put(store, b"z" * 5_000_000)
    assert [file.name for file in files_under(small_disk)] == [kept]
    store.verify(put(store, b"small enough again"))


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to give up root's rights in a process of its own")
def test_a_folder_nobody_may_write_says_so(kind: str, tmp_path: Path) -> None:
    folder = tmp_path / "store"
    STORES[kind](folder).put(io.BytesIO(b"before"))
    for parent in (tmp_path, *tmp_path.parents):
        if not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o001)
    program = """
os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    store.put(io.BytesIO(b"after"))
except PermissionError:
    print("refused", flush=True)
"""
    said, _ = in_a_process(program, kind, folder).communicate(timeout=PATIENCE)
    assert said == b"refused\n"


def test_memory_does_not_grow_with_the_size(kind: str, tmp_path: Path) -> None:
    program = """
import resource
class Zeros:
    left = int(sys.argv[3])
    def read(self, size):
        size = min(size, self.left); self.left -= size
        return bytes(size)
store.put(io.BytesIO(b"warm")); before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
store.put(Zeros())
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, flush=True)
"""
    size = 2 * 1024**3 if LONG else 64 * 1024**2
    said, _ = in_a_process(program, kind, tmp_path / "store", size).communicate(timeout=600)
    assert int(said) < 8 * 1024, "kilobytes"
