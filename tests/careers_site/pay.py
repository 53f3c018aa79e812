"""Pay: an amount per place and seniority, and the many ways in which postings write it."""

from typing import NamedTuple

from tests.careers_site.chance import Dice
from tests.careers_site.places import Place


class Pay(NamedTuple):
    """Shape: `low` and `high` are whole units of the currency per `period` (hour, month, year)."""

    low: int
    high: int
    currency: str
    period: str


# units per US dollar, step that amounts are rounded to, usual period
_MONEY = {
    "USD": (1.0, 1000, "year"), "GBP": (0.8, 1000, "year"), "EUR": (0.92, 1000, "year"),
    "CHF": (0.9, 1000, "year"), "CAD": (1.36, 1000, "year"), "AUD": (1.5, 1000, "year"), "INR": (83.0, 100_000, "year"),
    "SGD": (1.34, 100, "month"), "JPY": (150.0, 100_000, "year"), "SEK": (10.5, 500, "month"),
    "DKK": (6.9, 500, "month"), "PLN": (4.0, 500, "month"), "MXN": (17.0, 500, "month"), "BRL": (5.0, 500, "month"),
}  # fmt: skip
_FORMS = {
    "USD": (
        "The base salary range for this role is ${low:,} - ${high:,} per year.",
        "Pay: ${low_k}k–${high_k}k, plus equity.",
        "Compensation: ${low:,}.00 to ${high:,}.00 annually, depending on experience and location.",
        "The anticipated annual base pay is ${low:,} — ${high:,} USD.",
        "We pay up to ${high_k}K a year for this position.",
        "Salary starts at ${low:,} a year.",
    ),
    "GBP": (
        "Salary: up to £{high:,}.",
        "£{low:,} to £{high:,} per annum, reviewed every April.",
        "We offer £{low_k}k - £{high_k}k depending on experience.",
        "Salary from £{low:,} pro rata.",
    ),
    "EUR": (
        "€{low_dot} – €{high_dot} per year, before bonus.",
        "Salary band: {low_k}-{high_k}K €.",
        "Between {low_gap} € and {high_gap} € gross a year.",
        "The salary is €{low:,} to €{high:,} per annum.",
        "Up to EUR {high:,} gross per year.",
    ),
    "CHF": ("CHF {low_tick} – {high_tick} per year (100%).", "Salary range: CHF {low_k}k-{high_k}k."),
    "CAD": ("Expected base salary: CA${low_k}K – CA${high_k}K.", "${low:,} - ${high:,} CAD per year."),
    "AUD": ("A${low:,} – A${high:,} plus super.", "Package of up to ${high_k}k AUD, superannuation included."),
    "INR": (
        "₹{low_lakh}–{high_lakh} LPA.",
        "CTC: {low_lakh} to {high_lakh} lakhs per annum.",
        "Up to {high_lakh} LPA.",
    ),
    "SGD": ("S${low:,}–S${high:,} per month.", "Monthly salary: SGD {low:,} to {high:,}."),
    "JPY": ("¥{low:,}–¥{high:,} per year.", "Annual salary: JPY {low:,} - {high:,}."),
    "SEK": ("{low_gap} – {high_gap} SEK per month.",),
    "DKK": ("DKK {low_dot} – {high_dot} per month, plus pension.",),
    "PLN": ("{low_gap} – {high_gap} PLN net per month (B2B).", "Salary: {low_gap}-{high_gap} zł gross a month."),
    "MXN": ("${low:,} a ${high:,} MXN mensuales.",),
    "BRL": ("R$ {low_dot} – R$ {high_dot} per month (CLT).",),
}
_HOURLY = {
    "USD": ("${low}.50 - ${high}.50 per hour, with a shift differential at night.", "Pay rate: ${low}–${high}/hr."),
    "GBP": ("£{low}.50 to £{high}.50 an hour.", "Hourly rate: £{low}–£{high}."),
    "EUR": ("{low},50 € – {high},50 € per hour.", "€{low} to €{high} an hour."),
}
_TRANSLATED = {
    "de": (
        "Gehalt: {low_dot} € bis {high_dot} € brutto im Jahr.",
        "Wir zahlen {low_dot} – {high_dot} EUR Jahresgehalt, je nach Erfahrung.",
        "Das Jahresbruttogehalt liegt bei bis zu {high_dot} €.",
    ),
    "fr": (
        "Rémunération : {low_gap} € à {high_gap} € brut par an.",
        "Salaire entre {low_k} et {high_k} k€ selon expérience.",
        "Package : {low_k}-{high_k}K€ annuels.",
    ),
    "es": (
        "Salario: {low_dot} € - {high_dot} € brutos anuales.",
        "Banda salarial de {low_k}.000 a {high_k}.000 euros brutos al año.",
    ),
}
VAGUE = {
    "en": ("Salary: DOE.", "Competitive pay, depending on experience.", "Attractive package with bonus and equity."),
    "de": ("Wir bieten eine attraktive Vergütung.", "Gehalt nach Vereinbarung."),
    "fr": ("Rémunération selon profil.", "Salaire attractif et intéressement."),
    "es": ("Salario según experiencia.", "Paquete salarial competitivo."),
}


def offer(dice: Dice, dollars: float, place: Place, hourly: bool) -> Pay:
    """What a role that pays `dollars` a year in the United States pays at the place."""
    rate, step, period = _MONEY[place.currency]
    middle = dollars * place.pay * rate * (0.9 + 0.2 * dice.roll())
    if hourly and place.currency in _HOURLY:
        low = max(12, int(middle / 2080 * 0.92))
        return Pay(low, low + 2 + dice.below(8), place.currency, "hour")
    if period == "month":
        middle /= 12
    low = max(step, int(middle * 0.88 / step) * step)
    return Pay(low, max(low + step, int(middle * (1.05 + 0.12 * dice.roll()) / step) * step), place.currency, period)


def wording(dice: Dice, pay: Pay, language: str) -> str:
    """The pay as a sentence of the posting."""
    if pay.period == "hour":
        return dice.pick(_HOURLY[pay.currency]).format(low=pay.low, high=pay.high)
    forms = _TRANSLATED[language] if pay.currency == "EUR" and language in _TRANSLATED else _FORMS[pay.currency]
    return dice.pick(forms).format(
        low=pay.low, high=pay.high, **_spellings("low", pay.low), **_spellings("high", pay.high)
    )


def _spellings(name: str, amount: int) -> dict[str, str]:
    comma = f"{amount:,}"
    return {
        f"{name}_k": f"{amount // 1000}",
        f"{name}_dot": comma.replace(",", "."),
        f"{name}_gap": comma.replace(",", " "),
        f"{name}_tick": comma.replace(",", "'"),
        f"{name}_lakh": f"{amount / 100_000:g}",
    }
