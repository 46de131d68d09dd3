"""Names for shell completion, from a cache that lives for a minute; failures complete nothing."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from dragonctl.paths import state_folder

if TYPE_CHECKING:
    import click

    from dragonctl.command_line.globals import Globals

_FRESH_SECONDS = 60.0
# kind -> service, operation, the answer's list, the name in an item
_LISTS = {
    "api": ("apigateway", "GetRestApis", "items", "name"),
    "function": ("lambda", "ListFunctions", "Functions", "FunctionName"),
    "machine": ("stepfunctions", "ListStateMachines", "stateMachines", "name"),
}


def names(kind: str, context: click.Context, incomplete: str) -> list[str]:
    """The names of ``api``, ``stage``, ``function`` or ``machine`` that begin as was typed."""
    with suppress(Exception):  # completion must never print an error into a command line
        found = _known(kind, context)
        return [name for name in found if name.startswith(incomplete)]
    return []


def _known(kind: str, context: click.Context) -> list[str]:
    from dragonctl.command_line.globals import globals_of

    chosen = _first(context.params.get("api"))
    about = globals_of(context)
    key = json.dumps(
        [kind, chosen, about.profile, about.region, about.endpoint_url, about.is_local]
    )
    path = state_folder("completion") / "names.json"
    cache: dict[str, tuple[float, list[str]]] = {}
    with suppress(OSError, ValueError):
        cache = json.loads(path.read_text(encoding="utf-8"))
    if key in cache and time.time() - cache[key][0] < _FRESH_SECONDS:
        return cache[key][1]
    found = _ask(kind, chosen, about)
    cache[key] = (time.time(), found)
    path.write_text(json.dumps(cache), encoding="utf-8")
    path.chmod(0o600)
    return found


def _first(said: str | tuple[str, ...] | None) -> str:
    return said[0] if isinstance(said, tuple) and said else said if isinstance(said, str) else ""


def _ask(kind: str, chosen: str, about: Globals) -> list[str]:
    from dragonctl.command_line.session import Session, selection
    from dragonctl.discovery.apis import find_api
    from dragonctl.resources.apigateway_stage import read_stages

    reads = Session(about).reads
    if kind in _LISTS:
        service, operation, key, name = _LISTS[kind]
        return sorted({item[name] for item in reads.pages(service, operation, key) or []})
    return sorted(read_stages(reads, find_api(reads, selection(chosen or None))["id"]))
