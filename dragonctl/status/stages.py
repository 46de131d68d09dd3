"""The API's part of ``status``: its stages, their method overrides, their cache, the account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from dragonctl.application.nouns import Api
from dragonctl.application.overdue import DATA_TRACE_TAG, overdue_since
from dragonctl.recipes.caching.existing import CachedMethod, cached_methods
from dragonctl.recipes.observability.options import ROLE_NAME
from dragonctl.resources.apigateway_account import FIELD
from dragonctl.resources.apigateway_stage import stage_state
from dragonctl.resources.apigateway_stage_fields import (
    ALL_METHODS,
    DATA_TRACE,
    LOG_LEVEL,
    method_label,
)
from dragonctl.status.caching import cache_document
from dragonctl.status.observations import Observations
from dragonctl.status.problem import CommandContext, Problem
from dragonctl.wording import first_few

# name in the document -> the setting behind it, and what AWS means when it is absent
SETTINGS: dict[str, tuple[str, Any]] = {
    "log_level": (LOG_LEVEL, "OFF"),
    "data_trace": (DATA_TRACE, False),
    "metrics": ("metrics/enabled", False),
}
_WORDS = {
    "log_level": "log level",
    "data_trace": "full request and response data",
}


def stage_document(api: str, name: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """One stage as it stands: what is on and what is off, and the overrides of single methods."""
    state = stage_state(raw)
    return {
        "api": api,
        "name": name,
        **method_settings(state, ALL_METHODS),
        "data_trace_until": state.get(DATA_TRACE_TAG),
        "access_log": state.get("accessLogSettings/destinationArn"),
        "tracing": state["tracingEnabled"],
        **cache_document(state["cacheClusterSize"], raw.get("cacheClusterStatus", "NOT_AVAILABLE")),
        "overrides": [
            {"method": method_label(key), **method_settings(state, key)}
            for key in dict.fromkeys("/".join(field.split("/")[:2]) for field in state)
            if f"{key}/metrics/enabled" in state and key != ALL_METHODS
        ],
    }


def method_settings(state: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The settings of all methods (``*/*``), or of one override, by their document names."""
    return {
        name: state.get(f"{key}/{suffix}", default) for name, (suffix, default) in SETTINGS.items()
    }


def stage_problems(observed: Observations, now: datetime) -> Iterator[Problem]:
    """What is wrong with the stages. ``now`` decides whether a data trace is overdue.

    One that is overdue is told of stages too that were not asked for.
    """
    for api in observed.app.apis:
        for name, raw in api.all_stages.items():
            yield from _overdue(observed.context, api, name, overdue_since(raw, now))
    for api, name, raw in observed.app.stages:
        resource = f"apigateway-stage/{api.id}/{name}"
        document = stage_document(api.id, name, raw)
        yield from _shadows(observed.context, resource, document)
        yield from _without_key(observed, api.id, resource, raw)


def _overdue(context: CommandContext, api: Api, stage: str, until: str | None) -> Iterator[Problem]:
    if until:
        yield Problem(
            f"apigateway-stage/{api.id}/{stage}",
            f"Stage {stage}",
            f"full request and response data should have ended at {until}, and is still logged",
            context.setup("--no-data-trace", api=api.id, stage=stage),
        )


def bodies_logged(observed: Observations, now: datetime) -> Iterator[str]:
    """Stages that log full requests and responses: somebody's wish, and personal data all the same.

    One that is overdue is a problem, told there.
    """
    for api, name, raw in observed.app.stages:
        is_on = stage_document(api.id, name, raw)["data_trace"]
        if is_on and not overdue_since(raw, now):
            end = observed.context.setup("--no-data-trace", api=api.id, stage=name)
            yield f"Full requests and responses are logged in {name}: `{end}` ends it."


def _shadows(context: CommandContext, resource: str, stage: Mapping[str, Any]) -> Iterator[Problem]:
    """A method whose own settings hide what the stage says: another level, or bodies in the log.

    A method that is left out of a log that the stage writes, whole or without its bodies, is
    somebody's choice and no fault; metrics are a matter of cost.
    """
    for override in stage["overrides"]:
        for name, words in _WORDS.items():
            if override[name] != stage[name] and override[name] not in ("OFF", False):
                yield Problem(
                    resource,
                    f"Stage {stage['name']}",
                    f"{override['method']} overrides it with {words}"
                    f" {_shown(override[name])} instead of {_shown(stage[name])}",
                    context.setup(
                        *_option(name, stage[name]), api=stage["api"], stage=stage["name"]
                    ),
                )


def _option(name: str, value: Any) -> tuple[str, ...]:
    return ("--log-level", str(value)) if name == "log_level" else ("--no-data-trace",)


def _shown(value: Any) -> str:
    return {True: "on", False: "off"}.get(value, str(value))


def _without_key(
    observed: Observations, api: str, resource: str, raw: Mapping[str, Any]
) -> Iterator[Problem]:
    stage = raw["stageName"]
    seen = observed.methods.get(api)
    cached = list(cached_methods(raw, seen)) if seen else []
    for method in cached:
        if method.why:
            fixes = ["enable-cache", "--method", method.name]
            words = ["disable-cache"] if method.callers else fixes
            yield Problem(
                resource,
                f"Stage {stage}",
                f"{method.name} is cached {method.why}: callers get each other's answers",
                observed.context.command(*words, api=api, stage=stage),
            )
    plain = [one.name for one in cached if _could_be_encrypted(one)]
    if plain:
        words = [word for name in plain for word in ("--method", name)]
        yield Problem(
            resource,
            f"Stage {stage}",
            f"what is kept of {first_few(plain)} is not encrypted",
            observed.context.command("enable-cache", "--encrypt", *words, api=api, stage=stage),
        )


def _could_be_encrypted(method: CachedMethod) -> bool:
    """Whether enable-cache would do it: for reads, of which callers get no other's answer."""
    return not method.encrypted and not method.why and method.name.startswith(("GET ", "ANY "))


def account_document(observed: Observations) -> dict[str, Any]:
    """API Gateway's CloudWatch role of the account and region."""
    account = observed.survey.account
    return {"arn": account.state[FIELD], "health": account.facts["health"]}


def account_problems(observed: Observations) -> Iterator[Problem]:
    """A CloudWatch role through which nothing can be logged."""
    app, role = observed.app, account_document(observed)
    resource = f"apigateway-account/{app.account}/{app.region}"
    health, arn, subject = role["health"], role["arn"], "API Gateway's CloudWatch role"
    logging = [name for api, name, raw in app.stages if _logs(stage_document(api.id, name, raw))]
    if health == "gone":
        text = f"{arn} no longer exists, so no API here can log"
        yield Problem(resource, subject, text, observed.context.setup())
    elif health == "none" and logging:
        text = f"none is set, and stage {logging[0]} should log"
        yield Problem(resource, subject, text, observed.context.setup())
    elif health not in ("none", "healthy", "unknown"):
        why = "its rights cannot be read" if health == "unreadable" else health
        text = f"APIs may log nothing through {arn}, for {why}"
        ours = arn.rpartition("/")[2] == ROLE_NAME and arn.split(":")[4] == app.account
        fix = observed.context.setup() if ours else observed.context.setup("--replace-account-role")
        yield Problem(resource, subject, text, fix)


def _logs(stage: Mapping[str, Any]) -> bool:
    levels = {one["log_level"] for one in (stage, *stage["overrides"])}
    return bool(levels - {"OFF"}) or bool(stage["access_log"])
