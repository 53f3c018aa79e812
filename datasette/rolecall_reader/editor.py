"""Who may see and write the reader's own words of a job: `jobs.status` and `jobs.note`.

Source: ROLECALL_PUBLIC=1 in the environment marks an instance that others can reach.
"""

import os
from collections.abc import Mapping
from contextvars import ContextVar
from ipaddress import ip_address
from typing import Any

from datasette.utils import actor_matches_allow

FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")

sees_marks: ContextVar[bool] = ContextVar("sees_marks", default=False)  # set for each request by plugins/veil.py


def is_public(environ: Mapping[str, str] = os.environ) -> bool:
    return environ.get("ROLECALL_PUBLIC", "").lower() in ("1", "true", "yes", "on")


def is_loopback(address: str) -> bool:
    """Whether that is an address of this machine alone; a name is not one."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return (getattr(found, "ipv4_mapped", None) or found).is_loopback


def is_local(scope: Mapping[str, Any]) -> bool:
    """Whether a client on this machine asks for itself; what a proxy passes on may come from anywhere."""
    names = {name.decode("latin-1").lower() for name, _ in scope.get("headers", ())}
    client = scope.get("client") or ("", 0)
    return is_loopback(client[0]) and names.isdisjoint(FORWARDED)


async def is_editor(datasette: Any, request: Any) -> bool:
    """Whether the request may see and write marks: of a signed-in actor, or from this machine to a private instance.

    Every signed-in actor may, unless `plugins: rolecall: editors:` of the metadata, an allow block, names some.
    """
    if not is_public() and is_local(request.scope):
        return True
    if not request.actor:
        return False
    allow = (datasette.plugin_config("rolecall") or {}).get("editors")
    default = actor_matches_allow(request.actor, allow)
    return bool(await datasette.permission_allowed(request.actor, "edit-jobs", default=default))
