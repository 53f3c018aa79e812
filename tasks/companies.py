"""The companies file: CSV with the columns name, source, board, base_url."""

import csv
import fcntl
import io
import os
import re
import reprlib
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from tasks.addresses import is_loopback
from tasks.errors import ConfigError
from tasks.model import Company

COLUMNS = ["name", "source", "board", "base_url"]


def read(path: Path) -> list[Company]:
    """Every company of the file, in its order.

    Raises: ConfigError with one line for each fault, `file:line: what is wrong`.
    """
    faults: list[str] = []
    companies: dict[str, Company] = {}
    for line, row in _rows(path):
        company = _company(row, f"{path}:{line}", faults)
        if company and company.id in companies:
            faults.append(f"{path}:{line}: {company.id} stands here a second time; delete one of the two rows")
        elif company:
            companies[company.id] = company
    if not companies and not faults:
        faults.append(f"{path}: no company in it; add a row such as `Stripe,greenhouse,stripe,`")
    if faults:
        raise ConfigError(*faults)
    return list(companies.values())


def select(companies: list[Company], name: str | None, source: str | None) -> list[Company]:
    """Those whose name, board or id is `name` (any case) and whose source is `source`.

    Raises: ConfigError where nothing is left.
    """
    wanted = name.casefold() if name is not None else None
    found = [
        company
        for company in companies
        if (wanted is None or wanted in {company.name.casefold(), company.board.casefold(), company.id.casefold()})
        and (source is None or company.source == source)
    ]
    if not found:
        asked = " and ".join(
            f"{what} {value!r}" for what, value in (("company", name), ("source", source)) if value is not None
        )
        raise ConfigError(f"no row of the companies file has {asked}")
    return found


def text_of(path: Path, advice: str = "") -> str:
    """A file that a person wrote. Raises: ConfigError, with the advice where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}){advice}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8 (byte {error.start}); save it as UTF-8") from error


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    text = text_of(path, "; set ROLECALL_COMPANIES_FILE")
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="", restval="", strict=True)
    begun, rows = 1, []
    try:
        if reader.fieldnames != COLUMNS:
            raise ConfigError(f"{path}:1: the first line must be `{','.join(COLUMNS)}`")
        begun = 2
        for row in reader:
            rows.append((reader.line_num, row))
            begun = reader.line_num + 1
    except csv.Error as error:
        raise ConfigError(f"{path}:{begun}: is not CSV ({error}); look at the quotes from here on") from error
    return rows


def _company(row: dict[str, str], place: str, faults: list[str]) -> Company | None:
    if "" in row:
        faults.append(f"{place}: has more than {len(COLUMNS)} columns; put values with commas in quotes")
        return None
    try:
        company = Company.model_validate(row)
    except ValidationError as error:
        faults += [
            f"{place}: {fault['loc'][0]} {reprlib.repr(fault['input'])}: {fault['msg']}" for fault in error.errors()
        ]
        return None
    if find_spec(f"tasks.sources.{company.source}") is None:
        faults.append(f"{place}: source {company.source!r} is unknown; known are {', '.join(known_sources())}")
        return None
    return company


def known_sources() -> list[str]:
    """Names of the source modules."""
    folder = Path(__file__).parent / "sources"
    return sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))


def require_contact(companies: list[Company], contact: str | None) -> None:
    """Boards of others must be able to see whom to write to; those on this machine need not.

    Raises: ConfigError.
    """
    require_contact_of([company.base_url or "" for company in companies], contact)


def require_contact_of(urls: Iterable[str], contact: str | None) -> None:
    """The same for addresses; an empty one is a platform's.

    Raises: ConfigError.
    """
    if contact is None and any(not is_loopback(urlsplit(url).hostname or "") for url in urls):
        raise ConfigError(
            "ROLECALL_CONTACT is not set: give your e-mail address or web page, it is sent to the boards in the "
            "User-Agent so that they can reach you"
        )


def holds(path: Path, company: Company) -> bool:
    """Whether a row of the file names this board, in whatever case.

    Raises: ConfigError where the file is no companies file.
    """
    return _is_among(company, _known_rows(path.resolve()))


def add(path: Path, company: Company) -> bool:
    """Write a row where it belongs, all other bytes as they are; False where the board stands there already.

    Shape: in its place by name where the file is sorted so, else at the end. A file that is not there is made.
    Raises: ConfigError where the file cannot be read or written, or is no companies file.
    """
    path = path.resolve()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _alone(path.parent):
            known = _known_rows(path)
            if _is_among(company, known):
                return False
            _replace(path, _with_row(path, known, company))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written ({error.strerror})") from error
    return True


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """No two processes change a file of the folder at the same time."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _is_among(company: Company, rows: list[tuple[int, dict[str, str]]]) -> bool:
    return company.id.casefold() in (f"{row['source']}:{row['board']}".casefold() for _, row in rows)


def _known_rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    return _rows(path) if path.exists() and path.stat().st_size else []


def _with_row(path: Path, known: list[tuple[int, dict[str, str]]], company: Company) -> bytes:
    """Shape: the number beside a row is that of its last line."""
    text = path.read_bytes().decode("utf-8") if path.exists() else ""
    text = text or ",".join(COLUMNS) + "\n"
    end = "\r\n" if text.split("\n", 1)[0].endswith("\r") else "\n"
    lines = re.split(r"(?<=\n)", text if text.endswith("\n") else text + end)
    names = [row["name"].casefold() for _, row in known]
    before = len(known)
    if names == sorted(names):
        before = sum(name <= company.name.casefold() for name in names)
    place = known[before - 1][0] if before else 1
    row = io.StringIO(newline="")
    csv.writer(row, lineterminator=end).writerow([company.name, company.source, company.board, company.base_url or ""])
    return "".join([*lines[:place], row.getvalue(), *lines[place:]]).encode()


def _replace(path: Path, content: bytes) -> None:
    """All of it or nothing, whenever we are cut off."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).chmod(stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o644)
            Path(file.name).replace(path)
        finally:
            Path(file.name).unlink(missing_ok=True)  # which it is, once it has taken the other's place
