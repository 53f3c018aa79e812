"""A role: the neutral content of one posting, which the platforms' shapes then dress."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from html import escape

from tests.careers_site.chance import Dice
from tests.careers_site.pay import VAGUE, Pay, offer, wording
from tests.careers_site.phrases import Phrases
from tests.careers_site.phrases_abroad import PHRASES
from tests.careers_site.places import PLACES, Place
from tests.careers_site.trades import TRADES, Trade
from tests.careers_site.trades_abroad import TITLES

# before the title, its pay against the middle, years wanted, share of the postings
_LEVELS = (
    ("", 1.0, 3, 0.42), ("Senior ", 1.3, 5, 0.24), ("Junior ", 0.75, 1, 0.1), ("Lead ", 1.45, 7, 0.09),
    ("Staff ", 1.6, 8, 0.06), ("Principal ", 1.8, 10, 0.04), ("Associate ", 0.85, 2, 0.05),
)  # fmt: skip
_EMPLOYMENT = (("full_time", 0.82), ("part_time", 0.06), ("contract", 0.06), ("intern", 0.04), ("temporary", 0.02))
_SUFFIXES = (" II", " III", " - Expanding Team", " (Fixed Term)", " (Relocation Offered)", " (4-Day Week)")


@dataclass(frozen=True, slots=True)
class Role:
    """Shape: `sections` are (heading, HTML) in reading order, the pay (heading, sentence) stands before the last one.

    `pay_shown` marks pay that the platform states as a fact; a `pay` may also stand in the text alone.
    """

    title: str
    department: str
    team: str
    place: Place
    more_places: tuple[Place, ...]
    workplace: str  # remote, hybrid, onsite
    employment: str
    language: str
    pay: Pay | None
    pay_shown: bool
    sections: tuple[tuple[str, str], ...]
    pay_line: tuple[str, str] | None
    requisition: str
    first_title: str  # what the address of its page is made of: an edit of the title leaves that alone
    posted_on: date
    updated_on: date

    @property
    def parts(self) -> list[tuple[str, str]]:
        """Every section, the pay among them."""
        pay = [(self.pay_line[0], f"<p>{self.pay_line[1]}</p>")] if self.pay_line else []
        return [*self.sections[:5], *pay, *self.sections[5:]]

    @property
    def html(self) -> str:
        return "\n".join(f"<h3>{heading}</h3>\n{text}" if heading else text for heading, text in self.parts)

    @property
    def location(self) -> str:
        """Remote roles name a country in half of the cases, as real boards do."""
        if self.workplace != "remote":
            return self.place.label
        return f"Remote - {self.place.country}" if len(self.title) % 2 else f"Remote ({self.place.city})"


def make_role(key: tuple[object, ...], company: str, sector: str, home: int, today: date) -> Role:
    """The role that belongs to the key; most are near the company's `home` place."""
    dice = Dice(*key)
    trade = dice.pick(TRADES)
    place = PLACES[home] if dice.chance(0.55) else dice.pick(PLACES)
    language = place.language if dice.chance(0.45) else "en"
    title, level, years, employment = _title(dice, trade, language)
    workplace = "onsite" if trade.shifts or dice.chance(0.3) else dice.pick(("remote", "hybrid", "hybrid"))
    pay = offer(dice, trade.dollars * level, place, trade.shifts)
    team, skill, posted = dice.pick(trade.teams), dice.some(trade.skills, 6), today - _age(dice)
    names = {
        "company": escape(company), "sector": sector, "team": escape(team), "city": place.city, "title": title,
        "years": years, "more": years + 3, "days": 24 + dice.below(9), "travel": 10 + 5 * dice.below(7),
        "ratio": 3 + dice.below(5), "boxes": 80 + 20 * dice.below(10),
    }  # fmt: skip
    told, words = dice.roll(), PHRASES[language]
    pay_text = _pay_text(dice, told, pay, language)
    return Role(
        title, trade.name, team, place, _more_places(dice, place), workplace, employment, language,
        pay if told < 0.78 else None, 0.4 < told < 0.78,
        _sections(dice, words, trade, names, skill, workplace), (words.headings[5], pay_text) if pay_text else None,
        f"R-{10_000 + dice.below(89_999)}" if dice.chance(0.7) else "", title, posted, posted,
    )  # fmt: skip


