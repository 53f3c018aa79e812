"""`check`, `ingest` and `serve` as a person meets them: what is said, where it is said, and the exit code."""

import socket

import pytest

ESCAPE = "\x1b"
HEAD = "name,source,board,base_url\n"
HERE = "http://127.0.0.1:9"


@pytest.fixture
def shell(site, make_shell):
    site[0].behave()
    return make_shell(*site)


def test_check_tells_every_fault_of_the_companies_file_with_its_line(shell):
    rows = [
        f"Fine,lever,fine,{HERE}",
        f"Twice,lever,fine,{HERE}",
        f"Odd,nosuchplatform,odd,{HERE}",
        f"A, lever,b,{HERE},more",
        ",lever,nameless,",
        "Ftp,lever,x,ftp://127.0.0.1",
        "Port,lever,y,http://127.0.0.1:99999",
        "Bracket,lever,z,http://[::1",
        "Bell\a,lever,bell,",
    ]
    shell.companies.write_text(HEAD + "\n".join(rows))
    said = shell("check")
    assert said.code == 2
    lines = [fault.removeprefix(f"{shell.companies}:").split(":")[0] for fault in said.faults]
    assert lines == ["3", "4", "5", "6", "7", "8", "9", "10"]
    assert shell("check", "--json").json == {"faults": said.faults}


def test_check_tells_every_wrong_setting(shell):
    settings = {"retries": "many", "max_companies": 0, "schedule": "hourly", "engine": "no.such:engine"}
    said = shell("check", contact="a\nX-Evil: 1", **settings)
    assert said.code == 2
    names = {fault.split("=")[0] for fault in said.faults}
    assert names == {f"ROLECALL_{name.upper()}" for name in (*settings, "contact")}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (b"", ":1: the first line must be"),
        (HEAD.encode(), ": no company in it"),
        (HEAD.replace(",", "\t").encode(), ":1: the first line must be"),
        (f'{HEAD}A,lever,a,\n"B,lever,b,\nC,lever,c,\n'.encode(), ":3: is not CSV"),
        (f"{HEAD}{'A' * 1_000_000},lever,a,\n".encode(), ":2: is not CSV"),
        (f"{HEAD}{'A' * 100_000},lever,a,{HERE}\n".encode(), ":2: name 'AAA"),
        (f"{HEAD}A,lever,a,\xff".encode("latin-1"), ": is not UTF-8 (byte 37)"),
        (f"{HEAD}A\0,lever,a,{HERE}".encode(), ":2: name 'A\\x00'"),
    ],
    ids="empty head tabs quotes field name latin nul".split(),
)
def test_a_companies_file_that_is_none_is_refused_in_one_short_line(shell, written, said):
    shell.companies.write_bytes(written)
    answer = shell("ingest")
    (fault,) = answer.faults
    assert (answer.code, fault.startswith(f"{shell.companies}{said}")) == (2, True), fault
    assert len(fault) < len(str(shell.companies)) + 200
    assert not shell.data.exists()


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "mark"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_what_spreadsheets_write_is_read(shell, mark, end):
    shell.companies.write_bytes(f'{mark}{HEAD}"Ünï, 😀",lever,a,{HERE}'.replace("\n", end).encode())
    assert (shell("check").code, shell("check").err) == (0, "1 companies, settings fine\n")


@pytest.mark.parametrize("contact", [{}, {"contact": ""}], ids=["unset", "empty"])
def test_boards_of_others_are_not_asked_without_a_contact(shell, contact):
    shell.companies.write_text(f"{HEAD}Stripe,greenhouse,stripe,\n")
    for command in ("ingest", "check", "up"):
        said = shell(command, **contact)
        assert said.code == 2
        assert said.faults[0].startswith("ROLECALL_CONTACT is not set: give your e-mail address or web page")


def test_ingest_says_in_plain_lines_what_it_did(shell, site):
    said = shell("ingest", FORCE_COLOR="")
    assert said.code == 0
    assert ESCAPE not in said.out + said.err
    lines = said.out.splitlines()
    assert [line.split("\t")[2] for line in lines[:-3]] == ["complete"] * 6
    assert lines[-3] == (
        f"Completed: 6 boards (6 complete); jobs: {site[0].total()} fetched, {site[0].total()} new, 0 changed, 0 closed"
    )
    assert lines[-2] == f"Fields: {site[0].total()} extracted · 0 remembered"
    assert lines[-1] == str(shell.database)
    again = shell("ingest", "--json")
    assert (again.code, again.json["state"]) == (0, "Completed")
    assert {board["outcome"] for board in again.json["boards"]} == {"unchanged"}


