"""The commands on recipes: extract and embed under the one in force, list, compare and forget them."""

import asyncio
from contextlib import closing
from typing import Annotated, Any

import typer

from flows import foreground, show
from flows.lookup import CompanyOption, Json
from tasks import llm, store
from tasks import settings as configuration
from tasks.errors import ConfigError, ExtractionError
from tasks.llm.embeddings import Embedder
from tasks.run import only_writer, recipe_id, recipe_parameters
from tasks.settings import Settings
from tasks.store import recipes, search

app = typer.Typer()
recipes_app = typer.Typer(help="What the extracted values were made with.")
app.add_typer(recipes_app, name="recipes")

DIFFERENCES = ("field", "same", "changed", "gained", "lost")
LISTED = ("id", "in_force", "created_at", "engine", "extractions", "answered", "jobs", "embeddings")


@app.command()
def extract(
    recipe: Annotated[
        str, typer.Option(help="Which jobs: `current` those still to be read, a recipe's id those it filled, `all`.")
    ] = "current",
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many jobs.")] = None,
    company: CompanyOption = None,
    as_json: Json = False,
) -> None:
    """Read jobs that are in the file again under the recipe in force, without asking any board."""
    settings = configuration.load()
    with closing(store.open_reader(settings.database)) as reader:  # before a server is started in vain
        if recipe not in ("current", "all"):
            recipes.resolve(reader, recipe)
        if company is not None and not search.companies_of(reader, company):
            raise ConfigError(f"no company of the file is called {company!r}")
    asyncio.run(_recipe_now(settings))

    async def start() -> Any:
        from flows.extract import extract as flow  # Prefect reads its settings at import, they are set by now

        return await flow(recipe=recipe, limit=limit, company=company, return_state=True)

    state, value = foreground.run(settings, start, settings.database)
    show.extracted(state, value if isinstance(value, dict) else None, as_json)
    raise typer.Exit(0 if state.is_completed() else 1)


@app.command()
def embed(
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many jobs.")] = None, as_json: Json = False
) -> None:
    """Embed the texts of open jobs that have no vector yet, and bring the search by meaning up to date."""
    settings = configuration.load()
    store.open_reader(settings.database).close()  # before a server is started in vain
    asyncio.run(_embedding_model(settings))

    async def start() -> Any:
        from flows.embed import embed as flow  # Prefect reads its settings at import, they are set by now

        return await flow(limit=limit, return_state=True)

    state, value = foreground.run(settings, start, None)
    show.embedded(state, value if isinstance(value, dict) else None, as_json)
    raise typer.Exit(0 if state.is_completed() else 1)


@recipes_app.callback(invoke_without_command=True)
def listing(context: typer.Context, as_json: Json = False) -> None:
    """Recipes, the newest first: how many extractions each has, and how many jobs it fills."""
    if context.invoked_subcommand is not None:
        return
    settings = configuration.load()
    with closing(store.open_reader(settings.database)) as reader:
        rows = recipes.listed(reader)
    now = _in_force(settings)
    for row in rows:
        row["in_force"] = "*" if row["id"] == now else ""
        row["engine"] = _engine(row["parameters"]["engine"])
    show.rows(rows, LISTED, as_json)


@recipes_app.command()
def diff(
    old: Annotated[str, typer.Argument(help="A recipe's id, or how it begins.")],
    new: Annotated[str, typer.Argument(help="Another one.")],
    examples: Annotated[int, typer.Option(min=0, max=100, help="Shown of each field.")] = 3,
    as_json: Json = False,
) -> None:
    """What two recipes read differently in the same postings."""
    settings = configuration.load()
    with closing(store.open_reader(settings.database)) as reader:  # before a server is started in vain
        for name in (old, new):
            recipes.resolve(reader, name)

    async def start() -> Any:
        from flows.compare import compare

        return await compare(old, new, examples, return_state=True)

    state, value = foreground.run(settings, start, None)
    if not state.is_completed():
        show.extracted(state, None, as_json)
        raise typer.Exit(1)
    show.differences(value, DIFFERENCES, as_json)


@recipes_app.command()
def prune(
    names: Annotated[list[str] | None, typer.Argument(help="Recipes to forget; none: all that fill no job.")] = None,
    as_json: Json = False,
) -> None:
    """Forget recipes and their extractions; what jobs show now stays."""
    settings = configuration.load()
    store.open_reader(settings.database).close()
    with only_writer(settings.data_dir), closing(store.open_database(settings.database)) as writer:
        gone = recipes.prune(writer, names or [], _in_force(settings))
    show.facts({f"{name}_forgotten": count for name, count in gone.items()}, as_json)


def _in_force(settings: Settings) -> str | None:
    """The recipe that a run would use now; None where the model's server does not say."""
    try:
        return asyncio.run(_recipe_now(settings))
    except ExtractionError as error:
        show.note(f"warning: {error}")
        return None


async def _recipe_now(settings: Settings) -> str:
    """The recipe of the engine that the settings name, and the engine closed again.

    Raises: ConfigError, ExtractionError.
    """
    engine = await llm.connect(settings)
    try:
        return recipe_id(recipe_parameters(engine))
    finally:
        await llm.close(engine)


async def _embedding_model(settings: Settings) -> None:
    """Raises: ConfigError where no embedding server is named, ExtractionError where it cannot be used."""
    await (await Embedder.connect(settings)).close()


def _engine(parameters: dict[str, Any] | None) -> str:
    if not parameters:
        return "rules"
    named = (parameters.get(name) for name in ("engine", "model", "revision", "quantization"))
    return " ".join(str(each) for each in named if each)
