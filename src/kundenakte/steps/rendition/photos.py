"""A photo made fit for a page drawn by us: upright, plain RGB, no larger than paper needs. Runs confined."""

from __future__ import annotations

from typing import TypedDict

from PIL import Image

from kundenakte.base.confinement import Refused, confined
from kundenakte.steps.rendition import images

# The longer edge, in points of the picture: 200 dpi at the height of half a page.
LONGEST = 1600


class Shrunk(TypedDict):
    """The size of what was written."""

    width: int
    height: int


@confined(seconds=60, needs=("PIL.Image", "PIL.ImageOps", "PIL.JpegImagePlugin", "PIL.MpoImagePlugin"))
def shrunk(*, source: str, target: str) -> Shrunk:
    """Write a JPEG of the JPEG at `source` to `target`. Raises `Refused` for broken and giant pictures."""
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(source, formats=("JPEG", "MPO")) as picture:
            if picture.width * picture.height > images.MOST_POINTS:
                raise Refused("too-large", images.TOO_LARGE, f"{picture.width} x {picture.height}")
            picture.draft("RGB", (LONGEST, LONGEST))
            picture.load()
            image = images.upright(picture)
            image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    except (OSError, ValueError, SyntaxError, EOFError, KeyError, TypeError, IndexError) as error:
        # Pillow's own complaints about a file are OSErrors without a number; a full disk has one.
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise Refused("broken", images.BROKEN, str(error)) from error
    image.save(target, "JPEG", quality=85)
    return {"width": image.width, "height": image.height}
