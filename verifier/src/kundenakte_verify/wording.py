"""All sentences, German and English."""

from __future__ import annotations

from typing import Final

LEVELS: Final = {
    "violation": {"de": "VERLETZT", "en": "VIOLATED"},
    "incomplete": {"de": "NICHT BEWEISBAR", "en": "NOT PROVABLE"},
    "notice": {"de": "Hinweis", "en": "Notice"},
}
COUNTED: Final = {
    "entries": {"de": "Einträge im Protokoll", "en": "Journal entries"},
    "heads": {"de": "Baumköpfe", "en": "Tree heads"},
    "tokens": {"de": "Zeitstempel", "en": "Time-stamps"},
    "witness heads": {"de": "Baumköpfe von Zeugen", "en": "Tree heads of witnesses"},
    "attested until leaf": {"de": "Von außen bezeugt bis Blatt", "en": "Attested from outside up to leaf"},
    "objects": {"de": "Archivpakete", "en": "Archived objects"},
    "bytes": {"de": "Gelesene Bytes", "en": "Bytes read"},
    "locked files": {"de": "Gesperrte Dateien im Objektspeicher", "en": "Locked files in the object store"},
    "disposed objects": {"de": "Rechtmäßig ausgesonderte Pakete", "en": "Objects lawfully disposed of"},
}


def _both(de: str, en: str) -> dict[str, str]:
    return {"de": de, "en": en}


