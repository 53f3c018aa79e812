"""A facet over a column that holds a JSON array of distinct names: `facets: [{names: skills}]` in metadata.

Datasette's own array facet reads every column of every row to drop duplicates, and times out on a large table.
"""

from typing import Any
from urllib.parse import parse_qsl

from datasette import hookimpl
from datasette.database import QueryInterrupted
from datasette.facets import Facet
from datasette.utils import escape_sqlite, path_with_added_args, path_with_removed_args

COUNTS = """
SELECT each.value AS value, count(*) AS count FROM ({sql}) AS listed JOIN json_each(listed.{column}) AS each
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {limit}
"""


class NamesFacet(Facet):
    type = "names"

    async def facet_results(self) -> tuple[list[dict[str, Any]], list[str]]:
        """Shape: the facets, and the columns that took too long."""
        found, late = [], []
        for config in self.get_configs():
            column = config["config"]["simple"]
            try:
                found.append(await self.count(column))
            except QueryInterrupted:
                late.append(column)
        return found, late

    async def count(self, column: str) -> dict[str, Any]:
        size = self.get_facet_size()
        counted = await self.ds.execute(
            self.database,
            COUNTS.format(sql=self.sql, column=escape_sqlite(column), limit=size + 1),
            self.params,
            truncate=False,
            custom_time_limit=self.ds.setting("facet_time_limit_ms"),
        )
        results = [self.choice(column, row["value"], row["count"]) for row in counted.rows[:size]]
        return {"name": column, "type": self.type, "hideable": False, "toggle_url": "", "results": results,
                "truncated": len(counted.rows) > size}  # fmt: skip

    def choice(self, column: str, value: str, count: int) -> dict[str, Any]:
        pair = {f"{column}__arraycontains": value}
        selected = next(iter(pair.items())) in parse_qsl(self.request.query_string)
        toggled = (path_with_removed_args if selected else path_with_added_args)(self.request, pair)
        return {"value": value, "label": value, "count": count, "selected": selected,
                "toggle_url": self.ds.absolute_url(self.request, self.ds.urls.path(toggled))}  # fmt: skip


@hookimpl
def register_facet_classes() -> list[type[Facet]]:
    return [NamesFacet]
