"""Pages cut out of a stack, without touching what they show. Runs confined."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from django.utils.translation.trans_null import gettext_noop as _

from kundenakte.base.confinement import Refused, confined

BROKEN = _("Der Stapel ist beschädigt und lässt sich nicht teilen.")


@confined(seconds=240, needs=("pikepdf", "PIL.Image", "PIL.TiffImagePlugin"))
def cut(
    *, source: str, folder: str, family: Literal["pdf", "image"], parts: Sequence[Sequence[int]], password: str | None
) -> list[str]:
    """Write each part into the folder and give the files' names. Pages count from 1. Raises `Refused`."""
    return _cut_pdf(source, folder, parts, password) if family == "pdf" else _cut_frames(source, folder, parts)


def _cut_pdf(source: str, folder: str, parts: Sequence[Sequence[int]], password: str | None) -> list[str]:
    import pikepdf

    names = []
    try:
        with pikepdf.open(source, password=password or "") as stack:
            for number, pages in enumerate(parts, 1):
                with pikepdf.new() as part:
                    part.pages.extend(stack.pages[page - 1] for page in pages)
                    names.append(f"part-{number:04d}.pdf")
                    part.save(Path(folder, names[-1]), deterministic_id=True)
    except (pikepdf.PdfError, IndexError) as error:
        raise Refused("broken", BROKEN, str(error)) from error
    return names


def _cut_frames(source: str, folder: str, parts: Sequence[Sequence[int]]) -> list[str]:
    from PIL import Image

    names = []
    try:
        with Image.open(source, formats=("TIFF",)) as stack:
            for number, pages in enumerate(parts, 1):
                frames = []
                for page in pages:
                    stack.seek(page - 1)
                    frames.append(stack.copy())
                names.append(f"part-{number:04d}.tif")
                compression = "group4" if all(frame.mode == "1" for frame in frames) else "tiff_deflate"
                frames[0].save(
                    Path(folder, names[-1]), "TIFF", save_all=True, append_images=frames[1:], compression=compression,
                    dpi=stack.info.get("dpi", (300, 300)),
                )  # fmt: skip
    except (OSError, ValueError, SyntaxError, EOFError, KeyError, TypeError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise Refused("broken", BROKEN, str(error)) from error
    return names
