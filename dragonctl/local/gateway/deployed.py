"""What a stage serves right now, for the data plane: a canary to its share of the requests."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from dragonctl.local import state
from dragonctl.local.gateway import canaries, stages
from dragonctl.local.gateway.store import Record


@dataclass(frozen=True)
class Deployed:
    """A stage and the definition that was deployed to it (not the one being edited now).

    ``stage`` is GetStage's answer at this moment; ``api`` GetRestApi's, with the settings that are
    in force; ``definition`` has
    ``resources`` (id -> resource with ``resourceMethods`` and each ``methodIntegration``),
    ``models``, ``validators``, ``authorizers`` and ``responses``. ``cache_generation`` grows when
    the stage's cache is emptied. ``account_role`` is the account's CloudWatch role's ARN or None.
    """

    account: str
    region: str
    api: Record
    stage: Record
    definition: Record
    cache_generation: int
    account_role: str | None


def deployed(api: str, stage: str) -> Deployed | None:
    """The stage of that API id, in whatever account and region; None when there is none."""
    with state.LOCK:
        for (service, account, region), memory in state.contents().items():
            record = memory.get("apis", {}).get(api) if service == "apigateway" else None
            if record and stage in record["stages"]:
                return _described(account, region, memory, record, stage)
    return None


def _described(
    account: str, region: str, memory: dict[str, Any], record: Record, stage: str
) -> Deployed | None:
    entry = record["stages"][stage]
    # What a stage's settings are is never changed in place: UpdateStage puts new ones there.
    shown = canaries.served(stages.shown(entry), random.random())  # noqa: S311
    kept = record["deployments"].get(shown["deploymentId"])
    if kept is None:
        return None
    return Deployed(
        account=account,
        region=region,
        api={**record["api"], **record.get("in_force", {})},
        stage=shown,
        # A deployment's definition never changes, so it is shared and not copied.
        definition=kept["definition"],
        cache_generation=entry["cache"]["generation"],
        account_role=memory.get("account", {}).get("cloudwatchRoleArn"),
    )
