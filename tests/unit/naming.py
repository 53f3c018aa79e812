"""Which boards of some platforms an address names, by the very expressions that the resolver searches with."""

from collections.abc import Collection

from tasks.resolve import patterns


def named(address: str, sources: Collection[str]) -> list[tuple[str, str]]:
    """Every expression of theirs that matches, as source and board: more than one is one too many."""
    found = ((each.source, each.expression.search(address)) for each in patterns() if each.source in sources)
    return [(source, match["board"]) for source, match in found if match]
