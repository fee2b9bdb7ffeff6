"""The confined process that reads and writes the PDF: `python -m kundenakte.steps.signing.host`, for one PDF.

It never sees the key. Before it opens the PDF it gives up network, other programs and most memory for good.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from kundenakte.base.confinement import Limits, frames
from kundenakte.base.confinement import limits as confinement
from kundenakte.records import pdf_signatures
from kundenakte.steps.signing import pdf


def main(channel: socket.socket) -> None:
    """Answer what is asked, until the other side closes the line."""
    # Loaded before the limits hold.
    import pyhanko.sign.signers.cms_embedder
    import pyhanko.sign.validation.pdf_embedded  # noqa: F401

    confinement.apply(Limits(), parent=os.getppid())
    with contextlib.suppress(EOFError):
        while True:
            frames.send(channel, _answer(frames.receive(channel)))


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"value": _DO[asked["do"]](Path(asked["file"]), asked)}
    except pdf.Unsuited as refused:
        return {"refused": refused.code}
    except MemoryError:
        return {"refused": "signing_too_long"}
    except Exception as error:  # noqa: BLE001 - the rim: whatever a parser throws is an answer
        return {"refused": "signing_broken", "detail": type(error).__name__}


def _prepare(file: Path, asked: dict[str, Any]) -> dict[str, Any]:
    before = [asdict(one) for one in pdf_signatures.read(file)]
    place = pdf.prepare(
        file, field=asked["field"], person=asked["person"], reason=asked["reason"],
        at=datetime.fromisoformat(asked["at"]),
    )  # fmt: skip
    return {"start": place.start, "end": place.end, "signatures": before}


def _check(file: Path, _: dict[str, Any]) -> list[dict[str, Any]]:
    return [asdict(one) for one in pdf_signatures.read(file)]


_DO: Final = {"prepare": _prepare, "check": _check}


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
