"""Flow `compare`: what two recipes read differently in the same postings, field by field.

Reason: a new model, prompt or rule is judged by what it changes, with examples, before its answers are trusted.

Needs: the SQLite file.
Writes: a table artifact.
"""

from contextlib import closing
from dataclasses import asdict
from typing import Any

from prefect import flow
from prefect.artifacts import acreate_table_artifact

from tasks import llm, store
from tasks import settings as configuration
from tasks.model import FIELDS
from tasks.store import recipes

COUNTS = ("same", "changed", "gained", "lost")


@flow(name="compare", flow_run_name="compare {old} {new}", persist_result=False, validate_parameters=True)
async def compare(old: str, new: str, examples: int = 3) -> dict[str, Any]:
    """Counts and examples per field. Shape: `old` and `new` are recipes or how their ids begin.

    Raises: ConfigError, StoreError.
    """
    with closing(store.open_reader(configuration.load().database)) as reader:
        ids = [recipes.resolve(reader, name) for name in (old, new)]
        groups = {name: llm.columns(name) for name in FIELDS}
        found, seen = recipes.differences(reader, ids[0], ids[1], groups, examples)
        contents = [content for each in found.values() for content, _, _ in each.examples]
        names = recipes.titles(reader, contents)
    fields = {name: asdict(each) for name, each in found.items()}
    for each in fields.values():
        each["examples"] = [
            {"job": names.get(content, content), "old": _words(before), "new": _words(after)}
            for content, before, after in each["examples"]
        ]
    rows = [{"field": name, **{each: values[each] for each in COUNTS}} for name, values in fields.items()]
    for row in rows:
        row["examples"] = "; ".join(
            f"{each['job']}: {each['old']} → {each['new']}" for each in fields[row["field"]]["examples"]
        )
    description = f"{ids[0]} → {ids[1]}: {seen['both']:,} postings read by both"
    await acreate_table_artifact(table=rows, key="recipes-diff", description=description)
    return {"old": ids[0], "new": ids[1], "postings": dict(seen), "fields": fields}


def _words(values: tuple[Any, ...]) -> str:
    said = (", ".join(map(str, each)) if isinstance(each, tuple) else str(each) for each in values)
    return " ".join(each for each in said if each not in ("", "None")) or "nothing"
