"""Lambda: answers as they were recorded on AWS."""

from __future__ import annotations

import pytest

INVALID, MISSING = "InvalidParameterValueException", "ResourceNotFoundException"
CONFLICT, STALE = "ResourceConflictException", "PreconditionFailedException"
INVENTED = "11111111-2222-4333-8444-555555555555"
FN = {"FunctionName": "<fn>"}
GRANT = {**FN, "StatementId": "two", "Action": "lambda:InvokeFunction"}
SNS = {**GRANT, "Principal": "sns.amazonaws.com"}
STALE_FUNCTION = (
    "The Revision Id provided does not match the latest Revision Id. "
    "Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
)
NO_ALIAS = "Cannot find alias arn: <arn>:nope"
ALIAS = {**FN, "Name": "x"}


def weights(**told):
    return {"AdditionalVersionWeights": told}


@pytest.mark.parametrize(("call", "parameters", "code", "message", "status"), [
    ("get_function", {"FunctionName": "<fn>:1", "Qualifier": "2"}, INVALID,
     "The derived qualifier from the function name does not match the specified qualifier.", 400),
    ("get_function", {**FN, "Qualifier": "9"}, MISSING, "Function not found: <arn>:9", 404),
    ("invoke", {**FN, "Qualifier": "nope"}, MISSING, "Function not found: <arn>:nope", 404),
    ("invoke", {"FunctionName": "idle"}, "TooManyRequestsException", "Rate Exceeded.", 429),
    ("publish_version", {**FN, "CodeSha256": "other"}, INVALID,
     ("CodeSHA256 (other) is different from current CodeSHA256 in $LATEST (<sha>). "
     "Please try again with the CodeSHA256 in $LATEST."), 400),
    ("publish_version", {**FN, "RevisionId": INVENTED}, STALE, STALE_FUNCTION, 412),
    ("create_alias", {**ALIAS, "FunctionVersion": "$LATEST", "RoutingConfig": weights(**{"1": .5})},
     INVALID, "$LATEST is not supported for an alias pointing to more than 1 version", 400),
    ("create_alias", {**ALIAS, "FunctionVersion": "1",
                      "RoutingConfig": weights(**{"2": .1, "3": .1})},
     INVALID, "Number of items in AdditionalVersionWeights cannot be greater than 1", 400),
    ("create_alias", {**ALIAS, "FunctionVersion": "1", "RoutingConfig": weights(**{"1": .5})},
     INVALID, ("Invalid function version 1. Function version 1 is already included in routing "
     "configuration."), 400),
    ("create_alias", {**FN, "Name": "live", "FunctionVersion": "1"}, CONFLICT,
     "Alias already exists: <arn>:live", 409),
    ("create_alias", {**ALIAS, "FunctionVersion": "7"}, MISSING,
     "Function not found: <arn>:7", 404),
    ("get_alias", {**FN, "Name": "nope"}, MISSING, NO_ALIAS, 404),
    ("update_alias", {**FN, "Name": "live", "RevisionId": INVENTED}, STALE, STALE_FUNCTION, 412),
    ("add_permission", {**SNS, "StatementId": "one"}, CONFLICT,
     ("The statement id (one) provided already exists. Please provide a new statement id, or "
     "remove the existing statement."), 409),
    ("add_permission", {**SNS, "Qualifier": "nope"}, MISSING, NO_ALIAS, 404),
    ("add_permission", {**SNS, "Qualifier": "$LATEST"}, INVALID,
     "We currently do not support adding policies for $LATEST.", 400),
    ("add_permission", {**GRANT, "Principal": "shop.example.com"}, INVALID,
     "The provided principal was invalid. Please check the principal and try again.", 400),
    ("add_permission", {**SNS, "RevisionId": INVENTED}, STALE,
     ("The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to "
     "retrieve the latest Revision Id"), 412),
    ("remove_permission", {**FN, "StatementId": "none"}, MISSING,
     "Statement none is not found in resource policy.", 404),
    ("remove_permission", {**FN, "StatementId": "one", "Qualifier": "nope"}, MISSING,
     NO_ALIAS, 404),
    ("remove_permission", {"FunctionName": "gone", "StatementId": "one"}, MISSING,
     "No policy found for: arn:aws:lambda:us-east-1:<account>:function:gone", 404),
    ("get_policy", {**FN, "Qualifier": "live"}, MISSING,
     "The resource you requested does not exist.", 404),
    ("tag_resource", {"Resource": "<arn>:1", "Tags": {"a": "b"}}, INVALID,
     "Tags on function aliases and versions are not supported. Please specify a function ARN.",
     400),
    ("put_function_event_invoke_config", FN, INVALID,
     "You must specify at least one of error handling or destination setting.", 400),
    ("put_function_event_invoke_config",
     {**FN, "DestinationConfig": {"OnFailure": {"Destination": "<arn>"}}}, INVALID,
     "You can't specify the function as a destination for itself.", 400),
    ("get_function_event_invoke_config", FN, MISSING,
     "The function <arn>:$LATEST doesn't have an EventInvokeConfig", 404),
    ("create_function_url_config", {"FunctionName": "gone", "AuthType": "NONE"}, MISSING,
     "Function does not exist", 404),
    ("put_provisioned_concurrency_config",
     {**FN, "Qualifier": "$LATEST", "ProvisionedConcurrentExecutions": 1}, INVALID,
     "Provisioned Concurrency Configs cannot be applied to unpublished function versions.", 400),
    ("create_function", {"FunctionName": "n", "Role": "<role>", "Runtime": "python3.13",
                         "Handler": "app.handler", "Code": {"ZipFile": b""},
                         "Environment": {"Variables": {"LONG": "x" * 5000}}}, INVALID,
     ("Lambda was unable to configure your environment variables because the environment variables "
     'you have provided exceeded the 4KB limit. String measured: {"LONG":"xxx*'), 400),
    ("create_event_source_mapping",
     {**FN, "EventSourceArn": "arn:aws:kinesis:us-east-1:<account>:stream/none"}, INVALID,
     "Stream not found: arn:aws:kinesis:us-east-1:<account>:stream/none", 400),
])  # fmt: skip
def test_what_is_refused(world, call, parameters, code, message, status):
    world.refuses(f"lambda.{call}", parameters, code, message, status)


