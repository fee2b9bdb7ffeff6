"""What makes the journal provable against ourselves: time-stamps and copies of tree heads beyond the house's reach.

Whoever does not answer is asked again; meanwhile the journal goes on, and the health page says since when.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.request import Request, urlopen

from cryptography import x509
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.jobs import ledger
from kundenakte.base.journal import actions, export, heads, timestamps
from kundenakte.base.journal.models import HeadToken, OutsideTrouble, TreeHead, WitnessCopy

log = logging.getLogger(__name__)

JOB: Final = "journal.outside"
EVERY: Final = 15 * 60.0
# At least daily; a little less, so that no day is missed.
STAMP_EVERY: Final = timedelta(hours=23)
MAIL_EVERY: Final = timedelta(hours=23)
# A token or letter a day is promised; twice that is too long.
LATE: Final = timedelta(hours=48)
WITNESSES: Final = ("folder", "mail")
_LARGEST_ANSWER: Final = 256 * 1024
_SECONDS: Final = 20
_SUBJECT: Final = "Kundenakte: Baumkopf {number} des Protokolls"
_LETTER: Final = """Bitte bewahren Sie diese Nachricht auf. Sie enthält keine Kundendaten.

Mit der folgenden Zeile lässt sich später prüfen, ob das Protokoll der Kundenakte seither nur fortgeschrieben wurde
(kundenakte-verify PFAD --witness DATEI; die Zeile liegt auch als Datei bei):

