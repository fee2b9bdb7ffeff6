"""What sends to the house that is measured: mails by SMTP, a scan by REST. In a process of its own it holds up nobody
who looks meanwhile."""

from __future__ import annotations

import http.client
import os
import smtplib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

PATIENCE: Final = 900
DOMAIN: Final = "akte.frankenblech.example"
ADDRESS: Final = f"akte@{DOMAIN}"
_FACTS: Final = {"system": "erp", "customer": "K-10001", "class": "MAINT_CONTRACT", "number": "WV-GROSS"}


def mail_of(customer: int) -> str:
    """The address from which this customer writes."""
    return f"einkauf@kunde-{customer}.example"


def send(turn: int) -> None:
    """A large mail by SMTP."""
    sent((Path(os.environ["BENCH_FOLDER"]) / f"mail-{turn}.eml").read_bytes(), mail_of(turn))


def sent(mail: bytes, sender: str) -> None:
    """Returns with the server's 250, or raises."""
    client = smtplib.SMTP("127.0.0.1", int(os.environ["BENCH_SMTP"]), timeout=PATIENCE)
    client.sendmail(sender, [ADDRESS], mail)
    # Not with a goodbye: whoever measures does so from here on.
    client.close()


def post(port: int) -> None:
    """The large scan by REST, with what names its file and class."""
    path, boundary = Path(os.environ["BENCH_FOLDER"]) / "scan.pdf", "grenze"
    head = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in _FACTS.items()
    )
    head += f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="scan.pdf"\r\n\r\n'
    tail = f"\r\n--{boundary}--\r\n"

    def body() -> Iterator[bytes]:
        yield head.encode()
        with path.open("rb") as file:
            while piece := file.read(1024 * 1024):
                yield piece
        yield tail.encode()

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    headers = {
        "Authorization": f"Bearer {os.environ['BENCH_TOKEN']}",
        "Content-Type": f"multipart/form-data; boundary={boundary}",
        "Content-Length": str(len(head.encode()) + path.stat().st_size + len(tail)),
    }
    connection.request("POST", "/api/v1/documents", body(), headers)
    answer = connection.getresponse()
    if answer.status not in {200, 201, 202}:
        raise RuntimeError(f"{answer.status} {answer.read()[:200]!r}")


if __name__ == "__main__":
    {"send": send, "post": post}[sys.argv[1]](int(sys.argv[2]))
