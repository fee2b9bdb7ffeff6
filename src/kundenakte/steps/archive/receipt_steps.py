"""The steps printed on a receipt: commands for bash with `openssl`, `sha256sum` and what every system has beside them.

`expected` is all that a step prints when everything is as it was. No line is longer than fits on the printed page.
Sentences are in the reader's language, commands are the same for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

# What the paper has room for.
LONGEST_LINE: Final = 100


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: what it shows, the command, and what it must print."""

    title: str
    sentence: str
    command: str
    expected: str = ""


def steps_for(*, original: str, sha256: str, fingerprint: str, files: Sequence[str], authority: str) -> list[Step]:
    """All steps, in order; the one about the time-stamp only where there is an `authority`."""
    steps = [
        _unpack(original, files),
        _bytes(original, sha256),
        _inventory(),
        _tree(),
        _signature(fingerprint),
    ]
    return [*steps, _stamp(authority)] if authority else steps


def _unpack(original: str, files: Sequence[str]) -> Step:
    sentence = _(
        "Legen Sie in einen leeren Ordner den Beleg als beleg.json und die Datei des Dokuments als %(original)s. "
        "Öffnen Sie dort ein Terminal (bash) und holen Sie die Teile aus dem Beleg:"
    ) % {"original": original}
    command = (
        f"for f in {' '.join(files)}\n"
        'do sed -n "s/^ *\\"$f\\": \\"\\([^\\"]*\\)\\".*/\\1/p" beleg.json | base64 -d > "$f"; done'
    )
    return Step(_("Auspacken"), sentence, command)


def _bytes(original: str, sha256: str) -> Step:
    return Step(
        _("Die Datei ist die festgeschriebene"),
        _(
            "Ihre Prüfsumme ist die auf diesem Beleg, und beide (SHA-256, SHA-512) stehen im Verzeichnis des "
            "Archivpakets:"
        ),
        f"echo '{sha256} *{original}' | sha256sum -c\n"
        f"grep -A1 '\"{sha256}\"' inventory.json \\\n | grep -c '\"v1/content/{original}\"'\n"
        f"h=$(openssl dgst -sha512 -r {original} | cut -c1-128)\n"
        f'grep -A1 "\\"$h\\"" inventory.json | grep -c \'"v1/content/{original}"\'',
        f"{original}: OK\n1\n1\n",
    )


def _inventory() -> Step:
    return Step(
        _("Das Verzeichnis steht im Protokoll"),
        _("Seine Prüfsumme steht im Eintrag des Protokolls über die Festschreibung (entry.json):"),
        "h=$(openssl dgst -sha512 -r inventory.json | cut -c1-128)\n"
        'grep -c "\\"inventory_sha512\\":\\"$h\\"" entry.json',
        "1\n",
    )


def _tree() -> Step:
    return Step(
        _("Der Eintrag liegt im Baum des Protokolls"),
        _("Vom Eintrag führt der Pfad (path.txt, RFC 9162) zur Wurzel, die im Baumkopf (head.json) steht:"),
        "h=$({ printf '\\0'; cat entry.json; } | sha256sum | cut -c1-64)\n"
        "while read -r side n\n"
        "do [ $side = left ] && p=$n$h || p=$h$n\n"
        "h=$(printf \"\\\\x01$(echo $p | sed 's/../\\\\x&/g')\" | sha256sum | cut -c1-64)\n"
        "done < path.txt\n"
        'grep -c "\\"root\\":\\"$h\\"" head.json',
        "1\n",
    )


def _signature(fingerprint: str) -> Step:
    return Step(
        _("Der Baumkopf ist unterschrieben"),
        _(
            "Die Unterschrift (Ed25519) passt zum Schlüssel, und der Schlüssel hat den Fingerabdruck auf diesem Beleg. "
            "Vergleichen Sie den Fingerabdruck mit dem, der Ihnen oder einem Zeugen früher genannt wurde:"
        ),
        "openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in head.json -sigfile head.sig\n"
        "openssl pkey -pubin -in key.pem -outform DER | sha256sum \\\n"
        f" | grep -c {fingerprint}",
        "Signature Verified Successfully\n1\n",
    )


def _stamp(authority: str) -> Step:
    return Step(
        _("Eine fremde Stelle bezeugt die Zeit"),
        _(
            "Der Zeitstempel (RFC 3161) von „%(authority)s“ gilt diesem Baumkopf. Holen Sie das Wurzelzertifikat der "
            "Stelle von ihr selbst und speichern Sie es als roots.pem:"
        )
        % {"authority": authority},
        "openssl ts -verify -data head.json -in token.tsr -CAfile roots.pem 2>/dev/null",
        "Verification: OK\n",
    )
