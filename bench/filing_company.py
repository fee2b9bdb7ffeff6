"""A company with customers for measuring filing: invented, fixed by a seed, and hard to tell apart on purpose."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from kundenakte.customers.normal_forms import fold
from kundenakte.customers.own import OwnCompany
from kundenakte.steps.filing.lookups import Address, CustomerProfile, KnownCustomer

FIRST = (
    "Anna",
    "Bernd",
    "Carla",
    "Dieter",
    "Elke",
    "Franz",
    "Gesine",
    "Holger",
    "Ines",
    "Jens",
    "Käthe",
    "Ludwig",
    "Merle",
    "Norbert",
    "Olga",
    "Paul",
)
LAST = (
    "Achtziger",
    "Bäumler",
    "Cramer",
    "Dörfler",
    "Eßlinger",
    "Fährmann",
    "Göbel",
    "Hübner",
    "Imhof",
    "Jäckel",
    "Körber",
    "Löffler",
    "Mößner",
    "Nägele",
    "Öttinger",
    "Pfänder",
    "Quast",
    "Röhrig",
    "Süßmann",
    "Thöne",
    "Ullmann",
    "Völkel",
    "Wäger",
    "Zschoche",
    "Ackermann",
    "Bergner",
    "Distler",
    "Eckstein",
    "Fuchsberger",
)
TRADE = (
    "Metallbau",
    "Maschinenbau",
    "Elektrotechnik",
    "Spedition",
    "Druckerei",
    "Möbelwerke",
    "Kältetechnik",
    "Fördertechnik",
    "Werkzeugbau",
    "Tiefbau",
    "Haustechnik",
    "Verpackungen",
    "Messtechnik",
    "Brauerei",
    "Gartenbau",
    "Optik",
    "Textil",
    "Baustoffe",
)
FORMS = ("GmbH", "GmbH", "GmbH", "GmbH & Co. KG", "AG", "KG", "e. K.", "OHG", "UG (haftungsbeschränkt)", "")
PLACES = (
    *(("90402", "Nürnberg"), ("91052", "Erlangen"), ("90762", "Fürth"), ("96047", "Bamberg"), ("95028", "Hof")),
    *(("80331", "München"), ("70173", "Stuttgart"), ("01067", "Dresden"), ("20095", "Hamburg"), ("50667", "Köln")),
    *(("34117", "Kassel"), ("60311", "Frankfurt am Main"), ("97070", "Würzburg"), ("93047", "Regensburg")),
)
STREETS = (
    "Hauptstraße",
    "Bahnhofstr.",
    "Industriestraße",
    "Am Hafen",
    "Gewerbepark",
    "Lindenallee",
    "Karl-Zeiss-Straße",
    "Mühlweg",
    "Straße der Einheit",
    "Werkstr.",
)
FREE_MAIL = ("gmx.de", "web.de", "t-online.de")


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody with an address and what is printed in a letterhead."""

    id: int
    number: str
    name: str
    street: str
    zip_code: str
    city: str
    vat_id: str
    iban: str
    email: str
    phone: str

    @property
    def domain(self) -> str:
        return self.email.rsplit("@", 1)[-1]


OWN = Party(
    0,
    "",
    "Pegnitzwerk Anlagentechnik GmbH",
    "Am Alten Kanal 12",
    "90459",
    "Nürnberg",
    "DE811907980",
    "DE21760501010240000000",
    "info@pegnitzwerk.example",
    "+49 911 4400-0",
)


def own_company() -> OwnCompany:
    """Our own company as the product is told about it."""
    return OwnCompany.of(
        names=[OWN.name],
        addresses=[(OWN.zip_code, OWN.street)],
        vat_ids=[OWN.vat_id],
        ibans=[OWN.iban],
        email_domains=[OWN.domain],
        phones=[OWN.phone],
    )


def vat_id(rng: Random) -> str:
    """A German VAT id with the right check digit (ISO 7064, modulus 11,10)."""
    digits = [rng.randint(1, 9), *(rng.randint(0, 9) for _ in range(7))]
    product = 10
    for digit in digits:
        total = (digit + product) % 10 or 10
        product = total * 2 % 11
    return "DE" + "".join(map(str, digits)) + str((11 - product) % 10)


