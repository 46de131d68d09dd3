"""``setup-dashboard``: one CloudWatch dashboard for an application.

It carries a digest of itself in its heading. One whose digest is right was edited by nobody and is
brought up to date; any other is somebody's own work, and kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from dragonctl.application.nouns import App
from dragonctl.engine.model import Done, Json, Reading, State, Step
from dragonctl.engine.plan import Plan
from dragonctl.recipes.dashboard_body import body, plain
from dragonctl.recipes.prices import DASHBOARD_A_MONTH, FREE_DASHBOARDS, PRICES_OF, dollars
from dragonctl.resources.cloudwatch_dashboard import Dashboard

_SEAL = re.compile(r"Made by dragonctl · ([0-9a-f]{12})")
_BLANK = "Made by dragonctl · " + "0" * 12
_CONSOLES = {"aws-cn": "amazonaws.cn", "aws-us-gov": "amazonaws-us-gov.com"}
_LONGEST_NAME = 255


def cost(planned: Plan) -> Iterator[str]:
    """What a new dashboard costs."""
    if any(item.have is None for item in planned.items):
        yield (
            f"A dashboard costs {dollars(DASHBOARD_A_MONTH)} a month, the first {FREE_DASHBOARDS}"
            f" of an account nothing (prices of {PRICES_OF})."
        )


def dashboard_name(app: App) -> str:
    """Dashboards are of the whole account, and API names are not unique: the id is in the name."""
    parts = ["dragonctl", app.apis[0].name, app.apis[0].id] if app.apis else ["dragonctl"]
    if not app.apis:
        parts += [machine.name for machine in app.machines[:1]]
        parts += [app.region]
    text = re.sub(r"[^A-Za-z0-9_-]+", "-", "-".join(parts))
    return (
        text
        if len(text) <= _LONGEST_NAME
        else f"{text[:200]}-{sha256(text.encode()).hexdigest()[:12]}"
    )


def dashboard_step(app: App, *, replace: bool) -> Step:
    """The one step. ``replace``: even where somebody has edited the dashboard."""
    name = dashboard_name(app)
    wanted = _Wanted(sealed(app), replace=replace)
    return Step(f"Dashboard {name}", Dashboard(name), wanted)


def sealed(app: App) -> dict[str, Any]:
    """The dashboard's body with its heading, and in that the digest of all of it."""
    whole = body(app)
    heading = {
        "type": "text",
        "x": 0,
        "y": 0,
        "width": 24,
        "height": 2,
        "properties": {"markdown": _heading(app), "background": "transparent"},
    }
    whole["widgets"] = [heading, *whole["widgets"]]
    heading["properties"]["markdown"] = _heading(app).replace(  # type: ignore[index]
        _BLANK, f"Made by dragonctl · {_digest(whole)}"
    )
    return whole


def is_untouched(held: Mapping[str, Any]) -> bool:
    """Whether a dashboard is dragonctl's own and as dragonctl left it."""
    seal = _SEAL.search(json.dumps(held, ensure_ascii=False))
    return seal is not None and seal[1] == _digest(held)


def edited(have: Reading | None, app: App) -> str:
    """Why a dashboard that is there is kept as it is; "" where it is not."""
    if have is None or have.state["body"] == sealed(app) or is_untouched(have.state["body"]):
        return ""
    return (
        f"The dashboard {dashboard_name(app)} was edited, or made by somebody else, and is kept as"
        " it is; --replace puts dragonctl's in its place."
    )


def console_link(app: App) -> str:
    """Where the console shows it."""
    domain = _CONSOLES.get(app.partition, "aws.amazon.com")
    region = app.region
    place = f"https://{region}.console.{domain}/cloudwatch/home?region={region}"
    return f"{place}#dashboards/dashboard/{dashboard_name(app)}"


@dataclass(frozen=True)
class _Wanted:
    body: Json
    replace: bool

    def __call__(self, have: Reading | None, done: Done) -> State:
        if have is None or self.replace or is_untouched(have.state["body"]):
            return {"body": self.body}
        return {}


def _digest(whole: Mapping[str, Any]) -> str:
    """Twelve signs of the SHA-256 of the body, with none in the digest's own place."""
    text = json.dumps(whole, sort_keys=True, ensure_ascii=False)
    return sha256(_SEAL.sub(_BLANK, text).encode()).hexdigest()[:12]


def _heading(app: App) -> str:
    title = plain(app.apis[0].name if app.apis else "Functions and state machines")
    stages = ", ".join(plain(stage) for _, stage, _ in app.stages)
    about = f"# {title}{f' ({stages})' if stages else ''}"
    return f"{about}\nAccount {app.account}, {app.region}. {_BLANK}; an edited dashboard is kept."
