"""Reading scans, beside the bare reading program on the same pages: processor time, throughput, and what is read."""

from __future__ import annotations

import io
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench.house import answer_of, house
from bench.rows import Measurement, Row, machine

PAGES = int(os.environ.get("BENCH_SCANS", "8"))
_BARE = ("tesseract", "-l", "deu+eng", "--dpi", "300")


def measure(database: str) -> Iterator[Row]:
    """Letters at 300 dpi with noise and skew, one page each."""
    with house(database) as environment:
        folder = Path(environment["KUNDENAKTE_DATA"]).parent / "scans"
        folder.mkdir()
        environment["BENCH_FOLDER"] = str(folder)
        found = answer_of("bench.scans", environment, "read")
    yield from rows(found, database)


def rows(found: dict[str, Any], database: str) -> Iterator[Row]:
    """The rows of what `read` found."""
    pages, cores = found["pages"], found["cores"]
    ratio = found["cpu"] / found["bare_cpu"]
    beside = f"{found['cpu'] / pages:.2f} s per page; bare tesseract {found['bare_cpu'] / pages:.2f} s"
    yield Row(
        "ocr-cpu", "processor time from arrival to filed, scans of one page, times bare tesseract", ratio, "×",
        "<= 1.25", beside, ratio, database, machine(),
    )  # fmt: skip
    share = 100 * found["bare_seconds"] / found["seconds"]
    beside = f"{pages / found['seconds']:.2f} pages/s with {cores} cores; bare {pages / found['bare_seconds']:.2f}"
    yield Row(
        "ocr-throughput", "pages per second with all cores, share of bare tesseract's", share, "%", ">= 80",
        beside, share / 100, database, machine(),
    )  # fmt: skip
    beside = f"bare tesseract {100 - found['bare_error'] * 100:.2f} %"
    lost = (found["error"] - found["bare_error"]) * 100
    yield Row(
        "ocr-accuracy", "characters lost against bare tesseract (order of words left aside)", lost, "%", "<= 0",
        f"right {100 - found['error'] * 100:.2f} %; {beside}", None, database, machine(),
    )  # fmt: skip


MEASUREMENT = Measurement(("ocr-cpu", "ocr-throughput", "ocr-accuracy"), measure)


# --- in the house -------------------------------------------------------------------------------------------------


def read() -> dict[str, Any]:
    """Everything, one after the other, with the same pages."""
    folder = Path(os.environ["BENCH_FOLDER"])
    cores = len(os.sched_getaffinity(0))
    truth = _scans(folder)
    names = sorted(truth)
    bare_cpu, bare_seconds = _bare(folder, names, cores)
    cpu, seconds = _ours(folder, names, cores)
    return {
        "pages": len(names), "cores": cores, "bare_cpu": bare_cpu, "bare_seconds": bare_seconds, "cpu": cpu,
        "seconds": seconds,
        "bare_error": _error(truth, {name: (folder / f"{name}.txt").read_text(encoding="utf-8") for name in names}),
        "error": _error(truth, {name: _text(folder / f"{name}.pdf") for name in names}),
    }  # fmt: skip


def _scans(folder: Path) -> dict[str, str]:
    """Pages as scanners give them: a JPEG in a PDF, and beside it the picture; the text that stands on each."""
    import pikepdf
    import pypdfium2
    from PIL import Image

    from bench.born_digital import samples
    from demo.customers import make_customers

    truth = {}
    for number, sample in enumerate(samples(make_customers(40, 7), count=PAGES, seed=7)):
        name = f"scan-{number:04d}"
        with pypdfium2.PdfDocument(sample.pdf) as document:
            truth[name] = document[0].get_textpage().get_text_bounded()
        jpeg = scanned(sample.pdf, number)
        Image.open(io.BytesIO(jpeg)).save(folder / f"{name}.png", compress_level=1, dpi=(300, 300))
        with pikepdf.new() as scan:
            add_page(scan, jpeg)
            scan.save(folder / f"{name}.pdf")
    return truth


def scanned(pdf: bytes, number: int) -> bytes:
    """The first page as a scanner sees it: a grey JPEG of 300 dpi, skewed and noisy, always the same for a number."""
    import random

    import numpy as np
    import pypdfium2
    from PIL import Image

    with pypdfium2.PdfDocument(pdf) as document:
        picture = document[0].render(scale=300 / 72, grayscale=True).to_pil().convert("L")
    skew = random.Random(number).uniform(0.5, 1.0) * (1 if number % 2 else -1)
    picture = picture.rotate(skew, Image.Resampling.BICUBIC, fillcolor=255)
    noise = np.random.default_rng(number).normal(0, 6, (picture.height, picture.width))
    grey = np.clip(np.asarray(picture, dtype=np.float32) * 0.96 + 4 + noise, 0, 255).astype(np.uint8)
    jpeg = io.BytesIO()
    Image.fromarray(grey).save(jpeg, "JPEG", quality=75, dpi=(300, 300))
    return jpeg.getvalue()


