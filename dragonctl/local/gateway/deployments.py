"""Deployments: an API's whole definition as it was, and which stage serves it."""

from __future__ import annotations

from dragonctl.local.gateway import patches, stages
from dragonctl.local.gateway.canaries import check_deployment
from dragonctl.local.gateway.store import (
    Record,
    api,
    bad_request,
    definition,
    held,
    moment,
    new_id,
    page,
    picked,
    put_in_force,
)
from dragonctl.local.messages import Request
from dragonctl.local.shims import instead

_PATHS = patches.Paths({"description": str})


@instead("apigateway", "CreateDeployment")
def create(request: Request) -> Record:
    """Take a copy of the definition and, where a stage is named, put it on that stage.

    Redeploying to a stage leaves its settings as they are.
    """
    record, parameters = api(request), request.parameters
    _check_deployable(record)
    check_deployment(request, record)
    shown = {"id": new_id(6), "createdDate": moment(), **picked(parameters, "description")}
    if parameters.get("stageName"):
        stages.check_deploy(record, parameters)
    record["deployments"][shown["id"]] = {"deployment": shown, "definition": definition(record)}
    if parameters.get("stageName"):
        stages.deploy(record, parameters, shown["id"])
        put_in_force(record)
    return dict(shown)


def _check_deployable(record: Record) -> None:
    methods = [
        one
        for each in record["resources"].values()
        for one in each.get("resourceMethods", {}).values()
    ]
    if not methods:
        raise bad_request("The REST API doesn't contain any methods")
    if any("methodIntegration" not in one for one in methods):
        raise bad_request("No integration defined for method")


@instead("apigateway", "GetDeployment")
def get(request: Request) -> Record:
    """One deployment; with ``embed=apisummary`` the methods that it holds."""
    found = _deployment(request)
    if "apisummary" not in (request.parameters.get("embed") or []):
        return dict(found["deployment"])
    return {**found["deployment"], "apiSummary": _summary(found["definition"])}


def _summary(deployed: Record) -> Record:
    return {
        resource["path"]: {
            verb: picked(method, "authorizationType", "apiKeyRequired")
            for verb, method in resource["resourceMethods"].items()
        }
        for resource in deployed["resources"].values()
        if resource.get("resourceMethods")
    }


@instead("apigateway", "GetDeployments")
def list_all(request: Request) -> Record:
    """A page of the deployments, newest first."""
    kept = [one["deployment"] for one in api(request)["deployments"].values()]
    return page(request, kept[::-1])


@instead("apigateway", "UpdateDeployment")
def update(request: Request) -> Record:
    """Patch a deployment's description."""
    found = _deployment(request)
    operations = request.parameters.get("patchOperations") or []
    found["deployment"] = patches.patched(found["deployment"], operations, _PATHS)
    return dict(found["deployment"])


@instead("apigateway", "DeleteDeployment")
def delete(request: Request) -> None:
    """Take a deployment away that no stage serves."""
    record, gone = api(request), _deployment(request)["deployment"]["id"]
    if any(gone in _served(one["stage"]) for one in record["stages"].values()):
        raise bad_request("Active stages pointing to this deployment must be moved or deleted")
    del record["deployments"][gone]


def _served(stage: Record) -> tuple[str, str | None]:
    return stage["deploymentId"], stage.get("canarySettings", {}).get("deploymentId")


def _deployment(request: Request) -> Record:
    return held(api(request)["deployments"], request.parameters["deploymentId"], "Deployment")
