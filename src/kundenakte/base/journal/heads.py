"""Signed tree heads: at least one an hour while the journal grows, and one every 1000 entries, each naming the last."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import canonical, clock, keys, merkle, sequencer
from kundenakte.base.journal.models import JournalLeaf, SigningKey, TreeHead

FORMAT: Final = "kundenakte-tree-head/1"
ENTRIES: Final = 1000
EVERY: Final = timedelta(hours=1)
_CHUNK: Final = 5000


def make_due(now: datetime | None = None) -> TreeHead | None:
    """Sign a head when it is time: 1000 new entries, or a new entry and the last head an hour old."""
    now = now or timezone.now()
    last = newest()
    newest_leaf = JournalLeaf.objects.order_by("-seq").first()
    if newest_leaf is None:
        return None
    grown = newest_leaf.seq + 1 - (last.size if last else 0)
    if last and clock.is_behind(last, now):
        return make(now)
    if grown <= 0 or (last and grown < ENTRIES and now - last.at < EVERY):
        return None
    return make(now)


def make(now: datetime) -> TreeHead | None:
    """Sign a head over all leaves there are. None when the last head covers them all, or what has to be in the tree
    before is not yet: the first key, or that the clock was set back. Raises keys.KeyLost."""
    if not SigningKey.objects.exists():
        keys.announce(actor=Actor.system("journal"), at=now)
        return None
    with transaction.atomic():
        sequencer.one_at_a_time()
        last = newest()
        if last and clock.is_behind(last, now) and not clock.tell(last, now):
            return None
        key = keys.signing(covered=last.size if last else 0, last=last.key if last else None)
        tree = _grown(last)
        if key is None or tree.size == (last.size if last else 0):
            return None
        body = canonical.body(
            {
                "format": FORMAT,
                "number": last.number + 1 if last else 1,
                "size": tree.size,
                "root": tree.root().hex(),
                "at": canonical.moment(now),
                "previous": hashlib.sha256(bytes(last.body)).hexdigest() if last else None,
                "key": key.fingerprint,
            }
        )
        return TreeHead.objects.create(
            number=last.number + 1 if last else 1, size=tree.size, at=now, body=body,
            signature=keys.sign(key, body), key=key, parts=tree.parts(),
        )  # fmt: skip


def sign_everything(now: datetime) -> None:
    """Sequence all that waits and sign a head over it. Raises keys.KeyLost."""
    # Twice in a new house, and after the clock was set back: what tells of it has to be in the tree that is signed.
    for _round in range(2):
        while sequencer.sequence():
            pass
        if make(now):
            return


def newest() -> TreeHead | None:
    """The last head that was signed."""
    return TreeHead.objects.select_related("key").order_by("-number").first()


def _grown(last: TreeHead | None) -> merkle.Tree:
    tree = merkle.Tree.of_parts(last.size, bytes(last.parts)) if last else merkle.Tree()
    rows = JournalLeaf.objects.filter(seq__gte=tree.size).order_by("seq").values_list("digest", flat=True)
    for digest in rows.iterator(_CHUNK):
        tree.append(bytes(digest))
    return tree
