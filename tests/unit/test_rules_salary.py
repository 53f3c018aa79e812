import pytest

from tasks.rules.salary import salary

STATED = [
    # text, country of the place, (min, max, currency, period)
    ("The base salary range is $120k–150k.", "US", (120_000, 150_000, "USD", "year")),
    ("Salary: 120-150k plus equity", None, (120_000, 150_000, None, "year")),
    ("Goody | Remote | $170-230K + equity", "US", (170_000, 230_000, "USD", "year")),
    ("We pay €60-100k.", None, (60_000, 100_000, "EUR", "year")),
    ("Gehalt: 55.000 € – 70.000 € brutto/Jahr", "DE", (55_000, 70_000, "EUR", "year")),
    ("Salaire : €55 000 par an", "FR", (55_000, 55_000, "EUR", "year")),
    ("Lohn: CHF 110'000 - 120'000", "CH", (110_000, 120_000, "CHF", "year")),
    ("€ 3.500 brutto/Monat", "AT", (3_500, 3_500, "EUR", "month")),
    ("Vergütung 4.000,- € brutto pro Monat", "DE", (4_000, 4_000, "EUR", "month")),
    ("ab 50.000 EUR Jahresgehalt", "DE", (50_000, None, "EUR", "year")),
    ("Bruttogehalt bis zu 60.000 EUR", "DE", (None, 60_000, "EUR", "year")),
    ("₹12,00,000 – 18,00,000 per annum", "IN", (1_200_000, 1_800_000, "INR", "year")),
    ("CTC 12-18 LPA", "IN", (1_200_000, 1_800_000, "INR", "year")),
    ("Salary ₹ 15 lakhs per annum", "IN", (1_500_000, 1_500_000, "INR", "year")),
    ("$20–$24/hour", "US", (20, 24, "USD", "hour")),
    ("Base pay starts at $20.50 an hour", "US", (20.5, None, "USD", "hour")),
    ("£17.69 p/h", None, (17.69, 17.69, "GBP", "hour")),
    ("USD 120,000.00 - USD 150,000.00 per annum", None, (120_000, 150_000, "USD", "year")),
    ("base pay range is between $160,360 and $240,540/ year", "US", (160_360, 240_540, "USD", "year")),
    ("CA$144,780 - CA$202,825", None, (144_780, 202_825, "CAD", "year")),
    ("Pay range: $133,000 - $183,000", "CA", (133_000, 183_000, "CAD", "year")),
    ("Salary: A$100,000 to A$120,000", None, (100_000, 120_000, "AUD", "year")),
    ("starting salary of $ 100k+ , as well as stock", "US", (100_000, None, "USD", "year")),
    ("Pay is up to $90,000 per year.", "US", (None, 90_000, "USD", "year")),
    ("The base salary would be $75k plus bonus.", "US", (75_000, 75_000, "USD", "year")),
    ("Compensation: £100k base, £200k OTE", None, (100_000, 100_000, "GBP", "year")),
    ("You earn over $80,000 OTE. Base pay starts at $20 an hour.", "US", (20, None, "USD", "hour")),
    ("OTE $200,000 - $250,000", "US", (200_000, 250_000, "USD", "year")),
    ("20 000 - 25 000 zł brutto miesięcznie", "PL", (20_000, 25_000, "PLN", "month")),
    ("Salary: AED 15,000 - 20,000 per month", "AE", (15_000, 20_000, "AED", "month")),
    ("Salário R$ 5.000,00 por mês", "BR", (5_000, 5_000, "BRL", "month")),
    ("Day rate: £450 - £500 per day", None, (450, 500, "GBP", "day")),
    ("Salary: 24,000 - 25,000", "GB", (24_000, 25_000, None, "year")),
    ("Expected pay: $2,000 to $2,560 per week", "US", (2_000, 2_560, "USD", "week")),
    ("Base salary: $45-$65k Equity: we want you invested", "BR", (45_000, 65_000, "USD", "year")),
    ("Salary: 49357  - 54389  GBP per year", "GB", (49_357, 54_389, "GBP", "year")),
    ("Salary: £8,114.72 Pro Rata Per Annum", "GB", (8_114.72, 8_114.72, "GBP", "year")),
    ("Tier A: $153-175k\n\nTier B: $137-150k", "US", (137_000, 175_000, "USD", "year")),
    ("NYC: the pay range is $76,000 - $104,500. Elsewhere the pay range is $68,000 - $93,500.", "US",
     (68_000, 104_500, "USD", "year")),
    ("Pay: $120,000 - $140,000 in the US, CA$130,000 - CA$150,000 in Canada.", "US", (120_000, 140_000, "USD", "year")),
]  # fmt: skip

