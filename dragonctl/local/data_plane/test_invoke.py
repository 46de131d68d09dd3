"""TestInvokeMethod: one request to a method as it is being edited, without a stage.

(AWS: "Test a REST API method call"; API reference, TestInvokeMethod.) Who may call is not asked,
and the whole execution log comes back, whatever any stage says.
"""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from dragonctl.local.gateway import store
from dragonctl.local.gateway.deployed import Deployed
from dragonctl.local.messages import Request
from dragonctl.local.shims import instead

STAGE = "test-invoke-stage"
_EVERYTHING = {"*/*": {"loggingLevel": "INFO", "dataTraceEnabled": True}}
_OPEN = {"authorizationType": "NONE", "apiKeyRequired": False}


@instead("apigateway", "TestInvokeMethod", lock=False)
def test_invoke(request: Request) -> dict[str, Any]:
    """The method's answer, and how it came about."""
    from dragonctl.local.data_plane import serving
    from dragonctl.local.data_plane.cache import StageCaches
    from dragonctl.local.data_plane.definition import ServedStage
    from dragonctl.local.data_plane.throttle import Buckets

    stage, asked = ServedStage(_edited(request)), _asked(request)
    began = time.monotonic()
    gateway = serving.Gateway(StageCaches(), Buckets())
    exchange, answer = gateway.serve(stage, asked)
    lines = [*answer.headers.items(), *answer.repeated]
    several: dict[str, list[str]] = {}
    for name, value in lines:
        several.setdefault(name, []).append(value)
    if exchange.trace_in_answer:
        several["X-Amzn-Trace-Id"] = [exchange.trace_in_answer]
    return {
        "status": answer.status,
        "body": answer.body.decode("utf-8", "replace"),
        "headers": {name: values[-1] for name, values in several.items()},
        "multiValueHeaders": several,
        "log": f"Execution log for request {asked.request_id}\n{exchange.log.text}",
        "latency": int((time.monotonic() - began) * 1000),
    }


def _edited(request: Request) -> Deployed:
    """The API as it stands now, its one method open to everybody."""
    record, parameters = store.api(request), request.parameters
    methods = store.resource(request).get("resourceMethods", {})
    verb = parameters["httpMethod"]
    verb = verb if verb in methods or "ANY" not in methods else "ANY"
    store.held(methods, verb, "Method")
    definition = store.definition(record)
    tested = definition["resources"][parameters["resourceId"]]
    tested["resourceMethods"][verb] |= _OPEN
    definition["resources"] = {tested["id"]: tested}
    variables = parameters.get("stageVariables") or {}
    stage = {"stageName": STAGE, "methodSettings": _EVERYTHING, "variables": variables}
    return Deployed(
        request.account, request.region, dict(record["api"]), stage, definition, 0, None
    )


def _asked(request: Request) -> Any:
    from dragonctl.local.data_plane.request import GatewayRequest, new_ids

    parameters = request.parameters
    path = store.resource(request)["path"]
    address = urlsplit(str(parameters.get("pathWithQueryString") or path))
    query: dict[str, list[str]] = {}
    for name, value in parse_qsl(address.query, keep_blank_values=True):
        query.setdefault(name, []).append(value)
    several = parameters.get("multiValueHeaders") or {}
    headers = {name: values[-1] for name, values in several.items() if values}
    request_id, extended_id = new_ids()
    verb = str(parameters["httpMethod"])
    return GatewayRequest(
        method="GET" if verb == "ANY" else verb,
        path=address.path or "/",
        query=query,
        headers={**headers, **(parameters.get("headers") or {})},
        body=str(parameters.get("body") or "").encode(),
        source_ip="test-invoke-source-ip",
        protocol="HTTP/1.1",
        host="testPrefix.testDomainName",
        request_id=request_id,
        extended_id=extended_id,
    )
