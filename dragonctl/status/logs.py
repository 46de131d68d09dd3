"""The log groups in ``status``, and how full the account's Logs resource policies are."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

from dragonctl.application.log_groups import Log, groups_of_setup
from dragonctl.application.nouns import App
from dragonctl.engine.model import Reading
from dragonctl.recipes.observability.options import DEFAULT_RETENTION
from dragonctl.status.observations import POLICY_CHARACTERS, POLICY_COUNT, Observations
from dragonctl.status.problem import Problem

_NEARLY = 0.9


def group_documents(observed: Observations) -> Iterator[dict[str, Any]]:
    """Each log group once, whatever writes to it. ``exists`` is None where AWS did not tell."""
    for name in dict.fromkeys(log.group for log in observed.logs):
        reading = observed.readings.get(name)
        yield {
            "name": name,
            "of": [log.owner for log in observed.logs if log.group == name],
            "exists": None if name not in observed.readings else reading is not None,
            "retention_days": reading.state["retentionInDays"] if reading else None,
            "class": reading.facts["class"] if reading else None,
            "kms_key": reading.facts["key"] if reading else None,
            "stored_bytes": reading.facts["bytes"] if reading else None,
        }


def group_problems(observed: Observations) -> Iterator[Problem]:
    """Groups that are missing, and those whose events are kept, and paid for, forever."""
    seen: set[str] = set()
    for log in observed.logs:
        if log.is_written and log.group in observed.readings and log.group not in seen:
            seen.add(log.group)
            yield from _group_problem(observed, log, observed.readings[log.group])


def _group_problem(observed: Observations, log: Log, reading: Reading | None) -> Iterator[Problem]:
    resource, subject = f"logs-group/{log.group}", f"Log group of {log.owner}"
    if reading is None and log.is_canary and log.group not in _made_by_setup(observed.app):
        return  # API Gateway makes it with the canary's first request
    if reading is None:
        text = f"it does not exist; {_without(log)}"
        # A run makes the groups that it names itself; somebody's own is made as they like it.
        own = shlex.join(["aws", "logs", "create-log-group", "--log-group-name", log.group])
        fix = observed.context.setup() if log.group in _made_by_setup(observed.app) else own
        yield Problem(resource, subject, text, fix)
    elif reading.state["retentionInDays"] is None:
        text = "its events are never deleted, and paid for until they are"
        fix = observed.context.setup("--retention", str(DEFAULT_RETENTION))
        yield Problem(resource, subject, text, fix)


def _without(log: Log) -> str:
    if log.is_canary or log.source in ("functions", "api"):
        return "AWS would make it, and never delete its events"
    return "what is written there is lost"


def _made_by_setup(app: App) -> set[str]:
    return set(groups_of_setup(*app.apis, *app.machines, *app.functions))


def policies_document(observed: Observations) -> dict[str, Any] | None:
    """How many resource policies there are, and the longest; None where AWS did not tell."""
    if observed.policies is None:
        return None
    lengths = {one["policyName"]: len(one.get("policyDocument", "")) for one in observed.policies}
    longest = max(lengths, key=lambda name: lengths[name], default=None)
    return {
        "count": len(lengths),
        "count_limit": POLICY_COUNT,
        "longest": longest,
        "characters": lengths[longest] if longest else 0,
        "characters_limit": POLICY_CHARACTERS,
    }


def policy_problems(observed: Observations) -> Iterator[Problem]:
    """Resource policies so full that Step Functions may not be able to add a log group."""
    document = policies_document(observed)
    if document is None:
        return
    resource = f"logs-resource-policies/{observed.app.account}/{observed.app.region}"
    subject = "Logs resource policies"
    fix = "aws logs delete-resource-policy --policy-name NAME   # one that nothing needs"
    if document["count"] >= POLICY_COUNT:
        text = f"there are {document['count']}, as many as AWS allows"
        yield Problem(resource, subject, text, fix)
    if document["characters"] >= _NEARLY * POLICY_CHARACTERS:
        text = (
            f"{document['longest']} has {document['characters']:,} of {POLICY_CHARACTERS:,}"
            " characters; log groups under /aws/vendedlogs/ add none"
        )
        yield Problem(resource, subject, text, fix.replace("NAME", str(document["longest"])))
