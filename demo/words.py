"""The word lists names are made of."""

from __future__ import annotations

_SURNAMES = """
    Adelhardt Amtmann Angermeier Bärnreuther Bauernfeind Beierlein Bezold Birkmann Brehm Brunnhuber Buckel
    Däumler Deinhardt Denzler Dotterweich Dürrbeck Eberlein Eckstein Eichhorn Endres Erlwein Fellner Fleischmann
    Förtsch Fuchsbauer Gebhardt Geißler Göllnitz Götzelmann Gräßel Grillmeier Gründel Hacker Hagelauer Haßler
    Heidenreich Helmreich Hertel Hirschmann Hofbeck Hofer Hübschmann Igelhaut Jungkunz Kalb Kellermann
    Kerschbaum Kißkalt Knoblauch Kolb Kornprobst Kreußel Kupfer Landgraf Leipold Leykauf Lindwurm Lippert Löhr
    Luber Maisel Maurer Merklein Meusel Mirsberger Morgenroth Mühlbauer Münch Neubig Nüßlein Ochs Oertel Ottmann
    Pfister Pickelmann Popp Prell Pröll Querfurt Raab Rauscher Regensburger Reinwald Riegler Rösch Rothenbücher
    Rupprecht Sauerbrey Schadt Scharrer Scheuerlein Schirmer Schlegel Schmidbauer Schwemmer Seitz Söhnlein
    Spachmüller Stadler Stengel Strobel Süß Tauber Teichmann Trautner Übelhör Ullmann Utzmann Vestner Viehbeck
    Vogelsang Wägner Wehner Weigand Weißmann Winkelbauer Wölfel Wunderlich Zapf Zeitler Zettl Zimmerer Zwingel
"""
SURNAMES = tuple(_SURNAMES.split())
_WOMEN = """
    Agnes Andrea Barbara Brigitte Carolin Claudia Daniela Eva Franziska Gudrun Heike Ilse Johanna Judith
    Kristina Lena Magdalena Martina Melanie Miriam Nadine Paula Regina Sabine Silke Susanne Theresa Ulrike
    Veronika Zoé
"""
WOMEN = tuple(_WOMEN.split())
_MEN = """
    Alexander Benedikt Christoph Dominik Eugen Felix Florian Georg Harald Helmut Jakob Jonas Klaus Leonhard
    Ludwig Markus Matthias Michael Patrick Philipp Robert Sebastian Simon Stephan Thomas Tobias Volker Walter
    Werner Xaver
"""
MEN = tuple(_MEN.split())
_TRADES = """
    Abfülltechnik Armaturenbau Backwaren Blechtechnik Brauhaus Bürstenfabrik Dreherei Druckguss Edelstahltechnik
    Etikettendruck Federnwerk Fensterbau Feuerverzinkung Formenbau Frästechnik Gießerei Glasveredelung
    Granitwerk Hydraulikservice Härterei Holzwerk Intralogistik Kabelwerk Kartonagen Keramikwerk Kieswerk
    Küchenbau Lackiertechnik Landtechnik Lasertechnik Leuchtenbau Lohnabfüllung Metzgereibedarf Molkerei
    Mühlenbau Naturstein Nutzfahrzeugbau Oberflächentechnik Pharmalogistik Polstermöbel Präzisionsteile
    Pumpenbau Recyclingtechnik Rohrbogenbau Sägewerk Schaltanlagenbau Schleiftechnik Schmiedetechnik
    Schraubenwerk Sondermaschinen Spielwarenfabrik Spritzguss Tiefkühllogistik Treppenbau Verzahnungstechnik
    Wellpappenwerk Werkzeugschleiferei Zerspanung Ziegelwerk Zuschnittservice
"""
TRADES = tuple(_TRADES.split())
FORMS = ("GmbH",) * 9 + ("GmbH & Co. KG",) * 5 + ("KG", "KG", "AG", "e. K.", "OHG", "SE & Co. KG")
ROLES = ("Einkauf", "Einkauf", "Instandhaltung", "Technische Leitung", "Buchhaltung", "Geschäftsführung",
    "Werksleitung",
         "Projektleitung")  # fmt: skip
