"""Files taken out of a ZIP archive or a PDF portfolio: all of them, or none. Runs confined.

They are written into the folder as 0, 1, 2 …; the names they have in the archive are told and never used as a path.
"""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath
from typing import Final, TypedDict

from django.utils.translation.trans_null import gettext_noop as _

from kundenakte.base.confinement import confined
from kundenakte.records import mediatype_content, zip_contents
from kundenakte.records.zip_contents import NotOpened

SECONDS: Final = 120
PORTFOLIO_BROKEN: Final = _("Die Dateien dieses PDF-Portfolios ließen sich nicht einzeln aufnehmen.")
PORTFOLIO_MUCH: Final = _("Im PDF-Portfolio ist mehr, als auf einmal aufgenommen wird; es bleibt, wie es ist.")
_PIECE: Final = 1024 * 1024
# Between an archive and what lay in it.
INSIDE: Final = " › "


class TakenOut(TypedDict):
    """The paths of the files in their order, or none and the sentence why."""

    paths: list[str]
    note: str


@confined(seconds=SECONDS, needs=("zipfile", "lzma", "kundenakte.records.mediatype_text"))
def take_out_zip(*, source: str, folder: str, most_files: int, most_bytes: int) -> TakenOut:
    """The files of an archive and of the archives in it. An inner one that cannot be opened stays one file."""
    path = Path(source)
    bytes_by_size = max(zip_contents.HARMLESS, path.stat().st_size * zip_contents.MOST_RATIO)
    taking = _Taking(Path(folder), most_files, min(most_bytes, bytes_by_size))
    try:
        taking.open(path, within="", depth=0)
    except NotOpened as refusal:
        return {"paths": [], "note": refusal.sentence}
    return {"paths": taking.paths, "note": ""}


@confined(seconds=SECONDS, needs=("pikepdf", "kundenakte.records.portfolio"))
def take_out_portfolio(*, source: str, folder: str, own_pages: str, most_files: int, most_bytes: int) -> TakenOut:
    """The files of a portfolio; with `own_pages`, its own pages as a PDF under that name come first."""
    import pikepdf

    from kundenakte.records import portfolio

    taking = _Taking(Path(folder), most_files, most_bytes)
    try:
        with pikepdf.open(source) as pdf:
            if own_pages:
                with pikepdf.new() as pages:
                    pages.pages.extend(pdf.pages)
                    pages.save(taking.next(own_pages), deterministic_id=True)
            for name, stream in portfolio.files(pdf):
                content = bytes(stream.read_bytes())
                if content:
                    taking.next(zip_contents.shown_path(name)).write_bytes(content)
                    taking.count(len(content))
    except NotOpened:
        return {"paths": [], "note": PORTFOLIO_MUCH}
    except (pikepdf.PdfError, RuntimeError, ValueError, KeyError, TypeError):
        return {"paths": [], "note": PORTFOLIO_BROKEN}
    return {"paths": taking.paths, "note": "" if taking.paths else PORTFOLIO_BROKEN}


class _Taking:
    """What has been taken out so far, and how much may follow."""

    def __init__(self, folder: Path, most_files: int, most_bytes: int) -> None:
        self.paths: list[str] = []
        self._folder, self._files_left, self._bytes_left = folder, most_files, most_bytes
        self._archives_left = zip_contents.MOST_FILES

    def next(self, path: str) -> Path:
        """Where the next file is to be written. Raises NotOpened when there are too many."""
        if len(self.paths) >= self._files_left:
            raise NotOpened(zip_contents.MANY)
        self.paths.append(path)
        return self._folder / str(len(self.paths) - 1)

    def count(self, size: int) -> None:
        """So many bytes were written. Raises NotOpened when that is too much."""
        self._bytes_left -= size
        if self._bytes_left < 0:
            raise NotOpened(zip_contents.BOMB)

    def open(self, source: Path, *, within: str, depth: int) -> None:
        """Take out all files of the archive. Raises NotOpened."""
        self._archives_left -= 1
        if self._archives_left < 0:
            raise NotOpened(zip_contents.MANY)
        with zip_contents.opened(source) as archive:
            listed = zip_contents.entries(archive)
            hindrance = zip_contents.why_not(source, archive, listed)
            if hindrance:
                raise NotOpened(hindrance)
            for entry in listed:
                if entry.kind == "file":
                    self._take(archive, entry, f"{within}{entry.path}", depth)

    def _take(self, archive: zipfile.ZipFile, entry: zip_contents.Entry, path: str, depth: int) -> None:
        at, target = len(self.paths), self.next(path)
        try:
            with archive.open(entry.info) as member, target.open("wb") as file:
                while piece := member.read(_PIECE):
                    self.count(len(piece))
                    file.write(piece)
        except NotOpened:
            raise
        except mediatype_content.ZIP_DAMAGE as error:
            raise NotOpened(zip_contents.BROKEN) from error
        except OSError as error:
            # bz2 says OSError without a number for a damaged file; a full disk has one and is not the file's fault.
            if error.errno is not None:
                raise
            raise NotOpened(zip_contents.BROKEN) from error
        if mediatype_content.code_of(target, extension=PurePosixPath(entry.path).suffix.lower()) == "zip":
            self._take_inner(at, path, depth)

    def _take_inner(self, at: int, path: str, depth: int) -> None:
        """Put the files of an archive in the archive in its place."""
        if zip_contents.is_of_a_program(path):
            return
        if depth + 1 >= zip_contents.MOST_DEPTH:
            raise NotOpened(zip_contents.DEEP)
        target = self._folder / str(at)
        inner = target.rename(self._folder / f"archive-{depth}")
        self.paths.pop()
        try:
            self.open(inner, within=f"{path}{INSIDE}", depth=depth + 1)
        except NotOpened as refusal:
            if refusal.sentence in zip_contents.DANGEROUS:
                raise
            for number in range(at, len(self.paths)):
                (self._folder / str(number)).unlink(missing_ok=True)
            del self.paths[at:]
            self.paths.append(path)
            inner.rename(target)
        else:
            inner.unlink()
