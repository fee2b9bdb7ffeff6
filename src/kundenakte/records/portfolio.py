"""PDF portfolios: a PDF that is only the wrapping of other files. To be called confined, like all that qpdf reads.

A PDF that merely has attachments (an invoice with its XML, a plan with a table) is no portfolio and stays one document.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from kundenakte.records.zip_contents import MANY, MOST_FILES, NotOpened

if TYPE_CHECKING:
    from pikepdf import Pdf

# Nodes of the tree of names; an honest one has a few for hundreds of files.
_MOST_NODES: Final = 2_000


def is_portfolio(pdf: Pdf) -> bool:
    """Whether readers are told to show its files instead of its pages, and there are any."""
    import pikepdf

    if not isinstance(pdf.Root.get("/Collection"), pikepdf.Dictionary):
        return False
    return next(files(pdf), None) is not None


def files(pdf: Pdf) -> Iterator[tuple[str, Any]]:
    """Name and stream of each file in it, in the order of its tree of names. Raises NotOpened when there is no end."""
    import pikepdf

    names = pdf.Root.get("/Names")
    tree = names.get("/EmbeddedFiles") if isinstance(names, pikepdf.Dictionary) else None
    waiting, nodes, found = [tree], 0, 0
    while waiting:
        node = waiting.pop()
        nodes += 1
        if nodes > _MOST_NODES or found > MOST_FILES:
            raise NotOpened(MANY)
        if not isinstance(node, pikepdf.Dictionary):
            continue
        for specification in _list(node.get("/Names"))[1::2]:
            stream = _stream(specification)
            if stream is not None:
                found += 1
                yield _name(specification), stream
        waiting += reversed(_list(node.get("/Kids")))


def _list(array: Any) -> list[Any]:
    import pikepdf

    if not isinstance(array, pikepdf.Array):
        return []
    if len(array) > 2 * _MOST_NODES:
        raise NotOpened(MANY)
    return list(array)


def _stream(specification: Any) -> Any:
    import pikepdf

    if not isinstance(specification, pikepdf.Dictionary):
        return None
    forms = specification.get("/EF")
    if not isinstance(forms, pikepdf.Dictionary):
        return None
    stream = forms.get("/UF", forms.get("/F"))
    return stream if isinstance(stream, pikepdf.Stream) else None


def _name(specification: Any) -> str:
    import pikepdf

    for key in ("/UF", "/F"):
        value = specification.get(key)
        if isinstance(value, pikepdf.String):
            return str(value)
    return ""
