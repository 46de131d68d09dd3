"""Full request and response data that was to be logged for a while, and still is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from dragonctl.app import App, Raw
from dragonctl.resources.apigateway_stage import stage_state

UNTIL_TAG = "dragonctl:data-trace-until"
"""The tag of a stage that says when data trace must end: ISO 8601, UTC."""
DATA_TRACE_TAG = f"tags/{UNTIL_TAG}"
"""The field of a stage's state that holds it."""


def overdue(app: App, now: datetime) -> Iterator[str]:
    """A warning for each stage whose data trace should have ended, also beside those meant."""
    every = [(one, name) for one in app.apis for name in one.every_stage]
    for api, name in every:
        if until := overdue_since(api.every_stage[name], now):
            yield (
                f"Stage {name} logs full requests and responses, which was to end at {until}:"
                f" dragonctl setup-observability --api {api.id} --stage {name} --no-data-trace"
            )


def overdue_since(stage: Raw, now: datetime) -> str | None:
    """When data trace of a stage (GetStages' item) was to end; None where it has, or may go on."""
    state = stage_state(stage)
    until: str | None = state.get(DATA_TRACE_TAG)
    is_on = any(field.endswith("/logging/dataTrace") and on for field, on in state.items())
    return until if is_on and until and _is_past(until, now) else None


def _is_past(said: str, now: datetime) -> bool:
    try:
        return datetime.fromisoformat(said) <= now
    except (ValueError, TypeError):
        return True  # a date that nobody can read is no permission to go on
