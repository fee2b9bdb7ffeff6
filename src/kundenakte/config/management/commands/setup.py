"""`kundenakte setup`."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kundenakte.base import health
from kundenakte.base.journal import guards
from kundenakte.circulation.cases import shipped as processes
from kundenakte.config import translations
from kundenakte.records.shipped.install import install as install_shipped_data


class Command(BaseCommand):
    """Brings database, guards, static files and shipped data to the state of this version. May run any time again."""

    help = "Richtet Datenbank, Änderungsschutz, statische Dateien und mitgelieferte Daten ein; beliebig oft."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Set up, then look at the whole."""
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        guards.install()
        translations.compile_all()
        call_command("collectstatic", interactive=False, verbosity=0)
        install_shipped_data(now=timezone.now())
        processes.install(now=timezone.now())
        call_command("check")
        findings = health.findings()
        for finding in findings:
            self.stderr.write(finding.sentence)
        if any(finding.blocks for finding in findings):
            raise CommandError("Die Einrichtung ist nicht vollständig; die Gründe stehen darüber.")