@pytest.mark.parametrize(("call", "parameters", "fields"), [
    ("get_function_configuration", FN, {"LastUpdateStatus": "Successful", "Layers": None}),
    ("get_policy", FN, {"Policy/Statement": [
        {"Sid": "one", "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"},
         "Action": "lambda:InvokeFunction", "Resource": "<arn>"}]}),
    ("get_function_recursion_config", FN, {"RecursiveLoop": "Terminate"}),
    ("list_aliases", {**FN, "FunctionVersion": "2"}, {"Aliases": []}),
    ("list_aliases", {**FN, "FunctionVersion": "1"}, {"Aliases/0/Name": "live"}),
])  # fmt: skip
def test_what_is_answered(world, call, parameters, fields):
    world.answers(f"lambda.{call}", parameters, fields)


def test_a_policy_is_of_one_resource_and_goes_with_its_last_statement(world):
    functions = world.client("lambda")
    functions.publish_version(FunctionName="idle")
    functions.create_alias(FunctionName="idle", Name="own", FunctionVersion="1")
    name = {"FunctionName": "idle", "StatementId": "s", "Qualifier": "own"}
    functions.add_permission(**name, Action="lambda:InvokeFunction", Principal="123456789012")
    no_policy = ("ResourceNotFoundException", "The resource you requested does not exist.", 404)
    assert world.ask("lambda.get_policy", {"FunctionName": "idle"}) == no_policy
    functions.remove_permission(**name)
    asked = {"FunctionName": "idle", "Qualifier": "own"}
    assert world.ask("lambda.get_policy", asked) == no_policy


def test_an_alias_sends_its_share_to_the_other_version(world):
    """Weights of one and none, so that chance decides nothing."""
    functions = world.client("lambda")
    functions.create_alias(
        FunctionName="shop", Name="moved", FunctionVersion="1", RoutingConfig=weights(**{"2": 1.0})
    )
    asked = {"FunctionName": "shop", "Qualifier": "moved", "Payload": b"{}"}
    assert functions.invoke(**asked)["ExecutedVersion"] == "2"
    functions.update_alias(FunctionName="shop", Name="moved", RoutingConfig=weights(**{"2": 0.0}))
    assert functions.invoke(**asked)["ExecutedVersion"] == "1"
