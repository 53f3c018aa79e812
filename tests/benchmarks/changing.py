"""An ingest without boards: `python -m tests.benchmarks.changing FILE CHANGES SALT` lands changes through the writer.

Shape: of whole boards nine in ten postings have another text, one in twenty is gone and one in twenty new; then the
rules read what changed. Prints as JSON what was done and how long it took.
"""

import json
import sys
import time
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

from tasks import rules, store
from tasks.model import Company
from tasks.settings import Settings
from tasks.store import extractions, pending, runs
from tasks.store.boards import LANDED, TEXT, land
from tasks.store.ledger import BoardRun

BOARDS = """SELECT id, name, source, board FROM companies WHERE open_jobs > 20
            ORDER BY (rowid * 7919 + :salt * 104729) % 1000003 LIMIT :boards"""
POSTINGS = f"""SELECT {", ".join(LANDED)}, {", ".join(TEXT)} FROM jobs JOIN job_texts USING (content_hash)
               WHERE company_id = ? AND is_open = 1 ORDER BY pk"""
RECIPE = "changing"


def change(file: Path, changes: int, salt: int) -> dict[str, Any]:
    settings = Settings(data_dir=file.parent)
    with closing(store.open_database(file)) as writer:
        boards = [_board(writer, row, salt) for row in writer.execute(BOARDS, {"salt": salt, "boards": changes // 20})]
        some = _enough(boards, changes)
        run_id, _ = runs.start(writer, {"salt": salt}, [board.company for board in some], settings)
        extractions.register(writer, RECIPE, {})
        began = time.perf_counter()
        for start in range(0, len(some), 8):  # about `upsert_batch` postings
            land(writer, run_id, some[start : start + 8], settings)
        landed = time.perf_counter() - began
        _extract(writer, run_id)
        runs.finish(writer, run_id, None, [])
        seconds = time.perf_counter() - began
    counts = {name: sum(getattr(board, name) for board in some) for name in ("new", "changed", "closed")}
    return {**counts, "landing_seconds": round(landed, 2), "seconds": round(seconds, 2)}


def _enough(boards: list[BoardRun], changes: int) -> list[BoardRun]:
    some: list[BoardRun] = []
    while boards and sum(len(board.rows) for board in some) < changes:
        some.append(boards.pop())
    return some


def _board(writer: Any, row: Any, salt: int) -> BoardRun:
    company = Company(name=row["name"], source=row["source"], board=row["board"])
    native = len(f"{company.id}:")
    board = BoardRun(company=company, outcome="complete")
    for number, posting in enumerate(writer.execute(POSTINGS, (company.id,))):
        if number % 20 == 0:
            continue  # gone
        values = dict(zip(LANDED + TEXT, posting, strict=True))
        if number % 20 == 1:
            board.rows.append(_edited(values | {"id": f"{values['id']}-{salt}"}, salt))
            board.seen.append(f"{values['id'][native:]}-{salt}")
        board.rows.append(_edited(values, salt))
        board.seen.append(values["id"][native:])
    return board


def _edited(values: dict[str, Any], salt: int) -> tuple[Any, ...]:
    words = f"Edition {salt} of this posting."
    values = {**values, "text": f"{values['text']}\n{words}", "html": f"{values['html']}<p>{words}</p>"}
    values["content_hash"] = sha256(f"{values['id']}{values['text']}".encode()).hexdigest()
    return tuple(values[name] for name in LANDED + TEXT)


def _extract(writer: Any, run_id: int) -> None:
    selection = pending.Selection(RECIPE, is_new=True)
    after = 0
    while rows := pending.pending(writer, selection, after, 200):
        found = {row["content_hash"]: rules.extract(row["title"], row["location"], row["text"]) for row in rows}
        extractions.apply(writer, run_id, RECIPE, rows, found, found)
        after = rows[-1]["pk"]


if __name__ == "__main__":
    print(json.dumps(change(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
