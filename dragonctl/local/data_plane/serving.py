"""One request through a stage, from the first check to the records that it leaves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dragonctl.local.data_plane import (
    authorizers,
    cache,
    faults,
    guard,
    integrations,
    resource_policies,
    routing,
    transform,
    usage_plans,
)
from dragonctl.local.data_plane.cache import Answer, StageCaches
from dragonctl.local.data_plane.definition import DeployedMethod, ServedStage
from dragonctl.local.data_plane.exchange import Exchange
from dragonctl.local.data_plane.faults import GatewayError
from dragonctl.local.data_plane.mapping import resolve
from dragonctl.local.data_plane.request import GatewayRequest
from dragonctl.local.data_plane.throttle import Buckets
from dragonctl.local.emission import execution_log, sampling, trace_header
from dragonctl.local.emission.execution_log import ExecutionLog
from dragonctl.local.emission.trace_header import TraceHeader

WARNING = "199 Cache-control headers were ignored because the caller was unauthorized."
# What a request to no deployed method is logged and counted under.
NOWHERE = DeployedMethod("", "", "", {})


@dataclass
class Gateway:
    """What outlives a request: the caches and the throttling buckets."""

    caches: StageCaches
    buckets: Buckets
    policies: authorizers.Policies = field(default_factory=authorizers.Policies)

    def serve(self, stage: ServedStage, request: GatewayRequest) -> tuple[Exchange, Answer]:
        """The answer, and all that there is to record of how it came about."""
        route = routing.find(stage, request.method, request.path)
        method = route.method if route else NOWHERE
        exchange = begin(stage, request, method, route.path_parameters if route else {})
        tell_start(exchange)
        try:
            if route is None:
                raise faults.missing_token()
            answer = self._admitted(exchange)
        except GatewayError as error:
            answer = gateway_answer(exchange, error)
        tell_end(exchange, answer)
        return exchange, answer

    def _admitted(self, exchange: Exchange) -> Answer:
        self._throttle(exchange)
        resource_policies.judge(exchange)
        if not exchange.request.is_readable:
            raise faults.unsupported_media_type()
        guard.admit(exchange)
        by_header = usage_plans.source(exchange) == "HEADER"
        if by_header:
            usage_plans.admit(exchange, self.buckets)
        authorizers.authorize(exchange, self.policies)
        if not by_header:
            usage_plans.admit(exchange, self.buckets)
        guard.validate(exchange)
        how = cache.policy(exchange.stage, exchange.method, exchange.request.method)
        if how is None:
            return _integrated(exchange)
        return self._cached(exchange, how)

    def _throttle(self, exchange: Exchange) -> None:
        settings = exchange.settings
        rate = float(settings.get("throttlingRateLimit", -1))
        burst = float(settings.get("throttlingBurstLimit", -1))
        bucket = (*exchange.stage.key, exchange.method.setting_key(exchange.request.method))
        if not self.buckets.allow(bucket, rate, burst):
            raise faults.throttled()

    def _cached(self, exchange: Exchange, how: cache.Policy) -> Answer:
        stage = exchange.stage
        entry = cache.key(exchange.method, exchange.parameters, how)
        if _asks_for_new(exchange):
            if not how.invalidation_needs_right or guard.signed(exchange):
                self.caches.drop(stage, entry)
            else:
                _refuse_invalidation(exchange, how)
        kept = self.caches.get(stage, entry, how.seconds)
        exchange.cached = kept is not None
        if kept is not None:
            return kept
        answer = _integrated(exchange)
        if how.seconds > 0:
            self.caches.put(stage, entry, answer)
        return answer


def _asks_for_new(exchange: Exchange) -> bool:
    directives = exchange.request.header("Cache-Control") or ""
    return "max-age=0" in directives.replace(" ", "").lower()


def _refuse_invalidation(exchange: Exchange, how: cache.Policy) -> None:
    """As the method's strategy says: refuse, or answer from the cache with or without a word."""
    if how.unauthorized == "FAIL_WITH_403":
        raise faults.forbidden("ACCESS_DENIED", "Unauthorized request to invalidate the cache")
    if how.unauthorized == "SUCCEED_WITH_RESPONSE_HEADER":
        exchange.answer_headers["Warning"] = WARNING


def _integrated(exchange: Exchange) -> Answer:
    handled = integrations.serve(exchange)
    return handled if isinstance(handled, Answer) else transform.answer(exchange, handled)


