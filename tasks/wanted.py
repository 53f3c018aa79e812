"""A file of addresses to follow, and a journal of where each of them led, so that none is asked for twice."""

import csv
import io
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tasks.companies import text_of
from tasks.errors import ConfigError

URL_COLUMNS = ("url", "careers", "website", "careers_url", "careers url", "link")
NAME_COLUMNS = ("name", "company")
JOURNAL = "companies-import.jsonl"
FOR_NOW = "failed"  # of this outcome an address is asked for again


def read(path: Path) -> dict[str, str | None]:
    """Addresses with the names that stand beside them: one a line, or a CSV with a column of them.

    Shape: each address once; `#` begins a line that is none.
    Raises: ConfigError where the file cannot be read, is of other columns, or holds no address.
    """
    text = text_of(path)
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        raise ConfigError(f"{path}: no address in it; write one a line, or a CSV with a column `url`")
    if len(re.split(r"[,;\t]", lines[0])) > 1 or lines[0].casefold() in URL_COLUMNS:
        return _columns(path, text)
    return dict.fromkeys(lines)


def _columns(path: Path, text: str) -> dict[str, str | None]:
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(csv.DictReader(io.StringIO(text.lstrip(), newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise ConfigError(f"{path}: is not CSV ({error})") from error
    heads = {(head or "").strip().casefold(): head for head in (rows[0] if rows else {})}
    column = next((heads[name] for name in URL_COLUMNS if name in heads), None)
    named = next((heads[name] for name in NAME_COLUMNS if name in heads), None)
    if column is None:
        told = f"has the columns {', '.join(heads)}" if rows else "has no rows"
        raise ConfigError(f"{path}: {told}; one of them must be called url, careers or website")
    found: dict[str, str | None] = {}
    for row in rows:
        if url := (row[column] or "").strip():
            found.setdefault(url, (row[named] or "").strip() or None if named else None)
    if not found:
        raise ConfigError(f"{path}: no address in the column {column}")
    return found


@dataclass(slots=True)
class Journal:
    """What is known of the addresses of one file. Shape: one JSON object a line, the last one of an address counts."""

    path: Path
    file: str
    entries: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path, file: Path) -> "Journal":
        """A line that was cut off when we were is passed over."""
        journal = cls(folder / JOURNAL, str(file.resolve()))
        lines = journal.path.read_text(encoding="utf-8").splitlines() if journal.path.exists() else []
        for line in lines:
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if entry["file"] == journal.file:
                journal.entries[entry["url"]] = entry
        return journal

    def knows(self, url: str) -> bool:
        return url in self.entries and self.entries[url]["outcome"] != FOR_NOW

    def note(self, entry: dict[str, Any]) -> None:
        self.entries[entry["url"]] = entry
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        is_whole = not self.path.exists() or self.path.read_bytes()[-1:] in (b"", b"\n")
        with self.path.open("a", encoding="utf-8") as file:
            file.write(("" if is_whole else "\n") + json.dumps({"file": self.file, **entry}, ensure_ascii=False) + "\n")
