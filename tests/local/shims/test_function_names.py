"""Which function is named: what Lambda refuses before it looks anything up, or runs anything."""

from __future__ import annotations

import pytest

from tests.local.refusals import refused, status_of_refusal

ARN = "arn:aws:lambda:{}:{}:function:f"


@pytest.fixture
def functions(local_aws, make):
    """A client, beside a function that is there."""
    make.function("f")
    client = local_aws.client("lambda")
    # botocore would say it itself: what is tested is what the service says to others.
    client.meta.events.unregister("before-parameter-build.lambda")
    return client


@pytest.mark.parametrize(("name", "says"), [
    ("../x", "Member must satisfy regular expression pattern"),
    ("a/b", "Member must satisfy regular expression pattern"),
    ("a\x00b", "Member must satisfy regular expression pattern"),
    ("a b", "Member must satisfy regular expression pattern"),
    ("f:a:b", "Member must satisfy regular expression pattern"),
    ("a" * 65, "Member must have length less than or equal to 64"),
    ("arn:aws:lambda:us-east-1:123456789012:function:" + "a" * 65,
     "Member must have length less than or equal to 64"),
])  # fmt: skip
def test_a_name_that_no_function_can_have(functions, make, name, says):
    creation = {"FunctionName": name, "Role": make.role("r", "lambda"), "Runtime": "python3.13",
                "Handler": "app.handler", "Code": {"ZipFile": make.archive()}}  # fmt: skip
    for call, more in (
        (functions.create_function, creation),
        (functions.get_function, {}),
        (functions.invoke, {"Payload": b"{}"}),
    ):
        code, message = refused(call, **{"FunctionName": name, **more})
        # Of a new name that is too long Lambda says it with another code (recorded).
        own = call == functions.create_function and "length" in says
        expected = "InvalidParameterValueException" if own else "ValidationException"
        assert (code, says in message) == (expected, True), message
    assert [one["FunctionName"] for one in functions.list_functions()["Functions"]] == ["f"]


@pytest.mark.parametrize("name", [
    "f", ARN.format("us-east-1", "123456789012")])  # fmt: skip
def test_a_function_answers_to_its_name_and_its_arn(functions, name):
    told = functions.get_function_configuration(FunctionName=name)
    assert told["FunctionName"] == "f"


def test_a_function_of_another_region_is_out_of_reach(functions):
    there = ARN.format("eu-west-1", "123456789012")
    for call in (functions.get_function, functions.invoke, functions.delete_function):
        assert refused(call, FunctionName=there) == (
            "ResourceNotFoundException",
            "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
        )


@pytest.mark.parametrize(
    "name", [ARN.format("us-east-1", "210987654321"), "210987654321:function:f"]
)
def test_a_function_of_another_account_is_not_ones_own(functions, name):
    for call in (functions.invoke, functions.delete_function):
        assert refused(call, FunctionName=name)[0] == "AccessDeniedException"
        assert status_of_refusal(call, FunctionName=name) == 403
    assert functions.get_function(FunctionName="f")


@pytest.mark.parametrize("more", [{"Qualifier": "$LATEST"}, {}])
def test_the_unpublished_version_is_not_deleted_by_itself(functions, more):
    name = "f" if more else "f:$LATEST"
    assert refused(functions.delete_function, FunctionName=name, **more) == (
        "InvalidParameterValueException",
        "$LATEST version cannot be deleted without deleting the function.",
    )
    assert functions.get_function(FunctionName="f")


@pytest.mark.parametrize("payload", [b"{", b"no", b"\xff", b"'a'", b"[" * 3000, b"{} {}"])
@pytest.mark.parametrize("kind", ["RequestResponse", "Event", "DryRun"])
def test_a_payload_that_is_no_json_is_not_run(local_aws, functions, payload, kind):
    code, message = refused(
        functions.invoke, FunctionName="f", Payload=payload, InvocationType=kind
    )
    assert code == "InvalidRequestContentException"
    assert message.startswith("Could not parse request body into json: Could not parse payload")
    assert local_aws.client("logs").describe_log_groups()["logGroups"] == []


@pytest.mark.parametrize(("kind", "most"), [("RequestResponse", 6_291_456), ("Event", 1_048_576)])
def test_a_payload_that_is_too_large_is_not_run(functions, kind, most):
    payload = b'"' + b"a" * (most - 1) + b'"'
    code, message = refused(
        functions.invoke, FunctionName="f", Payload=payload, InvocationType=kind
    )
    assert code == "RequestTooLargeException"
    assert message.endswith(f"invocation type (limit {most} bytes)")
