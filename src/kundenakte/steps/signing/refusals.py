"""Why a document is not signed."""

from __future__ import annotations

from kundenakte.records.refusals import Refused


class NotSignable(Refused):
    """What cannot be signed is the document or its file; the subclasses say why."""

    code = "not_signable"
    sentence = "Dieses Dokument lässt sich nicht unterschreiben."


class NoPdf(NotSignable):
    """The valid version is no PDF."""

    code = "signing_no_pdf"
    sentence = "Unterschreiben lässt sich nur ein PDF. Die gültige Version ist keines."


class OnlyADraft(NotSignable):
    """There is no valid version yet."""

    code = "signing_draft"
    sentence = "Das ist ein Entwurf. Unterschreiben lässt sich ein Dokument, sobald eine Version freigegeben ist."


class Encrypted(NotSignable):
    """Its password would be needed to write into it."""

    code = "signing_encrypted"
    sentence = "Das PDF ist verschlüsselt. Verschlüsselte Dateien lassen sich hier nicht unterschreiben."


class ChangesForbidden(NotSignable):
    """An earlier signature certifies it and forbids whatever comes after (DocMDP 1)."""

    code = "signing_forbidden"
    sentence = (
        "Eine frühere Unterschrift in diesem PDF verbietet jede Änderung. "
        "Eine weitere Unterschrift würde sie ungültig machen."
    )


class Broken(NotSignable):
    """The PDF cannot be read well enough to add to it."""

    code = "signing_broken"
    sentence = (
        "Das PDF ist beschädigt oder ungewöhnlich aufgebaut. Es lässt sich nicht unterschreiben, ohne es zu verändern."
    )


class TooLong(NotSignable):
    """It is too large, or takes too long."""

    code = "signing_too_long"
    sentence = "Das PDF ist zu groß oder zu verwickelt. Das Unterschreiben hätte zu lange gedauert."


class NoCertificate(Refused):
    """The house has no certificate, or it has expired or cannot be read."""

    code = "signing_no_certificate"
    sentence = (
        "Es ist noch kein Zertifikat zum Unterschreiben eingerichtet. Bitte wenden Sie sich an Ihren Administrator."
    )


class NoSigner(Refused):
    """The setting names nothing that could sign. `reason` says why, for the administrator."""

    code = "signing_no_signer"
    sentence = (
        "Unterschreiben ist gerade nicht möglich: Der Anbieter der Unterschriften ist nicht richtig eingestellt. "
        "Bitte wenden Sie sich an Ihren Administrator."
    )

    def __init__(self, *, reason: str) -> None:
        super().__init__()
        self.reason = reason


class ProviderDeclined(Refused):
    """The provider gave no signature; its sentence is the refusal's."""

    code = "signing_declined"
    sentence = "Der Anbieter hat nicht unterschrieben."
