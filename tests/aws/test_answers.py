"""What AWS may answer is never refused: forms by AWS's own descriptions, as the wire has them."""

from __future__ import annotations

import json
import math
from functools import cache

import pytest
from botocore.parsers import create_parser
from hypothesis import given, settings
from hypothesis import strategies as st

from dragonctl.aws.answers import Answer, OddAnswerError, check_of
from dragonctl.aws.client import service_model
from dragonctl.errors import AwsError

READ = {
    "apigateway": (
        "GetRestApis", "GetStages", "GetResources", "GetAccount", "GetDomainNames", "GetTags",
        "GetDeployments", "GetBasePathMappings", "GetAuthorizers", "UpdateStage",
    ),
    "lambda": (
        "GetFunctionConfiguration", "GetFunction", "GetAlias", "ListAliases", "ListTags",
        "ListVersionsByFunction", "UpdateFunctionConfiguration", "PublishVersion", "GetPolicy",
    ),
    "stepfunctions": (
        "DescribeStateMachine", "DescribeExecution", "GetExecutionHistory", "ListExecutions",
        "DescribeStateMachineAlias", "ListStateMachineVersions", "DescribeMapRun",
    ),
    "logs": (
        "DescribeLogGroups", "FilterLogEvents", "GetQueryResults", "DescribeResourcePolicies",
    ),
    "xray": (
        "BatchGetTraces", "GetTraceSummaries", "GetServiceGraph", "GetSamplingRules",
        "GetEncryptionConfig",
    ),
    "ssm": ("GetParameter",),
    "kms": ("DescribeKey", "GetKeyPolicy"),
}  # fmt: skip
OPERATIONS = [(service, name) for service, names in READ.items() for name in names]
TEXTS = st.sampled_from(["", "x", "A_VALUE_OF_NEXT_YEAR", "ä", "7", "null"])
WHOLE = st.sampled_from([0, 7, -1, 2**53, 300.0])
SCALARS = {
    "string": TEXTS, "character": TEXTS, "boolean": st.booleans(), "integer": WHOLE,
    "long": WHOLE, "float": st.sampled_from([0, 0.5, -1e9]),
    "double": st.sampled_from([0, 0.5, 1e300]), "blob": st.just("eA=="),
}  # fmt: skip
LEVELS = 6


@cache
def output(service, operation):
    return service_model(service).operation_model(operation).output_shape


def wire(draw, shape, levels=LEVELS):
    """JSON that AWS may send for a shape: members that are absent, null or not known yet, too."""
    match shape.type_name:
        case "structure":
            return _structure(draw, shape, levels)
        case "list":
            many = draw(st.integers(0, 2)) if levels else 0
            return [wire(draw, shape.member, levels - 1) for _ in range(many)] + draw(
                st.sampled_from([[], [None]])
            )
        case "map":
            keys = draw(st.sets(st.sampled_from(["application/json", "200", "x"]), max_size=2))
            keys = keys if levels else ()
            return {key: _value(draw, shape.value, levels - 1) for key in keys}
        case "timestamp":
            is_text = shape.serialization.get("timestampFormat") == "iso8601"
            return "2026-11-27T06:00:00Z" if is_text else draw(st.sampled_from([0, 1.79e9]))
    return draw(SCALARS[shape.type_name])


def _structure(draw, shape, levels):
    known = {one.serialization.get("name", name): one for name, one in shape.members.items()}
    if getattr(shape, "is_tagged_union", False):
        known = dict([draw(st.sampled_from(sorted(known.items(), key=lambda item: item[0])))])
        return {name: wire(draw, one, levels - 1) for name, one in known.items()}
    found = {} if draw(st.booleans()) else {"ofNextYear": {"a": [1, None]}}
    for name, one in known.items():
        how = draw(st.sampled_from(["there", "there", "absent", "null"]))
        if how != "absent" and "location" not in one.serialization:
            there = how == "there" and (levels > 0 or one.type_name in SCALARS)
            found[name] = wire(draw, one, levels - 1) if there else None
    return found


def _value(draw, shape, levels):
    """Botocore itself fails at a map, a list or a fraction that is null within a map."""
    may_be_null = {*SCALARS, "structure"} - {"float", "double"}
    is_null = shape.type_name in may_be_null and draw(st.booleans())
    return None if is_null else wire(draw, shape, levels)


def received(service, operation, document):
    """What botocore makes of an answer, and what the door makes of that."""
    shape = output(service, operation)
    parser = create_parser(service_model(service).resolved_protocol)
    raw = {"body": json.dumps(document).encode(), "headers": {}, "status_code": 200}
    parsed = parser.parse(raw, shape)
    del parsed["ResponseMetadata"]
    return parsed, check_of(shape)(parsed, (service, operation))


def without_nothing(value):
    """Nothing in a list is no item; nothing in a map of structures is an empty one."""
    if isinstance(value, dict):
        return {key: without_nothing(one) for key, one in value.items()}
    if isinstance(value, list):
        return [without_nothing(one) for one in value if one is not None]
    return value


def same(one, other):
    """Equal, where an empty structure may stand for nothing."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other or (one is None and other == {})


@given(st.data(), st.sampled_from(OPERATIONS))
@settings(max_examples=150)
def test_what_aws_may_say_passes_unchanged(data, operation):
    parsed, found = received(*operation, wire(data.draw, output(*operation)))
    assert same(without_nothing(parsed), found)


def test_a_template_that_is_null_is_kept_as_api_gateway_says_it():
    """GetResources, for an integration response that passes the answer through."""
    answers = {"200": {"statusCode": "200", "responseTemplates": {"application/json": None}}}
    method = {"httpMethod": "GET", "methodIntegration": {"integrationResponses": answers}}
    item = {"id": "x", "path": "/", "resourceMethods": {"GET": method, "PUT": None}}
    _, found = received("apigateway", "GetResources", {"item": [item]})
    methods = found["items"][0]["resourceMethods"]
    assert methods["GET"]["methodIntegration"]["integrationResponses"] == answers
    assert methods["PUT"] == {}


@pytest.mark.parametrize("said", ["NaN", "Infinity", "-Infinity"])
def test_a_float_that_is_no_number_comes_as_a_text(said):
    summaries = {"TraceSummaries": [{"Id": "1-2-3", "Duration": said}]}
    _, found = received("xray", "GetTraceSummaries", summaries)
    duration = found["TraceSummaries"][0]["Duration"]
    assert isinstance(duration, float)
    assert not math.isfinite(duration)


def test_a_whole_number_with_a_fraction_of_nothing_is_whole():
    groups = {"logGroups": [{"logGroupName": "/x", "retentionInDays": 30.0}]}
    _, found = received("logs", "DescribeLogGroups", groups)
    assert repr(found["logGroups"][0]["retentionInDays"]) == "30"
    with pytest.raises(OddAnswerError):
        received("logs", "DescribeLogGroups", {"logGroups": [{"retentionInDays": 30.5}]})


def test_a_body_that_streams_is_left_to_who_reads_it():
    body = object()
    assert check_of(output("lambda", "Invoke"))({"Payload": body}, ("", ""))["Payload"] is body
    live = check_of(output("logs", "StartLiveTail"))
    assert live({"responseStream": body}, ("", ""))["responseStream"] is body


def test_who_asks_for_what_is_not_there_is_told_whose_answer_it_was():
    answer = check_of(output("lambda", "GetAlias"))({"Name": "live"}, ("lambda", "GetAlias"))
    assert isinstance(answer, Answer)
    with pytest.raises(AwsError, match="has no FunctionVersion") as caught:
        answer["FunctionVersion"]
    assert caught.value.operation == "GetAlias"
