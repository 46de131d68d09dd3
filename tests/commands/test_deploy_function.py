"""``deploy-function``: code to AWS once, traced, and back."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import zipfile

import pytest

from tests.commands.functions import HANDLER, configuration, stored
from tests.local.serving import archive, document


def test_new_code_is_uploaded_once_traced_and_taken_back(
    dragonctl, write, theirs, local_aws, answers, made_calls
):
    theirs()
    before = configuration(local_aws)
    old = stored(local_aws)
    write("ours")
    first = dragonctl("deploy-function", "--output", "json")
    assert first.code == 0
    assert made_calls() == [
        "AttachRolePolicy",
        "UpdateFunctionCode",
        "UpdateFunctionConfiguration",
    ]
    assert answers() == "ours"
    after = configuration(local_aws)
    assert after["TracingConfig"] == {"Mode": "Active"}
    assert (
        after["CodeSha256"] == base64.b64encode(hashlib.sha256(stored(local_aws)).digest()).decode()
    )
    assert [
        (c["field"], c["before"], c["after"])
        for c in first.document["changes"]
        if c["resource"] == "lambda-function/hello-world"
    ] == [
        ("CodeSha256", before["CodeSha256"], after["CodeSha256"]),
        ("TracingConfig/Mode", "PassThrough", "Active"),
    ]

    again = dragonctl("deploy-function", "--output", "json")
    assert (again.code, again.document["changed"], made_calls()) == (0, False, [])

    assert dragonctl("undo", "--yes").code == 0
    assert stored(local_aws) == old
    assert answers() == "theirs"
    assert configuration(local_aws)["TracingConfig"] == {"Mode": "PassThrough"}
    assert "no run to undo" in dragonctl("undo", "--yes").stderr


def test_no_environment_value_stands_in_the_journal_and_undo_brings_all_back(
    dragonctl, write, theirs, local_aws, tmp_path
):
    values = {"DB_PASSWORD": "pl4nted-one", "PLAIN": "pl4nted-two"}
    theirs(Environment={"Variables": values})
    functions = local_aws.client("lambda")
    functions.publish_version(FunctionName="hello-world")
    functions.create_alias(FunctionName="hello-world", Name="live", FunctionVersion="1")
    write("ours")
    made = dragonctl("deploy-function", "--publish", "--alias", "live", "--output", "json")
    assert made.code == 0, made.stderr
    values["DB_PASSWORD"] = "pl4nted-three"
    functions.update_function_configuration(
        FunctionName="hello-world", Environment={"Variables": values}
    )
    undone = dragonctl("undo", "--yes", "--output", "json")
    assert undone.code == 0, undone.stderr
    kept = [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
    assert [path for path in kept if path.suffix == ".jsonl"]
    assert not [path for path in kept if b"pl4nted" in path.read_bytes()]
    for said in (made, undone):
        assert "pl4nted" not in said.stdout + said.stderr
    after = functions.get_function_configuration(FunctionName="hello-world")
    assert after["Environment"]["Variables"] == values
    assert after["TracingConfig"] == {"Mode": "PassThrough"}
    alias = functions.get_alias(FunctionName="hello-world", Name="live")
    assert alias["FunctionVersion"] == "1"


def test_an_undo_can_be_undone_on_a_machine_that_forgot_its_builds(
    dragonctl, write, theirs, answers, tmp_path
):
    theirs()
    write("ours")
    dragonctl("deploy-function")
    (tmp_path / "state" / "packages").unlink()
    dragonctl("undo", "--yes", "--output", "json")
    runs = (tmp_path / "state" / "runs").iterdir()
    [undo] = [path for path in runs if '"command": "undo"' in path.read_text()]
    assert answers() == "theirs"
    assert dragonctl("undo", undo.stem, "--yes").code == 0
    assert answers() == "ours"


def test_a_dry_run_and_a_check_change_nothing(dragonctl, write, theirs, local_aws, made_calls):
    theirs()
    before = configuration(local_aws)
    write("ours")
    dry = dragonctl("deploy-function", "--dry-run")
    assert (dry.code, "    code  " in dry.stdout) == (0, True)
    assert dragonctl("deploy-function", "--check").code == 3
    assert made_calls() == []
    assert configuration(local_aws) == before


def test_code_and_settings_wait_for_each_other(dragonctl, write, theirs, local_aws, tmp_path):
    theirs()
    local_aws.pace(function_update=0.5)
    write({"other.py": HANDLER.format(answer="ours")})
    done = dragonctl(
        *("deploy-function", "--handler", "other.handler", "--python", "3.12", "--output", "json")
    )
    assert done.code == 0
    after = configuration(local_aws)
    assert (after["Handler"], after["Runtime"]) == ("other.handler", "python3.12")
    assert after["LastUpdateStatus"] == "Successful"
    journal = tmp_path / "state" / "runs" / f"{done.document['run']}.jsonl"
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    outcomes = [line["outcome"] for line in lines if line["event"] == "answer"]
    assert outcomes == ["ok"] * 3  # rights, configuration, code


def test_no_wait_leaves_the_last_update_to_itself(dragonctl, write, theirs, local_aws):
    theirs()
    write("ours")
    local_aws.client("iam").attach_role_policy(
        RoleName="hello-world-role",
        PolicyArn="arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess",
    )
    local_aws.client("lambda").update_function_configuration(
        FunctionName="hello-world", TracingConfig={"Mode": "Active"}
    )
    local_aws.pace(function_update=30)
    assert dragonctl("deploy-function", "--no-wait").code == 0
    assert configuration(local_aws)["LastUpdateStatus"] == "InProgress"


def test_a_missing_function_is_an_error_that_says_so(dragonctl, write, theirs, made_calls):
    theirs("hello-world")
    write("ours")
    write("another", folder="other_one")
    done = dragonctl("deploy-function", "--output", "json")
    assert done.code == 1
    [error] = done.document["errors"]
    assert error["resource"] == "lambda-function/other-one"
    assert "--create" in error["hint"]
    assert made_calls() == []


def test_a_created_function_may_write_its_own_log_and_traces_and_no_more(
    dragonctl, write, local_aws, answers, made_calls
):
    write("ours")
    assert dragonctl("deploy-function", "--create").code == 0
    made = configuration(local_aws)
    assert (made["Handler"], made["TracingConfig"]["Mode"]) == ("app.handler", "Active")
    assert answers() == "ours"
    iam = local_aws.client("iam")
    role = made["Role"].rpartition("/")[2]
    assert iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"] == []
    [name] = iam.list_role_policies(RoleName=role)["PolicyNames"]
    statements = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]["Statement"]
    group = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/hello-world"
    assert [(one["Action"], one["Resource"]) for one in statements] == [
        ("logs:CreateLogGroup", f"{group}:*"),
        (["logs:CreateLogStream", "logs:PutLogEvents"], f"{group}:log-stream:*"),
        (["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*"),
    ]
    events = local_aws.client("logs").filter_log_events(logGroupName="/aws/lambda/hello-world")
    assert any(event["message"].startswith("REPORT") for event in events["events"])
    made_calls()
    assert dragonctl("deploy-function", "--create").code == 0
    assert made_calls() == []

    assert dragonctl("undo", "--yes").code == 0
    assert local_aws.client("lambda").list_functions()["Functions"] == []
    assert iam.list_roles()["Roles"] == []


def test_traffic_through_an_alias_is_reached_only_by_moving_it(
    dragonctl, write, theirs, answers, local_aws, made_calls
):
    theirs(Publish=True)
    client = local_aws.client("lambda")
    client.create_alias(FunctionName="hello-world", Name="live", FunctionVersion="1")
    write("ours")
    done = dragonctl("deploy-function", "--output", "json")
    assert any("live" in warning for warning in done.document["warnings"])
    assert (answers(), answers(Qualifier="live")) == ("ours", "theirs")

    moved = dragonctl("deploy-function", "--alias", "live", "--output", "json")
    assert not any("alias" in warning for warning in moved.document["warnings"])
    assert {"resource": "lambda-alias/hello-world/live", "field": "FunctionVersion"}.items() <= (
        moved.document["changes"][-1].items()
    )
    assert answers(Qualifier="live") == "ours"
    made_calls()
    assert dragonctl("deploy-function", "--alias", "live").code == 0
    assert made_calls() == []

    assert dragonctl("undo", "--yes").code == 0
    assert (answers(), answers(Qualifier="live")) == ("ours", "theirs")


@pytest.mark.parametrize("how", [(), ("--dry-run",), ("--check",)])
def test_where_an_alias_splits_its_traffic_nothing_is_deployed(
    dragonctl, write, theirs, local_aws, made_calls, how
):
    theirs(Publish=True)
    client = local_aws.client("lambda")
    client.update_function_code(FunctionName="hello-world", ZipFile=archive("x = 1"), Publish=True)
    client.create_alias(
        FunctionName="hello-world",
        Name="live",
        FunctionVersion="1",
        RoutingConfig={"AdditionalVersionWeights": {"2": 0.1}},
    )
    write("ours")
    before = configuration(local_aws)
    made_calls()
    done = dragonctl("deploy-function", "--alias", "live", "--output", "json", *how)
    [error] = done.document["errors"]
    assert (done.code, done.document["changes"], made_calls()) == (1, [], [])
    assert (error["code"], error["resource"]) == ("SplitTraffic", "lambda-alias/hello-world/live")
    assert "live" in error["message"]
    assert "90 % to version 1 and 10 % to version 2" in error["message"]
    assert configuration(local_aws) == before
    alias = client.get_alias(FunctionName="hello-world", Name="live")
    assert (alias["FunctionVersion"], len(alias["RoutingConfig"])) == ("1", 1)


def test_publish_alone_moves_the_aliases_that_callers_may_invoke(
    dragonctl, write, theirs, local_aws
):
    theirs(Publish=True)
    client = local_aws.client("lambda")
    client.create_alias(FunctionName="hello-world", Name="live", FunctionVersion="1")
    client.add_permission(
        FunctionName="hello-world",
        Qualifier="live",
        StatementId="gateway",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    write("ours")
    assert dragonctl("deploy-function", "--publish").code == 0
    assert client.get_alias(FunctionName="hello-world", Name="live")["FunctionVersion"] == "2"


def test_large_code_goes_through_s3_once(dragonctl, write, theirs, local_aws, made_calls, answers):
    theirs()
    large = {"app.py": HANDLER.format(answer="large"), "data.bin": os.urandom(53 << 20)}
    write(large)
    refused = dragonctl("deploy-function")
    assert refused.code == 1
    assert "--s3-bucket" in refused.stderr
    assert made_calls() == []

    s3 = local_aws.client("s3")
    s3.create_bucket(Bucket="zips")
    done = dragonctl("deploy-function", "--s3-bucket", "zips", "--output", "json")
    assert done.code == 0
    assert made_calls().count("PutObject") == 1
    assert answers() == "large"
    [item] = s3.list_objects_v2(Bucket="zips")["Contents"]
    body = s3.get_object(Bucket="zips", Key=item["Key"])["Body"].read()
    assert hashlib.sha256(body).hexdigest() in item["Key"]
    again = dragonctl("deploy-function", "--s3-bucket", "zips")
    assert (again.code, made_calls()) == (0, [])
    assert (dragonctl("deploy-function").code, made_calls()) == (0, [])  # nothing to upload

    assert dragonctl("undo", "--yes").code == 0
    assert answers() == "theirs"
    made_calls()
    assert dragonctl("deploy-function", "--s3-bucket", "zips").code == 0
    assert (answers(), "PutObject" in made_calls()) == ("large", False)


def test_a_bucket_is_for_the_run_that_names_it(dragonctl, write, theirs, local_aws, answers):
    """Another region's function cannot be given code from it."""
    theirs()
    old = stored(local_aws)
    write("ours")
    local_aws.client("s3").create_bucket(Bucket="zips")
    assert dragonctl("deploy-function", "--s3-bucket", "zips").code == 0
    client = local_aws.client("lambda")
    client.update_function_code(FunctionName="hello-world", ZipFile=old)
    s3 = local_aws.client("s3")
    for item in s3.list_objects_v2(Bucket="zips")["Contents"]:
        s3.delete_object(Bucket="zips", Key=item["Key"])
    assert dragonctl("deploy-function").code == 0
    assert answers() == "ours"


