"""Names for shell completion: AWS's from a cache that lives for a minute, others from this machine.

Failures complete nothing. Whoever presses Tab waits two seconds at most, and starts no local AWS.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from dragonctl.config import api_title
from dragonctl.errors import DragonError
from dragonctl.paths import read_own_json, state_folder, state_path

if TYPE_CHECKING:
    import click

    from dragonctl.cli.globals import Globals
    from dragonctl.engine.history import Run

_FRESH_SECONDS = 60.0
_PATIENCE_SECONDS = 2.0
# kind -> service, operation, the answer's list, the name in an item
_LISTS = {
    "api": ("apigateway", "GetRestApis", "items", "name"),
    "function": ("lambda", "ListFunctions", "Functions", "FunctionName"),
    "machine": ("stepfunctions", "ListStateMachines", "stateMachines", "name"),
}


def names(kind: str, context: click.Context, incomplete: str) -> list[str]:
    """The names of one kind that begin as was typed.

    Of AWS: ``api``, ``stage``, ``function``, ``machine``, ``method`` (a cache takes it), ``route``
    (``POST /dragons``). Of this machine: ``profile``, ``region``, ``run``, ``open run`` (that
    ``undo`` could take back), ``preset``, ``source``, ``grouping``. None where AWS does not answer
    in time; the process that asked then ends without its threads.
    """
    if kind in _OF_THIS_MACHINE:
        with suppress(Exception):  # as below
            return _OF_THIS_MACHINE[kind](incomplete)
        return []
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
    with suppress(OSError, DragonError):  # where nothing can be kept, AWS is asked each time
        state_folder("completion")
        path.write_text(json.dumps(cache), encoding="utf-8")
        path.chmod(0o600)
    return found


def _first(value: str | tuple[str, ...] | None) -> str:
    return (
        value[0] if isinstance(value, tuple) and value else value if isinstance(value, str) else ""
    )


def _ask(kind: str, chosen: str, about: Globals) -> list[str]:
    from dragonctl.application.apis import Selection, find_api
    from dragonctl.cli.local_switch import is_running
    from dragonctl.cli.session import Session
    from dragonctl.engine.events import ignore_event
    from dragonctl.resources.apigateway_method import read_resources
    from dragonctl.resources.apigateway_rest_api import read_stages

    if about.is_local and not is_running():
        return []
    reads = Session(about, ignore_event).reads
    if kind in _LISTS:
        service, operation, key, name = _LISTS[kind]
        return sorted({item[name] for item in reads.pages(service, operation, key) or []})
    api = find_api(reads, Selection(chosen or None, title=api_title()))
    if kind == "route":
        return sorted(_routes(read_resources(reads, api["id"])))
    if kind == "method":
        return sorted(_methods(read_resources(reads, api["id"])))
    return sorted(read_stages(reads, api["id"]))


def _methods(resources: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What API Gateway's cache takes: ``GET /dragons``."""
    for one in resources:
        yield from (
            f"GET {one['path']}" for verb in one.get("resourceMethods") or () if verb == "GET"
        )


def _routes(resources: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What a request may name: a method and a path; ANY stands for every method."""
    from dragonctl.cli.options import METHODS

    for one in resources:
        verbs = one.get("resourceMethods") or {}
        yield from (f"{verb} {one['path']}" for verb in (METHODS if "ANY" in verbs else verbs))


def _profiles(incomplete: str) -> list[str]:
    from botocore.session import Session as Settings

    return [name for name in Settings().available_profiles if name.startswith(incomplete)]


def _regions(incomplete: str) -> list[str]:
    from botocore.session import Session as Settings

    settings = Settings()
    partitions = settings.get_available_partitions()
    found = [name for one in partitions for name in settings.get_available_regions("lambda", one)]
    return sorted(name for name in found if name.startswith(incomplete))


def _runs(incomplete: str) -> list[str]:
    """The last first: that is the one that is meant most often."""
    return [run.run for run in reversed(_history()) if run.run.startswith(incomplete)]


def _open_runs(incomplete: str) -> list[str]:
    from dragonctl.engine.undo import undone

    taken_back = undone(_history())
    open_runs = [run for run in reversed(_history()) if run.changes and run.run not in taken_back]
    return [run.run for run in open_runs if run.run.startswith(incomplete)]


def _history() -> list[Run]:
    from dragonctl.engine.history import read_history

    return read_history(state_path("runs")).runs


def _presets(incomplete: str) -> list[str]:
    from dragonctl.application.log_queries import PRESETS

    return [name for name in PRESETS if name.startswith(incomplete)]


def _sources(incomplete: str) -> list[str]:
    """The last of several, which are separated by commas."""
    from dragonctl.application.log_groups import SOURCES

    before, comma, last = incomplete.rpartition(",")
    left = [name for name in SOURCES if name not in before.split(",")]
    return [f"{before}{comma}{name}" for name in left if name.startswith(last)]


def _groupings(incomplete: str) -> list[str]:
    from dragonctl.telemetry.traces.groups import ANNOTATION, GROUPINGS

    return [name for name in (*GROUPINGS, ANNOTATION) if name.startswith(incomplete)]


_OF_THIS_MACHINE: dict[str, Callable[[str], list[str]]] = {
    "profile": _profiles,
    "region": _regions,
    "run": _runs,
    "open run": _open_runs,
    "preset": _presets,
    "source": _sources,
    "grouping": _groupings,
}
