"""What the demo company builds and sells: articles with prices, machines with serial numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from demo.money import plain, quantity


@dataclass(frozen=True, slots=True)
class Article:
    """An article; the price is in cents, net."""

    number: str
    name: str
    detail: str
    price: int
    unit: str = "Stk"


@dataclass(frozen=True, slots=True)
class Item:
    """A line of an offer or an invoice; the quantity is in thousandths."""

    article: Article
    amount: int
    discount: int = 0  # percent

    @property
    def price(self) -> int:
        """Net price of one, after the discount."""
        return (self.article.price * (100 - self.discount) + 50) // 100

    @property
    def total(self) -> int:
        return (self.price * self.amount + 500) // 1000

    @property
    def amount_text(self) -> str:
        return quantity(self.amount)

    @property
    def price_xml(self) -> str:
        return plain(self.price)


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine at a customer's."""

    kind: str
    model: str
    serial: str
    built: int


PARTS = (
    Article("100-4711", "Spindellager Satz SL 63", "Schrägkugellager, vorgespannt, fettgeschmiert, für SE 63",
        48_650, "Satz"),
    Article("100-4725", "Motorspindel SE 63", "12 kW, 18.000 1/min, Aufnahme HSK-A63, mit Drehgeber", 1_284_000),
    Article("100-4730", "Labyrinthdichtung LD 63", "Aluminium, hart eloxiert, mit Sperrluftanschluss", 21_480),
    Article("120-0815", "Rollenbahn angetrieben RB 600",
        "Nutzbreite 600 mm, Teilung 90 mm, 24 V, je laufender Meter", 68_900, "m"),
    Article("120-0822", "Gurtförderer GF 400/3000", "Nutzbreite 400 mm, Achsabstand 3.000 mm, 0,55 kW", 412_500),
    Article("120-0840", "Fördergurt PU 2-lagig", "lebensmittelecht, antistatisch, endlos verschweißt", 18_720, "m"),
    Article("120-0866", "Tragrolle verzinkt 50 x 600", "Achse federnd, Rillenkugellager, Tragkraft 80 kg", 2_345),
    Article("130-2204", "Getriebemotor 0,75 kW", "Kegelstirnrad, 48 1/min, Bremse 230 V", 54_390),
    Article("130-2231", "Frequenzumrichter FU 2.2", "2,2 kW, IP 66, PROFINET, mit Bedienteil", 61_200),
    Article("130-2260", "Lichtschranke LS 18 PNP", "Reflexion, 5 m, M12-Stecker, mit Reflektor", 8_940),
    Article("140-3105", "Schaltschrank S7 komplett", "800 x 2.000 x 500 mm, verdrahtet und geprüft, mit Steuerung",
        1_867_000),
    Article("140-3118", "Not-Halt-Gerät zweikanalig", "SIL 3 / PL e, 24 V DC, mit Rückführkreis", 17_560),
    Article("140-3144", "Bedienpult 12 Zoll", "Edelstahl, IP 65, Touch, Standfuß", 246_000),
    Article("150-0101", "Kugelgewindetrieb 32 x 10", "Länge 1.250 mm, Steigung 10, Klasse P5, mit Mutter", 93_700),
    Article("150-0134", "Linearführung Gr. 25", "Schiene 1.500 mm mit zwei Wagen, abgedichtet", 38_260, "Satz"),
    Article("160-7001", "Dichtungssatz Drehdurchführung", "Siliziumkarbid, für Kühlschmierstoff bis 80 bar",
        31_400, "Satz"),
    Article("160-7012", "Kühlaggregat KA 3", "3 kW, R 513A, Regelung ± 0,5 K", 359_000),
    Article("170-5503", "Schutzzaun Feld 1.200 x 2.000", "Gitter 40 x 40, pulverbeschichtet, mit Pfosten", 19_900),
)  # fmt: skip
WORK = (
    Article("900-1000", "Servicetechniker, Arbeitszeit", "werktags 7 bis 17 Uhr", 11_800, "Std"),
    Article("900-1010", "Servicetechniker, Reisezeit", "nach Aufwand", 8_900, "Std"),
    Article("900-1020", "Fahrtkosten", "je gefahrenen Kilometer", 92, "km"),
    Article("900-2000", "Montage und Inbetriebnahme", "vor Ort, zwei Monteure, je Tag", 198_000, "Tag"),
    Article("900-2100", "Einweisung der Bediener", "bis acht Personen, mit Teilnahmebescheinigung", 89_000, "psch"),
    Article("900-3000", "Schwingungsmessung mit Bericht", "nach DIN ISO 20816, je Spindel", 42_000),
    Article("900-4000", "Verpackung und Versand", "Einwegpalette, versichert", 18_500, "psch"),
)  # fmt: skip
MACHINES = (
    ("Förderanlage", "FB 800/12"), ("Spindeleinheit", "SE 63-18"), ("Palettierportal", "PP 2400"),
    ("Rollenförderer", "RF 600 D"), ("Vertikalförderer", "VF 12-4"), ("Bearbeitungszentrum", "LB 550 H"),
    ("Drehtisch", "DT 1000"), ("Zuführeinheit", "ZE 320"),
)  # fmt: skip


def draw_items(rng: Random, *, most: int = 6, service: bool = False) -> tuple[Item, ...]:
    """Between two and `most` lines that could stand together on one order."""
    pool = WORK[:3] if service else PARTS
    wanted = rng.randint(2, most)
    chosen = rng.sample(pool, min(len(pool), wanted))
    if most > len(pool) and not service:
        chosen += rng.choices(pool, k=max(wanted - len(pool), 0))
    parts = [Item(article, _amount(article, rng), rng.choice((0, 0, 0, 3, 5))) for article in chosen]
    if service:
        return (*parts, Item(rng.choice(PARTS[:3]), 1000 * rng.randint(1, 2)))
    if sum(item.total for item in parts) > 1_500_000 and rng.random() < 0.7:
        parts.append(Item(WORK[3], 1000 * rng.randint(1, 5)))
    return (*parts, Item(WORK[6], 1000)) if rng.random() < 0.6 else tuple(parts)


def _amount(article: Article, rng: Random) -> int:
    if article.unit == "m":
        return 500 * rng.randint(5, 60)
    if article.unit == "Std":
        return 250 * rng.randint(6, 44)
    if article.unit == "km":
        return 1000 * rng.randint(24, 420)
    return 1000 * (rng.randint(4, 48) if article.price < 10_000 else rng.randint(1, 4))


def draw_machine(rng: Random, on: date) -> Machine:
    """A machine delivered some time before `on`."""
    kind, model = rng.choice(MACHINES)
    built = on.year - rng.randint(0, 7)
    return Machine(kind, model, f"{built % 100:02d}-{rng.randint(10000, 99999)}", built)