{line}
"""


def tell(_: int) -> ledger.Apply:
    """The job: stamp, hand out, write the export. Each for itself; what fails is noted and tried again."""
    now = timezone.now()
    stamp_due(now)
    hand_out_due(now)
    export.bring_up_to_date(export.folder())
    return lambda: True


def authorities() -> dict[str, str]:
    """Name → address, as the setting has them."""
    return dict(settings.TIMESTAMP_AUTHORITIES)


def names() -> list[str]:
    """All that are set up: the authorities by their names, then "folder" and "mail"."""
    witnesses = {"folder": bool(settings.WITNESS_FOLDER), "mail": bool(settings.WITNESS_MAIL)}
    return [*authorities(), *(name for name, is_there in witnesses.items() if is_there)]


def troubles() -> list[OutsideTrouble]:
    """Those of them that did not answer the last time, the longest first."""
    return list(OutsideTrouble.objects.filter(name__in=names()).order_by("since"))


def stale(now: datetime) -> dict[str, datetime]:
    """Since when those have attested to nothing who are more than two days behind (ANCHOR_STALE, as the verifier says).

    One that was set up and has never been reached counts from the first try.
    """
    waiting = {name: _behind_since(name) for name in names()}
    return {name: since for name, since in waiting.items() if since and now - since > LATE}


def _behind_since(name: str) -> datetime | None:
    given = WitnessCopy.objects.filter(witness=name) if name in WITNESSES else HeadToken.objects.filter(authority=name)
    last = given.aggregate(last=Max("head_id"))["last"]
    if last is None:
        return OutsideTrouble.objects.filter(name=name).values_list("since", flat=True).first()
    return TreeHead.objects.filter(number__gt=last).order_by("number").values_list("at", flat=True).first()


def stamp_due(now: datetime) -> int:
    """Have the newest head stamped by every authority that has not done so for a day. Returns how many tokens came.

    A token over the newest head holds for all before it, so a backlog needs but one.
    """
    head, came = heads.newest(), 0
    if head is None:
        return 0
    for name, address in authorities().items():
        last = HeadToken.objects.filter(authority=name).order_by("-head_id").first()
        if last and (last.head_id == head.number or abs(now - last.head.at) < STAMP_EVERY):
            continue
        came += _tried(name, now, lambda name=name, address=address: _stamp(head, name, address))  # type: ignore[misc]
    return came


def hand_out_due(now: datetime) -> int:
    """Give the newest head to the witnesses: the folder gets every one, the mailbox one a day. Returns how many."""
    head, given = heads.newest(), 0
    if head is None:
        return 0
    if settings.WITNESS_FOLDER and not WitnessCopy.objects.filter(head=head, witness="folder").exists():
        given += _tried("folder", now, lambda: _to_folder(head, now))
    if settings.WITNESS_MAIL:
        last = WitnessCopy.objects.filter(witness="mail").order_by("-head_id").first()
        if last is None or (last.head_id < head.number and abs(now - last.at) >= MAIL_EVERY):
            given += _tried("mail", now, lambda: _to_mail(head, now))
    return given


def _tried(name: str, now: datetime, do: Callable[[], None]) -> bool:
    try:
        do()
    except (OSError, timestamps.StampRefused) as error:
        log.warning("%s: %s", name, error)
        sentence = str(error) if isinstance(error, timestamps.StampRefused) else f"Nicht erreichbar ({error})."
        OutsideTrouble.objects.update_or_create(
            name=name, defaults={"sentence": sentence}, create_defaults={"sentence": sentence, "since": now}
        )
        return False
    OutsideTrouble.objects.filter(name=name).delete()
    return True


def _stamp(head: TreeHead, name: str, address: str) -> None:
    body = bytes(head.body)
    asked = timestamps.request(body)
    response = _ask(address, asked)
    stamped_at = timestamps.checked(response, asked=asked, roots=_roots(), now=timezone.now())
    with transaction.atomic():
        token = HeadToken.objects.create(
            head=head, authority=name, request=asked, response=response, stamped_at=stamped_at
        )
        actions.append(
            Actor.system("journal"), "journal.anchored", token, head=head.number, authority=name,
            stamped_at=stamped_at, token_sha256=hashlib.sha256(response).hexdigest(),
        )  # fmt: skip


def _ask(address: str, asked: bytes) -> bytes:
    if not address.startswith(("http://", "https://")):
        raise timestamps.StampRefused("Die Adresse des Zeitstempeldienstes beginnt nicht mit http:// oder https://.")
    request = Request(address, asked, {"Content-Type": "application/timestamp-query"})  # noqa: S310 - looked at above
    with urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
        content: bytes = answer.read(_LARGEST_ANSWER)
    return content


def _roots() -> list[x509.Certificate]:
    """The certificates that stamps must lead to."""
    if not settings.TIMESTAMP_ROOTS:
        raise timestamps.StampRefused("Es ist keine Datei mit Zertifikaten angegeben, denen vertraut wird.")
    try:
        return x509.load_pem_x509_certificates(Path(settings.TIMESTAMP_ROOTS).read_bytes())
    except ValueError as error:
        raise timestamps.StampRefused("Die Datei mit den Zertifikaten ist nicht lesbar.") from error


def _to_folder(head: TreeHead, now: datetime) -> None:
    """One file a head, written once: the folder may be one in which nothing can be deleted."""
    folder = Path(settings.WITNESS_FOLDER)
    given = WitnessCopy.objects.filter(witness="folder").order_by("-head_id").first()
    for one in TreeHead.objects.filter(number__gt=given.head_id if given else 0, number__lte=head.number):
        file = folder / f"tree-head-{one.number:012d}.json"
        if not file.exists():
            temporary = file.with_name(f".{file.name}.{os.getpid()}")
            temporary.write_bytes(export.head_line(one))
            temporary.replace(file)
    WitnessCopy.objects.create(head=head, witness="folder", at=now)


def _to_mail(head: TreeHead, now: datetime) -> None:
    line = export.head_line(head).decode()
    number = json.loads(line)["head"]["number"]
    letter = EmailMessage(_SUBJECT.format(number=number), _LETTER.format(line=line), None, list(settings.WITNESS_MAIL))
    letter.attach(f"tree-head-{number:012d}.json", line, "application/json")
    letter.send()
    WitnessCopy.objects.create(head=head, witness="mail", at=now)
