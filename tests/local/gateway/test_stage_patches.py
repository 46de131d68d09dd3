"""UpdateStage: the patches that it takes, what they leave, and what it refuses in which words."""

from __future__ import annotations

import pytest

from tests.local.refusals import refused, status_of_refusal

BAD, CONFLICT = "BadRequestException", "ConflictException"
GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:access"
FORMAT = '{"requestId":"$context.requestId"}'
STREAM = "arn:aws:firehose:us-east-1:123456789012:deliverystream"
NEW_ENTRY = {
    "metricsEnabled": False,
    "dataTraceEnabled": False,
    "throttlingBurstLimit": 5000,
    "throttlingRateLimit": 10000.0,
    "cachingEnabled": False,
    "cacheTtlInSeconds": 300,
    "cacheDataEncrypted": False,
    "requireAuthorizationForCacheControl": True,
    "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
}


@pytest.fixture
def stage(local_aws, make):
    """Patches a stage: ``stage(("replace", path, value), …)``."""
    make.account_role()
    api = make.stage("/dragons")
    gateway = local_aws.client("apigateway")

    class Stage:
        def patch(self, *operations):
            names = ("op", "path", "value")
            said = [dict(zip(names, one, strict=False)) for one in operations]
            return gateway.update_stage(restApiId=api, stageName="prod", patchOperations=said)

        def refusal(self, *operations):
            return refused(self.patch_by_name, operations=operations)

        def patch_by_name(self, operations):
            return self.patch(*operations)

        def shown(self):
            answer = gateway.get_stage(restApiId=api, stageName="prod")
            hidden = ("ResponseMetadata", "createdDate", "lastUpdatedDate", "deploymentId")
            return {key: value for key, value in answer.items() if key not in hidden}

    return Stage()


def test_a_fresh_stage(stage):
    assert stage.shown() == {
        "stageName": "prod",
        "cacheClusterEnabled": False,
        "cacheClusterStatus": "NOT_AVAILABLE",
        "methodSettings": {},
        "tracingEnabled": False,
    }


@pytest.mark.parametrize(
    ("path", "value", "field", "shown"),
    [
        ("metrics/enabled", "true", "metricsEnabled", True),
        ("logging/dataTrace", "true", "dataTraceEnabled", True),
        ("logging/loglevel", "ERROR", "loggingLevel", "ERROR"),
        ("logging/loglevel", "OFF", "loggingLevel", "OFF"),
        ("throttling/burstLimit", "7", "throttlingBurstLimit", 7),
        ("throttling/rateLimit", "7.5", "throttlingRateLimit", 7.5),
        ("throttling/rateLimit", "-1", "throttlingRateLimit", -1.0),
        ("caching/enabled", "true", "cachingEnabled", True),
        ("caching/ttlInSeconds", "0", "cacheTtlInSeconds", 0),
        ("caching/ttlInSeconds", "3600", "cacheTtlInSeconds", 3600),
        ("caching/dataEncrypted", "true", "cacheDataEncrypted", True),
        (
            "caching/requireAuthorizationForCacheControl",
            "false",
            "requireAuthorizationForCacheControl",
            False,
        ),
        (
            "caching/unauthorizedCacheControlHeaderStrategy",
            "FAIL_WITH_403",
            "unauthorizedCacheControlHeaderStrategy",
            "FAIL_WITH_403",
        ),
    ],
)
def test_a_new_entry_brings_aws_defaults(stage, path, value, field, shown):
    stage.patch(("replace", f"/~1dragons/GET/{path}", value))
    assert stage.shown()["methodSettings"] == {"~1dragons/GET": {**NEW_ENTRY, field: shown}}


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("/*/*", "*/*"),
        ("/~1dragons/GET", "~1dragons/GET"),
        ("/dragons/GET", "dragons/GET"),
        ("/~1/GET", "~1/GET"),
        ("/~1a~1{b}~1c/POST", "~1a~1{b}~1c/POST"),
        ("/~1{proxy+}/ANY", "~1{proxy+}/ANY"),
        ("/~1a~0b/GET", "~1a~0b/GET"),
    ],
)
def test_a_key_reads_back_as_addressed(stage, address, key):
    stage.patch(("replace", f"{address}/metrics/enabled", "true"))
    assert list(stage.shown()["methodSettings"]) == [key]


