from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tasks import companies
from tasks.errors import ConfigError
from tasks.model import Company

HEAD = "name,source,board,base_url\n"


def written(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "companies.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def faults(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        companies.read(path)
    return [fault.removeprefix(str(path)) for fault in caught.value.faults]


def test_every_row_is_a_company(tmp_path):
    path = written(tmp_path, HEAD + '"Quill, Inc.",greenhouse,quill,\nVega,lever,vega,https://api.eu.lever.co\n')
    quill, vega = companies.read(path)
    assert (quill.id, quill.name, quill.base_url) == ("greenhouse:quill", "Quill, Inc.", None)
    assert vega.origin("https://api.lever.co") == "https://api.eu.lever.co"


def test_every_fault_is_told_at_once_with_its_line(tmp_path):
    rows = [
        "Quill,greenhouse,quill,",
        "Quill,greenhouse,quill,",
        "Vega,teletype,vega,",
        ",lever,vega,",
        "Vega,lever,,",
        "Vega,lever,vega,ftp://x",
        "Vega,lever,vega,,surplus",
    ]
    found = faults(written(tmp_path, HEAD + "\n".join(rows)))
    assert [fault.split(":")[1] for fault in found] == ["3", "4", "5", "6", "7", "8"]
    assert "second time" in found[0]
    assert "'teletype' is unknown; known are ashby, bamboohr" in found[1]
    assert "name ''" in found[2]
    assert "board ''" in found[3]
    assert "base_url 'ftp://x'" in found[4]
    assert "more than 4 columns" in found[5]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "first line must be"),
        ("name;source\n", "first line must be"),
        (HEAD, "no company in it"),
        (HEAD.encode() + b"Caf\xe9,lever,x,\n", "not UTF-8"),
        (HEAD + 'x,lever,"y,\n', "not CSV"),
    ],
    ids=["empty", "other columns", "no rows", "latin-1", "open quote"],
)
def test_a_file_that_is_no_companies_file_says_why(tmp_path, content, said):
    (fault,) = faults(written(tmp_path, content))
    assert said in fault


def test_a_missing_file_names_the_setting(tmp_path):
    (fault,) = faults(tmp_path / "nowhere.csv")
    assert "ROLECALL_COMPANIES_FILE" in fault


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path):
    assert len(companies.read(written(tmp_path, b"\xef\xbb\xbf" + (HEAD + "Quill,lever,quill,\n").encode()))) == 1


def test_select_finds_by_name_board_or_id_in_any_case():
    quill = Company(name="Quill Inc", source="lever", board="quill")
    vega = Company(name="Vega", source="ashby", board="vega")
    for asked in ("quill inc", "QUILL", "lever:quill"):
        assert companies.select([quill, vega], asked, None) == [quill]
    assert companies.select([quill, vega], None, "ashby") == [vega]
    with pytest.raises(ConfigError, match="company 'nobody' and source 'lever'"):
        companies.select([quill, vega], "nobody", "lever")


def test_boards_of_others_need_a_contact_and_boards_of_this_machine_do_not():
    here = Company(name="Quill", source="lever", board="quill", base_url="http://127.0.0.1:9")
    there = Company(name="Vega", source="lever", board="vega", base_url="https://api.eu.lever.co")
    companies.require_contact([here], None)
    companies.require_contact([here, there], "someone@example.com")
    with pytest.raises(ConfigError, match="ROLECALL_CONTACT"):
        companies.require_contact([here, there], None)


ACME = Company(name="Acme, Inc.", source="lever", board="acme")


def test_a_row_goes_to_its_place_in_a_sorted_file_and_no_other_byte_changes(tmp_path):
    path = written(tmp_path, HEAD + '"Aardvark",greenhouse,"aardvark",\nquill,lever,quill,\n')
    assert companies.add(path, ACME)
    assert path.read_text() == (
        HEAD + '"Aardvark",greenhouse,"aardvark",\n"Acme, Inc.",lever,acme,\nquill,lever,quill,\n'
    )
    assert [each.name for each in companies.read(path)] == ["Aardvark", "Acme, Inc.", "quill"]


def test_a_row_goes_to_the_end_of_a_file_in_an_order_of_its_own(tmp_path):
    path = written(tmp_path, HEAD + "Vega,ashby,vega,\nQuill,lever,quill,")
    companies.add(path, ACME)
    assert path.read_text().splitlines()[1:] == ["Vega,ashby,vega,", "Quill,lever,quill,", '"Acme, Inc.",lever,acme,']


def test_a_board_is_written_once_in_whatever_case(tmp_path):
    path = written(tmp_path, HEAD + "Acme,lever,ACME,\n")
    before = path.read_bytes()
    assert companies.holds(path, ACME)
    assert not companies.add(path, ACME)
    assert path.read_bytes() == before


def test_line_ends_mark_and_mode_of_the_file_stay(tmp_path):
    path = written(tmp_path, b"\xef\xbb\xbf" + (HEAD + "Quill,lever,quill,\n").replace("\n", "\r\n").encode())
    path.chmod(0o640)
    companies.add(path, ACME)
    assert path.read_bytes() == (
        b'\xef\xbb\xbfname,source,board,base_url\r\n"Acme, Inc.",lever,acme,\r\nQuill,lever,quill,\r\n'
    )
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_row_over_two_lines_is_not_torn(tmp_path):
    path = written(tmp_path, HEAD + '"Aard\nvark",lever,aard,\nQuill,lever,quill,\n')
    companies.add(path, ACME)
    assert path.read_text() == HEAD + '"Aard\nvark",lever,aard,\n"Acme, Inc.",lever,acme,\nQuill,lever,quill,\n'


def test_a_file_that_is_not_there_is_made(tmp_path):
    for path in (tmp_path / "new" / "companies.csv", written(tmp_path, "")):
        assert companies.add(path, ACME)
        assert companies.read(path) == [ACME]
        assert list(path.parent.glob(".*")) == []


def test_a_link_to_the_file_stays_a_link(tmp_path):
    path, link = written(tmp_path, HEAD), tmp_path / "link.csv"
    link.symlink_to(path)
    companies.add(link, ACME)
    assert link.is_symlink()
    assert companies.read(path) == [ACME]


def test_a_file_of_something_else_is_left_alone(tmp_path):
    path = written(tmp_path, "a;b\n1;2\n")
    with pytest.raises(ConfigError, match="first line must be"):
        companies.add(path, ACME)
    assert path.read_text() == "a;b\n1;2\n"


def test_rows_that_are_added_at_the_same_time_all_stay(tmp_path):
    path = written(tmp_path, HEAD)
    rows = [Company(name=f"Firm {n}", source="lever", board=f"firm{n}") for n in range(40)]
    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(lambda row: companies.add(path, row), rows))
    assert {each.board for each in companies.read(path)} == {row.board for row in rows}
