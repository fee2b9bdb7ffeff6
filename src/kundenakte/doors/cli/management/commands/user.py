"""`kundenakte user add|password|roles|token|revoke|lock|open|list`: accounts of people and programs."""

from __future__ import annotations

import getpass
import sys
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kundenakte.base.accounts.models import ApiToken, User
from kundenakte.base.accounts.scopes import SCOPES
from kundenakte.doors.cli.answers import actor, refusals_in_words
from kundenakte.records.actions import accounts

_SCOPES: Final = tuple(SCOPES)


class Command(BaseCommand):
    """Secrets are asked for or read from standard input, never from the arguments, which others can see."""

    help = "Legt Konten an, sperrt sie und gibt Zugangstoken für Programme aus."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One sub-command for each thing to do."""
        commands = parser.add_subparsers(dest="what", required=True)
        add = commands.add_parser("add", help="Konto anlegen")
        add.add_argument("username")
        add.add_argument("--name", default="", help="Name, wie ihn andere sehen")
        add.add_argument("--email", default="")
        add.add_argument("--role", action="append", default=[], help="Rolle (Code), mehrfach möglich")
        add.add_argument("--service", action="store_true", help="Konto für ein Programm, ohne Passwort")
        add.add_argument("--password-stdin", action="store_true", help="Passwort von der Standardeingabe lesen")
        password = commands.add_parser("password", help="Passwort setzen")
        password.add_argument("username")
        password.add_argument("--password-stdin", action="store_true", help="Passwort von der Standardeingabe lesen")
        roles = commands.add_parser("roles", help="Rollen setzen; nicht genannte fallen weg, ohne --role alle")
        roles.add_argument("username")
        roles.add_argument("--role", action="append", default=[], help="Rolle (Code), mehrfach möglich")
        token = commands.add_parser("token", help="Zugangstoken ausgeben; es wird nur dieses eine Mal gezeigt")
        token.add_argument("username")
        token.add_argument("--name", required=True, help="wofür es ist")
        token.add_argument("--scope", action="append", choices=_SCOPES, help="Berechtigung; ohne Angabe alle")
        token.add_argument("--days", type=int, default=0, help="gültig so viele Tage; ohne Angabe unbegrenzt")
        revoke = commands.add_parser("revoke", help="Zugangstoken zurückziehen")
        revoke.add_argument("token", type=int, help="Nummer aus der Liste")
        for what, meaning in (("lock", "Konto sperren"), ("open", "Konto wieder öffnen")):
            commands.add_parser(what, help=meaning).add_argument("username")
        commands.add_parser("list", help="Konten und Zugangstoken zeigen")

    @refusals_in_words
    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked."""
        getattr(self, f"_{options['what']}")(options)

    def _add(self, options: dict[str, Any]) -> None:
        user = accounts.add_account(
            actor=actor(), username=options["username"], name=options["name"], email=options["email"],
            roles=options["role"], is_service=options["service"], now=timezone.now(),
            password=None if options["service"] else _password(from_stdin=options["password_stdin"]),
        )  # fmt: skip
        self.stdout.write(f"Das Konto „{user.username}“ ist angelegt.")

    def _password(self, options: dict[str, Any]) -> None:
        user = accounts.account(options["username"])
        if user.is_service:
            raise CommandError("Das Konto eines Programms hat kein Passwort; es meldet sich mit einem Zugangstoken an.")
        accounts.set_password(
            actor=actor(), user=user, now=timezone.now(), password=_password(from_stdin=options["password_stdin"])
        )
        self.stdout.write(f"Das Passwort von „{user.username}“ ist geändert.")

    def _roles(self, options: dict[str, Any]) -> None:
        user = accounts.account(options["username"])
        accounts.set_roles(actor=actor(), user=user, roles=options["role"], now=timezone.now())
        held = ", ".join(options["role"]) or "keine"
        self.stdout.write(f"Rollen von „{user.username}“: {held}.")

    def _token(self, options: dict[str, Any]) -> None:
        now = timezone.now()
        token, secret = accounts.issue_token(
            actor=actor(), user=accounts.account(options["username"]), name=options["name"], now=now,
            scopes=options["scope"] or list(_SCOPES),
            expires_at=now + timedelta(days=options["days"]) if options["days"] else None,
        )  # fmt: skip
        self.stderr.write(f"Zugangstoken {token.pk} für „{token.user.username}“; es wird nicht noch einmal gezeigt:")
        self.stdout.write(secret)

    def _revoke(self, options: dict[str, Any]) -> None:
        token = ApiToken.objects.filter(pk=options["token"]).select_related("user").first()
        if token is None:
            raise CommandError("Dieses Zugangstoken gibt es nicht.")
        accounts.revoke_token(actor=actor(), token=token, now=timezone.now())
        self.stdout.write(f"Das Zugangstoken „{token.name}“ gilt nicht mehr.")

    def _lock(self, options: dict[str, Any]) -> None:
        self._set_active(options["username"], is_active=False)

    def _open(self, options: dict[str, Any]) -> None:
        self._set_active(options["username"], is_active=True)

    def _set_active(self, username: str, *, is_active: bool) -> None:
        accounts.set_active(actor=actor(), user=accounts.account(username), is_active=is_active, now=timezone.now())
        self.stdout.write(f"Das Konto „{username}“ ist {'offen' if is_active else 'gesperrt'}.")

    def _list(self, options: dict[str, Any]) -> None:
        del options
        for user in User.objects.prefetch_related("roles", "tokens"):
            roles = ", ".join(role.code for role in user.roles.all()) or "ohne Rolle"
            kind = "Programm" if user.is_service else "Person"
            self.stdout.write(f"{user.username}  {user.name}  {kind}  {roles}{'' if user.is_active else '  gesperrt'}")
            for token in user.tokens.all():
                state = (
                    "zurückgezogen"
                    if token.revoked_at
                    else "gültig"
                    if token.is_valid(timezone.now())
                    else "abgelaufen"
                )
                self.stdout.write(f"    Token {token.pk}  {token.name}  {token.scopes}  {state}")


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        raise CommandError("Bitte geben Sie das Passwort mit --password-stdin über die Standardeingabe.")
    first = getpass.getpass("Passwort: ")
    if first != getpass.getpass("Noch einmal: "):
        raise CommandError("Die beiden Eingaben sind verschieden.")
    return first
