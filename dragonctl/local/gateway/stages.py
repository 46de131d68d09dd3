"""Stages: made, read, changed by patches, flushed, deleted.

An entry of an API's ``stages`` holds ``stage``, GetStage's shape without what follows from the
moment, and ``cache``, see :mod:`.clusters`.
"""

from __future__ import annotations

import re

from dragonctl.local.gateway import account, canaries, clusters, stage_patches
from dragonctl.local.gateway.store import (
    Record,
    api,
    bad_request,
    conflict,
    moment,
    picked,
    put_in_force,
    stage,
)
from dragonctl.local.messages import Request
from dragonctl.local.shims import instead

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
_OPTIONS = ("description", "variables", "documentationVersion", "tags")


@instead("apigateway", "CreateStage")
def create(request: Request) -> Record:
    """A new stage of a deployment."""
    record, parameters = api(request), request.parameters
    if parameters["stageName"] in record["stages"]:
        raise conflict("Stage already exists")
    if parameters["deploymentId"] not in record["deployments"]:
        raise bad_request("Deployment id does not exist")
    canary = (parameters.get("canarySettings") or {}).get("deploymentId")
    if canary and canary not in record["deployments"]:
        raise bad_request("Deployment id does not exist")
    put_in_force(record)
    return shown(_make(record, parameters, parameters["deploymentId"]))


def _make(record: Record, parameters: Record, deployment: str) -> Record:
    _check_name(parameters["stageName"])
    made: Record = {
        "stageName": parameters["stageName"],
        "deploymentId": deployment,
        "cacheClusterEnabled": False,
        "methodSettings": {},
        "tracingEnabled": bool(parameters.get("tracingEnabled")),
        "createdDate": moment(),
        "lastUpdatedDate": moment(),
        **{key: value for key, value in picked(parameters, *_OPTIONS).items() if value},
    }
    if parameters.get("canarySettings"):
        made["canarySettings"] = canaries.made(parameters["canarySettings"])
    entry = {"stage": made, "cache": clusters.fresh()}
    _set_cluster(entry, parameters)
    record["stages"][made["stageName"]] = entry
    return entry


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise bad_request("Stage name only allows a-zA-Z0-9_-")


def _set_cluster(entry: Record, parameters: Record) -> None:
    """As CreateStage and CreateDeployment name it, where they do."""
    wanted = dict(entry["stage"])
    wanted |= picked(parameters, "cacheClusterEnabled", "cacheClusterSize")
    if "cacheClusterSize" in wanted:
        clusters.check_size(wanted["cacheClusterSize"])
    clusters.follow(entry["cache"], entry["stage"], wanted)
    entry["stage"] = wanted


def check_deploy(record: Record, parameters: Record) -> None:
    """Refuse a deployment that its stage could not take, before it is made."""
    _check_name(parameters["stageName"])
    entry = record["stages"].get(parameters["stageName"])
    if entry is not None and picked(parameters, "cacheClusterEnabled", "cacheClusterSize"):
        clusters.check_idle(entry["cache"])


def deploy(record: Record, parameters: Record, deployment: str) -> None:
    """Put a deployment on a stage, which is made if it is missing; its settings stay."""
    entry = record["stages"].get(parameters["stageName"])
    if entry is None:
        named = {**parameters, "description": parameters.get("stageDescription")}
        _make(record, named, deployment)
        return
    _set_cluster(entry, parameters)
    # A canary deployment gets a part of the traffic; the stage goes on serving its own.
    canary = parameters.get("canarySettings")
    served = (
        {"canarySettings": canaries.made({**canary, "deploymentId": deployment})}
        if canary
        else {"deploymentId": deployment}
    )
    entry["stage"] |= {
        **served,
        "lastUpdatedDate": moment(),
        **picked(parameters, "variables", "tracingEnabled"),
    }
    if parameters.get("stageDescription"):
        entry["stage"]["description"] = parameters["stageDescription"]


@instead("apigateway", "GetStage")
def get(request: Request) -> Record:
    """One stage."""
    return shown(stage(request))


@instead("apigateway", "GetStages")
def list_all(request: Request) -> Record:
    """All stages of an API, or those of one deployment."""
    wanted = request.parameters.get("deploymentId")
    kept = [shown(one) for one in api(request)["stages"].values()]
    return {"item": [one for one in kept if wanted in (None, one["deploymentId"])]}


def shown(entry: Record) -> Record:
    """GetStage's answer at this moment."""
    return {**entry["stage"], "cacheClusterStatus": clusters.status(entry["cache"])}


@instead("apigateway", "UpdateStage")
def update(request: Request) -> Record:
    """Patch a stage: all operations or none."""
    record, entry = api(request), stage(request)
    operations = request.parameters.get("patchOperations") or []
    wanted = stage_patches.patched(entry["stage"], operations)
    clusters.check_idle(entry["cache"])
    _check_deployment(record, wanted)
    if stage_patches.logs(wanted) and not stage_patches.logs(entry["stage"]):
        account.check_may_log(request)
    clusters.follow(entry["cache"], entry["stage"], wanted)
    entry["stage"] = {**wanted, "lastUpdatedDate": moment()}
    put_in_force(record)
    return shown(entry)


def _check_deployment(record: Record, wanted: Record) -> None:
    canary = wanted.get("canarySettings", {}).get("deploymentId", wanted["deploymentId"])
    if not {wanted["deploymentId"], canary} <= set(record["deployments"]):
        raise bad_request("Deployment id does not exist")


@instead("apigateway", "FlushStageCache")
def flush(request: Request) -> None:
    """Empty the stage's cache."""
    clusters.flush(stage(request)["cache"])


@instead("apigateway", "FlushStageAuthorizersCache")
def flush_authorizers(request: Request) -> None:
    """Nothing is kept of authorizers here, so nothing is left of it."""
    stage(request)


@instead("apigateway", "DeleteStage")
def delete(request: Request) -> None:
    """Take a stage away."""
    stage(request)
    del api(request)["stages"][request.parameters["stageName"]]
