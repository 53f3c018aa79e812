"""Names of values as people read them."""

from babel import Locale

ENGLISH = Locale("en")
LABELS = {"onsite": "On-site", "per_diem": "Per diem", "jsonld": "JSON-LD"}


def label(value: str) -> str:
    """`full_time` -> `Full time`."""
    return LABELS.get(value) or (value[:1].upper() + value[1:]).replace("_", " ")


def country(code: str | None) -> str:
    """Of an ISO 3166 code; what is none stays as it is."""
    return str(ENGLISH.territories.get(code or "", code or ""))