def add_page(scan: Any, jpeg: bytes) -> None:
    """A page that shows nothing but this grey picture of 300 dpi."""
    import pikepdf
    from PIL import Image

    wide, high = Image.open(io.BytesIO(jpeg)).size
    width, height = (side * 72 / 300 for side in (wide, high))
    scan.add_blank_page(page_size=(width, height))
    image = pikepdf.Stream(scan, jpeg)
    image.update(
        pikepdf.Dictionary(
            Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=wide, Height=high,
            BitsPerComponent=8, ColorSpace=pikepdf.Name.DeviceGray, Filter=pikepdf.Name.DCTDecode,
        )
    )  # fmt: skip
    shown = scan.pages[-1].obj
    shown.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=scan.make_indirect(image)))
    shown.Contents = scan.make_stream(f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Im0 Do Q".encode())


def _bare(folder: Path, names: list[str], cores: int) -> tuple[float, float]:
    """Processor time and seconds of the program alone, as many at once as there are cores."""
    environment = os.environ | {"OMP_THREAD_LIMIT": "1"}

    def one(name: str) -> None:
        program, *options = _BARE
        subprocess.run(
            [program, f"{name}.png", name, *options], cwd=folder, env=environment, check=True, capture_output=True
        )

    before, began = _cpu(), time.monotonic()
    with ThreadPoolExecutor(cores) as pool:
        list(pool.map(one, names))
    return _cpu() - before, time.monotonic() - began


def _ours(folder: Path, names: list[str], cores: int) -> tuple[float, float]:
    """The same from arrival to the end of the way, with a reader per core."""
    from django.db import connections
    from django.utils import timezone

    from kundenakte import pipeline
    from kundenakte.base.accounts.actors import Actor

    before, began = _cpu(), time.monotonic()
    for name in names:
        with (folder / f"{name}.pdf").open("rb") as stream:
            pipeline.receive(
                actor=Actor.system("bench"), stream=stream, file_name=f"{name}.pdf", source="bench", now=timezone.now()
            )
    connections.close_all()
    children = []
    for _ in range(cores):
        pid = os.fork()
        if pid == 0:
            _work_off()
        children.append(pid)
    for pid in children:
        os.waitpid(pid, 0)
    return _cpu() - before, time.monotonic() - began


def _work_off() -> None:
    from kundenakte.base import confinement
    from kundenakte.base.jobs.models import Job
    from kundenakte.base.jobs.worker import Worker

    worker = Worker()
    while Job.objects.filter(state__in=("waiting", "running"), name__in=_on_the_way()).exists():
        if not worker.work_once():
            time.sleep(0.05)
    # Its processor time counts once it has ended.
    confinement.of_this_process().close()
    os._exit(0)


def _on_the_way() -> list[str]:
    from kundenakte import pipeline

    return [*(step.name for step in pipeline.WAY), pipeline.READ, "scanning.take_apart"]


def _cpu() -> float:
    total = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        used = resource.getrusage(who)
        total += used.ru_utime + used.ru_stime
    return total


def _text(path: Path) -> str:
    import hashlib

    from kundenakte.records import renditions

    return renditions.plain_text_of(hashlib.sha256(path.read_bytes()).hexdigest())


def _error(truth: dict[str, str], read_texts: dict[str, str]) -> float:
    """The share of characters that are wrong. Words are compared sorted, for columns are read in another order."""
    errors = [_distance(_sorted(text), _sorted(read_texts[name])) / max(len(text), 1) for name, text in truth.items()]
    return sum(errors) / len(errors)


def _sorted(text: str) -> str:
    return " ".join(sorted(text.split()))


def _distance(first: str, second: str) -> int:
    """Levenshtein's."""
    row = list(range(len(second) + 1))
    for number, sign in enumerate(first, 1):
        last, row[0] = row[0], number
        for at, other in enumerate(second, 1):
            last, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, last + (sign != other))
    return row[-1]


if __name__ == "__main__":
    import json

    import django

    django.setup()
    from kundenakte import pipeline

    pipeline.register_jobs()
    sys.stdout.write(json.dumps(read()))