PLANTED = "planted-8e1f"


def test_no_secret_of_this_machine_reaches_a_zip_a_log_or_the_journal(
    dragonctl, write, theirs, local_aws, monkeypatch, tmp_path
):
    theirs(Environment={"Variables": {"PASSWORD": f"{PLANTED}-variable"}})
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", f"{PLANTED}-key")
    monkeypatch.setenv("AWS_SESSION_TOKEN", f"{PLANTED}-token")
    folder = write(
        {
            "app.py": HANDLER.format(answer="ours"),
            ".env": f"TOKEN={PLANTED}-env",
            ".aws/credentials": f"{PLANTED}-credentials",
            "id_rsa": f"{PLANTED}-rsa",
            "server.pem": f"-----BEGIN RSA PRIVATE KEY-----\n{PLANTED}\n"
            "-----END RSA PRIVATE KEY-----",
            "setenv.sh": f"export AWS_SECRET_ACCESS_KEY={PLANTED}-setenv\n",
            "conf.yaml": f"aws_secret_access_key: {PLANTED}-conf\n",
            "creds.json": json.dumps({"SecretAccessKey": f"{PLANTED}-json"}),
            "long.txt": f"{'x' * 99}\n" * 1000 + f"ghp_{PLANTED.replace('-', '')}{'A1' * 14}",
            "database.yml": f"password: {PLANTED}-database\n",
            "terraform.tfstate.backup": PLANTED,
            "prod.tfvars": PLANTED,
            "ann_accessKeys.csv": PLANTED,
            "kubeconfig": PLANTED,
        }
    )
    done = dragonctl("deploy-function", "--debug", "--alias", "live")
    assert done.code == 0
    undone = dragonctl("undo", "--yes", "--debug")
    json_ = dragonctl("deploy-function", "--debug", "--output", "json")
    assert (undone.code, json_.code) == (0, 0)
    (folder / "app.py").write_text(f"KEY = 'AKIA{PLANTED[-4:].upper()}QWERTYUIOPAS'\n")
    refused = dragonctl("deploy-function", "--debug", "--output", "json")
    assert (refused.code, refused.document["errors"][0]["code"]) == (1, "Secret")
    assert "app.py, line 1: AWS access key" in refused.stderr
    holding = [
        path
        for path in (tmp_path / "state").rglob("*")
        if path.is_file() and PLANTED.encode() in path.read_bytes()
    ]
    assert holding == []
    journals = list((tmp_path / "state" / "runs").iterdir())
    assert len(journals) == 3
    assert all(path.stat().st_size < 20_000 for path in journals)
    assert all((path.stat().st_mode & 0o777) == 0o600 for path in journals)
    for one in (done, undone, json_, refused):
        assert PLANTED not in one.stdout + one.stderr
    assert "QWERTYUIOPAS" not in refused.stdout + refused.stderr
    assert "conf.yaml (" in done.stderr + done.stdout
    with zipfile.ZipFile(io.BytesIO(stored(local_aws))) as now:
        assert all(PLANTED.encode() not in now.read(name) for name in now.namelist())


