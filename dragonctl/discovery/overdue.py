"""Full request and response data that was to be logged for a while, and still is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from dragonctl.app import App
from dragonctl.resources.apigateway_stage import stage_state

UNTIL_TAG = "dragonctl:data-trace-until"
"""The tag of a stage that says when data trace must end: ISO 8601, UTC."""


def overdue(app: App, now: datetime) -> Iterator[str]:
    """A warning for each stage whose data trace should have ended, also beside those meant."""
    every = [(one, name) for one in app.apis for name in one.every_stage]
    for api, name in every:
        state = stage_state(api.every_stage[name])
        said = state.get(f"tags/{UNTIL_TAG}")
        traced = any(field.endswith("/logging/dataTrace") and on for field, on in state.items())
        if traced and said and _is_past(said, now):
            yield (
                f"Stage {name} logs full requests and responses, which was to end at {said}:"
                f" dragonctl setup-observability --api {api.id} --stage {name} --no-data-trace"
            )


def _is_past(said: str, now: datetime) -> bool:
    try:
        return datetime.fromisoformat(said) < now
    except (ValueError, TypeError):
        return True  # a date that nobody can read is no permission to go on
