"""The document of ``status``: everything that was seen, and what is wrong with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dragonctl.application.overdue import overdue
from dragonctl.status.functions import (
    function_document,
    function_problems,
    inputs_logged,
    machine_document,
    role_problems,
)
from dragonctl.status.logs import (
    group_documents,
    group_problems,
    policies_document,
    policy_problems,
)
from dragonctl.status.observations import Observations
from dragonctl.status.problem import Problem
from dragonctl.status.stages import (
    account_document,
    account_problems,
    bodies_logged,
    stage_document,
    stage_problems,
)
from dragonctl.status.traffic import function_traffic, inactive, machine_traffic


def problems(observed: Observations, now: datetime) -> list[Problem]:
    """What is wrong, the widest first. ``now`` has an offset."""
    return [
        *account_problems(observed),
        *stage_problems(observed, now),
        *role_problems(observed),
        *function_problems(observed),
        *function_traffic(observed),
        *machine_traffic(observed),
        *group_problems(observed),
        *policy_problems(observed),
    ]


def document(observed: Observations, now: datetime) -> dict[str, Any]:
    """The whole document, plain JSON."""
    app = observed.app
    return {
        "account": app.account,
        "region": app.region,
        "api": {"id": app.api.id, "name": app.api.name} if app.api else None,
        "account_role": account_document(observed),
        "apis": [
            {"id": api.id, "name": api.name, "stages": sorted(api.all_stages)} for api in app.apis
        ],
        "stages": [
            {
                **stage_document(api.id, name, raw),
                "cache_hit_ratio": observed.ratios.get((api.id, name)),
            }
            for api, name, raw in app.stages
        ],
        "functions": [function_document(one) for one in app.functions],
        "state_machines": [machine_document(one) for one in app.machines],
        "log_groups": list(group_documents(observed)),
        "resource_policies": policies_document(observed),
        "problems": [one.document() for one in problems(observed, now)],
        # An overdue data trace is among the problems already.
        "warnings": [
            *(one for one in app.warnings if one not in set(overdue(app, now))),
            *inactive(observed),
            *bodies_logged(observed, now),
            *inputs_logged(observed),
        ],
        "switch_on": observed.context.setup() if is_something_off(observed) else None,
    }


def is_something_off(observed: Observations) -> bool:
    """Whether ``setup-observability`` with its defaults would have something to switch on."""
    app = observed.app
    stages = [stage_document(api.id, name, raw) for api, name, raw in app.stages]
    return (
        any(one["log_level"] == "OFF" or not (one["access_log"] and one["tracing"])
            for one in stages)
        or any(not function_document(one)["tracing"] for one in app.functions)
        or any(one["log_level"] == "OFF" or not one["tracing"]
               for one in map(machine_document, app.machines))
    )  # fmt: skip
