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


def test_the_companies_file_that_we_ship_is_sound_sorted_and_unique():
    from tasks.settings import ROOT

    shipped = companies.read(ROOT / "deployments" / "companies.csv")
    names = [company.name.casefold() for company in shipped]
    assert names == sorted(names)