def revised(role: Role, key: tuple[object, ...], on: date) -> Role:
    """The role after one edit of its title, pay or text."""
    dice = Dice(*key)
    kind = dice.roll()
    if kind < 0.2:
        return replace(role, title=role.title + dice.pick(_SUFFIXES), updated_on=on)
    if kind < 0.6 and role.pay:
        pay = role.pay._replace(low=_raised(role.pay.low), high=_raised(role.pay.high))
        line = (role.pay_line or ("Pay", ""))[0], wording(dice, pay, role.language)
        return replace(role, pay=pay, pay_line=line, updated_on=on)
    note = (("", f"<p>{dice.pick(PHRASES[role.language].updates)}</p>"),)
    return replace(role, sections=role.sections + note, updated_on=on)


def _raised(amount: int) -> int:
    step = 1000 if amount >= 20_000 else 100 if amount >= 1000 else 1
    return amount + max(step, amount // 20 // step * step)


def _title(dice: Dice, trade: Trade, language: str) -> tuple[str, float, int, str]:
    employment = _weighted(dice, _EMPLOYMENT)
    if language != "en":
        return dice.pick(TITLES[language][trade.name]), 1.0, 2 + dice.below(4), employment
    if employment == "intern" and not trade.shifts:
        return f"{dice.pick(trade.titles)} Intern", 0.4, 0, employment
    choice = dice.roll()
    for before, level, years, share in _LEVELS:
        choice -= share
        if choice < 0:
            return before + dice.pick(trade.titles), level, years, employment
    return dice.pick(trade.titles), 1.0, 3, employment


def _weighted(dice: Dice, options: tuple[tuple[str, float], ...]) -> str:
    choice = dice.roll()
    for name, share in options:
        choice -= share
        if choice < 0:
            return name
    return options[0][0]


def _age(dice: Dice) -> timedelta:
    return timedelta(days=int(dice.roll() ** 2 * 120))


def _more_places(dice: Dice, place: Place) -> tuple[Place, ...]:
    if not dice.chance(0.18):
        return ()
    return tuple(other for other in dice.some(PLACES, 1 + dice.below(3)) if other != place)


def _pay_text(dice: Dice, told: float, pay: Pay, language: str) -> str:
    """Nothing, a vague word, or the amount: the latter for text-only pay and half of the platform's facts."""
    if told < 0.4 or 0.6 < told < 0.78:
        return wording(dice, pay, language)
    return dice.pick(VAGUE[language]) if told > 0.88 else ""


def _sections(
    dice: Dice, words: Phrases, trade: Trade, names: dict[str, object], skills: list[str], workplace: str
) -> tuple[tuple[str, str], ...]:
    def fill(template: str, step: int = 0) -> str:
        return template.format(skill=skills[step % 6], other=skills[(step + 1) % 6], **names)

    def bullets(templates: list[str]) -> str:
        return "<ul>\n" + "\n".join(f"<li>{fill(line, step)}</li>" for step, line in enumerate(templates)) + "\n</ul>"

    def paragraphs(templates: list[str]) -> str:
        return "\n".join(f"<p>{fill(line, step)}</p>" for step, line in enumerate(templates))

    about, role, duties, wanted, benefits, _ = (fill(heading) for heading in words.headings)
    where = dice.pick({"remote": words.remote, "hybrid": words.hybrid, "onsite": words.onsite}[workplace])
    tasks = dice.some(trade.duties, 4 + dice.below(4)) if words is PHRASES["en"] else []
    return (
        (about, paragraphs(dice.some(words.about, 1 + dice.below(3)))),
        (role, paragraphs([*dice.some(words.role, 1 + dice.below(2)), where])),
        (duties, bullets(tasks + dice.some(words.duties, 7 - len(tasks) // 2))),
        (wanted, bullets(dice.some(words.years, 1) + dice.some(words.wanted, 5 + dice.below(4)))),
        (benefits, bullets(dice.some(words.benefits, 5 + dice.below(5)))),
        ("", paragraphs(dice.some(words.closing, 1 + dice.below(3)))),
    )
