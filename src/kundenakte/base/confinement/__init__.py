"""Foreign parsers run here: in a preforked child with limits on time, memory and files, and without network.

pdfium, libtiff, libheif and their like read bytes that anybody may have sent. They run in a child process that is
killed when it takes too long, cannot start programs, cannot open connections, and is replaced after some work. What it
answers is read as JSON and believed no more than the document itself.

A step marks the function with `@confined(...)` and calls it with `of_this_process().call(function, ...)`.
"""

from kundenakte.base.confinement.calls import Confinement, confined, of_this_process
from kundenakte.base.confinement.errors import (
    ConfinementError,
    Crashed,
    OutOfMemory,
    Refused,
    TooBig,
    TookTooLong,
)
from kundenakte.base.confinement.limits import Limits, Protection
from kundenakte.base.confinement.once import Once
from kundenakte.base.confinement.probe import network_is_closed, protection
from kundenakte.base.confinement.programs import Program
from kundenakte.base.confinement.scratch import scratch_folder

__all__ = [
    "Confinement",
    "ConfinementError",
    "Crashed",
    "Limits",
    "Once",
    "OutOfMemory",
    "Program",
    "Protection",
    "Refused",
    "TooBig",
    "TookTooLong",
    "confined",
    "network_is_closed",
    "of_this_process",
    "protection",
    "scratch_folder",
]