COURSE = """
import boto3
from aws_xray_sdk.core import patch_all, xray_recorder

patch_all()
ssm = boto3.client("ssm")
BUCKET = ssm.get_parameter(Name="dragon_data_bucket_name", WithDecryption=False)
NAME = BUCKET["Parameter"]["Value"]


def lambda_handler(event, context):
    xray_recorder.begin_subsegment("work")
    found = ssm.get_parameter(Name="dragon_data_bucket_name")["Parameter"]["Value"]
    xray_recorder.end_subsegment()
    return {"first": NAME, "now": found}
"""


def test_the_code_of_the_course_works_as_it_is(dragonctl, write, theirs, local_aws, answers):
    theirs(Handler="lambda_function.lambda_handler", Timeout=20)
    local_aws.client("iam").put_role_policy(
        RoleName="hello-world-role",
        PolicyName="parameters",
        PolicyDocument=document({"Effect": "Allow", "Action": "ssm:*", "Resource": "*"}),
    )
    local_aws.client("ssm").put_parameter(
        Name="dragon_data_bucket_name", Value="the-bucket", Type="String"
    )
    write({"lambda_function.py": COURSE, "requirements.txt": "aws-xray-sdk==2.15.0\nboto3\n"})
    done = dragonctl("deploy-function")
    assert done.code == 0, done.stderr
    assert answers() == {"first": "the-bucket", "now": "the-bucket"}


def test_the_sample_is_deployed_where_there_is_no_lambdas_folder(dragonctl):
    done = dragonctl("deploy-function")
    assert done.code == 2
    assert "--source" in done.stderr
