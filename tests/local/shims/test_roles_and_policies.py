"""IAM: what moto takes and AWS does not; and AWS's own policies, there when named."""

from __future__ import annotations

import json

import pytest

from tests.local.conftest import PUSH
from tests.local.refusals import refused

POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
    }
)


def trust(**more):
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "lambda.amazonaws.com"},
        **more,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.mark.parametrize(
    ("name", "document", "code"),
    [
        ("r" * 64, trust(), None),
        ("r" * 65, trust(), "ValidationError"),
        ("a b", trust(), "ValidationError"),
        ("a/b", trust(), "ValidationError"),
        ("r", "no json", "MalformedPolicyDocument"),
        ("r", "{}", "MalformedPolicyDocument"),
        ("r", trust(Principal={"Service": "nonsense"}), "MalformedPolicyDocument"),
        ("r", trust(Resource="*"), "MalformedPolicyDocument"),
        ("r", POLICY, "MalformedPolicyDocument"),
        ("r", trust(Principal={"AWS": "arn:aws:iam::123456789012:root"}), None),
    ],
)
def test_what_a_role_can_be(local_aws, name, document, code):
    create = local_aws.client("iam").create_role
    wanted = {"RoleName": name, "AssumeRolePolicyDocument": document}
    if code:
        assert refused(create, **wanted)[0] == code
    else:
        assert create(**wanted)["Role"]["RoleName"] == name


@pytest.mark.parametrize(
    "name",
    [
        PUSH,
        "AWSXRayDaemonWriteAccess",
        "service-role/AWSLambdaBasicExecutionRole",
        "CloudWatchFullAccess",
    ],
)
def test_aws_policies_are_there(local_aws, make, name):
    iam, arn = local_aws.client("iam"), f"arn:aws:iam::aws:policy/{name}"
    make.role("r", "lambda", policies=[name])
    attached = iam.list_attached_role_policies(RoleName="r")["AttachedPolicies"]
    assert [one["PolicyArn"] for one in attached] == [arn]
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    assert document["Statement"]


def test_the_push_policy_grants_the_seven_actions(local_aws):
    iam, arn = local_aws.client("iam"), f"arn:aws:iam::aws:policy/{PUSH}"
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    assert set(document["Statement"][0]["Action"]) == {
        f"logs:{one}"
        for one in (
            *("CreateLogGroup", "CreateLogStream", "DescribeLogGroups", "DescribeLogStreams"),
            *("PutLogEvents", "GetLogEvents", "FilterLogEvents"),
        )
    }


@pytest.mark.parametrize("name", ["NoSuchPolicy", "AmazonAPIGatewayPushToCloudWatchLogs"])
def test_a_policy_that_aws_has_not_is_not_there(local_aws, name):
    """The second exists under ``service-role/`` alone."""
    get = local_aws.client("iam").get_policy
    assert refused(get, PolicyArn=f"arn:aws:iam::aws:policy/{name}")[0] == "NoSuchEntity"


def test_all_aws_policies_are_listed(local_aws):
    pages = local_aws.client("iam").get_paginator("list_policies").paginate(Scope="AWS")
    names = {one["PolicyName"] for page in pages for one in page["Policies"]}
    assert {"AdministratorAccess", "ReadOnlyAccess"} <= names
    assert len(names) > 1000


def test_a_policy_in_use_stays(local_aws, make):
    iam = local_aws.client("iam")
    arn = iam.create_policy(PolicyName="p", PolicyDocument=POLICY)["Policy"]["Arn"]
    make.role("r", "lambda")
    iam.attach_role_policy(RoleName="r", PolicyArn=arn)
    assert refused(iam.delete_policy, PolicyArn=arn) == (
        "DeleteConflict",
        "Cannot delete a policy attached to entities.",
    )
    iam.detach_role_policy(RoleName="r", PolicyArn=arn)
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=POLICY)
    code, message = refused(iam.delete_policy, PolicyArn=arn)
    assert code == "DeleteConflict"
    assert message.startswith("This policy has more than one version.")
    iam.delete_policy_version(PolicyArn=arn, VersionId="v2")
    iam.delete_policy(PolicyArn=arn)


def test_a_role_holds_ten_policies(local_aws, make):
    iam = local_aws.client("iam")
    make.role("r", "lambda")
    arns = [
        iam.create_policy(PolicyName=f"p{one}", PolicyDocument=POLICY)["Policy"]["Arn"]
        for one in range(11)
    ]
    for arn in [*arns[:10], arns[0]]:
        iam.attach_role_policy(RoleName="r", PolicyArn=arn)
    assert refused(iam.attach_role_policy, RoleName="r", PolicyArn=arns[10]) == (
        "LimitExceeded",
        "Cannot exceed quota for PoliciesPerRole: 10",
    )


def test_a_policy_has_five_versions(local_aws):
    iam = local_aws.client("iam")
    arn = iam.create_policy(PolicyName="p", PolicyDocument=POLICY)["Policy"]["Arn"]
    for _ in range(4):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=POLICY)
    create = iam.create_policy_version
    assert refused(create, PolicyArn=arn, PolicyDocument=POLICY)[0] == "LimitExceeded"


@pytest.mark.parametrize(("spaces", "taken"), [(False, False), (True, True)])
def test_a_policy_has_a_size_without_its_spaces(local_aws, spaces, taken):
    long = POLICY.replace('"*"', json.dumps([f"arn:aws:s3:::b/{one}" for one in range(400)]))
    document = POLICY + " " * 7000 if spaces else long
    create = local_aws.client("iam").create_policy
    if taken:
        create(PolicyName="p", PolicyDocument=document)
    else:
        code, _ = refused(create, PolicyName="p", PolicyDocument=document)
        assert code == "LimitExceeded"


def test_making_a_role_does_not_tell_what_reading_it_tells(local_aws):
    iam = local_aws.client("iam")
    made = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust(), MaxSessionDuration=7200)
    assert "MaxSessionDuration" not in made["Role"]
    read = iam.get_role(RoleName="r")["Role"]
    assert read["MaxSessionDuration"] == 7200
    same = ("Arn", "RoleId", "Path", "AssumeRolePolicyDocument", "CreateDate")
    assert [made["Role"][one] for one in same] == [read[one] for one in same]


def test_a_policy_counts_whose_rights_it_bounds(local_aws):
    iam = local_aws.client("iam")
    policy = iam.create_policy(PolicyName="p", PolicyDocument=POLICY)["Policy"]
    assert policy["PermissionsBoundaryUsageCount"] == 0
    for name in "ab":
        iam.create_role(
            RoleName=name, AssumeRolePolicyDocument=trust(), PermissionsBoundary=policy["Arn"]
        )
    iam.delete_role_permissions_boundary(RoleName="a")
    read = iam.get_policy(PolicyArn=policy["Arn"])["Policy"]
    (listed,) = iam.list_policies(Scope="Local")["Policies"]
    assert read["PermissionsBoundaryUsageCount"] == 1
    assert listed["PermissionsBoundaryUsageCount"] == 1
    assert read["CreateDate"] == policy["CreateDate"]


def test_a_credential_of_a_service_is_refused_by_name(local_aws):
    iam = local_aws.client("iam")
    iam.create_user(UserName="u")
    call = {"UserName": "u", "ServiceName": "codecommit.amazonaws.com"}
    code, message = refused(iam.create_service_specific_credential, **call)
    assert code == "NotImplemented"
    assert "CreateServiceSpecificCredential" in message
