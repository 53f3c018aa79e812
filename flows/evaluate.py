"""Command `rolecall evaluate`: how good the answers are against labelled postings; `tasks.scoring` has the format."""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from flows import show
from flows.lookup import Json
from tasks import llm, rules, scoring
from tasks import settings as configuration
from tasks.errors import ConfigError
from tasks.model import Extraction
from tasks.scoring import Case, Judgement

SCORE_COLUMNS = ("field", "precision", "recall", "f1", "labelled", "stated", "answered", "right", "wrong", "missed")
HEADINGS = {"precision": "prec.", "f1": "F1", "labelled": "labels", "answered": "answers"}
WORST_COLUMNS = ("verdict", "field", "id", "title", "expected", "answer", "quote")

app = typer.Typer()


class Engine(StrEnum):
    rules = "rules"
    vllm = "vllm"
    both = "both"


@app.command()
def evaluate(
    gold: Annotated[Path, typer.Argument(help="Labelled postings, a JSON object a line.")],
    engine: Annotated[Engine, typer.Option(help="Who answers: the rules, the model, or rules first.")] = Engine.rules,
    worst: Annotated[int, typer.Option(min=0, help="How many wrong and missed answers to list.")] = 20,
    as_json: Json = False,
) -> None:
    """Measure the answers against labelled postings: precision, recall and F1 per field, and the worst cases."""
    cases = _read(gold)
    answers, outcomes = _answers(cases, engine)
    judged = [list(scoring.judge(case, found)) for case, found in zip(cases, answers, strict=True)]
    scores = scoring.scores(each for judgements in judged for each in judgements)
    rows = [{name: getattr(score, name) for name in SCORE_COLUMNS} for score in scores]
    faults = [_row(cases[number], answers[number], each) for number, each in scoring.worst(judged)[:worst]]
    if as_json:
        values = {"engine": engine, "cases": len(cases), "outcomes": outcomes, "fields": rows, "worst": faults}
        print(json.dumps(values, default=str))
        return
    _table([row | {name: _share(row[name]) for name in ("precision", "recall", "f1")} for row in rows])
    if faults:
        show.out.print()
        show.headed(faults, WORST_COLUMNS)
    show.note(f"{len(cases):,} postings" + "".join(f", {count:,} {outcome}" for outcome, count in outcomes.items()))


def _table(rows: list[dict[str, Any]]) -> None:
    if not show.out.is_terminal:
        show.headed(rows, SCORE_COLUMNS)
        return
    sheet = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))  # 80 columns hold it
    for name in SCORE_COLUMNS:
        sheet.add_column(HEADINGS.get(name, name), justify="left" if name == "field" else "right")
    for row in rows:
        sheet.add_row(*("" if row[name] is None else str(row[name]) for name in SCORE_COLUMNS))
    show.out.print(sheet)


def _share(value: float | None) -> str | None:
    return None if value is None else f"{value:.3f}"


def _read(gold: Path) -> list[Case]:
    try:
        lines = gold.read_text("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise ConfigError(f"{gold}: not UTF-8 at byte {error.start}") from error
    cases = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                cases.append(scoring.read_case(line))
            except ConfigError as error:
                raise ConfigError(f"{gold}, line {number}: {error}") from error
    if not cases:
        raise ConfigError(f"{gold}: holds no labelled posting")
    return cases


def _answers(cases: Sequence[Case], engine: Engine) -> tuple[list[Extraction], Counter[str]]:
    """An extraction for each case, and how asking the model ended, counted."""
    if engine is Engine.vllm:
        found = [Extraction() for _ in cases]
    else:
        found = [rules.extract(case.title, case.location, case.text) for case in cases]
    return found, Counter() if engine is Engine.rules else asyncio.run(_by_model(cases, found, engine))


async def _by_model(cases: Sequence[Case], found: list[Extraction], engine: Engine) -> Counter[str]:
    """Complete `found` in place with what is labelled and still open, as a run would; alone it is asked for all."""
    settings = configuration.load()
    asked = settings.asked_fields if engine is Engine.both else None
    documents = _documents(cases, found, asked)
    model = await llm.connect(settings)
    if model is None:
        raise ConfigError("there is no model to ask: set ROLECALL_VLLM_URL")
    outcomes = Counter[str]()
    try:
        async for answer in llm.ask(model, documents):
            outcomes[answer.outcome] += 1
            if answer.extraction is not None:
                _complete(found[int(answer.content_hash)], answer.extraction)
    finally:
        await llm.close(model)
    return outcomes


def _documents(cases: Sequence[Case], found: Sequence[Extraction], asked: frozenset[str] | None) -> list[llm.Document]:
    """Shape: `content_hash` is the number of the case."""
    documents = []
    for number, (case, known) in enumerate(zip(cases, found, strict=True)):
        keys = {llm.evidence_key(name) for name in case.expected} - known.evidence.keys()
        keys = keys if asked is None else keys & asked
        wanted = frozenset(name for key in keys for name in llm.columns(key))
        if wanted:
            documents.append(llm.Document(str(number), case.title, case.location, case.text, wanted))
    return documents


def _complete(known: Extraction, answer: Extraction) -> None:
    for name in (*scoring.COLUMNS, "skills"):
        if (value := getattr(answer, name)) not in (None, []):
            setattr(known, name, value)
    known.evidence.update(answer.evidence)


def _row(case: Case, found: Extraction, judgement: Judgement) -> dict[str, Any]:
    told = {name: getattr(judgement, name) for name in ("verdict", "field", "expected", "answer")}
    return {"id": case.id, "title": case.title, "quote": _quote(found, judgement), **told}


def _quote(found: Extraction, judgement: Judgement) -> str | None:
    """The words that a wrong answer was read from."""
    name = judgement.field
    key = f"skills:{judgement.answer}" if name == "skills" else llm.evidence_key(name)
    evidence = found.evidence.get(key)
    return evidence.quote if evidence else None
