import pytest

from tasks.rules.employment import in_text, in_title
from tasks.rules.seniority import in_text as level_in_text
from tasks.rules.seniority import seniority

LEVELS = [
    ("Senior Software Engineer", "senior"),
    ("Sr. Data Analyst", "senior"),
    ("Staff Software Engineer", "staff"),
    ("Senior Staff ASIC Design Engineer", "staff"),
    ("Principal Data Scientist", "staff"),
    ("Lead Firmware Engineer", "lead"),
    ("Marketing Lead", "lead"),
    ("Teamlead Backend (m/w/d)", "lead"),
    ("Engineering Manager", "manager"),
    ("Manager, Data Engineering", "manager"),
    ("Senior Manager, AI Engineering", "manager"),
    ("AV Mechanical Design, Manager", "manager"),
    ("Director of Engineering", "director"),
    ("Associate Director, Quality Assurance", "director"),
    ("Head of Insurance", "director"),
    ("VP Sales", "executive"),
    ("Vice President, Specialist Sales", "executive"),
    ("Chief Technology Officer", "executive"),
    ("Software Engineer Intern", "intern"),
    ("Praktikum Marketing", "intern"),
    ("Werkstudent Softwareentwicklung (m/w/d)", "intern"),
    ("Talent Acquisition Intern", "intern"),
    ("Junior Engineer", "entry"),
    ("Software Engineer, New Grad", "entry"),
    ("Graduate Hardware Engineer", "entry"),
    ("Entry Level Technician", "entry"),
    ("Software Engineer I", "entry"),
    ("Software Engineer II", "mid"),
    ("Software Engineer I\u200bI", "mid"),
    ("Software Engineer III", "senior"),
    ("Associate Software Engineer", "entry"),
    ("Rotation Program Engineer", "entry"),
    ("Software Engineer (0-2 years experience)", "entry"),
    ("Senior Product Manager", "senior"),
    ("Senior Staff Nurse", "senior"),
]
NO_LEVEL = [
    "Software Engineer",
    "Account Manager",
    "Product Manager",
    "Project Manager",
    "Customer Success Manager",
    "Lead Generation Specialist",
    "Staff Accountant",
    "Staff Nurse",
    "Chief of Staff",
    "Executive Assistant to the CEO",
    "Account Executive",
    "Associate",
    "Art Director",
    "School Principal",
    "Graduate School Admissions Officer",
    "Recruiter, New Grad",
    "Internal Auditor",
    "International Tax Accountant",
    "Stage Manager",
    "Junior/Senior Developer",
    "Senior or Staff Engineer",
    "Mid-Market Account Executive",
    "Software Engineer IV",
    "Data Analyst I or II",
    "Financial Analyst I/II",
    "Associate",
    "Associate General Counsel",
    "Assistant Vice President",
    "",
]
LEVELS_IN_TEXTS = [
    ("this is an entry-level position", "entry"),
    ("this role is ideal for a new grad joining our platform team", "entry"),
    ("recent graduates welcome. 0-2 years of experience with python.", "entry"),
    ("you will mentor junior engineers and report to senior leaders", None),
]
TYPES_IN_TITLES = [
    ("Security Engineer (Contract)", "contract"),
    ("Influencer Manager (12 month contract)", "contract"),
    ("Nurse - Part-time", "part_time"),
    ("Buchhalter (m/w/d) in Vollzeit", "full_time"),
    ("Analyst, 12-month fixed-term", "temporary"),
    ("Marketing Internship", "intern"),
    ("RN PRN", "per_diem"),
    ("Bank Staff Nurse", "per_diem"),
    ("Bank Manager", None),
    ("Bank Teller", None),
    ("Locum Consultant in Radiology", "temporary"),
    ("Sales Representative (B2b)", None),
    ("Freelance Designer", "contract"),
    ("Cook (full-time or part-time)", None),
    ("Contract Manager", None),
    ("Intern Program Manager", None),
    ("Volunteer Coordinator", None),
]
TYPES_IN_TEXTS = [
    ("employment type: full-time", "full_time"),
    ("job type: part-time", "part_time"),
    ("this is a full-time, exempt position", "full_time"),
    ("this is a full-time 6-month internship", "intern"),
    ("a 12-month fixed-term contract", "temporary"),
    ("the post is offered on a part-time basis", "part_time"),
    ("employed on a fixed term contract basis", "temporary"),
    ("full-time", "full_time"),
    ("beschäftigungsart: vollzeit", "full_time"),
    ("employment type: full-time or part-time", None),
    ("this is not a full-time position", None),
    ("must be eligible to work in the us on a full time basis", None),
    ("fellows may be offered a full-time role later", None),
    ("you negotiate contracts with suppliers", None),
]


@pytest.mark.parametrize(("title", "level"), LEVELS, ids=[title for title, _ in LEVELS])
def test_a_level_word_in_the_title_is_the_level(title: str, level: str) -> None:
    found = seniority(title.lower())
    assert found is not None
    assert found.value == level


@pytest.mark.parametrize("title", NO_LEVEL, ids=[title or "empty" for title in NO_LEVEL])
def test_a_profession_or_a_choice_is_no_level(title: str) -> None:
    assert seniority(title.lower()) is None


@pytest.mark.parametrize(("text", "level"), LEVELS_IN_TEXTS, ids=[text for text, _ in LEVELS_IN_TEXTS])
def test_a_level_is_read_from_a_sentence_that_gives_it_to_this_role(text: str, level: str | None) -> None:
    found = level_in_text(text)
    assert (found and found.value) == level


@pytest.mark.parametrize(("title", "kind"), TYPES_IN_TITLES, ids=[title for title, _ in TYPES_IN_TITLES])
def test_an_employment_type_is_read_from_a_title_that_names_one(title: str, kind: str | None) -> None:
    found = in_title(title)
    assert (found and found.value) == kind


@pytest.mark.parametrize(("text", "kind"), TYPES_IN_TEXTS, ids=[text for text, _ in TYPES_IN_TEXTS])
def test_an_employment_type_is_read_from_a_label_or_a_clear_sentence(text: str, kind: str | None) -> None:
    found = in_text(text)
    assert (found and found.value) == kind
