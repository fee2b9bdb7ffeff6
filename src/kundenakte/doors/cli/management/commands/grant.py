"""`kundenakte grant add|revoke|list`: exceptions beside the roles. (`grants` is about rights in PostgreSQL.)"""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from django.utils import timezone

from kundenakte.base.accounts.models import Role, User
from kundenakte.customers import queries
from kundenakte.doors.cli.answers import actor, refusals_in_words
from kundenakte.records.actions import accounts, grants
from kundenakte.records.actions.files import file_of
from kundenakte.records.models import CustomerFile, Document, Grant, Verb


class Command(BaseCommand):
    """A permission or a denial for one person or role, and one file, document or customer group."""

    help = "Gibt einzelne Akten, Dokumente oder Kundengruppen für jemanden frei oder sperrt sie für ihn."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One sub-command for each thing to do."""
        commands = parser.add_subparsers(dest="what", required=True)
        add = commands.add_parser("add", help="Freigabe oder Verbot eintragen")
        to = add.add_mutually_exclusive_group(required=True)
        to.add_argument("--user", help="Konto, für das es gilt")
        to.add_argument("--role", help="Rolle (Code), für die es gilt")
        on = add.add_mutually_exclusive_group(required=True)
        on.add_argument("--customer", help="Kundennummer: die ganze Akte")
        on.add_argument("--document", type=int, help="Nummer des Dokuments (aus seiner Adresse)")
        on.add_argument("--group", help="Kundengruppe: alle Akten ihrer Kunden")
        add.add_argument("--system", default="", help="System, dessen Kundennummer gemeint ist")
        verbs = [str(verb.value) for verb in grants.GRANTABLE]
        add.add_argument("--verb", choices=verbs, default="read", help="wozu; ohne Angabe zum Lesen")
        add.add_argument("--deny", action="store_true", help="Verbot statt Freigabe; ein Verbot geht allem vor")
        add.add_argument("--until", default="", metavar="JJJJ-MM-TT", help="letzter Tag; ohne Angabe unbegrenzt")
        add.add_argument("--reason", default="", help="Grund (nötig)")
        revoke = commands.add_parser("revoke", help="Freigabe oder Verbot beenden")
        revoke.add_argument("grant", type=int, help="Nummer aus der Liste")
        revoke.add_argument("--reason", default="", help="Grund")
        for parts in (add, revoke):
            parts.add_argument("--as", dest="username", default="", help="in wessen Namen (sonst das System)")
        shown = commands.add_parser("list", help="zeigen, was gilt")
        shown.add_argument("--all", action="store_true", help="auch Beendetes und Abgelaufenes")

    @refusals_in_words
    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked."""
        getattr(self, f"_{options['what']}")(options)

    def _add(self, options: dict[str, Any]) -> None:
        made = grants.grant(
            actor=actor(options["username"]), to=_to(options), on=_on(options), verb=options["verb"],
            reason=options["reason"], now=timezone.now(), until=_end_of(options["until"]), deny=options["deny"],
        )  # fmt: skip
        self.stdout.write(f"Eingetragen: {_line(made)}")

    def _revoke(self, options: dict[str, Any]) -> None:
        found = Grant.objects.filter(pk=options["grant"]).first()
        if found is None:
            raise CommandError("Eine Freigabe oder ein Verbot mit dieser Nummer gibt es nicht.")
        grants.revoke(
            actor=actor(options["username"]), grant=found, now=timezone.now(), reason=options["reason"]
        )  # fmt: skip
        self.stdout.write(f"Beendet: {_line(found)}")

    def _list(self, options: dict[str, Any]) -> None:
        rows = Grant.objects.select_related("user", "role", "customer_file__customer", "document").order_by("pk")
        if not options["all"]:
            rows = rows.filter(Q(until=None) | Q(until__gt=timezone.now()), revoked_at=None)
        for row in rows:
            self.stdout.write(_line(row))


def _end_of(day: str) -> datetime | None:
    """The end of that day in the house's time."""
    if not day:
        return None
    try:
        return timezone.make_aware(datetime.combine(date.fromisoformat(day) + timedelta(days=1), time.min))
    except (ValueError, OverflowError) as error:
        raise CommandError(f"„{day}“ ist kein Tag; gemeint ist JJJJ-MM-TT, zum Beispiel 2027-03-31.") from error


def _to(options: dict[str, Any]) -> User | Role:
    if options["user"]:
        return accounts.account(options["user"])
    found = Role.objects.filter(code=options["role"]).first()
    if found is None:
        raise CommandError(f"Eine Rolle „{options['role']}“ gibt es nicht.")
    return found


def _on(options: dict[str, Any]) -> CustomerFile | Document | str:
    if options["document"] is not None:
        found = Document.objects.filter(pk=options["document"]).first()
        if found is None:
            raise CommandError("Ein Dokument mit dieser Nummer gibt es nicht.")
        return found
    if options["customer"] is None:
        return str(options["group"])
    customer = queries.open_by_key(key=options["customer"], system=options["system"])
    if customer is None:
        raise CommandError(f"Einen Kunden mit der Nummer „{options['customer']}“ gibt es nicht.")
    return file_of(customer)


def _line(row: Grant) -> str:
    kind = "Verbot" if row.is_deny else "Freigabe"
    who = f"Konto „{row.user.username}“" if row.user else f"Rolle „{row.role}“"
    if row.document:
        what = f"Dokument {row.document.pk} „{row.document}“"
    else:
        what = f"Akte „{row.customer_file}“" if row.customer_file else f"Kundengruppe „{row.customer_group}“"
    end = f"  bis {_shown(row.until)}" if row.until else ""
    ended = f"  beendet {_shown(row.revoked_at)}" if row.revoked_at else ""
    return f"{row.pk}  {kind}: {Verb(row.verb).label}  {who}  {what}{end}{ended}  {row.reason}"


def _shown(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%d.%m.%Y %H:%M}"
