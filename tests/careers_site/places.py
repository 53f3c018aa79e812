"""Real cities for invented employers, with what a posting there is written in and paid in."""

from typing import NamedTuple


class Place(NamedTuple):
    """Shape: `pay` is the local pay level, 1.0 for the United States; `language` that of part of the postings."""

    city: str
    region: str
    country: str
    code: str
    currency: str
    language: str
    pay: float

    @property
    def label(self) -> str:
        """As careers pages write it: `Austin, TX`, `Berlin, Germany`."""
        return f"{self.city}, {self.region}" if self.code in ("US", "CA", "AU") else f"{self.city}, {self.country}"


_US = "United States"
_UK = "United Kingdom"
PLACES = (
    Place("New York", "NY", _US, "US", "USD", "en", 1.1),
    Place("San Francisco", "CA", _US, "US", "USD", "en", 1.2),
    Place("Austin", "TX", _US, "US", "USD", "en", 0.95),
    Place("Seattle", "WA", _US, "US", "USD", "en", 1.1),
    Place("Chicago", "IL", _US, "US", "USD", "en", 0.95),
    Place("Denver", "CO", _US, "US", "USD", "en", 0.95),
    Place("Boston", "MA", _US, "US", "USD", "en", 1.05),
    Place("Atlanta", "GA", _US, "US", "USD", "en", 0.9),
    Place("Columbus", "OH", _US, "US", "USD", "en", 0.8),
    Place("Phoenix", "AZ", _US, "US", "USD", "en", 0.85),
    Place("London", "England", _UK, "GB", "GBP", "en", 0.75),
    Place("Manchester", "England", _UK, "GB", "GBP", "en", 0.62),
    Place("Edinburgh", "Scotland", _UK, "GB", "GBP", "en", 0.64),
    Place("Bristol", "England", _UK, "GB", "GBP", "en", 0.62),
    Place("Dublin", "Leinster", "Ireland", "IE", "EUR", "en", 0.7),
    Place("Berlin", "Berlin", "Germany", "DE", "EUR", "de", 0.62),
    Place("München", "Bayern", "Germany", "DE", "EUR", "de", 0.68),
    Place("Hamburg", "Hamburg", "Germany", "DE", "EUR", "de", 0.62),
    Place("Köln", "Nordrhein-Westfalen", "Germany", "DE", "EUR", "de", 0.6),
    Place("Leipzig", "Sachsen", "Germany", "DE", "EUR", "de", 0.52),
    Place("Wien", "Wien", "Austria", "AT", "EUR", "de", 0.58),
    Place("Zürich", "Zürich", "Switzerland", "CH", "CHF", "de", 1.0),
    Place("Paris", "Île-de-France", "France", "FR", "EUR", "fr", 0.58),
    Place("Lyon", "Auvergne-Rhône-Alpes", "France", "FR", "EUR", "fr", 0.5),
    Place("Nantes", "Pays de la Loire", "France", "FR", "EUR", "fr", 0.48),
    Place("Montréal", "QC", "Canada", "CA", "CAD", "fr", 0.62),
    Place("Toronto", "ON", "Canada", "CA", "CAD", "en", 0.68),
    Place("Vancouver", "BC", "Canada", "CA", "CAD", "en", 0.67),
    Place("Madrid", "Comunidad de Madrid", "Spain", "ES", "EUR", "es", 0.42),
    Place("Barcelona", "Cataluña", "Spain", "ES", "EUR", "es", 0.44),
    Place("Valencia", "Comunitat Valenciana", "Spain", "ES", "EUR", "es", 0.38),
    Place("Ciudad de México", "CDMX", "Mexico", "MX", "MXN", "es", 0.35),
    Place("Amsterdam", "Noord-Holland", "Netherlands", "NL", "EUR", "en", 0.65),
    Place("Stockholm", "Stockholms län", "Sweden", "SE", "SEK", "en", 0.55),
    Place("Copenhagen", "Hovedstaden", "Denmark", "DK", "DKK", "en", 0.68),
    Place("Warsaw", "Mazowieckie", "Poland", "PL", "PLN", "en", 0.45),
    Place("Kraków", "Małopolskie", "Poland", "PL", "PLN", "en", 0.43),
    Place("Lisbon", "Lisboa", "Portugal", "PT", "EUR", "en", 0.38),
    Place("Bengaluru", "Karnataka", "India", "IN", "INR", "en", 0.26),
    Place("Hyderabad", "Telangana", "India", "IN", "INR", "en", 0.24),
    Place("Pune", "Maharashtra", "India", "IN", "INR", "en", 0.23),
    Place("Singapore", "Singapore", "Singapore", "SG", "SGD", "en", 0.72),
    Place("Sydney", "NSW", "Australia", "AU", "AUD", "en", 0.75),
    Place("Melbourne", "VIC", "Australia", "AU", "AUD", "en", 0.72),
    Place("Tokyo", "Tokyo", "Japan", "JP", "JPY", "en", 0.55),
    Place("São Paulo", "SP", "Brazil", "BR", "BRL", "en", 0.35),
)
