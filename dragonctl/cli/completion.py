"""Names for shell completion, from a cache that lives for a minute; failures complete nothing.

Whoever presses Tab waits two seconds at most, and starts no local AWS.
"""

from __future__ import annotations

import json
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from dragonctl.config import api_title
from dragonctl.paths import read_own_json, state_folder, state_path

if TYPE_CHECKING:
    import click

    from dragonctl.cli.globals import Globals

_FRESH_SECONDS = 60.0
_PATIENCE_SECONDS = 2.0
# kind -> service, operation, the answer's list, the name in an item
_LISTS = {
    "api": ("apigateway", "GetRestApis", "items", "name"),
    "function": ("lambda", "ListFunctions", "Functions", "FunctionName"),
    "machine": ("stepfunctions", "ListStateMachines", "stateMachines", "name"),
}


def names(kind: str, context: click.Context, incomplete: str) -> list[str]:
    """The names of ``api``, ``stage``, ``function`` or ``machine`` that begin as was typed.

    None where AWS does not answer in time; the process that asked then ends without its threads.
    """
    from dragonctl.cli.globals import globals_of

    chosen, about = _first(context.params.get("api")), globals_of(context)
    found: list[str] = []

    def look() -> None:
        with suppress(Exception):  # completion must never print an error into a command line
            found.extend(_known(kind, chosen, about))

    asking = threading.Thread(target=look, daemon=True)
    asking.start()
    asking.join(_PATIENCE_SECONDS)
    return [name for name in found if name.startswith(incomplete)]


def folders(context: click.Context, incomplete: str) -> list[str]:
    """The folders of functions that begin as was typed."""
    from pathlib import Path

    from dragonctl.packaging.source import function_folders, function_name
    from dragonctl.recipes.functions.folders import FOLDER

    with suppress(OSError):
        found = function_folders(Path(context.params.get("source") or FOLDER))
        return [name for name in map(function_name, found) if name.startswith(incomplete)]
    return []


def _known(kind: str, chosen: str, about: Globals) -> list[str]:
    key = json.dumps(
        [kind, chosen, about.profile, about.region, about.endpoint_url, about.is_local]
    )
    path = state_path("completion") / "names.json"
    cache = read_own_json(path, dict[str, tuple[float, list[str]]]) or {}
    if key in cache and time.time() - cache[key][0] < _FRESH_SECONDS:
        return cache[key][1]
    found = _ask(kind, chosen, about)
    if not found:  # what is not there yet may be in a moment
        return []
    cache[key] = (time.time(), found)
    with suppress(OSError):  # where nothing can be kept, AWS is asked each time
        state_folder("completion")
        path.write_text(json.dumps(cache), encoding="utf-8")
        path.chmod(0o600)
    return found


def _first(said: str | tuple[str, ...] | None) -> str:
    return said[0] if isinstance(said, tuple) and said else said if isinstance(said, str) else ""


def _ask(kind: str, chosen: str, about: Globals) -> list[str]:
    from dragonctl.application.apis import Selection, find_api
    from dragonctl.cli.local_switch import is_running
    from dragonctl.cli.session import Session
    from dragonctl.resources.apigateway_stage import read_stages

    if about.is_local and not is_running():
        return []
    reads = Session(about).reads
    if kind in _LISTS:
        service, operation, key, name = _LISTS[kind]
        return sorted({item[name] for item in reads.pages(service, operation, key) or []})
    api = find_api(reads, Selection(chosen or None, title=api_title()))
    return sorted(read_stages(reads, api["id"]))
