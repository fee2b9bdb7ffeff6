"""The running house, as one would start it: opens, answers, outlives its children's deaths, ends without a trace."""

from __future__ import annotations

import io
import math
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.management import call_command

from kundenakte import pipeline
from kundenakte.base.journal import guards
from kundenakte.records import search_due
from kundenakte.records.models import Arrival, SearchDue
from tests.builders import NOW, SETUP, a_document
from tests.conftest import ROOT
from tests.waiting import PATIENCE, free_port, until

pytestmark = pytest.mark.kill
Serve = Callable[[], subprocess.Popen[str]]
# Megabytes of its own that a process may hold that was forked and waits.
MOST_ASLEEP = 5.0


@pytest.fixture
def environment(house_environment: dict[str, str]) -> dict[str, str]:
    port = free_port()
    made = house_environment | {"KUNDENAKTE_LISTEN": f"127.0.0.1:{port}"}
    subprocess.run([sys.executable, "-m", "kundenakte", "setup"], env=made, cwd=ROOT, check=True)
    return made


@pytest.fixture
def serve(environment: dict[str, str]) -> Iterator[Serve]:
    houses: list[subprocess.Popen[str]] = []

    def begin() -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "kundenakte", "serve"]
        house = subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        houses.append(house)
        return house

    yield begin
    for house in houses:
        left = family(house.pid)
        if house.poll() is None:
            house.kill()
        house.communicate()
        for pid in left:
            if alive(pid):
                os.kill(pid, signal.SIGKILL)


def family(pid: int) -> list[int]:
    """All living descendants."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except FileNotFoundError:
        return []
    return [member for child in children for member in (int(child), *family(int(child)))]


def named(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def answers(environment: dict[str, str]) -> bool:
    try:
        with urllib.request.urlopen(f"http://{environment['KUNDENAKTE_LISTEN']}/konto/login/", timeout=10) as page:
            return bool(page.status == 200)
    except OSError:
        return False


def largest(house: subprocess.Popen[str], *names: str) -> float:
    """Megabytes the largest of these processes shares with nobody; without end as long as not all five are there."""
    found = [own_memory(pid) for name in names for pid in ka(house, name)]
    return max(found) if len(found) == 5 else math.inf


def own_memory(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return math.inf
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def ka(house: subprocess.Popen[str], name: str) -> list[int]:
    return [pid for pid in family(house.pid) if alive(pid) and named(pid) == name]


def test_it_opens_outlives_its_children_and_ends_without_a_trace(environment: dict[str, str], serve: Serve) -> None:
    house = serve()
    until(lambda: answers(environment))
    # The web server opens first.
    until(lambda: len(ka(house, "ka-worker")) == 2)
    workers = ka(house, "ka-worker")
    os.kill(workers[0], signal.SIGKILL)
    until(lambda: len(ka(house, "ka-worker")) == 2 and workers[0] not in ka(house, "ka-worker"))
    for pid in ka(house, "ka-web"):
        # What it was just starting bears its name for a moment, and goes with it.
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    until(lambda: answers(environment))
    members = family(house.pid)
    house.send_signal(signal.SIGTERM)
    _, said = house.communicate(timeout=PATIENCE)
    assert house.returncode == 0
    # A thread that a library starts in the parent would be missing in each child forked from it.
    assert "threads run before the first fork" not in said
    until(lambda: not any(alive(pid) for pid in members))


def test_a_setting_that_only_signing_needs_is_told_and_the_house_opens(
    environment: dict[str, str], serve: Serve
) -> None:
    environment["KUNDENAKTE_SIGNER"] = "nicht.da.Signer"
    house = serve()
    until(lambda: answers(environment))
    house.send_signal(signal.SIGTERM)
    _, said = house.communicate(timeout=PATIENCE)
    assert "KUNDENAKTE_SIGNER nennt nichts, was unterschreiben kann (nicht.da.Signer: ModuleNotFoundError" in said


def test_who_has_nothing_to_do_sleeps_small_and_comes_when_there_is(environment: dict[str, str], serve: Serve) -> None:
    house = serve()
    # They have looked once, at the start; a process that has done so holds at least ten megabytes more.
    until(lambda: largest(house, "ka-worker", "ka-reader", "ka-indexer") < MOST_ASLEEP)
    letter = io.BytesIO(b"Sehr geehrte Damen und Herren, anbei unser Angebot.")
    arrival = pipeline.receive(actor=SETUP, stream=letter, file_name="brief.txt", source="folder:test", now=NOW)
    until(lambda: Arrival.objects.get(pk=arrival.pk).state != Arrival.State.UNDER_WAY)
    # What is taken in is forgotten when the indexer goes to sleep again.
    search_due.mark(a_document())
    until(lambda: not SearchDue.objects.exists())


def test_after_kill_9_of_the_parent_no_child_is_left_and_it_opens_again(
    environment: dict[str, str], serve: Serve
) -> None:
    house = serve()
    until(lambda: answers(environment))
    until(lambda: len(family(house.pid)) >= 5)
    members = family(house.pid)
    house.kill()
    house.wait()
    again = serve()
    until(lambda: not any(alive(pid) for pid in members))
    until(lambda: answers(environment))
    again.send_signal(signal.SIGINT)
    assert again.wait(timeout=PATIENCE) == 0


def test_a_second_house_is_refused(environment: dict[str, str], serve: Serve, tmp_path: Path) -> None:
    serve()
    until(lambda: answers(environment))
    same_folder = serve()
    assert same_folder.wait(timeout=PATIENCE) != 0
    assert "läuft bereits" in same_folder.communicate()[1]
    environment["KUNDENAKTE_DATA"] = str(tmp_path / "other")
    same_port = serve()
    assert same_port.wait(timeout=PATIENCE) != 0
    assert "belegt" in same_port.communicate()[1]


def test_it_does_not_open_without_its_guards(environment: dict[str, str], serve: Serve) -> None:
    guards.lift()
    house = serve()
    assert house.wait(timeout=PATIENCE) != 0
    assert "Änderungsschutz fehlt" in house.communicate()[1]
    call_command("migrate", verbosity=0)
    serve()
    until(lambda: answers(environment))