def test_a_board_that_fails_is_one_line_and_the_exit_code_tells(shell, site):
    site[0].misbehave("lever", site[0].first("lever"), "status-403")
    said = shell("ingest")
    assert said.code == 3
    (line,) = [line for line in said.out.splitlines() if "HTTP 403" in line]
    assert line.split("\t")[1:3] == ["lever", "blocked"]
    assert "Partial: 6 boards (1 blocked, 5 complete)" in said.out
    assert shell("ingest", "--json").json["state"] == "Partial"
    dry = shell("ingest", "--dry-run", "--json")
    assert (dry.code, dry.json["state"], len(dry.json["boards"])) == (3, "Partial", 6)


def test_a_dry_run_writes_nothing(shell):
    said = shell("ingest", "--dry-run", redis_url="off")
    assert said.code == 0
    assert str(shell.database) not in said.out
    assert not shell.data.exists()


@pytest.mark.parametrize(
    ("arguments", "fields", "said"),
    [
        (["--company", "nobody"], {}, "no row of the companies file has company 'nobody'"),
        (["--company", ""], {}, "no row of the companies file has company ''"),
        (["--source", "nobody"], {}, "no row of the companies file has source 'nobody'"),
        ([], {"PREFECT_API_URL": f"{HERE}/api"}, f"PREFECT_API_URL={HERE}/api: no Prefect server answers there"),
        ([], {"engine": "no.such:engine"}, "ROLECALL_ENGINE='no.such:engine': Invalid python path"),
        ([], {"companies_file": "none.csv"}, "none.csv: cannot be read (No such file or directory)"),
    ],
)
def test_what_cannot_be_begun_is_told_in_one_line(shell, arguments, fields, said):
    answer = shell("ingest", *arguments, **fields)
    (fault,) = answer.faults
    assert (answer.code, fault.startswith(said)) == (2, True), fault


@pytest.mark.parametrize(
    ("engine", "said"),
    [("builtins:dict", "does not make an engine"), ("os:sep", "cannot be called"), ("os:getcwd", "cannot be called")],
)
def test_an_engine_that_is_none_ends_the_run_in_one_line(shell, engine, said):
    answer = shell("ingest", engine=engine, redis_url="off")
    assert answer.code == 2
    assert f"error: ROLECALL_ENGINE {said}" in answer.err


@pytest.mark.parametrize("redis", [{}, {"redis_url": "off"}], ids=["redis", "no redis"])
def test_a_data_folder_that_cannot_be_made_is_told_in_one_line(shell, redis):
    shell.data.write_text("a file stands in the folder's place")
    said = shell("ingest", **redis)
    (fault,) = [line for line in said.err.splitlines() if line.startswith("error: ")]
    assert (said.code, said.out) == (2, "")
    assert str(shell.data) in fault


def test_what_sqlite_refuses_in_mid_run_is_told_in_one_line_and_a_rerun_mends_it(shell, site):
    shell("ingest")
    with_trigger = "CREATE TRIGGER full BEFORE INSERT ON board_runs BEGIN SELECT raise(ABORT, 'disk is full'); END"
    shell.rows(with_trigger)
    said = shell("ingest")
    assert (said.code, said.out) == (2, "")
    assert said.err.splitlines()[-1] == "error: SQLite refused: disk is full"
    shell.rows("DROP TRIGGER full")
    assert shell("ingest").code == 0


def test_a_port_that_is_taken_is_told_before_anything_is_served(shell):
    shell("ingest")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = shell("serve", "--port", str(taken.getsockname()[1]))
    (fault,) = said.faults
    assert (said.code, fault.endswith("; choose another --host or --port")) == (2, True)
    assert shell("serve", datasette_host="nohost.invalid").code == 2


@pytest.mark.parametrize(
    "arguments", [["--nope"], ["nope"], ["ingest", "--nope"], ["search"], ["serve", "--port", "x"]]
)
def test_an_argument_that_is_none_is_refused(shell, arguments):
    said = shell(*arguments)
    assert (said.code, said.out) == (2, "")
    assert "Usage: rolecall" in said.err
