"""Usage plans and API keys: what moto breaks on, or answers otherwise than AWS."""

from __future__ import annotations

from typing import Any

from dragonctl.local import backends
from dragonctl.local.messages import AwsError, Request
from dragonctl.local.shims import after, before


@before("apigateway", "UpdateUsagePlan")
def check_stages(request: Request) -> None:
    """A stage is taken off a plan as ``<api>:<stage>``, and only where it is on it."""
    backend = backends.backend("apigateway", request.account, request.region)
    plan = backend.usage_plans.get(request.parameters["usagePlanId"])
    for operation in request.parameters.get("patchOperations") or []:
        if plan is None or operation.get("path") != "/apiStages":
            continue
        api, _, stage = str(operation.get("value") or "").partition(":")
        if not stage:
            raise AwsError("BadRequestException", "Invalid API Stage specified")
        held = {(one["apiId"], one["stage"]) for one in plan.api_stages}
        if operation.get("op") == "remove" and (api, stage) not in held:
            named = f"{{api: {api}, stage: {stage}}}"
            words = f"Invalid API Stage {named} specified for usageplan {plan.id}"
            raise AwsError("NotFoundException", words, 404)


@before("apigateway", "DeleteUsagePlan", "DeleteUsagePlanKey", "GetUsagePlanKeys")
def check_there(request: Request) -> None:
    """What is not there has no keys and cannot go; moto breaks on it, or says nothing."""
    backend = backends.backend("apigateway", request.account, request.region)
    plan, key = request.parameters["usagePlanId"], request.parameters.get("keyId")
    if plan not in backend.usage_plans:
        raise AwsError("NotFoundException", "Invalid Usage Plan ID specified", 404)
    if key is not None and key not in backend.usage_plan_keys.get(plan, {}):
        raise AwsError("NotFoundException", "Invalid API Key identifier specified", 404)


@before("apigateway", "DeleteVpcLink")
def check_link(request: Request) -> None:
    """A link that is not there cannot go, either."""
    backend = backends.backend("apigateway", request.account, request.region)
    if request.parameters["vpcLinkId"] not in backend.vpc_links:
        raise AwsError("NotFoundException", "VPCLink not found", 404)


@after("apigateway", "CreateApiKey")
def name_key(request: Request, result: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001
    """An empty name is none."""
    return result if result.get("name") else {k: v for k, v in result.items() if k != "name"}