def test_an_unescaped_nested_path_is_taken_and_not_shown(stage):
    stage.patch(("replace", "/a/b/GET/metrics/enabled", "true"))
    assert stage.shown()["methodSettings"] == {}


def test_an_override_keeps_its_own_values(stage):
    stage.patch(("replace", "/~1dragons/GET/logging/loglevel", "ERROR"))
    stage.patch(("replace", "/*/*/logging/loglevel", "INFO"))
    levels = {key: one["loggingLevel"] for key, one in stage.shown()["methodSettings"].items()}
    assert levels == {"*/*": "INFO", "~1dragons/GET": "ERROR"}


@pytest.mark.parametrize(
    ("operations", "field", "shown"),
    [
        ([("replace", "/tracingEnabled", "true")], "tracingEnabled", True),
        ([("replace", "/description", "x")], "description", "x"),
        ([("replace", "/variables/a", "b")], "variables", {"a": "b"}),
        ([("add", "/variables/a", "b")], "variables", {"a": "b"}),
        ([("replace", "/variables/a", "b"), ("remove", "/variables/a")], "variables", None),
        (
            [("add", "/accessLogSettings/destinationArn", GROUP)],
            "accessLogSettings",
            {"destinationArn": GROUP},
        ),
        (
            [
                ("replace", "/accessLogSettings/destinationArn", GROUP),
                ("replace", "/accessLogSettings/format", FORMAT + "\n"),
            ],
            "accessLogSettings",
            {"destinationArn": GROUP, "format": FORMAT + "\n"},
        ),
        (
            [
                (
                    "replace",
                    "/accessLogSettings/destinationArn",
                    f"{STREAM}/amazon-apigateway-x",
                )
            ],
            "accessLogSettings",
            {"destinationArn": f"{STREAM}/amazon-apigateway-x"},
        ),
        (
            [
                ("replace", "/accessLogSettings/format", FORMAT),
                ("remove", "/accessLogSettings"),
            ],
            "accessLogSettings",
            None,
        ),
        ([("remove", "/accessLogSettings")], "accessLogSettings", None),
        (
            [("replace", "/canarySettings/percentTraffic", "10")],
            "canarySettings",
            {"percentTraffic": 10.0, "useStageCache": False},
        ),
    ],
)
def test_what_patches_leave(stage, operations, field, shown):
    stage.patch(*operations)
    assert stage.shown().get(field) == shown


def test_a_whole_entry_can_be_removed_and_set_anew_in_one_call(stage):
    stage.patch(("replace", "/*/*/logging/loglevel", "INFO"))
    stage.patch(("remove", "/*/*"), ("replace", "/*/*/metrics/enabled", "true"))
    assert stage.shown()["methodSettings"] == {"*/*": {**NEW_ENTRY, "metricsEnabled": True}}


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        (
            ("remove", "/*/*"),
            "Cannot remove method setting */* because there is no method setting for this method ",
        ),
        (
            ("remove", "/*/*/logging/loglevel"),
            (
                "Cannot remove method setting */*/logging/loglevel because there is no method "
                "setting for this method "
            ),
        ),
        (
            ("replace", "/*/*/caching/ttlInSeconds", "3601"),
            "Invalid time-to-live setting, must be an integer no greater than 3600",
        ),
        (
            ("replace", "/*/*/caching/ttlInSeconds", "-1"),
            "Invalid time-to-live setting, must be an integer no greater than 3600",
        ),
        (
            ("replace", "/accessLogSettings/format", ""),
            "Access Log value must not be empty",
        ),
        (
            ("replace", "/accessLogSettings/arn", "x"),
            (
                "Invalid accessLogSettings path. Must be one of : "
                "[/accessLogSettings/destinationArn, /accessLogSettings/format]"
            ),
        ),
        (
            ("replace", "/accessLogSettings/format", "$context.status"),
            (
                "Access Log format must include either $context.requestId or "
                "$context.extendedRequestId"
            ),
        ),
        (
            ("replace", "/accessLogSettings/format", "a\n$context.requestId"),
            (
                "Access Log format must be single line, new line character is allowed only at end "
                "of the format: 'a\n$context.requestId'"
            ),
        ),
        (
            ("replace", "/accessLogSettings/destinationArn", f"{GROUP}:*"),
            (
                "Access log destination must only contain characters a-z, A-Z, 0-9, '_', '-', '/', "
                "'.': 'log-group:access:*'"
            ),
        ),
        (
            ("replace", "/accessLogSettings/destinationArn", "arn:aws:s3:::bucket"),
            (
                "The ARN must be a valid CloudWatch Logs log group or Kinesis Data Firehose "
                "delivery stream"
            ),
        ),
        (
            ("replace", "/accessLogSettings/destinationArn", f"{STREAM}/mine"),
            (
                "Kinesis Firehose delivery stream name must begin with the characters "
                "'amazon-apigateway-'"
            ),
        ),
        (("replace", "/deploymentId", "nosuch"), "Deployment id does not exist"),
    ],
)
def test_what_is_refused_in_recorded_words(stage, operation, message):
    before = stage.shown()
    assert stage.refusal(operation) == (BAD, message)
    assert stage.shown() == before


