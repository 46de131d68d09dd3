"""Full request and response data that was to be logged for a while, and still is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime

from dragonctl.application.nouns import App, Raw
from dragonctl.engine.history import Run
from dragonctl.engine.model import Reader
from dragonctl.engine.restoring import resource_of
from dragonctl.errors import DragonError
from dragonctl.resources.apigateway_rest_api import read_stages
from dragonctl.resources.apigateway_stage import Stage, stage_state

UNTIL_TAG = "dragonctl:data-trace-until"
"""The tag of a stage that says when data trace must end: ISO 8601, UTC."""
DATA_TRACE_TAG = f"tags/{UNTIL_TAG}"
"""The field of a stage's state that holds it."""


def overdue(app: App, now: datetime) -> Iterator[str]:
    """A warning for each stage whose data trace should have ended, also beside those meant."""
    for api in app.apis:
        yield from _overdue_stages(api.id, api.all_stages, now)


def overdue_of_runs(aws: Reader, runs: Iterable[Run], now: datetime) -> Iterator[str]:
    """The same where no application is read, for the APIs of which runs, oldest first, tell.

    Stages that may not be read are passed over: the command at hand needs no right to them.
    """
    changed = (entry for run in runs for entry in run.entries.values())
    entries = [entry for entry in changed if resource_of(entry, {Stage.kind: Stage})]
    until = {entry.identifier: (entry.after or {}).get(DATA_TRACE_TAG) for entry in entries}
    due = [one for one in entries if (end := until[one.identifier]) and _is_past(end, now)]
    for api in dict.fromkeys(entry.identity["api"] for entry in due):
        with suppress(DragonError):
            yield from _overdue_stages(api, read_stages(aws, api), now)


def _overdue_stages(api: str, stages: Mapping[str, Raw], now: datetime) -> Iterator[str]:
    for name, raw in stages.items():
        if until := overdue_since(raw, now):
            yield (
                f"Stage {name} logs full requests and responses, which was to end at {until}:"
                f" `dragonctl setup-observability --api {api} --stage {name} --no-data-trace`"
            )


def overdue_since(stage: Raw, now: datetime) -> str | None:
    """When data trace of a stage (GetStages' item) was to end; None where it has, or may go on."""
    state = stage_state(stage)
    until: str | None = state.get(DATA_TRACE_TAG)
    is_on = any(field.endswith("/logging/dataTrace") and on for field, on in state.items())
    return until if is_on and until and _is_past(until, now) else None


def _is_past(end: str, now: datetime) -> bool:
    try:
        return datetime.fromisoformat(end) <= now
    except (ValueError, TypeError):
        return True  # a date that nobody can read is no permission to go on
