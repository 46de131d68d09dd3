"""What an application is made of, as tables: how it stands, what is wanted, which calls."""

from __future__ import annotations

import pytest

from dragonctl.engine.model import Reading
from dragonctl.errors import DragonError
from dragonctl.resources.apigateway_definition import ApiDefinition, Deployment
from dragonctl.resources.apigateway_made_stage import MadeStage
from dragonctl.resources.apigateway_rest_api import RestApi
from dragonctl.resources.creation_tags import digest
from dragonctl.resources.iam_inline_policy import InlinePolicy
from dragonctl.resources.lambda_new_function import NewFunction
from dragonctl.resources.lambda_permission import Permission
from dragonctl.resources.s3_bucket import Bucket
from dragonctl.resources.s3_object import DataObject, uploaded
from dragonctl.resources.ssm_parameter import Parameter
from dragonctl.resources.states_definition import MachineDefinition

OURS = {"tags/dragonctl:app": "dragons"}
MACHINE = "arn:aws:states:eu-west-1:1:stateMachine:M"
STAGE_FACTS = {"raw": {}, "partition": "aws", "region": "eu-west-1"}
FUNCTION = {
    "Role": "arn:role",
    "Runtime": "python3.13",
    "Handler": "a.b",
    "MemorySize": 256,
    "Timeout": 10,
    "Architectures": ["x86_64"],
    "CodeSha256": "abc=",
    **OURS,
}
FIRST = {"definition": {"StartAt": "A"}, "roleArn": "r1", "type": "STANDARD", **OURS}
API = Reading({"endpoint": "REGIONAL", **OURS}, {"id": "a1", "arn": "arn:a1"})
FACTS = {"id": "d1", "arn": "arn:a1"}