_STREETS = """
    Werksweg|Am Hafenbecken|Zur Alten Ziegelei|Gießereistraße|Schlachthofstraße|Rednitzufer|Aurachweg|Dieselstraße
    Robert-Koch-Straße|Otto-Hahn-Straße|Röntgenstraße|Am Güterbahnhof|Nordring|Südtangente|Im Gewerbegrund
    An der Autobahn|Steinbruchweg|Brunnengasse|Mühlgraben|Weiherweg|Lohmühlstraße|An der Sägmühle|Kellerberg
    Gerbergasse|Färberstraße|Obere Marktstraße|Untere Torgasse|Frankenstraße|Bamberger Straße|Würzburger Straße
    Ansbacher Straße|Alter Postweg|Flurstraße|Hopfengartenweg|Karpfenteichstraße|Lagerhausstraße|Maschinenstraße
    Zeppelinweg|Carl-Benz-Ring|Eichenhain|Sandgrubenweg|Schwabacher Straße|Ziegelhüttenweg|Turmstraße|Wöhrwiese
    Burgbergstraße|Kanalstraße|Tullastraße
"""
STREETS = tuple(street.strip() for street in _STREETS.strip().replace("\n", "|").split("|"))
COLOURS = (("1d4e89", "f2b134"), ("7a1f3d", "c9a66b"), ("2f5d50", "9bc53d"), ("333a44", "d1495b"), ("5b3a8c", "f19953"),
           ("006d77", "e29578"), ("8a5a16", "3d405b"), ("3a3a3a", "7f7f7f"), ("9e2a2b", "335c67"), ("2b2d42",
               "8d99ae"))  # fmt: skip
BANKS = ("Handelsbank Franken", "Pegnitzer Gewerbebank", "Volksspar eG", "Mainbank AG", "Kreisbank Aischtal",
         "Bankhaus Reichelsdorf")  # fmt: skip
COURTS = ("Fürth", "Nürnberg", "Bamberg", "Würzburg", "Ansbach", "Bayreuth", "Coburg", "Hof", "Schweinfurt")
# Neighbours abroad: name patterns, surnames, trades. Austria, South Tyrol's and East Belgium's towns take German names.
ABROAD: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "FR": (("{trade} {name} S.A.S.", "{name} {trade} SARL", "{trade} de {city} S.A.S."),
           ("Aubertin", "Fournel", "Girardot", "Lambertin", "Marchal", "Perrier", "Roussel", "Vauthier"),
           ("Usinage", "Convoyage", "Cartonnages", "Fonderie", "Emballages", "Mécanique", "Brasserie")),
    "NL": (("{name} {trade} B.V.", "{trade} {city} B.V."),
           ("Van der Meulen", "Hoekstra", "De Wildt", "Brouwers", "Terpstra", "Kuipers", "Van Leusden", "Jansma"),
           ("Transporttechniek", "Verpakkingen", "Machinefabriek", "Staalbouw", "Voedingsindustrie", "Houthandel")),
    "IT": (("{trade} {name} S.r.l.", "{name} & Figli {trade} S.p.A."),
           ("Bianconi", "Ferrarin", "Galassi", "Morandin", "Pichler", "Santarelli", "Tedeschin", "Zanolin"),
           ("Officine", "Imballaggi", "Meccanica", "Fonderie", "Cartiera", "Marmi", "Molini")),
    "LU": (("{name} {trade} S.à r.l.",), ("Hoffelt", "Kieffer", "Reuland", "Schmitz-Thill"),
           ("Logistique", "Constructions", "Menuiserie", "Machines")),
}  # fmt: skip
