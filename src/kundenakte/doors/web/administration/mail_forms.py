"""The forms of mailboxes and of the mail door."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kundenakte.base.accounts.models import Role
from kundenakte.doors.web.administration.pages import choose
from kundenakte.doors.web.alphabet import by_word
from kundenakte.steps.intake.models import Mailbox, MailDoor

_PLAIN: Final = ("host", "port", "security", "username", "sign_in", "token_url", "client_id")
_KEYS: Final = ("password", "client_secret", "refresh_token")
# Form field → what a folder named there gives.
_RULES: Final = {"all_of": "all", "known_of": "known", "sent_of": "sent"}
_LINES = forms.Textarea(attrs={"rows": 2})
_SECRET = forms.PasswordInput(attrs={"autocomplete": "new-password"})


class _Grouped(forms.Form):
    """A form whose fields stand under headings."""

    sections: tuple[tuple[object, tuple[str, ...]], ...] = ()

    def groups(self) -> list[tuple[object, list[forms.BoundField]]]:
        """The fields as the page shows them."""
        return [(name, [self[one] for one in names if one in self.fields]) for name, names in self.sections]

    def offer_teams(self) -> None:
        """Before whom what is open can be put."""
        roles = by_word((role.code, _(role.name)) for role in Role.objects.filter(has_inbox=True))
        choose(self, "team", [("", _("allen im Posteingang")), *roles])

    def chosen_team(self) -> Role | None:
        """The one that was chosen."""
        return Role.objects.filter(code=self.cleaned_data["team"]).first()


_OAUTH2: Final = ("token_url", "client_id", "refresh_token")


class MailboxForm(_Grouped):
    """How a mailbox is looked into. Secrets that are left empty stay as they are."""

    host = forms.CharField(label=gettext_lazy("IMAP-Server"), max_length=200)
    port = forms.IntegerField(label=gettext_lazy("Port"), min_value=1, max_value=65535)
    security = forms.ChoiceField(label=gettext_lazy("Verschlüsselung"))
    username = forms.CharField(label=gettext_lazy("Benutzer"), max_length=200)
    sign_in = forms.ChoiceField(label=gettext_lazy("Anmeldung"))
    password = forms.CharField(label=gettext_lazy("Passwort"), required=False, widget=_SECRET, strip=False)
    token_url = forms.CharField(label=gettext_lazy("Adresse der Token"), required=False, max_length=300)
    client_id = forms.CharField(label=gettext_lazy("Client-ID"), required=False, max_length=200)
    client_secret = forms.CharField(label=gettext_lazy("Client-Geheimnis"), required=False, widget=_SECRET)
    refresh_token = forms.CharField(label=gettext_lazy("Refresh-Token"), required=False, widget=_SECRET)
    all_of = forms.CharField(
        label=gettext_lazy("Alles übernehmen aus"), required=False, widget=_LINES,
        help_text=gettext_lazy("Ein Ordner je Zeile, zum Beispiel INBOX."),
    )  # fmt: skip
    known_of = forms.CharField(
        label=gettext_lazy("Nur Schriftwechsel mit Kunden übernehmen aus"), required=False, widget=_LINES,
        help_text=gettext_lazy("Anderes bleibt unberührt im Postfach."),
    )  # fmt: skip
    sent_of = forms.CharField(
        label=gettext_lazy("Gesendetes an Kunden übernehmen aus"), required=False, widget=_LINES,
        help_text=gettext_lazy("Zum Beispiel Sent oder Gesendete Objekte."),
    )  # fmt: skip
    moved_to = forms.CharField(
        label=gettext_lazy("Hierher verschieben heißt einakten"), required=False, max_length=200,
        help_text=gettext_lazy("Ein Ordner, in den Mitarbeiter Mails ziehen; Übernommenes wandert weiter."),
    )  # fmt: skip
    done = forms.CharField(label=gettext_lazy("Von dort weiter nach"), required=False, max_length=200)
    team = forms.ChoiceField(label=gettext_lazy("Fragliches kommt vor"), required=False)
    sections = (
        (gettext_lazy("Postfach"), ("name", "host", "port", "security", "username")),
        (gettext_lazy("Anmeldung"),
         ("sign_in", "password", "token_url", "client_id", "client_secret", "refresh_token")),
        (gettext_lazy("Was daraus übernommen wird"), ("all_of", "known_of", "sent_of", "moved_to", "done", "team")),
    )  # fmt: skip

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        choose(self, "security", [(value, _(str(label))) for value, label in Mailbox.Security.choices])
        choose(self, "sign_in", [(value, _(str(label))) for value, label in Mailbox.SignIn.choices])
        self.offer_teams()

    @staticmethod
    def initial_of(box: Mailbox | None) -> dict[str, Any]:
        """What stands in the fields."""
        known = box or Mailbox(folders=[{"folder": "INBOX", "takes": "all", "done": ""}])
        moved: dict[str, Any] = next((rule for rule in known.folders if rule.get("done")), {})
        shown = {
            field: "\n".join(
                rule["folder"] for rule in known.folders if rule["takes"] == takes and not rule.get("done")
            )
            for field, takes in _RULES.items()
        }
        return {name: getattr(known, name) for name in _PLAIN} | shown | {
            "moved_to": moved.get("folder", ""), "done": moved.get("done", ""),
            "team": known.team.code if known.team else "",
        }  # fmt: skip

    def keys(self) -> dict[str, str]:
        """The secrets that were typed in."""
        return {key: self.cleaned_data[key] for key in _KEYS}

    def changes(self) -> dict[str, Any]:
        """The fields of Mailbox as the form gives them."""
        given = self.cleaned_data
        rules = [
            {"folder": line.strip(), "takes": takes, "done": ""}
            for field, takes in _RULES.items()
            for line in given[field].splitlines()
            if line.strip()
        ]
        if given["moved_to"].strip():
            name = given["moved_to"].strip()
            rules.append({"folder": name, "takes": "all", "done": given["done"].strip() or f"{name} erledigt"})
        return {name: given[name] for name in _PLAIN} | {"folders": rules, "team": self.chosen_team()}


class NewMailboxForm(MailboxForm):
    """A mailbox that is not looked into yet."""

    name = forms.SlugField(
        label=gettext_lazy("Kurzname"), max_length=40, help_text=gettext_lazy("Ein Wort, zum Beispiel info.")
    )

    def clean(self) -> dict[str, Any]:
        """Without its secrets a mailbox would be "read" and never open."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        needed = ("password",) if given.get("sign_in") == Mailbox.SignIn.PASSWORD else _OAUTH2
        for name in needed:
            if not given.get(name):
                self.add_error(name, _("Ohne diese Angabe lässt sich das Postfach nicht öffnen."))
        return given


