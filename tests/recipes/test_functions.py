"""The steps of `deploy-function`: what they say, and what they do beside somebody else."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from dragonctl.application.nouns import Function
from dragonctl.aws.client import Aws, Connection
from dragonctl.engine.events import ignore_event
from dragonctl.engine.journal import Journal, Scope
from dragonctl.engine.perform import Tools
from dragonctl.engine.plan import plan
from dragonctl.engine.reads import Reads
from dragonctl.engine.run import apply
from dragonctl.errors import AwsError, DragonError
from dragonctl.packaging import function_code
from dragonctl.packaging.runtimes import Platform
from dragonctl.recipes.functions.creation import role_of
from dragonctl.recipes.functions.options import Code, FunctionOptions
from dragonctl.recipes.functions.present import ExistingFunction, look
from dragonctl.recipes.functions.recipe import FunctionDeployment, deploy, unjudged
from dragonctl.recipes.place import Place
from dragonctl.resources.role_rights import Rights

PLACE = Place("123456789012", "us-east-1", "aws")
ROLE = "arn:aws:iam::123456789012:role/path/worker"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
RAW = {"FunctionName": "dragons", "Role": ROLE, "CodeSha256": "old", "Runtime": "python3.13"}


def allows(action, effect="Allow"):
    return {"Statement": [{"Effect": effect, "Action": action, "Resource": "*"}]}


def deployment(*documents, sha256="new", **existing):
    rights = Rights("worker", TRUST, documents)
    seen = ExistingFunction(Function("dragons", RAW), rights, **existing)
    return FunctionDeployment("dragons", Code(sha256, Platform(), "app.handler"), seen)


def titles(one, options=None):
    steps, warnings = deploy([one], options or FunctionOptions(), PLACE)
    return [step.title for step in steps], warnings


def test_a_role_that_may_send_traces_is_left_alone():
    assert titles(deployment(allows("xray:*"))) == (["Function dragons"], [])


def test_a_role_that_may_not_is_mended():
    steps, warnings = titles(deployment(allows("logs:*")))
    assert (steps, warnings) == (["Rights of role worker", "Function dragons"], [])


def test_where_traces_are_forbidden_tracing_stays_as_it_is_and_the_code_goes_on():
    one = deployment(allows("*"), allows("xray:*", "Deny"))
    steps, [warning] = deploy([one], FunctionOptions(), PLACE)
    assert "worker" in warning
    assert "Deny" in warning
    [step] = steps
    assert step.wanted(step.resource.answered(None, RAW), {}) == {"CodeSha256": "new"}


GENERATED = "dragonctl_tracing/app.handler"


@pytest.mark.parametrize(
    ("tracer", "handler", "live", "wanted"),
    [
        ("otel", GENERATED, "app.handler", GENERATED),
        ("otel", GENERATED, GENERATED, GENERATED),
        ("xray", "app.handler", GENERATED, "app.handler"),
        ("none", "app.handler", GENERATED, "app.handler"),
        ("xray", "app.handler", "app.handler", None),
        ("xray", "app.handler", "other.handler", None),  # nobody's business here
    ],
)
def test_the_handler_is_touched_only_where_a_tracer_needs_it(tracer, handler, live, wanted):
    steps, _ = deploy([traced(tracer, handler)], FunctionOptions(), PLACE)
    now = steps[-1].resource.answered(None, {**RAW, "Handler": live})
    assert steps[-1].wanted(now, {}).get("Handler") == wanted


def test_a_handler_that_somebody_gave_it_meanwhile_is_not_replaced_by_one_of_another():
    steps, _ = deploy([traced("otel", GENERATED)], FunctionOptions(), PLACE)
    now = steps[-1].resource.answered(None, {**RAW, "Handler": "other.handler"})
    with pytest.raises(DragonError, match="another handler meanwhile"):
        steps[-1].wanted(now, {})


def test_without_a_tracer_neither_the_role_nor_tracing_is_asked_about():
    role = Rights("worker", TRUST, refusal=AwsError("iam", "GetRole", "AccessDenied", "no"))
    one = traced("none", "app.handler", role)
    assert list(unjudged([one], PLACE)) == []
    [step], warnings = deploy([one], FunctionOptions(), PLACE)
    assert (warnings, step.wanted(step.resource.answered(None, RAW), {})) == (
        [], {"CodeSha256": "new"},
    )  # fmt: skip


def traced(tracer, handler, rights=None):
    seen = ExistingFunction(Function("dragons", RAW), rights or Rights("worker", TRUST, ()))
    return FunctionDeployment("dragons", Code("new", Platform(), handler, tracer), seen)


@pytest.mark.parametrize(("mode", "told"), [("PassThrough", True), ("Active", False)])
def test_a_role_that_cannot_be_read_is_an_error_where_tracing_waits_for_it(mode, told):
    refusal = AwsError("iam", "GetRole", "AccessDenied", "not authorized to perform: iam:GetRole")
    function = Function("dragons", {**RAW, "TracingConfig": {"Mode": mode}})
    existing = ExistingFunction(function, Rights("worker", TRUST, refusal=refusal))
    one = FunctionDeployment("dragons", Code("new", Platform(), "app.handler"), existing)
    errors = list(unjudged([one], PLACE))
    assert [error.resource for error in errors] == ["iam-role/worker"] * told
    assert all("iam:GetRole" in error.message for error in errors)
    [step] = deploy([one], FunctionOptions(), PLACE)[0]
    assert step.wanted(step.resource.answered(None, function.raw), {}) == {"CodeSha256": "new"}


def test_an_alias_that_has_the_new_code_already_is_not_spoken_of():
    aliases = {"live": {"Name": "live", "FunctionVersion": "3"}}
    reached = deployment(allows("*"), aliases=aliases, codes={"3": "new"})
    assert titles(reached)[1] == []
    [warning] = titles(deployment(allows("*"), aliases=aliases, codes={"3": "old"}))[1]
    assert "alias live" in warning
    assert "version 3" in warning
    assert titles(deployment(allows("*"), aliases=aliases), FunctionOptions(alias="live"))[1] == []


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        ({"3": "new", "2": "new"}, None),
        ({"3": "new", "2": "old"}, "and version 2 is other code"),
        ({"3": "old"}, "and version 3 and version 2 are other code"),
    ],
)
def test_of_an_alias_that_splits_its_traffic_every_version_is_named_with_its_share(codes, words):
    weights = {"AdditionalVersionWeights": {"2": 0.25}}
    aliases = {"live": {"Name": "live", "FunctionVersion": "3", "RoutingConfig": weights}}
    warnings = titles(deployment(allows("*"), aliases=aliases, codes=codes))[1]
    assert len(warnings) == (words is not None)
    for warning in warnings:
        assert "75 % to version 3 and 25 % to version 2" in warning
        assert words in warning


def test_only_code_that_aws_lacks_goes_into_a_bucket():
    options = FunctionOptions(bucket="zips")
    sha256 = "3J2mrH49k2eV5tnQKUC6UlQogVrrWA3TJFKxZz4R3cU="
    assert titles(deployment(allows("*"), sha256=sha256), options)[0] == [
        "Zip of function dragons in S3",
        "Function dragons",
    ]
    assert titles(deployment(allows("*"), sha256="old"), options)[0] == ["Function dragons"]


@pytest.mark.parametrize(
    ("function", "role"),
    [
        ("list-dragons", "ListDragonsLambdaExecutionRole"),
        ("work", "WorkLambdaExecutionRole"),
        ("a" * 64, "A" + "a" * 63),
    ],
)
def test_roles_are_named_as_in_the_course_as_far_as_names_go(function, role):
    assert role_of(function) == role


@pytest.fixture
def zipped():
    """A zip with one module; its bytes."""

    def made(text):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr(zipfile.ZipInfo("app.py"), text)
        return stream.getvalue()

    return made


@pytest.mark.parametrize("there", ["old = 1", "theirs = 1"])
def test_somebody_elses_change_between_look_and_write_survives(
    local_aws, zipped, tmp_path, monkeypatch, there
):
    monkeypatch.setenv("DRAGONCTL_STATE_DIR", str(tmp_path))
    iam, client = local_aws.client("iam"), local_aws.client("lambda")
    role = iam.create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
    policy = json.dumps({"Version": "2012-10-17", **allows("xray:*")})
    iam.put_role_policy(RoleName="worker", PolicyName="all", PolicyDocument=policy)
    client.create_function(
        FunctionName="dragons",
        Runtime="python3.13",
        Handler="app.handler",
        Role=role["Arn"],
        Code={"ZipFile": zipped("old = 1")},
    )
    new = zipped("def handler(event, context): ...")
    sha256, _ = function_code.saved_codes().write(lambda stream: stream.write(new))
    reads = Reads(Aws(Connection(None, "us-east-1", local_aws.endpoint, "test", "test")))
    raw = reads.get("lambda", "GetFunctionConfiguration", FunctionName="dragons")
    seen = look(reads, Function("dragons", raw))
    one = FunctionDeployment("dragons", Code(sha256, Platform(), "app.handler"), seen)
    planned = plan(reads, deploy([one], FunctionOptions(), PLACE)[0])

    client.update_function_code(FunctionName="dragons", ZipFile=zipped(there))
    client.update_function_configuration(FunctionName="dragons", Timeout=77)

    journal = Journal(tmp_path, "run", lambda: Scope("1", "r", "e"), "test", lambda: "me")
    outcome = apply(planned, Tools(reads, journal, ignore_event))
    journal.end("done")
    assert outcome.errors == []
    after = client.get_function_configuration(FunctionName="dragons")
    assert (after["CodeSha256"], after["Timeout"]) == (sha256, 77)
    lines = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text().splitlines()]
    answers = [line["outcome"] for line in lines if line["event"] == "answer"]
    refused = ["PreconditionFailedException"] if there == "old = 1" else []
    assert answers[: len(refused) + 1] == [*refused, "ok"]
    # What an undo brings back is what they had put there, and it is on this machine.
    before = [line["before"] for line in lines if line["event"] == "step"][-1]["CodeSha256"]
    with zipfile.ZipFile(function_code.find(before)) as archive:
        assert archive.read("app.py").decode() == there
