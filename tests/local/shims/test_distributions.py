"""CloudFront: associations kept and checked, ETags enforced, deployment in its own time."""

from __future__ import annotations

import pytest

from tests.local.refusals import refused, status_of_refusal

INVALID = "InvalidLambdaFunctionAssociation"
NEVER = 3600
CONFIG = {
    "CallerReference": "one",
    "Comment": "",
    "Enabled": True,
    "Origins": {
        "Quantity": 1,
        "Items": [
            {
                "Id": "api",
                "DomainName": "x.execute-api.us-east-1.amazonaws.com",
                "CustomOriginConfig": {
                    "HTTPPort": 80,
                    "HTTPSPort": 443,
                    "OriginProtocolPolicy": "https-only",
                },
            }
        ],
    },
    "DefaultCacheBehavior": {
        "TargetOriginId": "api",
        "ViewerProtocolPolicy": "https-only",
        "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
    },
}


def with_function(config, arn, event="viewer-request"):
    items = [{"LambdaFunctionARN": arn, "EventType": event, "IncludeBody": False}]
    associations = {"Quantity": 1, "Items": items}
    behavior = {**config["DefaultCacheBehavior"], "LambdaFunctionAssociations": associations}
    return {**config, "DefaultCacheBehavior": behavior}


@pytest.fixture
def edge_role(make):
    return make.role("edge", "lambda", "edgelambda")


@pytest.fixture
def version(local_aws, make):
    """Makes a function and publishes it; returns the version's ARN."""

    def publish(**more):
        make.function(**more)
        functions = local_aws.client("lambda", more.pop("region", "us-east-1"))
        return functions.publish_version(FunctionName="f")["FunctionArn"]

    return publish


def test_an_association_is_kept_and_all_else_stays(local_aws, version, edge_role):
    front, arn = local_aws.client("cloudfront"), version(role=edge_role)
    made = front.create_distribution(DistributionConfig=CONFIG)
    name = made["Distribution"]["Id"]
    before = front.get_distribution_config(Id=name)
    wanted = with_function(before["DistributionConfig"], arn)
    front.update_distribution(Id=name, IfMatch=before["ETag"], DistributionConfig=wanted)
    after = front.get_distribution_config(Id=name)
    assert after["DistributionConfig"] == wanted
    assert after["ETag"] != before["ETag"]
    back = front.update_distribution(
        Id=name, IfMatch=after["ETag"], DistributionConfig=before["DistributionConfig"]
    )
    assert back["Distribution"]["DistributionConfig"] == before["DistributionConfig"]


def test_a_change_needs_the_present_etag(local_aws):
    front = local_aws.client("cloudfront")
    made = front.create_distribution(DistributionConfig=CONFIG)
    name, old = made["Distribution"]["Id"], made["ETag"]
    config = made["Distribution"]["DistributionConfig"]
    update = front.update_distribution
    update(Id=name, IfMatch=old, DistributionConfig=config)
    stale = {"Id": name, "IfMatch": old, "DistributionConfig": config}
    assert refused(update, **stale)[0] == "PreconditionFailed"
    assert status_of_refusal(update, **stale) == 412
    without = {"Id": name, "DistributionConfig": config}
    assert refused(update, **without)[0] == "InvalidIfMatchVersion"


def test_it_is_deployed_in_its_own_time(local_aws):
    front = local_aws.client("cloudfront")
    local_aws.pace(distribution=NEVER)
    name = front.create_distribution(DistributionConfig=CONFIG)["Distribution"]["Id"]
    assert front.get_distribution(Id=name)["Distribution"]["Status"] == "InProgress"
    local_aws.pace(distribution=0)
    seen = front.get_distribution(Id=name)
    config = seen["Distribution"]["DistributionConfig"]
    front.update_distribution(Id=name, IfMatch=seen["ETag"], DistributionConfig=config)
    front.get_waiter("distribution_deployed").wait(Id=name, WaiterConfig={"MaxAttempts": 1})


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (
            {"Environment": {"Variables": {"AA": "b"}}},
            "The function cannot have environment variables.",
        ),
        ({"Architectures": ["arm64"]}, "The function cannot use the arm64 architecture."),
        (
            {"Timeout": 6},
            "The function timeout is larger than the maximum allowed: 5 seconds.",
        ),
        (
            {"MemorySize": 256},
            "The function memory is larger than the maximum allowed: 128 MB.",
        ),
    ],
)
def test_a_function_that_cannot_run_at_the_edge(local_aws, version, edge_role, more, message):
    arn = version(role=edge_role, **more)
    create = local_aws.client("cloudfront").create_distribution
    config = with_function(CONFIG, arn)
    assert refused(create, DistributionConfig=config) == (INVALID, message)


def test_a_role_that_the_edge_cannot_assume(local_aws, version):
    create = local_aws.client("cloudfront").create_distribution
    assert refused(create, DistributionConfig=with_function(CONFIG, version())) == (
        INVALID,
        (
            "The function execution role must be assumable with edgelambda.amazonaws.com as well "
            "as lambda.amazonaws.com principals."
        ),
    )


@pytest.mark.parametrize("qualifier", ["", ":$LATEST", ":live"])
def test_a_function_needs_its_version_number(local_aws, version, edge_role, qualifier):
    arn = version(role=edge_role).rpartition(":")[0] + qualifier
    create = local_aws.client("cloudfront").create_distribution
    code, message = refused(create, DistributionConfig=with_function(CONFIG, arn))
    assert code == INVALID
    assert message.endswith(f"(The ARN must end with the version number.) ARN: {arn}")


def test_a_function_lives_in_us_east_1(local_aws):
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:f:1"
    create = local_aws.client("cloudfront").create_distribution
    expected = (INVALID, f"The function must be in region 'us-east-1'. ARN: {arn}")
    assert refused(create, DistributionConfig=with_function(CONFIG, arn)) == expected


def test_a_function_at_the_edge_cannot_be_deleted(local_aws, version, edge_role):
    arn = version(role=edge_role)
    config = with_function(CONFIG, arn)
    local_aws.client("cloudfront").create_distribution(DistributionConfig=config)
    code, message = refused(local_aws.client("lambda").delete_function, FunctionName="f")
    assert code == "InvalidParameterValueException"
    assert message.startswith(
        f"Lambda was unable to delete {arn} because it is a replicated function."
    )


def test_distributions_are_listed_and_deleted(local_aws):
    front = local_aws.client("cloudfront")
    made = front.create_distribution(DistributionConfig={**CONFIG, "Enabled": False})
    assert refused(front.create_distribution, DistributionConfig=CONFIG)[0] == (
        "DistributionAlreadyExists"
    )
    listed = front.list_distributions()["DistributionList"]["Items"]
    assert [one["Id"] for one in listed] == [made["Distribution"]["Id"]]
    front.delete_distribution(Id=listed[0]["Id"], IfMatch=made["ETag"])
    assert "Items" not in front.list_distributions()["DistributionList"]
    assert refused(front.get_distribution, Id=listed[0]["Id"])[0] == "NoSuchDistribution"
