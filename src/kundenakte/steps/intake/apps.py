"""Eingang: take bytes and origin, notice duplicates, keep the original."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Eingang: take bytes and origin, notice duplicates, keep the original."""

    name = "kundenakte.steps.intake"
    label = "intake"

    def ready(self) -> None:
        """What a folder's list tells of a document that is disposed of loses its words."""
        from django.db.models import Q

        from kundenakte.records.disposition import traces
        from kundenakte.records.models import MailMessage
        from kundenakte.steps.intake import watching
        from kundenakte.steps.intake.models import FolderEvent, MailAnswer, MailEvent, ShareLine

        def forget(gone: traces.Gone, _now: object) -> None:
            FolderEvent.objects.filter(arrival__in=gone.arrivals).update(file="", sentence="")
            MailEvent.objects.filter(arrival__in=gone.arrivals).update(sentence="")
            # Lines of a dry run know their bytes alone.
            ShareLine.objects.filter(Q(arrival__in=gone.arrivals) | Q(digest__in=gone.digests)).update(
                file="", raw=None, sentence="", customer_word="", kind_word=""
            )
            watching.forget(gone.document_id, gone.arrivals, gone.digests)
            MailAnswer.objects.filter(arrival__in=gone.arrivals).update(to="", subject="", message_id="")

        def forget_headers(digest: str) -> None:
            MailMessage.objects.filter(digest=digest).delete()

        traces.leaves("intake", rows=forget, digests=forget_headers)
