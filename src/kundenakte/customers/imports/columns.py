"""What the columns of a customer list mean: guessed from the usual headings, or as a mapping says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kundenakte.customers.normal_forms import fold
from kundenakte.customers.refusals import UnreadableList

# Targets a column may have. Several columns may share one: those of LISTS give several values, the others are joined.
TARGETS = {
    "number": "Kundennummer", "name": "Name", "name2": "Namenszusatz", "former_name": "früherer Name",
    "street": "Straße", "zip": "Postleitzahl", "city": "Ort", "country": "Land", "vat_id": "USt-IdNr.", "iban": "IBAN",
    "email": "E-Mail-Adresse", "domain": "E-Mail-Domäne", "phone": "Telefon", "tax_number": "Steuernummer",
    "gln": "GLN", "state": "Stand", "group": "Gruppe", "contact_name": "Ansprechpartner",
    "contact_position": "Funktion", "contact_email": "E-Mail des Ansprechpartners",
    "contact_phone": "Telefon des Ansprechpartners",
}  # fmt: skip
LISTS = frozenset({"vat_id", "iban", "email", "domain", "phone", "tax_number", "gln", "former_name"})
# Headings of parts that belong to the column beside them.
_PARTS = frozenset(["vorname", "nachname", "firstname", "lastname", "hausnummer", "hausnr", "housenumber"])

# Headings as programs write them, folded and without spaces; of single targets the earlier one in the line wins.
_HEADINGS = {
    "number": "kundennummer kundennr kundennum kdnr kdnummer knr debitorennummer debitorennr debitornr "
    "debitorenkonto debitor customernumber customerno customernr customerid kundenid accountnumber "
    "adressnummer adressnr nummer number nr id",
    "name": "name1 firma1 firmenname firma kundenname kunde unternehmen organisation companyname company "
    "customername customer bezeichnung matchcode name",
    "name2": "name2 firma2 name3 firma3 namenszusatz zusatz adresszusatz1 companyname2 department",
    "former_name": "frueherername namealt ehemals ehemaligername vormals formername",
    "street": "strasse str strassehausnr strassehausnummer strasseundhausnummer anschrift adresse street "
    "address address1 streetaddress hausnummer hausnr housenumber",
    "zip": "plz postleitzahl zip zipcode postcode postalcode plzort",
    "city": "ort stadt wohnort sitz city town",
    "country": "land laenderkennzeichen laendercode landeskennzeichen lkz isocode countrycode country",
    "vat_id": "ustidnr ustid ustidnummer ustident umsatzsteuerid umsatzsteueridnr "
    "umsatzsteueridentifikationsnummer uid uidnr uidnummer vatid vat vatnumber vatno "
    "vatregistrationnumber mwstnr",
    "iban": "iban ibannummer bankiban",
    "email": "email emailadresse mail mailadresse emailzentrale rechnungsemail emailrechnung emailaddress",
    "domain": "internet homepage website webseite web url www domain domaene internetadresse maildomain emaildomain",
    "phone": "telefon tel telefonnummer telefonnr telefonzentrale zentrale rufnummer fon phone phonenumber telephone",
    "tax_number": "steuernummer steuernr stnr taxnumber taxno",
    "gln": "gln glnnummer iln ilnnummer",
    "state": "status kundenstatus stand kundenart state customerstatus",
    "group": "kundengruppe gruppe konzern verband customergroup group",
    "contact_name": "ansprechpartner kontaktperson kontakt contact contactname contactperson vorname nachname "
    "firstname lastname",
    "contact_position": "funktion position abteilung jobtitle",
    "contact_email": "emailansprechpartner ansprechpartneremail emailkontakt contactemail",
    "contact_phone": "mobil mobiltelefon handy mobile telefonansprechpartner ansprechpartnertelefon durchwahl "
    "contactphone",
}
_RANKED = {
    heading: (target, rank) for target, headings in _HEADINGS.items() for rank, heading in enumerate(headings.split())
}


def guess_mapping(headers: Sequence[str]) -> dict[str, list[str]]:
    """Which headings give which target, by the names German and English programs use; unknown ones are left out.

    Where no company is named, the person is the customer.
    """
    ranked: dict[str, list[tuple[int, int, str]]] = {}
    for place, header in enumerate(headers):
        target, rank = _meaning(header)
        if target:
            ranked.setdefault(target, []).append((rank, place, header))
    mapping = {target: _chosen(target, found) for target, found in ranked.items()}
    if "name" not in mapping and "contact_name" in mapping:
        mapping["name"] = mapping.pop("contact_name")
    return mapping


def _meaning(header: str) -> tuple[str, int]:
    key = fold(header).replace(" ", "")
    if key in _RANKED:
        return _RANKED[key]
    # "Telefon 2", "IBAN 1": numbered columns of a target that takes several.
    target, rank = _RANKED.get(key.rstrip("0123456789"), ("", 0))
    return (target, rank) if target in LISTS else ("", 0)


def _chosen(target: str, found: list[tuple[int, int, str]]) -> list[str]:
    """All columns, from left to right, where a target takes several; else the one whose heading says it best.

    A name or street in parts ("Vorname", "Nachname"; "Straße", "Hausnummer") is put together.
    """
    in_order = [header for _, _, header in sorted(found, key=lambda item: item[1])]
    if target in LISTS or target == "name2":
        return in_order
    best = min(found)[2]
    parts = [header for header in in_order if header == best or fold(header).replace(" ", "") in _PARTS]
    whole = target == "contact_name" and fold(best).replace(" ", "") not in _PARTS
    return [best] if whole else parts


def resolve(columns: Mapping[str, str | Sequence[str]], headers: Sequence[str]) -> dict[str, list[int]]:
    """Where each target stands in the table. Raises UnreadableList for a column or target that is not there."""
    places: dict[str, int] = {}
    for place, header in enumerate(headers):
        places.setdefault(_plain(header), place)
    made: dict[str, list[int]] = {}
    for target, named in columns.items():
        if target not in TARGETS:
            raise UnreadableList("Die Zuordnung nennt „%(target)s“; das ist keine Angabe über Kunden.", target=target)
        wanted = [named] if isinstance(named, str) else list(named)
        missing = [header for header in wanted if _plain(header) not in places]
        if missing:
            raise UnreadableList(
                "Die Spalte „%(missing)s“ fehlt in der Datei. Dort stehen: %(value)s.",
                missing=missing[0],
                value=", ".join(headers[:30])[:500],
            )
        made[target] = [places[_plain(header)] for header in wanted]
    if not made.get("name"):
        raise UnreadableList(
            "Es ist keine Spalte mit dem Namen des Kunden zu erkennen. Die Überschriften sind: %(value)s.",
            value=", ".join(headers[:30])[:500],
        )
    return made


def _plain(header: str) -> str:
    return " ".join(header.lower().split())