@pytest.mark.parametrize(
    "operation",
    [
        ("replace", "/bogus", "x"),
        ("replace", "/*/*/logging/logLevel", "INFO"),
        ("replace", "/*/GET/logging/loglevel", "INFO"),
        ("replace", "/~1a/*/logging/loglevel", "INFO"),
        ("replace", "/~1a/FETCH/logging/loglevel", "INFO"),
        ("replace", "/loggingLevel", "INFO"),
    ],
)
def test_a_wrong_path_is_named(stage, operation):
    code, message = stage.refusal(operation)
    assert code == BAD
    assert message.startswith(
        f"Invalid method setting path: {operation[1]}. Must be one of: [/deploymentId, "
    )


@pytest.mark.parametrize(
    "operation",
    [
        ("replace", "/*/*/logging/loglevel", "WHATEVER"),
        ("replace", "/*/*/logging/loglevel", "info"),
        ("replace", "/*/*/metrics/enabled", "yes"),
        ("replace", "/*/*/throttling/burstLimit", "many"),
        ("replace", "/*/*/metrics/enabled"),
        ("replace", "/*/*/caching/ttlInSeconds", "²"),
        ("replace", "/canarySettings/percentTraffic", "half"),
        ("replace", "/*/*/caching/unauthorizedCacheControlHeaderStrategy", "IGNORE"),
        ("replace", "/cacheClusterSize", "7.7"),
        ("replace", "/tracingEnabled", "on"),
        ("add", "/tracingEnabled", "true"),
        ("add", "/*/*/metrics/enabled", "true"),
        ("copy", "/description"),
    ],
)
def test_bad_values_and_operations_are_refused(stage, operation):
    before = stage.shown()
    assert stage.refusal(operation)[0] == BAD
    assert stage.shown() == before


def test_one_bad_operation_refuses_all(stage):
    before = stage.shown()
    stage.refusal(("replace", "/tracingEnabled", "true"), ("replace", "/bogus", "x"))
    assert stage.shown() == before


@pytest.mark.parametrize(("count", "taken"), [(80, True), (81, False)])
def test_a_call_carries_eighty_operations(stage, count, taken):
    operations = [("replace", f"/variables/v{one}", "x") for one in range(count)]
    if taken:
        assert len(stage.patch(*operations)["variables"]) == count
    else:
        assert stage.refusal(*operations) == (
            BAD,
            "Update size too large. Try updating stage in multiple UpdateStage operations",
        )


@pytest.mark.parametrize(
    "operation",
    [
        ("replace", "/*/*/logging/loglevel", "INFO"),
        ("replace", "/accessLogSettings/destinationArn", GROUP),
    ],
)
def test_logging_needs_the_account_role(local_aws, make, operation):
    api = make.stage("/dragons")
    said = [dict(zip(("op", "path", "value"), operation, strict=True))]
    update = local_aws.client("apigateway").update_stage
    assert refused(update, restApiId=api, stageName="prod", patchOperations=said) == (
        BAD,
        "CloudWatch Logs role ARN must be set in account settings to enable logging",
    )


def test_a_missing_stage_or_api_is_404(local_aws, make):
    get, api = local_aws.client("apigateway").get_stage, make.stage("/dragons")
    assert refused(get, restApiId=api, stageName="nosuch") == (
        "NotFoundException",
        "Invalid stage identifier specified",
    )
    assert refused(get, restApiId="nosuch", stageName="prod") == (
        "NotFoundException",
        "Invalid API identifier specified 123456789012:nosuch",
    )
    assert status_of_refusal(get, restApiId=api, stageName="nosuch") == 404
