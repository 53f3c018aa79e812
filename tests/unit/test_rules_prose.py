import pytest

from tasks.rules.experience import experience_years
from tasks.rules.skills import skills, terms
from tasks.rules.workplace import in_text, on_line

LINES = [
    ("Remote - US", "remote"),
    ("Remote; Berlin", "remote"),
    ("Hybrid", "hybrid"),
    ("London (Hybrid)", "hybrid"),
    ("Hybrid Remote in Austin, TX", "hybrid"),
    ("On-site, Munich", "onsite"),
    ("US, TX, Remote", None),  # the place of a Workday tenant: whoever works there may well be on site
    ("Engineer (m/w/d) - Home Office", "remote"),
    ("Remote or on-site", None),
    ("No remote", "onsite"),
    ("Remote Sensing Scientist", None),
    ("Hybrid Cloud Architect", None),
    ("Berlin", None),
    ("Virtual Assistant", None),
]
SENTENCES = [
    ("This role is fully remote.", "remote"),
    ("This is a remote position.", "remote"),
    ("Work location: Remote", "remote"),
    ("Acme | Engineer | Berlin | Remote (EU) | Full-time", "remote"),
    ("Acme | Engineer | NYC (In-Office 3-4 days) | Python", "hybrid"),
    ("Acme | Engineer | London | ONSITE+PART REMOTE", "hybrid"),
    ("Acme | Engineer | Onsite or Hybrid", None),
    ("This is a hybrid role combining reception and marketing.", None),
    ("You can work from anywhere.", "remote"),
    ("Arbeiten: 100 % Home Office möglich", "remote"),
    ("Hybrid, 3 days per week in office", "hybrid"),
    ("We are in the office 3 days a week.", "hybrid"),
    ("This is a hybrid role based in Denver.", "hybrid"),
    ("The role is remote, with 2 days a week in the office.", None),
    ("You must be on-site five days a week.", "onsite"),
    ("This is an in-office role.", "onsite"),
    ("We are not remote.", "onsite"),
    ("No remote work.", "onsite"),
    ("This role requires you to be fully onsite. Remote or hybrid work will not be considered.", "onsite"),
    ("You lead remote teams and know remote sensing.", None),
    ("We run a hybrid cloud.", None),
    ("You know hybrid infrastructure and hybrid workloads.", None),
    ("You build quantitative and hybrid models.", None),
    ("This role is hybrid, in-office on Tuesdays.", "hybrid"),
    ("This role can be remote or hybrid anywhere in Canada.", None),
    ("Perks: work from anywhere for one month per year", None),
    ("Unless approved for full remote work, you come in.", None),
    ("You spend at least half of your work time in our office.", "hybrid"),
    ("Experience with remote access tools", None),
    ("Employees at some hubs are expected to be in-office.", None),
]
YEARS = [
    ("5+ years of experience", 5, None),
    ("3-5 years of experience in sales", 3, 5),
    ("3 to 5 years' experience", 3, 5),
    ("at least two years of experience", 2, None),
    ("Minimum three (3) years of programming in SAS", 3, None),
    ("Mindestens 3 Jahre Berufserfahrung", 3, None),
    ("au moins 5 ans d'expérience", 5, None),
    ("mínimo 2 años de experiencia", 2, None),
    ("6+ years building distributed systems", 6, None),
    ("up to 2 years of experience", None, 2),
    ("8+ years in software engineering. 3+ years of experience with Go.", 8, None),
    ("10 years of experience preferred. 5 years of experience required.", 5, None),
    ("Bonus points: 8 years of experience in sales. What you bring: 2 years of experience", 2, None),
    ("a lasting advantage   Requirements:    8+ years of experience. 5+ years of experience leading", 8, None),
    ("Preferred qualifications: 2-4 years of professional experience", None, None),
    ("founded 10 years ago", None, None),
    ("a 30-year-old company", None, None),
    ("You are at least 18 years of age.", None, None),
    ("We have over 20 years of experience in logistics.", None, None),
    ("our team has 10 years of experience", None, None),
    ("In the last 5 years we gained experience.", None, None),
    ("99 years of experience", None, None),
    ("4-year vesting and a 3 years warranty", None, None),
]
FOUND = [
    ("Python, Go and Rust", {"Python", "Go", "Rust"}),
    ("written in Go", {"Go"}),
    ("Golang", {"Go"}),
    ("R, SAS or Stata", {"R", "SAS", "Stata"}),
    ("C/C++ and C#", {"C++", "C#"}),
    ("C, C++, Java", {"C", "C++", "Java"}),
    ("React Native and React", {"React Native", "React"}),
    ("Java and JavaScript", {"Java", "JavaScript"}),
    ("Node.js, Express, MongoDB", {"Node.js", "Express", "MongoDB"}),
    ("Microsoft Excel", {"Microsoft Excel"}),
    ("tools like Excel", {"Microsoft Excel"}),
    ("Hive, Spark, Presto etc.", {"Hive", "Apache Spark", "Presto"}),
    ("Spark, Hadoop", {"Apache Spark", "Hadoop"}),
    ("CI/CD with GitHub Actions", {"CI/CD", "GitHub Actions"}),
    ("Kubernetes (k8s), AWS", {"Kubernetes", "AWS"}),
    ("Swift developer", {"Swift"}),
    ("go to market, Go-to-market, Go!", set()),
    ("R&D in Series C, C-level", set()),
    ("You excel at writing. Excel at work!", set()),
    ("Spark joy, act with swift care. Spring starts in May. Express yourself. Less is more. Rust belt.", set()),
    ("Notion of value; a segment of users", set()),
    ("JavaScripting, Pythonic", set()),
]


@pytest.mark.parametrize(("line", "kind"), LINES, ids=[line for line, _ in LINES])
def test_a_location_line_or_title_names_the_arrangement(line: str, kind: str | None) -> None:
    found = on_line(line)
    assert (found and found.value) == kind


@pytest.mark.parametrize(("text", "kind"), SENTENCES, ids=[text[:50] for text, _ in SENTENCES])
def test_only_a_sentence_about_this_role_tells_the_arrangement(text: str, kind: str | None) -> None:
    found = in_text(text.lower())
    assert (found and found.value) == kind


@pytest.mark.parametrize(("text", "least", "most"), YEARS, ids=[text[:50] for text, _, _ in YEARS])
def test_the_first_requirement_gives_the_years(text: str, least: int | None, most: int | None) -> None:
    found = experience_years(text.lower())
    assert (tuple(found.value) if found else (None, None)) == (least, most)


@pytest.mark.parametrize(("text", "names"), FOUND, ids=[text[:50] for text, _ in FOUND])
def test_a_skill_is_found_where_the_word_means_it(text: str, names: set[str]) -> None:
    assert set(skills(text, text.lower())) == names


def test_the_list_of_skills_is_long_and_has_each_spelling_once() -> None:
    listed = terms()
    assert len({term.name for term in listed}) >= 400
    keys = [(term.spelling if term.rule else term.spelling.lower()) for term in listed]
    assert sorted(key for key in set(keys) if keys.count(key) > 1) == []
    assert {term.rule for term in listed} <= {"", "case", "beside"}