def begin(
    stage: ServedStage,
    request: GatewayRequest,
    method: DeployedMethod,
    path_parameters: Mapping[str, str],
) -> Exchange:
    """Decide the trace, by the stage's tracing and the rules, and open the log."""
    settings = stage.settings(method, request.method)
    log = ExecutionLog(
        request.request_id,
        str(settings.get("loggingLevel") or "OFF"),
        bool(settings.get("dataTraceEnabled")),
        execution_log.secrets_of(request.headers, request.query),
    )
    header = trace_header.read(request.header(trace_header.NAME))
    sampled = _sampled(stage, request, header)
    trace = TraceHeader(header.root, header.parent, sampled)
    return Exchange(
        stage, request, method, path_parameters, trace, trace_header.new_segment_id(), log
    )


def _sampled(stage: ServedStage, request: GatewayRequest, header: TraceHeader) -> bool:
    """A stage without tracing follows its caller; with it, the sampling rules decide too."""
    if not stage.raw.get("tracingEnabled"):
        return bool(header.sampled)
    asked = sampling.Asked(
        f"{stage.api_name}/{stage.name}",
        "AWS::ApiGateway::Stage",
        request.method,
        f"/{stage.name}{request.path}",
        request.host,
        stage.arn,
    )
    return sampling.decide(header, stage.account, stage.region, asked)


def tell_start(exchange: Exchange) -> None:
    """The lines before the integration."""
    log, request = exchange.log, exchange.request
    if log.is_off:
        return
    query = {name: ",".join(values) for name, values in request.query.items()}
    log.note(f"Extended Request Id: {request.extended_id}")
    log.note(f"Starting execution for request: {request.request_id}")
    log.note(f"HTTP Method: {request.method}, Resource Path: {exchange.method.resource_path}")
    log.data(f"Method request path: {execution_log.as_map(exchange.path_parameters)}")
    log.data(f"Method request query string: {execution_log.as_map(query)}")
    log.data(f"Method request headers: {execution_log.as_map(request.headers)}")
    log.data(f"Method request body before transformations: {request.text}")


def tell_end(exchange: Exchange, answer: Answer) -> None:
    """The lines after it; a failure's own were told where it happened."""
    log = exchange.log
    if log.is_off:
        return
    log.data(
        f"Method response body after transformations: {answer.body.decode('utf-8', 'replace')}"
    )
    log.data(f"Method response headers: {execution_log.as_map(answer.headers)}")
    failed = "error" in exchange.context
    if not failed:
        log.note("Successfully completed execution")
    (log.fault if answer.status >= 500 or failed else log.note)(  # noqa: PLR2004 (server error)
        f"Method completed with status: {answer.status}"
    )
    if exchange.call is not None:
        log.note(f"AWS Integration Endpoint RequestId : {exchange.call.request_id}")


def gateway_answer(exchange: Exchange, error: GatewayError) -> Answer:
    """The gateway's own answer, as the API's gateway responses shape it."""
    for line in error.log:
        exchange.log.fault(line)
    exchange.context["error"] = {
        "message": error.message,
        "messageString": json.dumps(error.message),
        "responseType": error.kind,
    }
    response = _gateway_response(exchange, error)
    status = int(response.get("statusCode") or error.status)
    if error.is_gateways:
        exchange.log.fault(f"Gateway response type: {error.kind} with status code: {status}")
    headers = {"Content-Type": "application/json", "x-amzn-ErrorType": error.code}
    for target, source in (response.get("responseParameters") or {}).items():
        name = target.removeprefix("gatewayresponse.header.")
        value = resolve(source, exchange.parameters, exchange.context, exchange.stage.variables)
        if value is not None:
            headers[name] = value
    template = (response.get("responseTemplates") or {}).get("application/json")
    body = execution_log.access_line(template, exchange.context) if template else None
    text = body or json.dumps({"message": error.message})
    return Answer(status, headers, text.encode())


def _gateway_response(exchange: Exchange, error: GatewayError) -> Mapping[str, Any]:
    """The one for this kind of error, else the default of its hundred."""
    responses = exchange.stage.deployed.definition.get("responses") or {}
    hundred = "DEFAULT_5XX" if error.status >= 500 else "DEFAULT_4XX"  # noqa: PLR2004
    found: Mapping[str, Any] = responses.get(error.kind) or responses.get(hundred) or {}
    return found
