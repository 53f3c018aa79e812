"""What a plain reader of a Greenhouse board meets under each fault: the faults, told by their effect."""

import json

import httpx

LARGE = 5_000_000
# of a board of four postings; {path} is that of its list
MET = {
    "status-500": "500", "status-429": "429 7", "status-403": "403", "status-404": "404", "hang": "ReadTimeout",
    "slow-drip": "ReadTimeout", "reset": "RemoteProtocolError", "truncated-json": "JSONDecodeError in application/json",
    "wrong-type": "list", "empty-list": "0 rows 0 ids 0 untitled of 0", "huge-body": "6 MiB from 0 KiB",
    "gzip-bomb": "6 MiB from 6 KiB", "redirect-private": "302 http://169.254.169.254/latest/meta-data/",
    "redirect-loop": "302 {path}?again=1", "duplicate-ids": "6 rows 4 ids 0 untitled of 6",
    "missing-fields": "4 rows 4 ids 2 untitled of 4", "invalid-utf8": "UnicodeDecodeError in application/json",
    "html-instead-of-json": "JSONDecodeError in text/html", "lying-total": "4 rows 4 ids 0 untitled of 29",
}  # fmt: skip


def outcome(web: httpx.Client, path: str) -> str:
    """The answer in a word or two."""
    try:
        answer = web.get(path)
    except (httpx.TimeoutException, httpx.RemoteProtocolError, httpx.TooManyRedirects) as error:
        return type(error).__name__
    if answer.status_code != httpx.codes.OK:
        return f"{answer.status_code} {answer.headers.get('location') or answer.headers.get('retry-after', '')}".strip()
    if len(answer.content) > LARGE:
        return f"{len(answer.content) >> 20} MiB from {int(answer.headers.get('content-length', 0)) >> 10} KiB"
    try:
        found = json.loads(answer.content)
    except ValueError as error:
        return f"{type(error).__name__} in {answer.headers['content-type'].partition(';')[0]}"
    if not isinstance(found, dict):
        return type(found).__name__
    ids = [job["id"] for job in found["jobs"]]
    untitled = sum("title" not in job for job in found["jobs"])
    return f"{len(ids)} rows {len(set(ids))} ids {untitled} untitled of {found['meta']['total']}"