def iban(rng: Random) -> str:
    """A German IBAN with right check digits."""
    body = "".join(str(rng.randint(0, 9)) for _ in range(18))
    check = 98 - int(body + "131400") % 97
    return f"DE{check:02d}{body}"


def make_customers(count: int, *, shape: str, seed: int) -> list[Party]:
    """`count` customers; `shape` is "letter" (K-10042) or "digits" (10042). About one in five has a near twin."""
    rng = Random(f"filing-customers/{seed}")
    made: list[Party] = []
    while len(made) < count:
        twin = made[-1] if made and rng.random() < 0.2 else None
        party = _twin(twin, rng) if twin else _somebody(rng)
        taken = {(one.name, one.zip_code, one.street) for one in made}
        if (party.name, party.zip_code, party.street) in taken:
            continue
        number = f"{10_000 + len(made) * 7}"
        made.append(replace(party, id=len(made) + 1, number=f"K-{number}" if shape == "letter" else number))
    return made


def _somebody(rng: Random) -> Party:
    last, trade, form = rng.choice(LAST), rng.choice(TRADE), rng.choice(FORMS)
    kind = rng.random()
    if kind < 0.6:
        name = f"{last} {trade} {form}"
    elif kind < 0.8:
        name = f"{last} & {rng.choice(LAST)} {trade} {form}"
    elif kind < 0.92:
        name = f"{trade} {rng.choice(PLACES)[1]} {form or 'GmbH'}"
    else:
        name = f"{rng.choice(FIRST)} {last}"
    return _dressed(name.strip(), rng)


def _dressed(name: str, rng: Random) -> Party:
    zip_code, city = rng.choice(PLACES)
    slug = fold(name).replace(" ", "-")[:40] + f"-{rng.randint(1, 9999)}"
    mail = (
        f"{fold(name).replace(' ', '.')[:30]}@{rng.choice(FREE_MAIL)}" if rng.random() < 0.1 else f"info@{slug}.example"
    )
    return Party(
        0,
        "",
        name,
        f"{rng.choice(STREETS)} {rng.randint(1, 140)}{rng.choice(('', '', '', 'a', ' b'))}",
        f"{zip_code[:3]}{rng.randint(0, 99):02d}",
        city,
        vat_id(rng),
        iban(rng),
        mail,
        f"0{rng.randint(30, 999)} {rng.randint(100_000, 9_999_999)}",
    )


def _twin(other: Party, rng: Random) -> Party:
    """Somebody hard to tell from another: the same name elsewhere, a sister company next door, one letter apart."""
    kind = rng.randrange(5)
    if kind == 0:
        return replace(_dressed(other.name, rng), city=rng.choice(PLACES)[1])
    core = other.name.split(" GmbH")[0].split(" AG")[0].split(" KG")[0]
    if kind == 1:
        sister = _dressed(f"{core} Verwaltungs GmbH", rng)
        return replace(sister, street=other.street, zip_code=other.zip_code, city=other.city)
    if kind == 2:
        sister = _dressed(f"{core} GmbH & Co. KG" if "&" not in other.name else f"{core} Holding GmbH", rng)
        # One VAT id for the group and one bank account, as tax groups and factoring have it.
        return replace(
            sister, street=other.street, zip_code=other.zip_code, city=other.city, vat_id=other.vat_id, iban=other.iban
        )
    if kind == 3:
        return replace(_dressed(_one_letter_apart(other.name), rng), zip_code=other.zip_code, city=other.city)
    return replace(_dressed(f"{core} Service GmbH", rng), city=other.city)


def _one_letter_apart(name: str) -> str:
    for one, two in (("ö", "o"), ("ä", "a"), ("tt", "t"), ("mann", "man"), ("er ", "el "), ("ß", "ss")):
        if one in name:
            return name.replace(one, two, 1)
    return name + "s"


def as_known(party: Party) -> KnownCustomer:
    """The customer as filing's look-up holds it."""
    profile = CustomerProfile(
        party.id,
        party.number,
        party.name,
        (party.name,),
        (Address(party.zip_code, party.street, party.city),),
    )
    return KnownCustomer(profile, (party.vat_id,), (party.iban,), (party.email,), (party.phone,))