_DOOR: Final = ("enabled", "address", "smtp_port", "lmtp_port", "local_part", "domain", "max_megabytes", "certificate",
                "key", "tls_required", "answers", "task_replies")  # fmt: skip


class DoorForm(_Grouped):
    """How the door listens and to whom."""

    enabled = forms.BooleanField(label=gettext_lazy("Mail-Eingang ist eingeschaltet"), required=False)
    domain = forms.CharField(
        label=gettext_lazy("Domain der Adressen"), required=False, max_length=200,
        help_text=gettext_lazy("Zum Beispiel akte.firma.de; Ihr Mailserver leitet sie hierher."),
    )  # fmt: skip
    local_part = forms.CharField(
        label=gettext_lazy("Vor dem @"), max_length=40,
        help_text=gettext_lazy("akte@… nimmt alles; akte+…@ ist die Adresse einer Akte."),
    )  # fmt: skip
    senders = forms.CharField(
        label=gettext_lazy("Wer senden darf"), required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Eine Adresse je Zeile, oder eine ganze Domain wie @firma.de."),
    )  # fmt: skip
    answers = forms.BooleanField(label=gettext_lazy("Absendern antworten, was aus ihrer E-Mail wurde"), required=False)
    task_replies = forms.BooleanField(
        label=gettext_lazy("Aufgaben per E-Mail erledigen lassen"), required=False,
        help_text=gettext_lazy(
            "Wer an eine Aufgabe erinnert wird, kann auf diese E-Mail antworten: genehmigt, oder abgelehnt und warum."
        ),
    )  # fmt: skip
    team = forms.ChoiceField(label=gettext_lazy("Fragliches kommt vor"), required=False)
    max_megabytes = forms.IntegerField(label=gettext_lazy("Größte E-Mail in MB"), min_value=1, max_value=100)
    address = forms.CharField(label=gettext_lazy("Lauscht an der Adresse"), max_length=60)
    smtp_port = forms.IntegerField(label=gettext_lazy("Port für SMTP (0: aus)"), min_value=0, max_value=65535)
    lmtp_port = forms.IntegerField(label=gettext_lazy("Port für LMTP (0: aus)"), min_value=0, max_value=65535)
    certificate = forms.CharField(
        label=gettext_lazy("Datei mit dem Zertifikat"), required=False, max_length=500,
        help_text=gettext_lazy("Leer: der Mail-Eingang macht sich selbst eines."),
    )  # fmt: skip
    key = forms.CharField(label=gettext_lazy("Datei mit dem Schlüssel"), required=False, max_length=500)
    tls_required = forms.BooleanField(label=gettext_lazy("Nur verschlüsselt annehmen"), required=False)
    sections = (
        (gettext_lazy("Adressen und Absender"),
         ("enabled", "domain", "local_part", "senders", "answers", "task_replies", "team")),
        (gettext_lazy("Server"),
         ("max_megabytes", "address", "smtp_port", "lmtp_port", "certificate", "key", "tls_required")),
    )  # fmt: skip

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.offer_teams()

    @staticmethod
    def initial_of(door: MailDoor) -> dict[str, Any]:
        """What stands in the fields."""
        return {name: getattr(door, name) for name in _DOOR} | {
            "senders": "\n".join(door.senders), "team": door.team.code if door.team else "",
        }  # fmt: skip

    def changes(self) -> dict[str, Any]:
        """The fields of MailDoor as the form gives them."""
        given = self.cleaned_data
        senders = [line.strip().lower() for line in given["senders"].splitlines() if line.strip()]
        return {name: given[name] for name in _DOOR} | {"senders": senders, "team": self.chosen_team()}
