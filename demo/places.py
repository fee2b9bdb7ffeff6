"""Postal codes and the towns they belong to: a small table, Franconia first."""

from __future__ import annotations

_GERMANY = """91052 Erlangen|91054 Erlangen|91058 Erlangen|90402 Nürnberg|90411 Nürnberg|90431 Nürnberg|90441 Nürnberg
90451 Nürnberg|90471 Nürnberg|90762 Fürth|90765 Fürth|90768 Fürth|91074 Herzogenaurach|91126 Schwabach|91154 Roth
91161 Hilpoltstein|91207 Lauf an der Pegnitz|91217 Hersbruck|91257 Pegnitz|91301 Forchheim|91315 Höchstadt an der Aisch
91320 Ebermannstadt|91413 Neustadt an der Aisch|91438 Bad Windsheim|91522 Ansbach|91541 Rothenburg ob der Tauber
91550 Dinkelsbühl|91555 Feuchtwangen|91710 Gunzenhausen|91781 Weißenburg in Bayern|92224 Amberg
92318 Neumarkt in der Oberpfalz|92637 Weiden in der Oberpfalz|93047 Regensburg|93413 Cham|94032 Passau|94315 Straubing
95028 Hof|95100 Selb|95326 Kulmbach|95444 Bayreuth|95615 Marktredwitz|96047 Bamberg|96106 Ebern|96215 Lichtenfels
96317 Kronach|96450 Coburg|97070 Würzburg|97318 Kitzingen|97421 Schweinfurt|97616 Bad Neustadt an der Saale
97688 Bad Kissingen|97753 Karlstadt|97816 Lohr am Main|63739 Aschaffenburg|80807 München|84028 Landshut|85049 Ingolstadt
86150 Augsburg|86720 Nördlingen|87435 Kempten (Allgäu)|88045 Friedrichshafen|89073 Ulm|89518 Heidenheim an der Brenz
70565 Stuttgart|71634 Ludwigsburg|72072 Tübingen|73430 Aalen|73728 Esslingen am Neckar|74072 Heilbronn
74523 Schwäbisch Hall|76131 Karlsruhe|78532 Tuttlingen|79098 Freiburg im Breisgau|60314 Frankfurt am Main
64283 Darmstadt|65183 Wiesbaden|66111 Saarbrücken|67059 Ludwigshafen am Rhein|68159 Mannheim|50667 Köln|40210 Düsseldorf
44137 Dortmund|45127 Essen|33602 Bielefeld|48143 Münster|57072 Siegen|58095 Hagen|30159 Hannover|38100 Braunschweig
34117 Kassel|37073 Göttingen|20097 Hamburg|21335 Lüneburg|24103 Kiel|28195 Bremen|12489 Berlin|01067 Dresden
04103 Leipzig|06108 Halle (Saale)|07743 Jena|07545 Gera|08056 Zwickau|09111 Chemnitz|98527 Suhl|98617 Meiningen
99084 Erfurt|39104 Magdeburg|18055 Rostock"""
_ABROAD = """AT 4020 Linz
AT 5020 Salzburg|AT 6020 Innsbruck|AT 8010 Graz|AT 1100 Wien|FR 67000 Strasbourg|FR 68100 Mulhouse
FR 69003 Lyon|NL 5611 AB Eindhoven|NL 7511 HJ Enschede|IT 39100 Bozen|IT 20121 Milano|BE 4700 Eupen|LU 2449 Luxemburg"""


def _german(entry: str) -> tuple[str, str]:
    head, city = entry.split(" ", 1)
    return head, city


def _abroad(entry: str) -> tuple[str, str, str]:
    country, rest = entry.split(" ", 1)
    head, city = rest.rsplit(" ", 1)
    return country, head, city


GERMAN_TOWNS = tuple(_german(entry) for entry in _GERMANY.replace("\n", "|").split("|"))
# Most customers of a machine builder live nearby; the table begins with those towns.
NEARBY = GERMAN_TOWNS[:54]
TOWNS_ABROAD = tuple(_abroad(entry) for entry in _ABROAD.replace("\n", "|").split("|"))
