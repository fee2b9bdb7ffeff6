"""What is taken out of archives, and what keeps them from being opened."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from kundenakte.records import zip_contents
from kundenakte.steps.intake import packed_files
from kundenakte.steps.intake.packed_files import TakenOut, take_out_portfolio, take_out_zip
from tests import zips
from tests.zips import a_portfolio, a_zip, with_raw_name

SAMPLES = Path(__file__).parents[2] / "samples"
Taking = Callable[..., TakenOut]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def taken(tmp_path: Path) -> Taking:
    """Take the files out of these bytes, into an empty folder beside nothing else."""
    source, folder = tmp_path / "source", tmp_path / "outer" / "folder"
    folder.mkdir(parents=True)

    def take(data: bytes, *, most_files: int = 500, most_bytes: int = 1 << 30) -> TakenOut:
        source.write_bytes(data)
        made = take_out_zip(source=str(source), folder=str(folder), most_files=most_files, most_bytes=most_bytes)
        # Whatever the names say: only numbers in the folder that was given, and plain files.
        assert names(tmp_path) == ["outer", "source"]
        assert names(tmp_path / "outer") == ["folder"]
        if not made["note"]:
            assert sorted(names(folder), key=int) == [str(number) for number in range(len(made["paths"]))]
        assert not any(path.is_symlink() for path in folder.iterdir())
        return made

    return take


def test_files_come_out_with_their_paths_and_litter_stays_behind(taken: Taking, tmp_path: Path) -> None:
    made = taken(a_zip({
        "Belege/Rechnung.txt": b"eins", "Belege/leer.txt": b"", "__MACOSX/Belege/._Rechnung.txt": b"x",
        "Thumbs.db": b"x", "Prüfung.txt": b"zwei",
    }))  # fmt: skip
    assert made == {"paths": ["Belege/Rechnung.txt", "Prüfung.txt"], "note": ""}
    assert [(tmp_path / "outer" / "folder" / str(n)).read_bytes() for n in (0, 1)] == [b"eins", b"zwei"]


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing_are_read(taken: Taking, packing: int) -> None:
    assert taken(a_zip({"a.txt": b"Text" * 100}, packing=packing))["paths"] == ["a.txt"]


@pytest.mark.parametrize("raw", ["Prüfung.txt".encode("cp437"), "Prüfung.txt".encode()])
def test_names_of_old_packers_are_read(taken: Taking, raw: bytes) -> None:
    assert taken(with_raw_name(raw))["paths"] == ["Prüfung.txt"]


def test_backslashes_separate_folders(taken: Taking) -> None:
    assert taken(with_raw_name(b"Ordner\\Brief.txt"))["paths"] == ["Ordner/Brief.txt"]


@pytest.mark.parametrize(
    "raw",
    [
        b"../../etc/cron.d/x",
        b"..\\..\\x.txt",
        b"/etc/passwd",
        b"\\\\server\\x",
        b"C:/Windows/x.txt",
        b"a/../../x",
        b"brief.txt\x00.exe",
        b"zwei\nZeilen",
    ],
)
def test_names_that_lead_outside_keep_it_closed(taken: Taking, raw: bytes) -> None:
    assert taken(with_raw_name(raw)) == {"paths": [], "note": zip_contents.OUTSIDE}


@pytest.mark.parametrize("name", ["absolutePath", "overlappingNames", "relative"])
def test_samples_with_names_that_lead_outside_keep_it_closed(taken: Taking, name: str) -> None:
    data = (SAMPLES / "hostile" / f"tika_testZip_{name}.zip").read_bytes()
    assert taken(data) == {"paths": [], "note": zip_contents.OUTSIDE}


@pytest.mark.parametrize(
    ("data", "note"),
    [
        (zips.with_link(), zip_contents.LINKS),
        (zips.locked(a_zip({"a.txt": b"Text"})), zip_contents.LOCKED),
        (zips.packed_strangely(a_zip({"a.txt": b"Text"})), zip_contents.UNKNOWN_PACKING),
        (zips.overlapping(), zip_contents.BOMB),
        (a_zip({"null.bin": bytes(zip_contents.HARMLESS + 1)}), zip_contents.BOMB),
        (zips.nested(6), zip_contents.DEEP),
        (zips.nested(3, width=9), zip_contents.MANY),
        (a_zip({f"{n}.txt": b"x" for n in range(501)}), zip_contents.MANY),
        (a_zip({}), zip_contents.EMPTY),
        (a_zip({"leer.txt": b"", "ordner/": b""}), zip_contents.EMPTY),
        (a_zip({"mimetype": b"application/epub+zip", "META-INF/container.xml": b"<x/>"}), zip_contents.A_WHOLE),
        (a_zip({"a.txt": b"Text" * 1000})[:-40], zip_contents.BROKEN),
        (b"PK\x03\x04 cut off", zip_contents.BROKEN),
        (a_zip({"a.txt": b"Text"}, packing=zipfile.ZIP_STORED).replace(b"Text", b"Test"), zip_contents.BROKEN),
    ],
    ids=lambda value: "data" if isinstance(value, bytes) else None,
)
def test_what_is_made_to_harm_or_cannot_be_read_stays_as_it_is(taken: Taking, data: bytes, note: str) -> None:
    assert taken(data) == {"paths": [], "note": note}


def test_a_list_that_is_said_to_be_small_and_is_not_is_not_read(taken: Taking) -> None:
    """The second end of a large ZIP counts, whatever the first says."""
    data = a_zip({"a.txt": b"Text"})
    end = data.index(b"PK\x05\x06")
    second = b"PK\x06\x06" + (44).to_bytes(8, "little") + bytes(12) + b"".join(
        number.to_bytes(8, "little") for number in (1, 100_000, 50_000_000, 0)
    )  # fmt: skip
    pointer = b"PK\x06\x07" + bytes(4) + end.to_bytes(8, "little") + (1).to_bytes(4, "little")
    assert taken(data[:end] + second + pointer + data[end:]) == {"paths": [], "note": zip_contents.MANY}


def test_archives_in_archives_are_opened_in_their_place(taken: Taking) -> None:
    inner = a_zip({"b.txt": b"b", "c.txt": b"c"})
    made = taken(a_zip({"a.txt": b"a", "Mehr/inner.zip": inner, "d.txt": b"d"}))
    assert made["paths"] == ["a.txt", "Mehr/inner.zip › b.txt", "Mehr/inner.zip › c.txt", "d.txt"]


@pytest.mark.parametrize(
    "inner",
    [
        zips.locked(a_zip({"b.txt": b"b"})),
        with_raw_name(b"../b.txt"),
        a_zip({"b.txt": b"b", "c.txt": b"Text"}, packing=zipfile.ZIP_STORED).replace(b"Text", b"Test"),
    ],
)
def test_an_inner_one_that_cannot_be_opened_stays_one_file(taken: Taking, tmp_path: Path, inner: bytes) -> None:
    assert taken(a_zip({"a.txt": b"a", "inner.zip": inner, "d.txt": b"d"}))["paths"] == ["a.txt", "inner.zip", "d.txt"]
    assert (tmp_path / "outer" / "folder" / "1").read_bytes() == inner


def test_an_inner_one_that_would_do_harm_keeps_all_closed(taken: Taking) -> None:
    made = taken(a_zip({"a.txt": b"a", "inner.zip": zips.overlapping()}))
    assert made == {"paths": [], "note": zip_contents.BOMB}


def test_what_all_of_it_may_bring_counts_for_inner_ones_too(taken: Taking) -> None:
    data = a_zip({"a.zip": a_zip({"1.txt": b"1", "2.txt": b"2"}), "b.zip": a_zip({"3.txt": b"3", "4.txt": b"4"})})
    assert len(taken(data, most_files=4)["paths"]) == 4


def test_more_than_all_of_it_may_bring_keeps_it_closed(taken: Taking) -> None:
    data = a_zip({"a.zip": a_zip({"1.txt": b"1" * 50, "2.txt": b"2"}), "b.txt": b"3"})
    assert taken(data, most_files=2)["note"] == zip_contents.MANY


def test_more_bytes_than_it_may_bring_keeps_it_closed(taken: Taking) -> None:
    data = a_zip({"a.zip": a_zip({"1.txt": b"1" * 50, "2.txt": b"2"}), "b.txt": b"3"})
    assert taken(data, most_bytes=60)["note"] == zip_contents.BOMB


def test_the_files_of_a_portfolio_come_out(tmp_path: Path) -> None:
    source, folder = tmp_path / "source.pdf", tmp_path / "folder"
    folder.mkdir()
    source.write_bytes(a_portfolio([("a.txt", b"a"), ("../b.txt", b"b"), ("leer.txt", b"")], pages=2))
    made = take_out_portfolio(
        source=str(source), folder=str(folder), own_pages="Mappe.pdf", most_files=500, most_bytes=1 << 30
    )
    assert made["note"] == ""
    assert made["paths"][0] == "Mappe.pdf"
    assert sorted(path.rsplit("/", 1)[-1] for path in made["paths"]) == ["Mappe.pdf", "a.txt", "b.txt"]
    assert names(folder) == ["0", "1", "2"]
    assert take_out_portfolio(
        source=str(source), folder=str(folder), own_pages="", most_files=1, most_bytes=1 << 30
    ) == {"paths": [], "note": packed_files.PORTFOLIO_MUCH}  # fmt: skip
