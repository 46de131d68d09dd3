"""What a request leaves behind: log lines, a segment, metrics; each as the stage's settings ask."""

from __future__ import annotations

import time
from typing import Any

from dragonctl.local.data_plane.cache import Answer
from dragonctl.local.data_plane.exchange import Call, Exchange
from dragonctl.local.data_plane.serving import NOWHERE
from dragonctl.local.emission import execution_log, metrics, segments
from dragonctl.local.emission.deliveries import Place

Measured = list[metrics.Measured]


def keep(exchange: Exchange, answer: Answer) -> None:
    """Write all of it; ``answer`` is what the client gets."""
    ended = time.time()
    stage = exchange.stage
    role = stage.deployed.account_role
    place = Place(
        stage.account, stage.region, stage.api_id, stage.name,
        exchange.method.resource_path, exchange.request.method,
    )  # fmt: skip
    exchange.log.write(place, role, is_canary=stage.is_canary)
    _access(exchange, answer, ended)
    if exchange.trace.sampled:
        _trace(exchange, answer, ended)
    _count(exchange, answer, ended)


def _access(exchange: Exchange, answer: Answer, ended: float) -> None:
    settings = exchange.stage.raw.get("accessLogSettings") or {}
    if not settings.get("destinationArn") or not settings.get("format"):
        return
    call = exchange.call
    values = {
        **exchange.context,
        "status": answer.status,
        "responseLength": len(answer.body),
        "responseLatency": int((ended - exchange.request.received) * 1000),
        "xrayTraceId": exchange.trace.root if exchange.trace.sampled else None,
    }
    if call is not None:
        values |= {
            "awsEndpointRequestId": call.request_id,
            "integrationLatency": call.milliseconds,
            "integrationStatus": call.status,
            "integration": {
                "latency": call.milliseconds,
                "integrationStatus": call.status,
                "status": call.status,
                "requestId": call.request_id,
            },
        }
    line = execution_log.access_line(str(settings["format"]).rstrip("\n"), values)
    stage = exchange.stage
    execution_log.write_access_line(
        stage.account,
        stage.region,
        str(settings["destinationArn"]),
        line,
        stage.deployed.account_role,
        is_canary=stage.is_canary,
    )


def _trace(exchange: Exchange, answer: Answer, ended: float) -> None:
    stage, request = exchange.stage, exchange.request
    document: dict[str, Any] = {
        "id": exchange.segment,
        "trace_id": exchange.trace.root,
        "parent_id": exchange.trace.parent,
        "name": f"{stage.api_name}/{stage.name}",
        "origin": "AWS::ApiGateway::Stage",
        "start_time": request.received,
        "end_time": ended,
        "resource_arn": stage.arn,
        "http": {
            "request": {
                "method": request.method,
                "url": f"http://{request.host}/_run/{stage.api_id}/{stage.name}{request.path}",
                "client_ip": request.source_ip,
                "user_agent": request.header("User-Agent"),
            },
            "response": {"status": answer.status, "content_length": len(answer.body)},
        },
        "aws": {
            "api_gateway": {
                "account_id": stage.account,
                "rest_api_id": stage.api_id,
                "stage": stage.name,
                "request_id": request.request_id,
            }
        },
        **segments.outcome(answer.status),
    }
    if exchange.call is not None:
        document["subsegments"] = [_subsegment(exchange.call)]
    segments.put(stage.account, stage.region, document)


def _subsegment(call: Call) -> dict[str, Any]:
    return {
        "id": call.segment,
        "name": call.service,
        "namespace": "remote" if call.aws is None else "aws",
        "start_time": call.started,
        "end_time": call.ended,
        "http": {
            "request": {"method": call.method, "url": call.url},
            "response": {"status": call.status},
        },
        **({} if call.aws is None else {"aws": {**call.aws, "request_id": call.request_id}}),
        **segments.outcome(call.status),
    }


def _count(exchange: Exchange, answer: Answer, ended: float) -> None:
    """``AWS/ApiGateway`` by API and by stage; by method too where the stage asks for it."""
    stage, call = exchange.stage, exchange.call
    measured: Measured = [
        ("Count", 1, "Count"),
        ("Latency", (ended - exchange.request.received) * 1000, "Milliseconds"),
        ("4XXError", float(400 <= answer.status < 500), "Count"),  # noqa: PLR2004 (HTTP)
        ("5XXError", float(answer.status >= 500), "Count"),  # noqa: PLR2004 (HTTP)
    ]
    if call is not None:
        measured.append(("IntegrationLatency", call.milliseconds, "Milliseconds"))
    if exchange.cached is not None:
        measured.append(("CacheHitCount", float(exchange.cached), "Count"))
        measured.append(("CacheMissCount", float(not exchange.cached), "Count"))
    names = {"ApiName": stage.api_name, "Stage": stage.name}
    every = [{"ApiName": stage.api_name}, names]
    if exchange.settings.get("metricsEnabled") and exchange.method is not NOWHERE:
        method = exchange.request.method
        every.append({**names, "Method": method, "Resource": exchange.method.resource_path})
    for dimensions in every:
        metrics.put(stage.account, stage.region, "AWS/ApiGateway", dimensions, measured)
