import pytest

from tasks.vocabulary import country, employment_type, fold, workplace_type

EMPLOYMENT = [
    ("Full-time", "full_time"), ("FULL_TIME", "full_time"), ("FullTime", "full_time"), ("Vollzeit", "full_time"),
    ("Festanstellung, Vollzeit", "full_time"), ("Regular Full Time (Salary)", "full_time"), ("Temps plein",
    "full_time"),
    ("CDI - Temps plein", "full_time"), ("Jornada completa", "full_time"), ("Tempo integral", "full_time"),
    ("Tempo pieno", "full_time"), ("Voltijd", "full_time"), ("Permanent, Full-time", "full_time"),
    ("Part time", "part_time"), ("Teilzeit", "part_time"), ("Temps partiel", "part_time"), ("Deeltijd", "part_time"),
    ("Minijob", "part_time"), ("Contractor", "contract"), ("Freelance", "contract"), ("Contract to hire", "contract"),
    ("Full time, Contract", "contract"), ("Fixed Term Contract", "temporary"), ("TEMPORARY", "temporary"),
    ("Contrat à durée déterminée", "temporary"), ("CDD", "temporary"), ("Befristet", "temporary"), ("INTERN", "intern"),
    ("Internship, full-time", "intern"), ("Pflichtpraktikum", "intern"), ("Werkstudent", "intern"), ("Stage", "intern"),
    ("Apprenticeship", "intern"), ("PER_DIEM", "per_diem"), ("VOLUNTEER", "volunteer"), ("OTHER", "other"),
    ("CDI", None), ("Festanstellung", None), ("Permanent contract", None), ("Full-time or part-time", None),
    ("Full-Time/Part-Time", None), ("full-or-part-time", None), ("Full / Part time", None),
    ("Voll- oder Teilzeit", None), ("permanent full-or-part-time", None), ("parttime_fixed_term", "temporary"),
    ("Engineering", None), ("", None), (None, None), ("full-time " * 50, None),
]  # fmt: skip
WORKPLACES = [
    ("On-site", "onsite"), ("OnSite", "onsite"), ("on_site", "onsite"), ("ORA_ON_SITE", "onsite"), ("In-Office",
    "onsite"),
    ("Vor Ort", "onsite"), ("Présentiel", "onsite"), ("Presencial", "onsite"), ("no remote", "onsite"),
    ("Hybrid", "hybrid"), ("ORA_HYBRID", "hybrid"), ("Híbrido", "hybrid"), ("Hybrid remote", "hybrid"),
    ("Remote", "remote"), ("ORA_REMOTE", "remote"), ("fully", "remote"), ("TELECOMMUTE", "remote"),
    ("Fully Remote", "remote"), ("Home Office", "remote"), ("Télétravail", "remote"),
    ("Remote/Hybrid", None), ("Remote or on-site", None), ("Berlin", None), ("", None), (None, None),
]  # fmt: skip
COUNTRIES = [
    ("Germany", "DE"), ("Deutschland", "DE"), ("Allemagne", "DE"), ("Alemania", "DE"), ("DEU", "DE"), ("de", "DE"),
    ("USA", "US"), ("U.S.A.", "US"), ("United States (US)", "US"), ("Vereinigte Staaten", "US"), ("UK", "GB"),
    ("England", "GB"), ("Vereinigtes Königreich", "GB"), ("España", "ES"), ("Nederland", "NL"), ("Türkiye", "TR"),
    ("Côte d'Ivoire", "CI"), ("South Korea", "KR"), ("Czechia", "CZ"), ("CA", "CA"), ("Georgia", "GE"),
    ("California", None), ("Remote", None), ("XX", None), ("", None), (None, None),
]  # fmt: skip


@pytest.mark.parametrize(("words", "kind"), EMPLOYMENT, ids=[str(words)[:40] for words, _ in EMPLOYMENT])
def test_words_for_an_employment_type_are_known_in_many_languages(words: str | None, kind: str | None) -> None:
    assert employment_type(words) == kind


@pytest.mark.parametrize(("words", "kind"), WORKPLACES, ids=[str(words) for words, _ in WORKPLACES])
def test_words_for_a_workplace_are_known_and_a_choice_is_unknown(words: str | None, kind: str | None) -> None:
    assert workplace_type(words) == kind


@pytest.mark.parametrize(("words", "code"), COUNTRIES, ids=[str(words) for words, _ in COUNTRIES])
def test_a_country_is_known_by_name_and_code(words: str | None, code: str | None) -> None:
    assert country(words) == code


def test_folding_leaves_plain_words() -> None:
    assert fold("FULL_TIME") == fold("FullTime") == fold(" full-time ") == "full time"
    assert fold("Île-de-France") == "ile de france"
