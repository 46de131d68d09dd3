"""A small application: an API, two functions and two state machines, and what they logged."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from dragonctl.application.log_groups import LogGroup
from dragonctl.telemetry.requests.why.explain import explain
from tests.telemetry import trace_documents as documents
from tests.telemetry.fake_logs import FakeLogs, Line, refusal

REQUEST = "9f8b6a10-0000-4000-8000-000000000001"
CALL = "9f8b6a10-0000-4000-8000-000000000002"
OTHER = "9f8b6a10-0000-4000-8000-0000000000ff"
NOON_MS = 1_764_244_800_000
NOON = datetime.fromtimestamp(NOON_MS / 1000, UTC)
STANDARD = "arn:aws:states:eu-west-1:123456789012:execution:Orders:one"
EXPRESS = "arn:aws:states:eu-west-1:123456789012:express:Quotes:one:11"

API, ACCESS = "API-Gateway-Execution-Logs_a/test", "/aws/apigateway/a/test/access"
ORDERS, QUOTES = "/aws/vendedlogs/states/Orders-Logs", "/aws/vendedlogs/states/Quotes-Logs"
PRICES, CARDS = "/aws/lambda/prices", "/aws/lambda/cards"
GROUPS = [
    LogGroup(API, "api", ("shop/test",)),
    LogGroup(ACCESS, "access", ("shop/test",)),
    LogGroup(ORDERS, "state-machines", ("Orders",)),
    LogGroup(QUOTES, "state-machines", ("Quotes",)),
    LogGroup(PRICES, "functions", ("prices",)),
    LogGroup(CARDS, "functions", ("cards",)),
]

INVOKE = (
    "Endpoint request URI: https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/"
    "arn:aws:lambda:eu-west-1:123456789012:function:prices/invocations"
)
ANSWERED = "Received response. Status: 200, Integration latency: 12 ms"
FUNCTION_FAILED = (
    "Lambda execution failed with status 200 due to customer function error: boom."
    f" Lambda request id: {CALL}"
)


class Shop(FakeLogs):
    """Logs, and what Step Functions and X-Ray say."""

    def __init__(self, lines=None):
        super().__init__({group.name: list((lines or {}).get(group.name, ())) for group in GROUPS})
        self.executions = {}
        self.documents = []
        self.summaries = []
        self.map_runs = []

    def DescribeExecution(self, executionArn):  # noqa: N802, N803
        if executionArn not in self.executions:
            raise refusal("ExecutionDoesNotExist")
        status, _, more = self.executions[executionArn]
        return {"status": status, "startDate": NOON, **more}

    def GetExecutionHistory(self, executionArn, maxResults, nextToken="0", **_):  # noqa: N802, N803
        events, first = self.executions[executionArn][1], int(nextToken)
        page = {"events": events[first : first + 100]}  # smaller pages than were asked for
        return {**page, "nextToken": str(first + 100)} if first + 100 < len(events) else page

    def ListMapRuns(self, executionArn):  # noqa: N802, N803
        return {"mapRuns": self.map_runs}

    def DescribeMapRun(self, mapRunArn):  # noqa: N802, N803
        return next(run for run in self.map_runs if run["mapRunArn"] == mapRunArn)

    def ListExecutions(self, **_):  # noqa: N802
        return {"executions": []}

    def BatchGetTraces(self, TraceIds):  # noqa: N802, N803
        if documents.TRACE in TraceIds and self.documents:
            return documents.answer(self.documents)
        return {"Traces": []}

    def GetTraceSegmentDestination(self):  # noqa: N802
        return {"Destination": "XRay", "Status": "ACTIVE"}

    def GetTraceSummaries(self, **_):  # noqa: N802
        return {"TraceSummaries": self.summaries}


def gateway(*sentences, request=REQUEST, at=0):
    return {
        API: [
            Line(NOON_MS + at + i, f"({request}) {text}", "s") for i, text in enumerate(sentences)
        ]
    }


def access(status, request=REQUEST, trace=documents.TRACE, **more):
    document = {
        "requestId": request, "xrayTraceId": trace, "httpMethod": "GET", "resourcePath": "/x",
        "status": str(status), **more,
    }  # fmt: skip
    kept = {key: value for key, value in document.items() if value}
    return {ACCESS: [Line(NOON_MS + 50, json.dumps(kept), "s")]}


def call(*lines, status="", request=CALL, group=PRICES, at=10, stream="2026/11/27/[$LATEST]a"):
    """The lines of one invocation, in the text format."""
    report = (
        f"REPORT RequestId: {request}\tDuration: 3.00 ms\tMemory Size: 128 MB\t{status}\n"
        f"XRAY TraceId: {documents.TRACE}\tSegmentId: a\t\n"
    )
    texts = [
        f"START RequestId: {request} Version: $LATEST",
        *lines,
        f"END RequestId: {request}",
        report,
    ]
    return {group: [Line(NOON_MS + at + i, text, stream) for i, text in enumerate(texts)]}


def history(*events):
    """Events of GetExecutionHistory: (type, details) or (type, details, previous id)."""
    made = []
    for number, (kind, details, *previous) in enumerate(events, start=1):
        key = kind[0].lower() + kind[1:] + "EventDetails"
        if kind.endswith(("StateEntered", "StateExited")):
            key = (
                "stateEnteredEventDetails"
                if kind.endswith("Entered")
                else "stateExitedEventDetails"
            )
        made.append(
            {"id": number, "previousEventId": previous[0] if previous else number - 1,
             "timestamp": NOON, "type": kind, **({key: details} if details else {})}
        )  # fmt: skip
    return made


def log_of(events, arn, group, admits=lambda kind: True):
    """The same events as lines of a state machine's log: every number is a text there."""
    lines = []
    for event in events:
        details = next((v for k, v in event.items() if k.endswith("EventDetails")), {})
        if admits(event["type"]):
            line = {
                "id": str(event["id"]), "type": event["type"], "details": details,
                "previous_event_id": str(event["previousEventId"]), "execution_arn": arn,
                "event_timestamp": str(NOON_MS), "redrive_count": "0",
            }  # fmt: skip
            lines.append(Line(NOON_MS + event["id"], json.dumps(line), "states/x"))
    return {group: lines}


def shop(*parts):
    """A shop with these lines; parts are groups with their lines, as the makers above give them."""
    lines = {}
    for part in parts:
        for group, more in part.items():
            lines.setdefault(group, []).extend(more)
    return Shop(lines)


def why(fake, ident=REQUEST):
    return explain(fake.fetch, GROUPS, ident, 0, None, report=lambda _: None)


def told(verdict):
    """Outcome, part, name and kind: the words of a verdict."""
    cause = verdict.cause
    return (verdict.outcome, *((cause.part, cause.name, cause.kind) if cause else ()))
