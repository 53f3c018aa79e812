"""Saved searches: their page, opening one, and `POST /-/searches` that saves, renames and deletes. For editors only."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from datasette import Forbidden, Response, hookimpl

from rolecall_reader import rows, searches
from rolecall_reader.editor import is_editor, sees_marks
from rolecall_reader.marks import RefusedError, form_of, require_same_origin, written
from rolecall_reader.site import reader_of

AHEAD = ("prefetch", "preview")  # of a page that nobody has opened yet


def require_owner() -> None:
    if not sees_marks.get():
        raise Forbidden(searches.OWNER)


async def page(datasette: Any, request: Any) -> Response:
    require_owner()
    database, reader = datasette.get_database("rolecall"), reader_of(datasette)
    found = [searches.search_of(row) for row in (await database.execute(searches.ALL)).rows]
    names = await rows.company_names(database, searches.companies_of(found))
    shown = [
        {"search": each, "words": searches.in_words(each.asked, names),
         "new": len((await searches.new(reader, each.asked, each.looked, each.looked_revision))[0])}
        for each in found
    ]  # fmt: skip
    query = request.args.get("save")
    asked = searches.asking.read(query or "")[0]
    context = {"searches": shown, "save": asked.query if query is not None else None,
               "suggested": searches.in_words(asked, {})[: searches.LONGEST_NAME]}  # fmt: skip
    return Response.html(await datasette.render_template("searches.html", context, request=request))


async def opened(datasette: Any, request: Any) -> Response:
    """The list of a search; that it was looked at is kept, unless another site or a prefetching browser asked."""
    require_owner()
    database = datasette.get_database("rolecall")
    search = await searches.of_id(database, int(request.url_vars["id"]))
    if search is None:
        return Response.redirect(datasette.urls.path("/searches"))
    purpose = request.headers.get("sec-purpose") or request.headers.get("purpose") or ""
    is_ours = request.headers.get("sec-fetch-site", "none") in ("same-origin", "none")
    if is_ours and not any(word in purpose for word in AHEAD) and request.method == "GET":
        matches, revision = await reader_of(datasette).every(search.asked)
        await written(database, partial(searches.look, search_id=search.id, matches=matches, revision=revision))
    return Response.redirect(datasette.urls.path(f"/?{search.query}"))


async def change(datasette: Any, request: Any, receive: Any) -> Response:
    is_json = "application/json" in request.headers.get("accept", "")
    try:
        search_id = await changed(datasette, request, receive)
    except RefusedError as refused:
        body, headers = {"ok": False, "error": refused.line}, {"cache-control": "no-store"}
        if is_json:
            return Response.json(body, status=refused.status, headers=headers)
        context = {"status": refused.status, "title": "Not saved", "error": refused.line}
        html = await datasette.render_template("error.html", context, request=request)
        return Response.html(html, status=refused.status, headers=headers)
    if is_json:
        return Response.json({"ok": True, "id": search_id}, headers={"cache-control": "no-store"})
    return Response("", status=303, headers={"location": datasette.urls.path("/searches")})


async def changed(datasette: Any, request: Any, receive: Any) -> int:
    """Do what the form says; the number of the search.

    Raises: RefusedError.
    """
    if request.method != "POST":
        raise RefusedError(405, "Searches are changed with POST.")
    require_same_origin(request.headers)
    if not await is_editor(datasette, request):
        raise RefusedError(403, searches.OWNER)
    form, database = await form_of(receive), datasette.get_database("rolecall")
    does = form.get("do", "save")
    if does == "save":
        return await saved(datasette, form)
    if does not in ("rename", "delete") or not form.get("id", "").isdecimal() or len(form["id"]) > 18:
        raise RefusedError(400, "Send do=save with name and query, do=rename with id and name, or do=delete with id.")
    search_id = int(form["id"])
    if does == "delete":
        await written(database, partial(searches.delete, search_id=search_id))
    else:
        name = searches.name_of(form.get("name", ""))
        await written(database, partial(searches.rename, search_id=search_id, name=name))
    return search_id


async def saved(datasette: Any, form: dict[str, str]) -> int:
    name, asked = searches.name_of(form.get("name", "")), searches.question_of(form.get("query", ""))
    matches, revision = await reader_of(datasette).every(asked)
    keep = partial(searches.save, name=name, query=asked.query, matches=matches, revision=revision)
    return int(await written(datasette.get_database("rolecall"), keep))


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Response]]]]:
    return [(r"^/searches$", page), (r"^/searches/(?P<id>\d{1,18})$", opened), (r"^/-/searches$", change)]
