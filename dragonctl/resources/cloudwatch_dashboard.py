"""A CloudWatch dashboard: its body, which is JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from dragonctl.engine.fields import Field, Table
from dragonctl.engine.model import Call, Reader, Reading, Resource, State
from dragonctl.errors import DragonError

# The code differs with the protocol that the SDK chose.
_ABSENT = ("ResourceNotFound", "DashboardNotFoundError")
_MOST_WIDGETS, _COLUMNS, _TALLEST, _MOST_METRICS = 500, 24, 1000, 500
_NEEDED = {
    "metric": ("region", "metrics"),
    "log": ("region", "query"),
    "text": ("markdown",),
    "alarm": ("alarms",),
}


@dataclass(frozen=True)
class Dashboard(Resource):
    """A dashboard, by name; dashboards have no region. State: ``body``, decoded."""

    kind: ClassVar[str] = "cloudwatch-dashboard"
    table: ClassVar[Table] = (Field("body", "body"),)
    name: str

    def read(self, aws: Reader) -> Reading | None:
        """GetDashboard."""
        answer = aws.get("cloudwatch", "GetDashboard", absent=_ABSENT, DashboardName=self.name)
        return None if answer is None else Reading({"body": _decoded(answer["DashboardBody"])})

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """PutDashboard or DeleteDashboards."""
        if want is None:
            yield Call("cloudwatch", "DeleteDashboards", {"DashboardNames": [self.name]})
            return
        fault = next(faults(want["body"]), None)
        if fault:
            raise DragonError(
                f"CloudWatch would refuse the dashboard {self.name}: {fault}.",
                code="InvalidDashboard",
                resource=self.identifier,
            )
        body = json.dumps(want["body"], ensure_ascii=False)
        params = {"DashboardName": self.name, "DashboardBody": body}
        yield Call("cloudwatch", "PutDashboard", params)


def _decoded(text: str) -> Mapping[str, Any]:
    """The body; what is no JSON object (from an emulator, say) counts as empty, and not as ours."""
    try:
        body = json.loads(text)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def faults(body: Mapping[str, Any]) -> Iterator[str]:
    """What CloudWatch would refuse, by "Dashboard Body Structure and Syntax" of its reference."""
    widgets = body.get("widgets", [])
    if len(widgets) > _MOST_WIDGETS:
        yield f"a dashboard has at most {_MOST_WIDGETS} widgets, not {len(widgets)}"
    for widget in widgets:
        yield from _widget_faults(widget)


def _widget_faults(widget: Mapping[str, Any]) -> Iterator[str]:
    properties = widget.get("properties", {})
    title = properties.get("title", widget.get("type"))
    for name in _NEEDED.get(widget.get("type", ""), ()):
        if name not in properties:
            yield f"the widget {title!r} has no {name}"
    right, height = widget.get("x", 0) + widget.get("width", 6), widget.get("height", 6)
    if right > _COLUMNS or not 1 <= height <= _TALLEST:
        yield f"the widget {title!r} does not fit the grid of {_COLUMNS} columns"
    if len(properties.get("metrics", ())) > _MOST_METRICS:
        yield f"the widget {title!r} has more than {_MOST_METRICS} metrics"
