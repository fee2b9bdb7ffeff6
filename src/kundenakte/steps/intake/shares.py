"""Setting up the take-over of a file server, starting and stopping its runs: each checked and journalled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import F

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.jobs import ledger
from kundenakte.base.journal import actions as journal
from kundenakte.records import access, facts
from kundenakte.records.models import DocumentClass, IndexField, Section, Verb
from kundenakte.records.refusals import BadValue, ChangedMeanwhile, Refused
from kundenakte.steps.intake import name_patterns as patterns
from kundenakte.steps.intake.models import Share, ShareRun
from kundenakte.steps.intake.places import trouble
from kundenakte.steps.intake.share_words import MEANING

# The name of the work in the ledger, for ever; doors/share does it.
JOB: Final = "share.run"
# Everything else goes first: a take-over lasts for hours, and nobody waits at a screen for its next file.
LATER: Final = 91
CHANGEABLE: Final = frozenset({"path", "patterns", "words", "facts", "takes_unclear", "acts_as", "team"})
_FACTS: Final = frozenset({"system", "customer", "class", "section", "comment", "fields"})


class RunUnderWay(Refused):
    """One run after the other."""

    code = "share_run_under_way"
    sentence = "Für dieses Laufwerk läuft schon ein Probelauf oder eine Übernahme."


class ShareTaken(Refused):
    """Another share has the name."""

    code = "share_taken"


@transaction.atomic
def add_share(*, actor: Actor, name: str, path: str, now: datetime, **more: Any) -> Share:
    """Set up a take-over; nothing is read yet. `more` are fields of Share. Raises BadValue, ShareTaken, NotAllowed."""
    access.require(actor, Verb.ADMINISTER)
    if Share.objects.filter(name=name).exists():
        raise ShareTaken("Ein Laufwerk „%(name)s“ ist schon eingerichtet.", name=name)
    share = Share(name=name)
    _apply(share, {"path": path, **more})
    share.full_clean()
    share.save()
    journal.append(actor, "share.added", share, at=now, name=name, personal={"path": share.path})
    return share


@transaction.atomic
def change_share(*, actor: Actor, share: Share, now: datetime, edition: int | None = None, **changes: Any) -> None:
    """Change what paths mean. A run that is under way goes on as it began. Raises what `add_share` raises, and
    ChangedMeanwhile when it is not in this edition any more."""
    access.require(actor, Verb.ADMINISTER)
    held = Share.objects.select_for_update(of=("self",)).get(pk=share.pk)
    if edition is not None and held.edition != edition:
        raise ChangedMeanwhile
    _apply(held, changes)
    held.full_clean()
    held.save()
    Share.objects.filter(pk=held.pk).update(edition=F("edition") + 1)
    share.refresh_from_db()
    journal.append(actor, "share.changed", share, at=now, fields=sorted(changes))


def start(*, actor: Actor, share: Share, kind: str, now: datetime) -> ShareRun:
    """Begin a dry run or the take-over; a job does it. Raises RunUnderWay, BadValue, NotAllowed."""
    access.require(actor, Verb.ADMINISTER)
    try:
        with transaction.atomic():
            held = Share.objects.select_for_update(of=("self",)).get(pk=share.pk)
            check_place(held.path)
            if held.runs.filter(ended_at=None).exists():
                raise RunUnderWay
            run = ShareRun.objects.create(
                share=held, kind=kind, terms=held.terms(), started_by=actor.user, started_at=now
            )
            ledger.enqueue(JOB, run.pk, priority=LATER)
            what = "share.tried" if kind == ShareRun.Kind.TRIAL else "share.import_started"
            journal.append(actor, what, held, at=now, run=run.pk)
    except IntegrityError as error:
        raise RunUnderWay from error
    return run


@transaction.atomic
def stop(*, actor: Actor, run: ShareRun, now: datetime) -> None:
    """Let a run end after the file in hand; the next one goes on where it stopped. One that has ended stays so."""
    access.require(actor, Verb.ADMINISTER)
    held = ShareRun.objects.select_for_update(of=("self",)).select_related("share").get(pk=run.pk)
    if held.ended_at or held.stopped:
        return
    held.stopped = True
    held.save(update_fields=["stopped"])
    ledger.enqueue(JOB, held.pk, priority=LATER)
    journal.append(actor, "share.stopped", held.share, at=now, run=held.pk)


# --- checks ------------------------------------------------------------------------------------------------------


def _apply(share: Share, changes: Mapping[str, Any]) -> None:
    unknown = changes.keys() - CHANGEABLE
    if unknown:
        raise BadValue("Diese Angabe gibt es für ein Laufwerk nicht: %(named)s.", named=", ".join(sorted(unknown)))
    before = share.path
    for key, value in changes.items():
        setattr(share, key, value)
    if share.path != before:
        share.path = check_place(share.path)
    _check_patterns(share)
    _check_words(share.words)
    wrong = share.facts.keys() - _FACTS
    if wrong:
        raise BadValue("Diese Angabe kann nicht für alle Dateien gelten: %(named)s.", named=", ".join(sorted(wrong)))
    if share.facts.get("class"):
        _require_class(str(share.facts["class"]))


def check_place(text: str) -> str:
    """The path without links in it: below it none is followed. Raises BadValue when it cannot be read."""
    path = Path(text.strip())
    if not path.is_absolute() or "\0" in text:
        raise BadValue("Bitte geben Sie den ganzen Pfad an, er beginnt mit /.")
    try:
        path = path.resolve()
        if said := trouble(path):
            raise BadValue(said)
        if not path.is_dir():
            raise BadValue("Den Ordner %(path)s gibt es nicht.", path=path)
        next(path.iterdir(), None)
    except (OSError, RuntimeError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise BadValue("Der Ordner %(path)s ist nicht zu lesen (%(said)s).", path=path, said=said) from error
    return str(path)


def _check_patterns(share: Share) -> None:
    if not share.patterns:
        raise BadValue("Bitte geben Sie an, was die Pfade bedeuten, zum Beispiel {kunde} {name}/{register}/{titel}.")
    for pattern in share.patterns:
        try:
            names = patterns.compiled(pattern).groupindex.keys()
        except patterns.BadPattern as error:
            raise BadValue(error.sentence) from error
        if unknown := sorted(names - _understood()):
            raise BadValue(
                "Das Muster „%(pattern)s“ enthält {%(word)s}: Das ist kein Wort für Muster und kein Indexfeld.",
                pattern=pattern, word=unknown[0],
            )  # fmt: skip
        meant = {MEANING.get(name, name) for name in names}
        if not share.facts.get("customer") and not meant & {"customer", "name"}:
            raise BadValue(
                "Das Muster „%(pattern)s“ nennt keinen Kunden. Bitte schreiben Sie {kunde} oder {name}, wo seine "
                "Nummer oder sein Name steht.",
                pattern=pattern,
            )


def _understood() -> set[str]:
    """What may stand in a pattern. A mistyped word would be an index field nobody has, and check nothing."""
    return {*MEANING, *facts.KEYS, *IndexField.objects.values_list("key", flat=True)}


def _check_words(words: Mapping[str, Any]) -> None:
    for word, meaning in words.items():
        if not isinstance(meaning, Mapping) or meaning.keys() - {"class", "section", "fields"} or not word.strip():
            raise BadValue("Die Zuordnung von „%(word)s“ ist nicht zu verstehen.", word=word)
        if meaning.get("class"):
            _require_class(str(meaning["class"]))
        if meaning.get("section"):
            _require_section(str(meaning["section"]))


def _require_class(word: str) -> None:
    wanted = word.strip().casefold()
    for code, name, aliases in DocumentClass.objects.filter(is_retired=False).values_list("code", "name", "aliases"):
        if wanted in _folded((code, name, *aliases)):
            return
    raise BadValue("Die Dokumentklasse „%(word)s“ gibt es nicht.", word=word)


def _folded(words: Iterable[str]) -> set[str]:
    return {word.casefold() for word in words}


def _require_section(key: str) -> None:
    if not Section.objects.filter(key=key, customer_file=None).exists():
        raise BadValue("Das Register „%(key)s“ gibt es nicht.", key=key)


def words_from(lines: Iterable[str]) -> dict[str, dict[str, str]]:
    """`Angebote = OFFER`, `Schriftwechsel = LETTER @ korrespondenz`, `Fotos = @ service`: what folders' names mean."""
    found = {}
    for line in lines:
        word, sign, meaning = line.partition("=")
        if not line.strip():
            continue
        if not sign or not word.strip() or not meaning.strip():
            raise BadValue("Bitte schreiben Sie „Ordner = Klasse“ oder „Ordner = Klasse @ Register“, nicht „%(line)s“.",
                           line=line.strip())  # fmt: skip
        named, _at, section = meaning.partition("@")
        said = {"class": named.strip(), "section": section.strip()}
        found[word.strip()] = {key: value for key, value in said.items() if value}
    return found


def lines_from(words: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The same as people write it."""
    made = []
    for word, meaning in words.items():
        section = f"@ {meaning['section']}" if meaning.get("section") else ""
        made.append(f"{word} = {' '.join(filter(None, (meaning.get('class', ''), section)))}")
    return made
