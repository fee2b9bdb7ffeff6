"""One sentence for each kind of journal entry. `who` is filled in by entries.py, the rest by the entry's facts."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as _

SENTENCES: Final = {
    "arrival.received": _("%(who)s hat die Datei gebracht (%(source)s, laufende Nummer %(number)s)."),
    "arrival.asked": _("%(who)s hat sie in den Posteingang gelegt."),
    "arrival.discarded": _("%(who)s hat sie aussortiert."),
    "arrival.taken_back": _("%(who)s hat sie in den Posteingang zurückgeholt."),
    "arrival.sent_again": _("%(who)s hat sie noch einmal lesen lassen."),
    "arrival.checked": _("%(who)s hat nachgesehen: Es stimmt so."),
    "arrival.duplicate": _("%(who)s hat bemerkt, dass genau diese Datei schon da ist: %(document)s."),
    "filing.corrected": _("%(who)s hat den Vorschlag der Kundenakte berichtigt."),
    "document.filed": _(
        "%(who)s hat das Dokument als %(document_class)s eingeaktet: %(customer_file)s, Register %(section)s."
    ),
    "document.moved": _("%(who)s hat das Dokument verschoben: %(customer_file)s, Register %(section)s."),
    "document.described": _("%(who)s hat Angaben zum Dokument geändert."),
    "document.placed": _("%(who)s zeigt das Dokument auch hier: %(customer_file)s, Register %(section)s."),
    "document.referred": _("%(who)s hat einen Verweis angelegt: %(to)s."),
    "document.questioned": _("%(who)s hat nach dem genauen Lesen einen Zweifel vermerkt."),
    "version.added": _("%(who)s hat Version %(version)s hinzugefügt."),
    "version.released": _("%(who)s hat Version %(version)s freigegeben."),
    "section.added": _("%(who)s hat das Register „%(name)s“ angelegt."),
    "customer_file.opened": _("%(who)s hat die Akte eröffnet."),
    "customer_file.merged": _("%(who)s hat eine andere Akte hierher zusammengeführt (%(documents)s Dokumente)."),
    "document.read": _("%(who)s hat Version %(version)s angesehen."),
    "document.downloaded": _("%(who)s hat Version %(version)s heruntergeladen."),
    "customer.created": _("%(who)s hat den Kunden angelegt."),
    "customer.imported": _("%(who)s hat den Kunden aus einer Liste übernommen."),
    "customer.changed": _("%(who)s hat die Stammdaten geändert."),
    "customer.state_changed": _("%(who)s hat den Stand geändert."),
    "customer.contact_added": _("%(who)s hat einen Ansprechpartner eingetragen."),
    "customer.contact_ended": _("%(who)s hat einen Ansprechpartner beendet."),
    "customer.identifier_added": _("%(who)s hat eine Angabe eingetragen, an der Dokumente den Kunden erkennen."),
    "customer.identifier_ended": _("%(who)s hat eine Angabe beendet, an der Dokumente den Kunden erkennen."),
    "customer.number_attached": _("%(who)s hat eine Kundennummer eingetragen."),
    "grant.given": _("%(who)s hat eine Freigabe oder ein Verbot eingetragen."),
    "grant.revoked": _("%(who)s hat eine Freigabe oder ein Verbot beendet."),
    "customer.merged": _("%(who)s hat %(source)s mit %(into)s zusammengeführt."),
}  # fmt: skip