# resource, have, want, the calls: operation and the params that matter
TABLE = [
    (InlinePolicy("R", "P"), None, {"document": {"a": 1}}, [
        ("PutRolePolicy", {"RoleName": "R", "PolicyName": "P", "PolicyDocument": '{"a": 1}'})]),
    (InlinePolicy("R", "P"), Reading({"document": {}}), None, [
        ("DeleteRolePolicy", {"RoleName": "R", "PolicyName": "P"})]),
    (Bucket("b", "us-east-1"), None, {"name": "b", **OURS}, [
        ("CreateBucket", {"Bucket": "b"}),
        ("PutBucketTagging", {
            "Bucket": "b",
            "Tagging": {"TagSet": [{"Key": "dragonctl:app", "Value": "dragons"}]}})]),
    (Bucket("b", "eu-west-1"), None, {"name": "b"}, [
        ("CreateBucket", {
            "Bucket": "b", "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}})]),
    # PutBucketTagging replaces them all: somebody else's tags are sent again.
    (Bucket("b", "eu-west-1"), Reading({"name": "b", "tags/team": "x"}), {"name": "b", **OURS}, [
        ("PutBucketTagging", {"Bucket": "b", "Tagging": {"TagSet": [
            {"Key": "dragonctl:app", "Value": "dragons"}, {"Key": "team", "Value": "x"}]}})]),
    (Bucket("b", "eu-west-1"), Reading({"name": "b"}), None, [("DeleteBucket", {"Bucket": "b"})]),
    (DataObject("b", "k"), None, uploaded("x"), [
        ("PutObject", {
            "Bucket": "b", "Key": "k", "Body": b"x", "ContentType": "application/json",
            "Metadata": {"sha256":
                "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}})]),
    (DataObject("b", "k"), Reading({"sha256": "x"}), None, [
        ("DeleteObject", {"Bucket": "b", "Key": "k"})]),
    (Parameter("p"), None, {"value": "v", **OURS}, [
        ("PutParameter", {"Name": "p", "Value": "v", "Type": "String",
            "Tags": [{"Key": "dragonctl:app", "Value": "dragons"}]})]),
    # AWS refuses tags together with Overwrite.
    (Parameter("p"), Reading({"value": "old", **OURS}), {"value": "v", **OURS}, [
        ("PutParameter", {"Name": "p", "Value": "v", "Type": "String", "Overwrite": True})]),
    (Parameter("p"), Reading({"value": "v"}), None, [("DeleteParameter", {"Name": "p"})]),
    (NewFunction("f"), None, {**FUNCTION, "zip": b"PK"}, [
        ("CreateFunction", {
            "FunctionName": "f", "Role": "arn:role", "Runtime": "python3.13", "Handler": "a.b",
            "MemorySize": 256, "Timeout": 10, "Architectures": ["x86_64"],
            "Code": {"ZipFile": b"PK"}, "Tags": {"dragonctl:app": "dragons"}})]),
    (NewFunction("f"), Reading(FUNCTION), None, [("DeleteFunction", {"FunctionName": "f"})]),
    (Permission("f", "s"), None, {"service": "apigateway.amazonaws.com", "source": "arn:x"}, [
        ("AddPermission", {
            "FunctionName": "f", "StatementId": "s", "Action": "lambda:InvokeFunction",
            "Principal": "apigateway.amazonaws.com", "SourceArn": "arn:x"})]),
    # The API was made anew under another id.
    (Permission("f", "s"), Reading({"service": "s3", "source": "old"}),
        {"service": "s3", "source": "new"}, [
        ("RemovePermission", {"FunctionName": "f", "StatementId": "s"}),
        ("AddPermission", {
            "FunctionName": "f", "StatementId": "s", "Action": "lambda:InvokeFunction",
            "Principal": "s3", "SourceArn": "new"})]),
    (MachineDefinition(MACHINE), None, FIRST, [
        ("CreateStateMachine", {
            "name": "M", "definition": '{\n  "StartAt": "A"\n}', "roleArn": "r1",
            "type": "STANDARD", "tags": [{"key": "dragonctl:app", "value": "dragons"}]})]),
    # Logging and tracing are not this resource's: they are not sent, and so stay.
    (MachineDefinition(MACHINE), Reading(FIRST), {**FIRST, "roleArn": "r2"}, [
        ("UpdateStateMachine", {"stateMachineArn": MACHINE, "roleArn": "r2"})]),
    (MachineDefinition(MACHINE), Reading(FIRST), None, [
        ("DeleteStateMachine", {"stateMachineArn": MACHINE})]),
    (RestApi("dragons", "dragons"), None, {"endpoint": "REGIONAL", **OURS}, [
        ("CreateRestApi", {
            "name": "dragons", "endpointConfiguration": {"types": ["REGIONAL"]},
            "tags": {"dragonctl:app": "dragons"}})]),
    (RestApi("dragons", "dragons"), API, None, [("DeleteRestApi", {"restApiId": "a1"})]),
    # The tag comes last: an import that was cut short is made again.
    (ApiDefinition("dragons", "dragons"), None,
        {"definition": "h", "api": "a1", "arn": "arn:a1", "document": {"openapi": "3.0.1"}}, [
        ("PutRestApi", {
            "restApiId": "a1", "mode": "overwrite", "failOnWarnings": True,
            "body": b'{"openapi": "3.0.1"}'}),
        ("TagResource", {"resourceArn": "arn:a1", "tags": {"dragonctl:definition": "h"}})]),
    # An import cannot be taken back: without the tag the next run makes it again.
    (ApiDefinition("dragons", "dragons"), Reading({"definition": "h", "api": "a1"}, FACTS), None, [
        ("UntagResource", {"resourceArn": "arn:a1", "tagKeys": ["dragonctl:definition"]})]),
    (Deployment("dragons", "dragons"), None, {"definition": "h", "api": "a1"}, [
        ("CreateDeployment", {
            "restApiId": "a1", "description": "dragonctl create-app, definition h"})]),
    (Deployment("dragons", "dragons"), Reading({"definition": "h", "api": "a1"}, FACTS), None, [
        ("DeleteDeployment", {"restApiId": "a1", "deploymentId": "d1"})]),
    (MadeStage("dragons", "dragons", "test"), None, {"api": "a1", "deploymentId": "d1", **OURS}, [
        ("CreateStage", {
            "restApiId": "a1", "stageName": "test", "deploymentId": "d1",
            "tags": {"dragonctl:app": "dragons"}})]),
    (MadeStage("dragons", "dragons", "test"),
        Reading({"api": "a1", "deploymentId": "d1", **OURS}, STAGE_FACTS),
        {"api": "a1", "deploymentId": "d2", **OURS}, [
        ("UpdateStage", {"restApiId": "a1", "stageName": "test", "patchOperations": [
            {"op": "replace", "path": "/deploymentId", "value": "d2"}]})]),
    (MadeStage("dragons", "dragons", "test"), Reading({"api": "a1", "deploymentId": "d1"}), None, [
        ("DeleteStage", {"restApiId": "a1", "stageName": "test"})]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("resource", "have", "want", "calls"),
    TABLE,
    ids=[f"{row[0].kind}-{'+'.join(call[0] for call in row[3])}" for row in TABLE],
)
def test_the_calls_from_one_state_to_another(resource, have, want, calls):
    made = [(call.operation, dict(call.params)) for call in resource.calls(have, want)]
    assert made == calls


MAKES_ANOTHER = ["CreateRestApi", "CreateDeployment", "CreateFunction", "AddPermission"]


@pytest.mark.parametrize("operation", MAKES_ANOTHER)
def test_what_would_make_a_second_thing_is_never_blindly_repeated(operation):
    calls = [call for r, have, want, _ in TABLE for call in r.calls(have, want)]
    assert {call.repeat for call in calls if call.operation == operation} == {"read-first"}


@pytest.mark.parametrize(
    ("resource", "want"),
    [
        (DataObject("b", "k"), {"sha256": "x"}),
        (ApiDefinition("dragons", "dragons"), {"definition": "h", "api": "a", "arn": "arn"}),
    ],
)
def test_what_the_journal_cannot_make_again_is_one_sentence(resource, want):
    with pytest.raises(DragonError, match="cannot be made again from the journal") as caught:
        list(resource.calls(None, want))
    assert caught.value.hint == "Type `dragonctl create-app`."


@pytest.mark.parametrize(
    ("resource", "want", "content"),
    [
        (DataObject("b", "k"), uploaded("the data"), "content"),
        (NewFunction("f"), {**FUNCTION, "zip": b"PK"}, "zip"),
        (ApiDefinition("a", "a"), {"definition": "h", "api": "a", "document": {}}, "document"),
    ],
)
def test_content_stays_out_of_the_journal(resource, want, content):
    assert content not in resource.expected(None, want)


def test_a_bucket_with_other_objects_is_left():
    have = Reading({"name": "b"}, {"keys": ("dragons.json", "theirs.txt")})
    done = {"s3-object/b/dragons.json": None}
    assert "theirs.txt" in Bucket("b", "eu-west-1").obstacle(None, have, None, done)
    alone = Reading({"name": "b"}, {"keys": ("dragons.json",)})
    assert Bucket("b", "eu-west-1").obstacle(None, alone, None, done) is None


def test_the_digest_of_a_document_knows_no_order():
    assert digest({"a": 1, "b": [1]}) == digest({"b": [1], "a": 1}) != digest({"a": 1, "b": [2]})