SENTENCES: Final = {
    "end-proven": _both(
        "Alles ist bewiesen: Archiv und Protokoll sind so, wie sie geschrieben wurden.",
        "All is proven: archive and journal are as they were written.",
    ),
    "end-violation": _both(
        "Archiv oder Protokoll sind nicht so, wie sie geschrieben wurden.",
        "Archive or journal are not as they were written.",
    ),
    "end-incomplete": _both(
        "Nichts Verändertes gefunden, aber nicht alles ließ sich beweisen.",
        "Nothing altered was found, but not everything could be proven.",
    ),
    # the journal
    "no-heads": _both(
        "Es gibt keine Baumköpfe: Das Protokoll ist durch keine Unterschrift gesichert.",
        "There are no tree heads: no signature secures the journal.",
    ),
    "head-unreadable": _both(
        "Baumkopf {number} ist nicht in der vorgeschriebenen Form.", "Tree head {number} does not have the due form."
    ),
    "head-signature": _both(
        "Die Unterschrift unter Baumkopf {number} stimmt nicht.", "The signature of tree head {number} is wrong."
    ),
    "head-chain": _both(
        "Baumkopf {number} schließt nicht an den vorigen an.", "Tree head {number} does not follow the one before."
    ),
    "head-clock": _both(
        "Baumkopf {number} ist laut seiner Zeit älter als sein Vorgänger.",
        "Tree head {number} claims to be older than the one before.",
    ),
    "key-unreadable": _both(
        "Die Schlüsseldatei {file} ist nicht der Schlüssel, nach dem sie heißt.",
        "The key file {file} is not the key it is named for.",
    ),
    "key-missing": _both(
        "Der öffentliche Schlüssel {key}… zu Baumkopf {number} fehlt.",
        "The public key {key}… of tree head {number} is missing.",
    ),
    "key-not-pinned": _both(
        "Der erste Schlüssel ist {key}… und nicht der, der übergeben wurde.",
        "The first key is {key}… and not the one that was handed over.",
    ),
    "key-not-announced": _both(
        "Der Schlüssel {key}… von Baumkopf {number} wurde nicht mit dem vorigen Schlüssel eingeführt.",
        "The key {key}… of tree head {number} was not introduced by the key before.",
    ),
    "no-entries": _both("Das Protokoll fehlt.", "The journal is missing."),
    "file-misnamed": _both(
        "Die Datei {file} müsste mit Blatt {expected} beginnen.", "The file {file} should begin with leaf {expected}."
    ),
    "entry-unreadable": _both(
        "Der Eintrag {where} ist nicht in der vorgeschriebenen Form.", "Entry {where} does not have the due form."
    ),
    "gap": _both("Statt Blatt {expected} steht Blatt {found}.", "Leaf {found} stands in place of leaf {expected}."),
    "leaf-differs": _both(
        "Der Eintrag von Blatt {seq} ist nicht der, der eingereiht wurde.",
        "The entry of leaf {seq} is not the one that was put there.",
    ),
    "root-differs": _both(
        "Das Protokoll führt nicht zu der Wurzel, die Baumkopf {number} unterschreibt.",
        "The journal does not lead to the root that tree head {number} signs.",
    ),
    "entries-differ": _both(
        "Zwischen Blatt {first} und {last} steht anderes, als unterschrieben wurde.",
        "Between leaves {first} and {last} is something else than was signed.",
    ),
    "tail-missing": _both(
        "Unterschrieben sind {size} Einträge, vorhanden nur {there}: Das Ende fehlt.",
        "{size} entries are signed, only {there} are there: the end is missing.",
    ),
    "not-covered": _both(
        "{count} Einträge sind von keinem Baumkopf gedeckt.", "{count} entries are covered by no tree head."
    ),
    "entry-clock": _both(
        "Die Zeit von Blatt {seq} ({at}) passt nicht zwischen die Baumköpfe, zwischen denen es steht.",
        "The time of leaf {seq} ({at}) does not fit between the tree heads around it.",
    ),
    "clock-told": _both(
        "Die Uhr wurde laut Protokoll (Blatt {seq}) von {was} auf {at} zurückgestellt; Zeiten danach, bis {was}, sind "
        "nur durch Zeitstempel von außen begrenzt.",
        "By the journal's own account (leaf {seq}) the clock was set back from {was} to {at}; times after it, until "
        "{was}, are bounded by time-stamps from outside only.",
    ),
    # from outside
    "no-witness": _both(
        "Ohne Baumköpfe eines Zeugen ist nicht auszuschließen, dass alles auf einen älteren Stand zurückgesetzt wurde.",
        "Without the tree heads of a witness a rollback of everything to an older state cannot be excluded.",
    ),
    "witness-unreadable": _both(
        "In der Datei des Zeugen {file} steht eine Zeile, die kein gültiger Baumkopf ist.",
        "The witness's file {file} has a line that is no valid tree head.",
    ),
    "witness-differs": _both(
        "Ein Zeuge hat einen anderen Baumkopf {number}: Das Protokoll wurde umgeschrieben oder gespalten.",
        "A witness has another tree head {number}: the journal was rewritten or split.",
    ),
    "rolled-back": _both(
        "Ein Zeuge hat Baumkopf {number}, hier ist {last} der letzte: Das Protokoll wurde zurückgesetzt.",
        "A witness has tree head {number}, here {last} is the last: the journal was rolled back.",
    ),
    "rolled-back-and-on": _both(
        "Vor Baumkopf {number} wurde auf einen älteren Stand zurückgesetzt und von dort weitergearbeitet.",
        "Before tree head {number} everything was rolled back, and work went on from there.",
    ),
    "no-anchor": _both(
        "Nichts von außen bezeugt das Protokoll: weder ein geprüfter Zeitstempel noch ein Zeuge.",
        "Nothing from outside attests to the journal: neither a checked time-stamp nor a witness.",
    ),
    "anchor-old": _both(
        "Seit {since} bezeugt nichts von außen das Protokoll.", "Since {since} nothing from outside attests to it."
    ),
    "anchor-gap": _both(
        "Der Stand vom {at} wurde erst mehr als zwei Tage später von außen bezeugt.",
        "The state of {at} was attested to from outside only more than two days later.",
    ),
    "stamp-missing": _both(
        "Der Zeitstempel von {authority} zu Baumkopf {number} fehlt ganz oder zum Teil.",
        "The time-stamp of {authority} over tree head {number} is missing, or a part of it.",
    ),
    "stamp-newer": _both(
        "Es gibt einen Zeitstempel zu Baumkopf {number}, aber den Baumkopf nicht mehr.",
        "There is a time-stamp over tree head {number}, but that head is gone.",
    ),
    "stamp-untrusted": _both(
        "{count} Zeitstempel führen zu keinem der mit --trust genannten Zertifikate.",
        "{count} time-stamps lead to none of the certificates given with --trust.",
    ),
    "stamp-unreadable": _both(
        "Der Zeitstempel von {authority} zu Baumkopf {number} ist nicht lesbar.",
        "The time-stamp of {authority} over tree head {number} cannot be read.",
    ),
    "stamp-replaced": _both(
        "Der Zeitstempel von {authority} zu Baumkopf {number} ist nicht der, der ins Protokoll geschrieben wurde.",
        "The time-stamp of {authority} over tree head {number} is not the one noted in the journal.",
    ),
    "stamp-other-digest": _both(
        "Der Zeitstempel von {authority} gilt einem anderen Baumkopf als {number}.",
        "The time-stamp of {authority} is over another tree head than {number}.",
    ),
    "stamp-other-request": _both(
        "Der Zeitstempel von {authority} zu Baumkopf {number} antwortet auf eine andere Anfrage.",
        "The time-stamp of {authority} over tree head {number} answers another request.",
    ),
    "stamp-signature": _both(
        "Die Unterschrift des Zeitstempels von {authority} zu Baumkopf {number} stimmt nicht.",
        "The signature of the time-stamp of {authority} over tree head {number} is wrong.",
    ),
    "stamp-certificate": _both(
        "Das Zertifikat von {authority} ist nicht für Zeitstempel ausgestellt (Baumkopf {number}).",
        "The certificate of {authority} is not for time-stamping (tree head {number}).",
    ),
    "stamp-expired": _both(
        "Ein Zertifikat von {authority} war zur Zeit des Stempels nicht gültig (Baumkopf {number}).",
        "A certificate of {authority} was not valid at the time of the stamp (tree head {number}).",
    ),
    "head-after-stamp": _both(
        "Baumkopf {number} will jünger sein als der Zeitstempel über ihn.",
        "Tree head {number} claims to be younger than the time-stamp over it.",
    ),
    # the objects
    "root-file-missing": _both("{path} fehlt in der Archivwurzel.", "{path} is missing in the storage root."),
    "root-file-differs": _both(
        "{path} in der Archivwurzel ist verändert.", "{path} in the storage root has been altered."
    ),
    "extra-file": _both("{path} gehört nicht hierher.", "{path} does not belong here."),
    "object-missing": _both(
        "{object} ist festgeschrieben, fehlt aber im Archiv.", "{object} was sealed but is missing in the archive."
    ),
    "object-unknown": _both(
        "Von {object} weiß das Protokoll nichts.", "The journal does not know {object}."
    ),
    "object-not-covered": _both(
        "{object} steht noch nicht im geprüften Protokoll: Es kann jünger sein als dessen letzter Baumkopf. "
        "Exportieren Sie das Protokoll noch einmal, und prüfen Sie dann.",
        "{object} is not in the journal that was checked yet: it may be younger than its last tree head. Export the "
        "journal once more, then check again.",
    ),
    "object-unreadable": _both("{object} ist nicht lesbar: {error}", "{object} cannot be read: {error}"),
    "no-journal": _both(
        "{object} passt in sich zusammen; ohne Protokoll ist das kein Beweis.",
        "{object} fits in itself; without a journal that proves nothing.",
    ),
    "file-missing": _both("{object}: {path} fehlt.", "{object}: {path} is missing."),
    "bytes-differ": _both(
        "{object}: {path} hat nicht mehr die Bytes, die festgeschrieben wurden.",
        "{object}: {path} no longer has the bytes that were sealed.",
    ),
    "frame-differs": _both(
        "{object}: {path} passt nicht zum Inhaltsverzeichnis.", "{object}: {path} does not fit the inventory."
    ),
    "inventory-differs": _both(
        "{object}: Das Inhaltsverzeichnis ist nicht das, das im Protokoll steht.",
        "{object}: the inventory is not the one noted in the journal.",
    ),
    "manifest-missing": _both("{object}: metadata.json fehlt.", "{object}: metadata.json is missing."),
    "manifest-differs": _both(
        "{object}: Die Metadaten sind nicht die, die im Protokoll stehen.",
        "{object}: the metadata are not those noted in the journal.",
    ),
    "files-differ": _both(
        "{object}: Metadaten und Dateien passen nicht zusammen.", "{object}: metadata and files do not fit together."
    ),
    "previous-differs": _both(
        "{object}: Die vorige Festschreibung {previous} ist nicht die, auf die verwiesen wird.",
        "{object}: the sealing before, {previous}, is not the one referred to.",
    ),
    "format-unknown": _both(
        "{object} hat ein Format, das dieses Programm nicht kennt.", "{object} has a format this program does not know."
    ),
    "algorithm-unknown": _both(
        "{object} verwendet ein Prüfsummenverfahren, das dieses Programm nicht kennt.",
        "{object} uses a digest this program does not know.",
    ),
    "history-differs": _both(
        "{object}: Zeile {line} der Geschichte steht so nicht im Protokoll.",
        "{object}: line {line} of the history is not what the journal has.",
    ),
    "history-too-new": _both(
        "{object}: Zeile {line} der Geschichte ist neuer als das geprüfte Protokoll.",
        "{object}: line {line} of the history is newer than the journal that was checked.",
    ),
    "opened-differs": _both(
        "{object}: Die Angabe „{name}“ in Zeile {line} der Geschichte ist nicht die, die geschrieben wurde.",
        "{object}: “{name}” in line {line} of the history is not what was written.",
    ),
    "history-count": _both(
        "{object}: Die Geschichte hat andere Zeilen, als die Metadaten sagen.",
        "{object}: the history has other lines than the metadata say.",
    ),
    # database, retention, disposition
    "not-in-database": _both("{object} fehlt in der Datenbank.", "{object} is missing in the database."),
    "field-differs": _both(
        "{object}: {field} ist in der Datenbank {current!r}, festgeschrieben wurde {archived!r}.",
        "{object}: {field} is {current!r} in the database, {archived!r} was sealed.",
    ),
    "changed-since": _both(
        "{object}: {field} ist in der Datenbank {current!r}, festgeschrieben ist {archived!r}; das Protokoll nennt "
        "spätere Änderungen am Dokument.",
        "{object}: {field} is {current!r} in the database, {archived!r} was sealed; the journal tells of later ones.",
    ),
    "moved-since": _both(
        "{object} wurde verschoben, siehe Protokoll, Blatt {seq}: {field} ist jetzt {current!r}, festgeschrieben ist "
        "{archived!r}.",
        "{object} was moved, see leaf {seq} of the journal: {field} is {current!r} now, {archived!r} was sealed.",
    ),
    "task-edition": _both(
        "{object}: {field} ist in der Datenbank {current!r}, protokolliert ist {archived!r}; eines von beiden hat "
        "einen anderen Stand.",
        "{object}: {field} is {current!r} in the database, {archived!r} in the journal; one is of another state.",
    ),
    "task-not-told": _both(
        "{object} steht in der Datenbank, aber nicht im Protokoll, wie es exportiert ist.",
        "{object} is in the database, but not in the journal as it was exported.",
    ),
    "retention-shorter": _both(
        "{object}: Das Fristende {until} ist früher, als die Regel ergibt.",
        "{object}: retention ends on {until}, earlier than the rule gives.",
    ),
    "disposed-but-there": _both(
        "{object} ist laut Protokoll ausgesondert, aber noch da.",
        "{object} was disposed of according to the journal, but is still there.",
    ),
    "early": _both(
        "Dokument {document} wurde vor seinem Fristende {until} ausgesondert.",
        "Document {document} was disposed of before its retention ended on {until}.",
    ),
    "one-person": _both(
        "Dokument {document} wurde ausgesondert, ohne dass eine zweite Person es freigegeben hat.",
        "Document {document} was disposed of without a second person's release.",
    ),
    "gone-before": _both(
        "Dokument {document} (Fristende {until}) ist ganz aus dem Archiv verschwunden; eine Aussonderung steht nicht "
        "im Protokoll.",
        "Document {document} (kept until {until}) is gone from the archive; the journal tells of no disposal.",
    ),
    "gone-unrecorded": _both(
        "Dokument {document} ist ganz aus dem Archiv verschwunden; eine Aussonderung steht nicht im Protokoll.",
        "Document {document} is gone from the archive altogether; the journal tells of no disposal.",
    ),
    "end-without-event": _both(
        "{object}: In der Datenbank endet die Frist am {until}, nach der Regel ist sie offen.",
        "{object}: in the database retention ends on {until}, by the rule it is open.",
    ),
    "not-in-archive": _both(
        "{object}: Die Datenbank kennt es als festgeschrieben, das Protokoll erzählt von keiner Festschreibung.",
        "{object}: the database knows it as sealed, the journal tells of no sealing.",
    ),
    "store-silent": _both(
        "{object}: Der Objektspeicher antwortet nicht ({error}).",
        "{object}: the object store does not answer ({error}).",
    ),
    "store-unknown": _both(
        "{object}: Ohne seine metadata.json lässt sich nicht sagen, wie lange es gesperrt sein muss.",
        "{object}: without its metadata.json it cannot be said for how long it has to be locked.",
    ),
    "not-stored": _both(
        "{object}: {path} liegt nicht im Objektspeicher.", "{object}: {path} is not in the object store."
    ),
    "disposed-but-stored": _both(
        "{object}: ausgesondert, liegt aber noch im Objektspeicher.",
        "{object}: disposed of, but still in the object store.",
    ),
    "lock-missing": _both(
        "{object}: {path} ist im Objektspeicher nicht gesperrt.", "{object}: {path} is not locked in the object store."
    ),
    "lock-short": _both(
        "{object}: {path} ist nur bis {until} gesperrt, nötig ist mindestens {needed}.",
        "{object}: {path} is locked only until {until}; it must be until {needed} at least.",
    ),
    "lock-long": _both(
        "{object}: {path} ist bis {until} gesperrt, länger als dreizehn Monate im Voraus.",
        "{object}: {path} is locked until {until}, longer than thirteen months ahead.",
    ),
    "held": _both(
        "Dokument {document} wurde trotz Löschsperre ausgesondert.",
        "Document {document} was disposed of in spite of a hold.",
    ),
    "not-listed": _both(
        "Dokument {document} ist ausgesondert, steht aber nicht in der Aussonderungsliste.",
        "Document {document} is disposed of, but not in the list of disposals.",
    ),
    "listed-only": _both(
        "Dokument {document} steht in der Aussonderungsliste, das Protokoll weiß davon nichts.",
        "Document {document} is in the list of disposals, the journal does not know of it.",
    ),
    "algorithm-past": _both(
        "{name} gilt seit {until} nicht mehr als sicher; ohne Erneuerung beweist es nichts.",
        "{name} is no longer considered sound since {until}; without renewal it proves nothing.",
    ),
    "algorithm-soon": _both(
        "{name} gilt nur noch bis {until} als sicher: Die Erneuerung ist fällig.",
        "{name} is considered sound only until {until}: renewal is due.",
    ),
}  # fmt: skip
