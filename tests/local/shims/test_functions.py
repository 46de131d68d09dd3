"""Lambda: what is kept, what is refused, and the moment that an update takes."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import urllib.error
import urllib.request
import zipfile

import pytest

from tests.local.refusals import refused, status_of_refusal

INVALID = "InvalidParameterValueException"
TRACING = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
ARN = "arn:aws:lambda:us-east-1:123456789012:function:f"
NEVER = 3600


def digest(content):
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def test_a_new_function_shows_what_aws_shows(local_aws, make):
    made = make.function()
    assert made["Version"] == "$LATEST"
    assert made["CodeSha256"] == digest(make.archive())
    assert made["TracingConfig"] == {"Mode": "PassThrough"}
    assert made["LoggingConfig"] == {"LogFormat": "Text", "LogGroup": "/aws/lambda/f"}
    shown = local_aws.client("lambda").get_function_configuration(FunctionName="f")
    assert shown["LastUpdateStatus"] == "Successful"
    assert shown["RevisionId"] != made["RevisionId"]  # another one when it is there (recorded)
    assert shown["RuntimeVersionConfig"]["RuntimeVersionArn"]
    assert "Layers" not in shown
    assert not [key for key, value in shown.items() if value is None]


def test_tracing_and_logging_are_kept(local_aws, make):
    functions = local_aws.client("lambda")
    make.function(role=make.role("r", "lambda", allow=TRACING))
    functions.update_function_configuration(
        FunctionName="f",
        TracingConfig={"Mode": "Active"},
        LoggingConfig={"LogFormat": "JSON", "ApplicationLogLevel": "WARN"},
    )
    shown = functions.get_function_configuration(FunctionName="f")
    assert shown["TracingConfig"] == {"Mode": "Active"}
    assert shown["LoggingConfig"] == {
        "LogFormat": "JSON",
        "ApplicationLogLevel": "WARN",
        "SystemLogLevel": "INFO",
        "LogGroup": "/aws/lambda/f",
    }
    functions.update_function_configuration(FunctionName="f", Timeout=9)
    again = functions.get_function(FunctionName="f")["Configuration"]
    assert again["LoggingConfig"] == shown["LoggingConfig"]
    assert again["TracingConfig"] == {"Mode": "Active"}


@pytest.mark.parametrize(
    ("policies", "allow", "taken"),
    [
        (["AWSXRayDaemonWriteAccess"], [], True),
        ([], ["xray:*"], True),
        ([], ["xray:Put*"], True),
        ([], ["xray:PutTelemetryRecords"], False),
        (["service-role/AWSLambdaBasicExecutionRole"], [], False),
    ],
)
def test_active_tracing_needs_its_right(local_aws, make, policies, allow, taken):
    make.function(role=make.role("r", "lambda", policies=policies, allow=allow))
    call = local_aws.client("lambda").update_function_configuration
    wanted = {"FunctionName": "f", "TracingConfig": {"Mode": "Active"}}
    if taken:
        assert call(**wanted)["TracingConfig"] == {"Mode": "Active"}
    else:
        assert refused(call, **wanted) == (
            INVALID,
            (
                "The provided execution role does not have permissions to call PutTraceSegments on "
                "XRAY"
            ),
        )


@pytest.mark.parametrize("update", ["configuration", "code"])
def test_one_update_at_a_time(local_aws, make, update):
    functions = local_aws.client("lambda")
    make.function()
    local_aws.pace(function_update=NEVER)
    if update == "configuration":
        answer = functions.update_function_configuration(FunctionName="f", Timeout=5)
    else:
        answer = functions.update_function_code(FunctionName="f", ZipFile=make.archive("x = 1\n"))
    assert answer["LastUpdateStatus"] == "InProgress"
    for call, more in (
        (functions.update_function_configuration, {"Timeout": 6}),
        (functions.update_function_code, {"ZipFile": make.archive()}),
        (functions.publish_version, {}),
    ):
        assert refused(call, FunctionName="f", **more) == (
            "ResourceConflictException",
            (
                "The operation cannot be performed at this time. "
                f"An update is in progress for resource: {ARN}"
            ),
        )
        assert status_of_refusal(call, FunctionName="f", **more) == 409


def test_a_new_function_is_pending_for_a_moment(local_aws, make):
    functions = local_aws.client("lambda")
    local_aws.pace(function_update=NEVER)
    make.function()
    assert functions.get_function(FunctionName="f")["Configuration"]["State"] == "Pending"
    assert refused(functions.publish_version, FunctionName="f") == (
        "ResourceConflictException",
        (
            "The operation cannot be performed at this time. "
            "The function is currently in the following state: Pending"
        ),
    )


def test_an_update_ends_and_the_waiter_sees_it(local_aws, make):
    functions = local_aws.client("lambda")
    make.function()
    local_aws.pace(function_update=0.05)
    functions.update_function_configuration(FunctionName="f", Timeout=5)
    functions.get_waiter("function_updated_v2").wait(
        FunctionName="f", WaiterConfig={"Delay": 0.02, "MaxAttempts": 100}
    )
    functions.publish_version(FunctionName="f")


def test_a_stale_revision_is_refused(local_aws, make):
    functions = local_aws.client("lambda")
    made = make.function()["RevisionId"]
    seen = functions.get_function_configuration(FunctionName="f")["RevisionId"]
    update = functions.update_function_configuration
    answered = update(FunctionName="f", Timeout=5, RevisionId=seen)["RevisionId"]
    assert len({made, seen, answered}) == 3
    # The update's own answer is stale once it has settled.
    assert status_of_refusal(update, FunctionName="f", Timeout=6, RevisionId=answered) == 412
    assert refused(update, FunctionName="f", Timeout=6, RevisionId=seen) == (
        "PreconditionFailedException",
        (
            "The Revision Id provided does not match the latest Revision Id. "
            "Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
        ),
    )
    assert status_of_refusal(update, FunctionName="f", Timeout=6, RevisionId=seen) == 412


@pytest.mark.parametrize("runtime", ["python3.7", "python3.8", "python3.9", "nodejs16.x"])
def test_a_retired_runtime_is_refused(make, runtime):
    assert refused(make.function, Runtime=runtime) == (
        INVALID,
        (
            f"The runtime parameter of {runtime} is no longer supported for creating or "
            "updating AWS Lambda functions. We recommend you use a supported runtime while "
            "creating or updating "
            "functions."
        ),
    )


@pytest.mark.parametrize(
    ("more", "beginning"),
    [
        ({"Runtime": "cobol1"}, "Value cobol1 at 'runtime' failed to satisfy constraint"),
        (
            {"Code": {"ZipFile": b"no zip"}},
            "Could not unzip uploaded file. Please check your file,",
        ),
        ({"Code": {}}, "Please provide a source for function code."),
        (
            {"Code": {"S3Bucket": "nosuch", "S3Key": "k"}},
            "Error occurred while GetObject. S3 Error Code: NoSuchBucket.",
        ),
        (
            {"LoggingConfig": {"LogFormat": "Text", "ApplicationLogLevel": "INFO"}},
            "The log level settings apply to JSON",
        ),
    ],
)
def test_what_a_function_cannot_be(local_aws, make, more, beginning):
    code, message = refused(make.function, **more)
    assert code == INVALID
    assert message.startswith(beginning)
    assert local_aws.client("lambda").list_functions()["Functions"] == []


@pytest.mark.parametrize("services", [["apigateway"], ["states"]])
def test_a_role_that_lambda_cannot_assume(make, services):
    role = make.role("r", *services)
    expected = (INVALID, "The role defined for the function cannot be assumed by Lambda.")
    assert refused(make.function, role=role) == expected
    assert refused(make.function, role=role + "-gone") == expected


def test_sizes_have_limits(local_aws, make, monkeypatch):
    functions = local_aws.client("lambda")
    make.function()
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("big", bytes(251 * 1024 * 1024))
    assert refused(functions.update_function_code, FunctionName="f", ZipFile=bomb.getvalue()) == (
        INVALID,
        "Unzipped size must be smaller than 262144000 bytes",
    )


def test_a_dry_run_tells_and_changes_nothing(local_aws, make):
    functions, new = local_aws.client("lambda"), make.archive("x = 1\n")
    make.function()
    made = functions.get_function_configuration(FunctionName="f")
    answer = functions.update_function_code(FunctionName="f", ZipFile=new, DryRun=True)
    assert answer["CodeSha256"] == digest(new)
    shown = functions.get_function_configuration(FunctionName="f")
    assert (shown["CodeSha256"], shown["RevisionId"]) == (made["CodeSha256"], made["RevisionId"])


def test_code_may_come_from_a_bucket(local_aws, make):
    functions, store, new = local_aws.client("lambda"), local_aws.client("s3"), make.archive("x=2")
    make.function()
    store.create_bucket(Bucket="bucket")
    store.put_object(Bucket="bucket", Key="k", Body=new)
    update = functions.update_function_code
    assert refused(update, FunctionName="f", S3Bucket="bucket", S3Key="nosuch")[0] == INVALID
    update(FunctionName="f", S3Bucket="bucket", S3Key="k")
    shown = functions.get_function_configuration(FunctionName="f")
    assert shown["CodeSha256"] == digest(new)


def test_publishing_the_same_twice_is_one_version(local_aws, make):
    functions = local_aws.client("lambda")
    make.function()
    publish = functions.publish_version
    assert [publish(FunctionName="f")["Version"] for _ in range(2)] == ["1", "1"]
    functions.update_function_code(FunctionName="f", ZipFile=make.archive())
    assert publish(FunctionName="f")["Version"] == "1"
    functions.update_function_code(FunctionName="f", ZipFile=make.archive("x = 1\n"))
    assert publish(FunctionName="f")["Version"] == "2"


def test_a_version_keeps_its_configuration(local_aws, make):
    functions = local_aws.client("lambda")
    make.function(role=make.role("r", "lambda", allow=TRACING))
    functions.publish_version(FunctionName="f")
    functions.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    functions.update_function_configuration(FunctionName="f", TracingConfig={"Mode": "Active"})
    for qualifier, mode in (("1", "PassThrough"), ("live", "PassThrough"), ("$LATEST", "Active")):
        shown = functions.get_function_configuration(FunctionName="f", Qualifier=qualifier)
        assert shown["TracingConfig"]["Mode"] == mode


def test_the_code_can_be_fetched_by_its_link(local_aws, make):
    make.function()
    link = local_aws.client("lambda").get_function(FunctionName="f")["Code"]["Location"]
    with urllib.request.urlopen(link) as answer:
        assert answer.read() == make.archive()
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(f"{local_aws.endpoint}/_code/guess")


def test_a_container_image_has_no_runtime_that_could_stand_in_its_way(local_aws, make):
    functions, image = local_aws.client("lambda"), "123456789012.dkr.ecr.us-east-1.amazonaws.com/i"
    functions.create_function(
        FunctionName="f", Role=make.role("r", "lambda", allow=TRACING), PackageType="Image",
        Code={"ImageUri": f"{image}:1"},
    )  # fmt: skip
    functions.get_waiter("function_active_v2").wait(FunctionName="f")
    functions.update_function_configuration(FunctionName="f", TracingConfig={"Mode": "Active"})
    functions.get_waiter("function_updated_v2").wait(FunctionName="f")
    functions.update_function_code(FunctionName="f", ImageUri=f"{image}:2")
    shown = functions.get_function(FunctionName="f")
    assert shown["Configuration"]["TracingConfig"] == {"Mode": "Active"}
    assert "Runtime" not in shown["Configuration"]
    assert shown["Code"]["ImageUri"] == f"{image}:2"


def test_architectures_are_kept(local_aws, make):
    make.function(Architectures=["arm64"])
    functions = local_aws.client("lambda")
    shown = functions.get_function_configuration(FunctionName="f")
    assert shown["Architectures"] == ["arm64"]


@pytest.mark.parametrize("operation", ["invoke", "get_function", "update_function_configuration"])
def test_a_missing_function_is_404(local_aws, operation):
    call = getattr(local_aws.client("lambda"), operation)
    code, _ = refused(call, FunctionName="nosuch")
    assert (code, status_of_refusal(call, FunctionName="nosuch")) == (
        "ResourceNotFoundException",
        404,
    )


def test_an_invocation_uses_the_role(local_aws, make):
    iam = local_aws.client("iam")
    make.function()
    assert "LastUsedDate" not in iam.get_role(RoleName="f-role")["Role"]["RoleLastUsed"]
    local_aws.client("lambda").invoke(FunctionName="f")
    assert iam.get_role(RoleName="f-role")["Role"]["RoleLastUsed"]["Region"] == "us-east-1"


def test_an_invocation_runs_the_code(local_aws, make):
    functions = local_aws.client("lambda")
    make.function()
    functions.publish_version(FunctionName="f")
    answer = functions.invoke(FunctionName="f", Payload=b'{"a": 1}', Qualifier="1")
    assert json.loads(answer["Payload"].read()) == {"a": 1}
    assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "1")
    assert functions.invoke(FunctionName="f", InvocationType="DryRun")["StatusCode"] == 204
    assert functions.invoke(FunctionName="f", InvocationType="Event")["StatusCode"] == 202


def test_functions_come_in_pages(local_aws, make):
    functions, role = local_aws.client("lambda"), make.role("r", "lambda")
    made = [make.function(f"f{one:02}", role=role)["FunctionName"] for one in range(51)]
    first = functions.list_functions()
    assert (len(first["Functions"]), "NextMarker" in first) == (50, True)
    pages = functions.get_paginator("list_functions").paginate()
    assert [one["FunctionName"] for page in pages for one in page["Functions"]] == made
    small = functions.get_paginator("list_versions_by_function").paginate(
        FunctionName="f00", PaginationConfig={"PageSize": 1}
    )
    functions.publish_version(FunctionName="f00")
    assert [one["Version"] for page in small for one in page["Versions"]] == ["$LATEST", "1"]
