"""The local AWS's own controls, under ``/_dragonctl/``, for who holds its token.

``GET status`` · ``POST reset`` (forget everything) · ``POST snapshot`` (write the state down
now) · ``POST pace`` (a JSON object of :class:`~dragonctl.local.state.Delays`'s fields: seconds) ·
``POST origins`` (``{"allow_origins": […]}``: whose web pages may call the stages from now on).
"""

from __future__ import annotations

import dataclasses
import json
import os
from typing import Any

from dragonctl.errors import DragonError
from dragonctl.local import address, backends, callers, hooks, snapshot, state
from dragonctl.local.messages import DEFAULT_ACCOUNT, DEFAULT_REGION, Answer
from dragonctl.local.shims import MOTO_VERSION

STATUS = "/_dragonctl/status"
"""The one control that needs none of the services."""


def handle(path: str, environ: dict[str, Any]) -> Answer:
    """Do what a control request asks; 404 and 400 name what was wrong with it."""
    action = _ACTIONS.get((environ.get("REQUEST_METHOD", ""), path.removeprefix("/_dragonctl/")))
    if action is None:
        return _answer(404, {"message": f"no control {path}"})
    length = int(environ.get("CONTENT_LENGTH") or 0)
    try:
        return _answer(200, action(json.loads(environ["wsgi.input"].read(length) or b"{}")))
    except (ValueError, TypeError) as error:
        return _answer(400, {"message": str(error)})


def _status(_: dict[str, Any]) -> dict[str, Any]:
    return {
        "pid": os.getpid(),
        "moto": MOTO_VERSION,
        "account": DEFAULT_ACCOUNT,
        "region": DEFAULT_REGION,
        "pace": dataclasses.asdict(state.DELAYS),
        "allow_origins": sorted(state.ALLOWED_ORIGINS),
    }


def _reset(_: dict[str, Any]) -> dict[str, Any]:
    hooks.tell("reset")
    with state.LOCK:
        backends.reset()
        state.replace_contents({})
        state.DELAYS.__init__()  # type: ignore[misc]
    return {}


def _snapshot(_: dict[str, Any]) -> dict[str, Any]:
    return {"lost": snapshot.save()}


def _pace(wanted: dict[str, Any]) -> dict[str, Any]:
    known = dataclasses.asdict(state.DELAYS)
    for name, seconds in wanted.items():
        if name not in known:
            raise ValueError(f"no such pace: {name}; there are {', '.join(known)}")
        setattr(state.DELAYS, name, float(seconds))
    return dataclasses.asdict(state.DELAYS)


def _origins(wanted: dict[str, Any]) -> dict[str, Any]:
    try:
        allowed = {callers.origin(one) for one in wanted["allow_origins"]}
    except (KeyError, AttributeError, DragonError) as error:
        raise ValueError(f"no origins: {error}") from None
    state.ALLOWED_ORIGINS.clear()
    state.ALLOWED_ORIGINS.update(allowed)
    kept = address.recall()
    if kept is not None and address.is_own():
        address.remember(dataclasses.replace(kept, allow_origins=tuple(sorted(allowed))))
    return {"allow_origins": sorted(allowed)}


_ACTIONS = {
    ("GET", "status"): _status,
    ("POST", "reset"): _reset,
    ("POST", "snapshot"): _snapshot,
    ("POST", "pace"): _pace,
    ("POST", "origins"): _origins,
}


def _answer(status: int, body: dict[str, Any]) -> Answer:
    return Answer(status, {"Content-Type": "application/json"}, json.dumps(body).encode())
