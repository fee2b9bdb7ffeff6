"""The web server: granian, whose processes are forked and so share what the parent has loaded."""

from __future__ import annotations

import io
import multiprocessing
import socket
import sys
import time
from typing import Any

from django.conf import settings
from django.db import connections

from kundenakte.config import processes

# Per process. A slow request (a 2 GB upload over a thin line) holds one of them, mostly waiting.
_THREADS = 12
_STOP_SECONDS = 3


class PortTaken(Exception):
    """Another program listens where we are to listen."""


def address() -> tuple[str, int]:
    """Host and port of `settings.LISTEN`."""
    host, _, port = settings.LISTEN.rpartition(":")
    return host.strip("[]") or "127.0.0.1", int(port)


def require_free_port(*, patience_seconds: float = 6.0) -> None:
    """Raise PortTaken if somebody listens there for longer than a predecessor needs to end.

    granian shares a port with whoever offers to (SO_REUSEPORT): two houses on one port would each get half the
    requests, and nobody would notice.
    """
    host, port = address()
    until = time.monotonic() + patience_seconds
    while True:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                if time.monotonic() > until:
                    raise PortTaken(f"{settings.LISTEN}: {error.strerror}") from error
            else:
                return
        time.sleep(0.1)


def warm_up() -> None:
    """Answer the sign-in page once, to nobody: what Django makes at its first page (addresses, templates, forms) is
    then made before the processes are forked, and all of them share it. Leaves no connection behind.
    """
    from kundenakte.config.wsgi import application

    host = next((name for name in settings.ALLOWED_HOSTS if name[:1] not in {"*", "."}), "localhost")
    answer = application(
        {
            "REQUEST_METHOD": "GET", "PATH_INFO": "/konto/login/", "QUERY_STRING": "", "HTTP_HOST": host,
            "SERVER_NAME": host, "SERVER_PORT": str(address()[1]), "wsgi.input": io.BytesIO(),
            "wsgi.errors": sys.stderr, "wsgi.url_scheme": "https" if settings.BEHIND_TLS else "http",
            "HTTP_X_FORWARDED_PROTO": "https" if settings.BEHIND_TLS else "http",
        },
        lambda _status, _headers, _error=None: lambda _: None,
    )  # fmt: skip
    for _ in answer:
        pass
    answer.close()
    connections.close_all()


def run() -> None:
    """Serve until SIGTERM or SIGINT. granian starts its workers itself and replaces one that ends."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    multiprocessing.set_start_method("fork", force=True)
    host, port = address()
    server = Server(
        "kundenakte.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=settings.WEB_PROCESSES,
        blocking_threads=_THREADS,
        backpressure=4 * _THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=_STOP_SECONDS,
        websockets=False,
        log_level=LogLevels.error,
    )
    server.serve(target_loader=_application, wrap_loader=False)


def _application() -> Any:
    """Called in each granian worker after its fork; the module is loaded long since."""
    from kundenakte.config.wsgi import application

    processes.end_with_parent(kill=True)
    processes.name("ka-web")
    processes.collect_seldom()
    return application
