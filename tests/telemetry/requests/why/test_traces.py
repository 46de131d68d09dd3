"""What a trace says where the logs do not; and a trace that is found by the request's time."""

import json

import pytest

from tests.telemetry import trace_documents as documents
from tests.telemetry.fake_logs import Line
from tests.telemetry.requests.why.world import (
    ACCESS,
    CALL,
    NOON_MS,
    OTHER,
    REQUEST,
    access,
    shop,
    told,
    why,
)
from tests.telemetry.trace_documents import segment, sub


def stage(status, *subsegments, **marks):
    return segment(
        "a1", "shop/test", 0, 1, origin="AWS::ApiGateway::Stage", subsegments=list(subsegments),
        http={"response": {"status": status}}, aws={"api_gateway": {"request_id": REQUEST}},
        **marks,
    )  # fmt: skip


def function(*subsegments, parent="a2", **marks):
    return segment(
        "b1", "prices", 0.1, 0.9, origin="AWS::Lambda::Function", parent_id=parent,
        aws={"request_id": CALL}, subsegments=list(subsegments), **marks,
    )  # fmt: skip


CALLED = sub("a2", "Lambda", 0.05, 0.95, namespace="aws", http={"response": {"status": 200}})
REFUSED = {"exceptions": [{"id": "e", "type": "Refused", "message": "402"}]}


def traced(*parts, status=502, **more):
    fake = shop(access(status, **more))
    fake.documents = list(parts)
    return fake


def test_the_deepest_failing_segment_beneath_a_call_that_was_answered():
    partner = sub("b2", "api.example.com", 0.2, 0.8, namespace="remote", fault=True,
                  http={"response": {"status": 503}})  # fmt: skip
    verdict = why(traced(stage(502, CALLED, fault=True), function(partner, fault=True)))
    assert told(verdict) == ("failed", "downstream", "api.example.com", "backend status")
    assert verdict.next_command == f"dragonctl traces {documents.TRACE}"


def test_a_cause_that_another_segment_holds_is_found():
    inner = sub("b3", "charge", 0.3, 0.5, fault=True, cause=REFUSED)
    outer = sub("b2", "## handler", 0.2, 0.8, fault=True, cause="e", subsegments=[inner])
    verdict = why(traced(stage(502, CALLED, fault=True), function(outer, fault=True)))
    assert told(verdict) == ("failed", "function", "prices", "exception")
    assert verdict.cause.error == "Refused"


def test_of_two_requests_in_one_trace_each_has_its_own_cause():
    """A client that traces itself sends all its requests under one trace id."""
    declined = {"exceptions": [{"id": "e", "type": "Declined", "message": "402"}]}
    first = {**stage(502, sub("c2", "Lambda", 0.05, 0.95, namespace="aws"), fault=True), "id": "c1",
             "aws": {"api_gateway": {"request_id": OTHER}}}  # fmt: skip
    its = segment("c3", "cards", 0.1, 0.9, origin="AWS::Lambda::Function", parent_id="c2",
                  fault=True, cause=declined)  # fmt: skip
    second = {**stage(502, CALLED, fault=True), "start_time": first["end_time"] + 1}
    fake = shop(access(502), access(502, request=OTHER))
    fake.documents = [first, its, second, function(fault=True, cause=REFUSED)]
    for ident, name, error in ((REQUEST, "prices", "Refused"), (OTHER, "cards", "Declined")):
        verdict = why(fake, ident)
        assert told(verdict) == ("failed", "function", name, "exception")
        assert verdict.cause.error == error


def alone(**marks):
    fake = shop()
    fake.documents = [stage(marks.pop("status"), **marks)]
    return why(fake, documents.TRACE)


def test_api_gateway_s_segment_alone_tells_little_and_says_no_more():
    limited = alone(status=429, error=True, throttle=True)
    assert told(limited)[1::2] == ("limit", "throttled")
    assert limited.cause.meaning == "the request went over a limit"
    assert told(alone(status=403, error=True))[1::2] == ("api", "unclear")
    assert told(alone(status=502, fault=True))[1::2] == ("integration", "unclear")


def test_a_function_that_was_throttled_is_so_by_its_concurrency():
    busy = segment("b0", "prices", 0.1, 0.2, origin="AWS::Lambda", parent_id="a2", error=True,
                   throttle=True, http={"response": {"status": 429}})  # fmt: skip
    cause = why(traced(stage(500, CALLED, fault=True), busy, status=500)).cause
    assert (cause.part, cause.kind, cause.by) == ("function", "throttled", "function concurrency")


@pytest.mark.parametrize(
    ("name", "by"), [("DynamoDB", "dynamodb"), ("SecretsManager", "secrets manager")]
)
@pytest.mark.parametrize("raised", [True, False])
def test_the_service_that_throttled_is_the_one_that_was_called(name, by, raised):
    slow = {"exceptions": [{"id": "e", "type": "ThrottlingException", "message": "slow"}]}
    busy = sub("b2", name, 0.2, 0.3, namespace="aws", error=True, throttle=True,
               **({"cause": slow} if raised else {}))  # fmt: skip
    cause = why(traced(stage(502, CALLED, fault=True), function(busy, fault=True))).cause
    assert (cause.part, cause.kind, cause.by) == ("downstream", "throttled", by)


def test_a_state_is_named_by_the_machine_s_segment():
    state = sub("c2", "Price", 0.2, 0.8, fault=True, cause=REFUSED)
    machine = segment("c1", "Quotes", 0.1, 0.9, origin="AWS::StepFunctions::StateMachine",
                      fault=True, subsegments=[state])  # fmt: skip
    fake = shop()
    fake.documents = [machine]
    assert told(why(fake, documents.TRACE)) == ("failed", "state", "Price", "exception")


def test_an_error_under_a_function_that_ended_well_convicts_nobody():
    check = sub("b2", "DynamoDB", 0.2, 0.3, namespace="aws", error=True,
                cause={"exceptions": [{"type": "ConditionalCheckFailedException"}]})  # fmt: skip
    assert why(traced(stage(200, CALLED), function(check), status=200)).outcome == "ok"


def test_the_root_cause_that_x_ray_found_explains_what_nothing_else_does():
    fake = traced()
    path = [{"Name": "charge", "Exceptions": [{"Name": "Refused", "Message": "402"}]}]
    service = {"Name": "prices", "Type": "AWS::Lambda::Function", "EntityPath": path}
    fake.summaries = [{"Id": documents.TRACE, "FaultRootCauses": [{"Services": [service]}]}]
    verdict = why(fake)
    assert told(verdict) == ("failed", "function", "prices", "exception")
    assert verdict.cause.error == "Refused"
    fake.summaries = []
    assert "X-Ray shows nothing of its trace" in why(fake).unseen[0]


def test_a_request_without_a_trace_id_is_looked_for_by_its_time():
    line = {"requestId": REQUEST, "httpMethod": "GET", "resourcePath": "/x", "status": "200"}
    fake = shop({ACCESS: [Line(NOON_MS, json.dumps(line), "s")]})
    machine = segment("c1", "Quotes", 0.1, 0.9, origin="AWS::StepFunctions::StateMachine",
                      parent_id="a2", fault=True, cause=REFUSED)  # fmt: skip
    fake.documents = [stage(200, CALLED), machine]
    assert "Only the access log" in why(fake).unseen[0]
    fake.summaries = [{"Id": documents.TRACE}]
    assert told(why(fake)) == ("failed", "state-machine", "Quotes", "exception")