NOT_PAY = [
    "We raised $50M in our Series B.",
    "We have raised $120,000,000 - $150,000,000 in funding.",
    "The company makes $80,000 - $90,000 in revenue a day.",
    "401k match up to $5,000 per year",
    "A $1,000 sign-on bonus awaits you.",
    "Sign-on bonus of up to $20,000 - $30,000",
    "You get a $500 wellness stipend per year.",
    "$2,500 per year for learning and conferences",
    "You will manage a $2M budget.",
    "Manage a budget of $100,000 - $200,000",
    "Our customers save $40,000 - $50,000 per year.",
    "Pay: competitive, DOE",
    "Support 24/7, founded in 2015, 3-5 years of experience",
    "We process $2-3 billion per year.",
    "$5,000 - $10,000 referral bonus",
    "tuition reimbursement up to $21,000",
    "variable incentive target range of $61,714 - $68,571",
    "Salary: $150,000 per hour",
    "Salary: $150,000 - $90,000",
    "Life insurance of $50,000 - $100,000",
    "Tickets cost $20",
    "An allowance of 5% of salary, a minimum of £951 and a maximum of £1,649",
    "",
]


@pytest.mark.parametrize(("text", "country", "expected"), STATED, ids=[text[:45] for text, _, _ in STATED])
def test_stated_pay_is_read_with_its_currency_and_period(text: str, country: str | None, expected: tuple) -> None:
    found = salary(text, country)
    assert found is not None
    assert tuple(found.value) == expected
    assert 0 <= found.start < found.end <= len(text)


@pytest.mark.parametrize("text", NOT_PAY, ids=[text[:45] or "empty" for text in NOT_PAY])
def test_a_sum_that_is_not_pay_is_left_alone(text: str) -> None:
    assert salary(text, "US") is None


@pytest.mark.parametrize("country", [None, "BR", "DE"])
def test_a_bare_dollar_is_that_of_the_us_where_no_country_with_another_is_named(country: str | None) -> None:
    found = salary("Salary: $120,000 - $150,000", country)
    assert found is not None
    assert found.value.currency == "USD"


@pytest.mark.parametrize("country", ["MX", "AR", "JM"])
def test_a_bare_dollar_stays_unknown_where_the_country_writes_its_own_money_so(country: str) -> None:
    found = salary("Salary: $120,000 - $150,000 per year", country)
    assert found is not None
    assert found.value.currency is None


def test_a_sum_without_currency_has_no_period_where_a_months_pay_is_as_large() -> None:
    assert salary("Salary: 15,000.00", "ET") is None


def test_a_bare_dollar_is_read_by_the_only_country_that_the_text_names() -> None:
    found = salary("Salary: $120,000 - $150,000. Benefits: medical, dental, 401(k).", None)
    assert found is not None
    assert found.value.currency == "USD"


def test_a_bare_dollar_in_a_text_about_two_countries_stays_unknown() -> None:
    found = salary("Salary: $120,000 - $150,000. Open in Canada and the United States.", None)
    assert found is not None
    assert found.value.currency is None
