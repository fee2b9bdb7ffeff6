"""The ink on a page: where it is, and how far its lines of print lean."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image, ImageFilter

# How much darker than its surroundings ink is, of 255.
LEAST_CONTRAST = 35
# Degrees beyond which a page was not laid askew but is no page of lines.
MOST_SKEW = 15.0

Marks = np.ndarray[Any, np.dtype[np.bool_]]


def marks(small: Image.Image) -> Marks:
    """Where something clearly darker than its surroundings stands, the rim left out: scanners leave shadows there.

    Compared with the surroundings, for a receipt may lie on a grey bed; print of the other side shines through fainter.
    """
    around = np.asarray(small.filter(ImageFilter.BoxBlur(12)), dtype=np.int16)
    darker = (around - np.asarray(small, dtype=np.int16)) > LEAST_CONTRAST
    rim_y, rim_x = darker.shape[0] // 30, darker.shape[1] // 30
    return darker[rim_y : darker.shape[0] - rim_y or None, rim_x : darker.shape[1] - rim_x or None]


def paper(small: Image.Image) -> int:
    """How light the bare paper is, from 0 (black) to 255."""
    return int(np.median(np.asarray(small)))


def lean(ink: Marks) -> float:
    """Degrees by which lines of print fall to the right (so turning it counter-clockwise by that straightens it).

    At the right angle the rows of print and the white between them stand out most; where hardly any angle is better
    than another, as in a photograph, it is 0.
    """
    ys, xs = np.nonzero(ink)
    if len(ys) < 200:
        return 0.0
    if len(ys) > 20_000:
        chosen = np.linspace(0, len(ys) - 1, 20_000).astype(int)
        ys, xs = ys[chosen], xs[chosen]
    xs = xs - xs.mean()

    def sharpness(degrees: float) -> float:
        rows = np.rint(ys - xs * np.tan(np.radians(degrees))).astype(int)
        counts = np.bincount(rows - rows.min()).astype(float)
        return float((counts**2).sum())

    coarse = {float(angle): sharpness(angle) for angle in np.arange(-MOST_SKEW, MOST_SKEW + 0.1, 1.0)}
    usual = float(np.median(list(coarse.values())))
    near = max(coarse, key=coarse.__getitem__)
    fine = {float(angle): sharpness(angle) for angle in np.arange(near - 1.0, near + 1.01, 0.1)}
    best = max(fine, key=fine.__getitem__)
    return round(best, 2) if fine[best] > 1.25 * usual and abs(best) < MOST_SKEW else 0.0
