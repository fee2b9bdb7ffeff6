"""The confined side: take a call, run it, answer; until the parent closes the line."""

from __future__ import annotations

import errno
import gc
import os
import socket
import traceback
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from kundenakte.base.confinement import frames, kernel, limits
from kundenakte.base.confinement.errors import Refused

# Not the document's fault: the job is tried again when the machine is well.
MACHINE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})


def live(
    channel: socket.socket, functions: Mapping[str, Callable[..., Any]], bounds: limits.Limits, parent: int
) -> NoReturn:
    """The whole life of the child. Never returns and never unwinds.

    The parent's objects (database connections above all) stay referenced from the frames below this one; were they
    finalised here, they would say good-bye on the parent's connections.
    """
    status = 1
    try:
        os.setsid()
        limits.forget_the_parents_signals()
        channel = _only_this(channel)
        gc.freeze()
        kernel.keep_freed_memory()
        protection = limits.apply(bounds, parent=parent)
        frames.send(channel, {"own_network": protection.own_network, "starts_nothing": protection.starts_nothing})
        _serve(channel, functions)
        status = 0
    except EOFError:
        status = 0
    except BaseException:  # noqa: BLE001, S110 - the rim of a process: the parent sees the line close
        pass
    finally:
        os._exit(status)


def _only_this(channel: socket.socket) -> socket.socket:
    """Close every file the parent had open, keeping the line to it as number 3 and nothing on 0, 1, 2."""
    os.dup2(channel.fileno(), 3, inheritable=False)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    channel.detach()
    os.closerange(4, 1 << 20)
    return socket.socket(fileno=3)


def _serve(channel: socket.socket, functions: Mapping[str, Callable[..., Any]]) -> None:
    while True:
        call = frames.receive(channel)
        function = functions[call["function"]]
        limits.limit_cpu(call["seconds"])
        answer = _answer(function, call["arguments"])
        try:
            frames.send(channel, answer)
        except (TypeError, ValueError) as error:
            frames.send(channel, {"crashed": f"answer is not JSON: {error}"})


def _answer(function: Callable[..., Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return {"value": function(**arguments)}
    except Refused as refusal:
        return {"refused": [refusal.code, refusal.sentence, refusal.detail]}
    except MemoryError:
        return {"memory": True}
    except OSError as error:
        return _of_the_system(error)
    except Exception as error:  # noqa: BLE001 - the rim: whatever a parser throws is an answer
        return {"crashed": _told(error)}


def _of_the_system(error: OSError) -> dict[str, Any]:
    if error.errno == errno.EFBIG:
        return {"big": True}
    if error.errno == errno.ENOMEM:
        return {"memory": True}
    if error.errno in MACHINE:
        return {"machine": [error.errno, error.strerror, str(error.filename or "")]}
    return {"crashed": _told(error)}


def _told(error: BaseException) -> str:
    return "".join(traceback.format_exception(error, limit=-8))[-4000:]
