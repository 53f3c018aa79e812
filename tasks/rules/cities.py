"""Places that need no country beside them on a job board, and the regions that name their country.

A city is here only where its bare name means one place to nearly everyone who writes it (97 % of those who add a
country, in 112,000 recorded locations): no Athens, no Birmingham, no Geneva, no Portland, no San Jose, no Vienna.
"""

from functools import cache

import pycountry

from tasks.vocabulary import fold

WORLD_CITIES = {
    "US": "San Francisco;SF;New York City;NYC;New York;Los Angeles;Seattle;Chicago;Boston;Austin;Denver;Atlanta;Miami"
    ";Philadelphia;Houston;Dallas;Phoenix;San Diego;Palo Alto;Mountain View;Menlo Park;Sunnyvale;Redwood City;Brooklyn"
    ";Minneapolis;Pittsburgh;Salt Lake City;Las Vegas;Detroit;Nashville;Indianapolis;San Mateo;Santa Clara;Cupertino"
    ";South San Francisco;Santa Monica;Washington DC;Washington D.C.;San Francisco Bay Area;San Francisco Bay;Bay Area",
    "GB": "London;Edinburgh;Glasgow;Leeds;Liverpool",
    "IE": "Dublin", "CA": "Toronto;Montreal;Montréal;Vancouver;Calgary;Ottawa", "FR": "Paris;Lyon;Toulouse;Marseille",
    "DE": "Berlin;Munich;München;Hamburg;Frankfurt;Frankfurt am Main;Cologne;Köln;Düsseldorf;Stuttgart;Leipzig;Dresden"
    ";Karlsruhe;Hannover;Nürnberg;Nuremberg;Potsdam;Heidelberg;Mannheim;Bonn",
    "CH": "Zurich;Zürich;Genève;Basel;Lausanne",
    "AT": "Wien;Graz;Salzburg;Linz;Innsbruck", "NL": "Amsterdam;Rotterdam;Utrecht;Eindhoven;The Hague;Den Haag",
    "BE": "Brussels;Bruxelles;Antwerp;Ghent", "ES": "Madrid;Barcelona", "PT": "Lisbon;Lisboa;Porto",
    "IT": "Milan;Milano;Roma;Turin;Torino", "SE": "Stockholm;Gothenburg;Göteborg;Malmö", "NO": "Oslo;Bergen",
    "DK": "Copenhagen;København;Aarhus", "FI": "Helsinki;Espoo;Tampere", "EE": "Tallinn", "LV": "Riga", "LT": "Vilnius",
    "PL": "Warsaw;Warszawa;Kraków;Krakow;Wrocław;Wroclaw;Gdańsk;Gdansk;Poznań;Katowice", "CZ": "Prague;Praha;Brno",
    "HU": "Budapest", "RO": "Bucharest;București;Cluj-Napoca", "BG": "Sofia", "RS": "Belgrade", "GE": "Tbilisi",
    "UA": "Kyiv;Kiev;Lviv", "TR": "Istanbul;Ankara", "IL": (
        "Tel Aviv;Tel Aviv-Yafo;Jerusalem;Haifa;Herzliya;Ramat Gan;Petah Tikva;Raanana;Ra'anana;Netanya;Rehovot"
        ";Beer Sheva;Be'er Sheva;Yokneam;Kfar Saba;Hod HaSharon;Rishon LeZion;Bnei Brak;Caesarea;Holon;Ashdod"
    ),
    "AE": "Dubai;Abu Dhabi", "SA": "Riyadh;Jeddah", "QA": "Doha", "EG": "Cairo", "NG": "Lagos", "KE": "Nairobi",
    "ZA": "Cape Town;Johannesburg", "IN": "Bengaluru;Bangalore;Mumbai;Pune;Chennai;Gurgaon;Gurugram;Noida;New Delhi"
    ";Kolkata",
    "CN": "Beijing;Shanghai;Shenzhen;Hangzhou;Guangzhou", "HK": "Hong Kong", "TW": "Taipei", "JP": "Tokyo;Osaka;Kyoto",
    "KR": "Seoul", "SG": "Singapore", "MY": "Kuala Lumpur", "TH": "Bangkok", "VN": "Ho Chi Minh City;Hanoi",
    "ID": "Jakarta;Bandung;Surabaya;Bali;Denpasar;Yogyakarta;Tangerang;Bekasi;Batam;Medan", "PH": "Manila;Makati",
    "AU": "Sydney;Melbourne;Canberra;Adelaide", "NZ": "Auckland",
    "MX": "Mexico City;Ciudad de México;CDMX;Guadalajara;Monterrey",
    "BR": "São Paulo;Sao Paulo;Rio de Janeiro;Belo Horizonte",
    "AR": "Buenos Aires", "CO": "Bogotá;Bogota;Medellín;Medellin", "CL": "Santiago de Chile", "PE": "Lima",
    "UY": "Montevideo",
}  # fmt: skip
AREAS = {"san francisco bay area", "san francisco bay", "bay area"}  # name a country, but no city
CITY_STATES = {"berlin", "hamburg", "bremen", "delhi", "chandigarh", "sao paulo", "rio de janeiro", "new york",
               "ciudad de mexico", "mexico", "distrito federal", "queretaro", "puebla", "singapore"}  # fmt: skip
REGION_COUNTRIES = ("US", "CA", "AU", "IN", "DE", "BR", "MX")
EXTRA_REGIONS = {
    "bavaria": "DE", "north rhine westphalia": "DE", "hesse": "DE", "lower saxony": "DE", "saxony": "DE", "nrw": "DE",
    "bw": "DE", "nsw": "AU", "qld": "AU", "quebec": "CA", "d c": "US", "catalonia": "ES", "ile de france": "FR",
    "lombardy": "IT", "andalusia": "ES", "noord holland": "NL", "north holland": "NL",
}  # fmt: skip


@cache
def world_cities() -> dict[str, str]:
    """Folded name -> country."""
    return {fold(name): land for land, names in WORLD_CITIES.items() for name in names.split(";")}


@cache
def regions() -> dict[str, str | None]:
    """Folded names of states and provinces -> country; None where two countries or a country share the name."""
    found: dict[str, str | None] = dict(EXTRA_REGIONS)
    for land in REGION_COUNTRIES:
        for region in pycountry.subdivisions.get(country_code=land) or ():
            name = fold(region.name)
            found[name] = land if found.get(name, land) == land else None
    for name in (
        "georgia",
        "victoria",
        "punjab",
        "durango",
        "colima",
        "acre",
    ):  # shared with a country or with other countries
        found[name] = None
    return {name: land for name, land in found.items() if name not in CITY_STATES and name != "washington"}


@cache
def state_codes() -> dict[str, str]:
    """Postal codes of the US and Canada, upper case -> country."""
    codes: dict[str, str] = {}
    for land in ("CA", "US"):
        codes |= {region.code[3:]: land for region in pycountry.subdivisions.get(country_code=land) or ()}
    return codes
