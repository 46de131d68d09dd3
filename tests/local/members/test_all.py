"""No operation that dragonctl asks for, and no member of one, is left out of these tables."""

from __future__ import annotations

from pathlib import Path

from dragonctl.local.constraints.undone import UNDONE
from tests.aws.models import service_model
from tests.aws.sent_members import sent
from tests.local.members.reads import READS
from tests.local.members.test_written import CASES

LOCAL = Path(__file__).parents[1]
ELSEWHERE = {
    ("apigateway", "GetDomainNames"): "gateway/test_domains.py",
    ("apigateway", "UpdateAccount"): "gateway/test_account.py",
    ("apigateway", "UpdateRestApi"): "gateway/test_rest_apis.py",
    ("apigateway", "UpdateStage"): "gateway/test_stage_patches.py",
    ("apigatewayv2", "GetApis"): "members/test_others.py",
    ("cloudfront", "UpdateDistribution"): "shims/test_distributions.py",
    ("kms", "DescribeKey"): "members/test_others.py",
    ("kms", "GetKeyPolicy"): "members/test_others.py",
    ("lambda", "DeleteFunction"): "shims/test_function_names.py",
    ("lambda", "RemovePermission"): "recorded/test_lambda.py",
    ("logs", "StartQuery"): "test_insights.py",
    ("s3", "CreateBucket"): "members/test_objects.py",
    ("s3", "DeleteObject"): "members/test_objects.py",
    ("s3", "HeadObject"): "members/test_objects.py",
    ("sns", "ListSubscriptionsByTopic"): "members/test_others.py",
    ("stepfunctions", "DescribeStateMachine"): "members/test_others.py",
    ("xray", "DeleteSamplingRule"): "shims/test_sampling_rules.py",
}
"""What does not fit the tables -> the file that tests its members."""
EVERYWHERE = {"ExpectedBucketOwner"}
"""Tested for all operations at once."""


def optional_members(service, operation):
    """The members that may be left out: those that are needed, the operation's answer shows."""
    shape = service_model(service).operation_model(operation).input_shape
    members = set(shape.members) - set(shape.required_members) if shape else set()
    return members - EVERYWHERE - set(UNDONE.get((service, operation), ()))


def test_every_operation_that_dragonctl_asks_for_is_in_a_table():
    asked = {call[:2] for call in sent() if optional_members(*call[:2])}
    assert len(asked) > 60
    assert asked - {*CASES, *READS, *ELSEWHERE} == set()


def test_each_file_that_is_named_is_there_and_speaks_of_the_operation():
    for (_, operation), name in ELSEWHERE.items():
        words = "".join(operation.split()).lower()
        assert words in (LOCAL / name).read_text("utf-8").replace("_", "").lower(), name
