"""`policy COMMAND` for every command, on the sample of a local AWS."""

from __future__ import annotations

import json
import logging
import re

import click
import pytest

from dragonctl.cli.catalogue import command_names
from dragonctl.commands import policy
from dragonctl.engine.model import Call
from dragonctl.policy.grants import action_of
from dragonctl.policy.names import FREE
from tests.applications import small
from tests.applications.builder import Builder
from tests.policy.reference import KNOWN

LONGEST = 6144
NOTHING = {"completion", "demo", "help", "history", "local", "policy"}
OTHERS = sorted(set(command_names()) - NOTHING - {"apply", "create-app", "deploy-function", "undo"})


@pytest.fixture
def application(local_aws):
    return small.build(Builder(local_aws.endpoint))


@pytest.fixture
def edge_function(dragonctl, tmp_path):
    """A folder that ``deploy-edge`` takes, in the folder of the commands."""
    edge = tmp_path / "here" / "lambdas" / "edge" / "head"
    edge.mkdir(parents=True)
    (edge / "head.py").write_text("def handler(event, context):\n    return event\n")
    return edge


def listed(value):
    return value if isinstance(value, list) else [value]


def allowed(document):
    """(action, resource) pairs."""
    return {
        (action, resource)
        for one in document["Statement"]
        for action in listed(one["Action"])
        for resource in listed(one["Resource"])
    }


def check(answer):
    """A document that IAM takes, of actions that exist on resources that they can name."""
    assert answer.code == 0, answer.stderr
    document = answer.document
    assert document["Version"] == "2012-10-17"
    assert len(json.dumps(document, separators=(",", ":"))) <= LONGEST
    assert {one["Effect"] for one in document["Statement"]} == {"Allow"}
    for action, resource in allowed(document):
        assert action in KNOWN, f"look {action} up, and put it into tests/policy/reference.py"
        kinds = KNOWN[action]
        assert any(re.fullmatch(kind, resource) for kind in kinds) or (resource, kinds) == ("*", ())
    return allowed(document)


def test_apply_needs_what_the_command_of_its_plan_needs(dragonctl):
    refused = dragonctl("policy", "apply")
    assert refused.code == 2
    assert "the command that made the plan" in refused.stderr


WITHOUT_RIGHTS = {
    "setup-observability": {
        "access_log", "data_trace", "execution_data", "log_format", "log_level", "metrics",
        "no_role_changes", "replace_account_role", "replace_wrapper", "retention",
        "state_machine_level", "tracing",
    },
    "deploy-function": {
        "allow_secret", "architecture", "bundle_all", "function_name", "handler", "package_only",
        "python", "source", "tracer",
    },
}  # fmt: skip
"""Options that ask for less, or for no other call, or name other folders and functions."""
OF_MANY = {
    "all_apis", "api", "check", "dry_run", "functions", "no_discover", "no_wait", "stages",
    "state_machines", "yes",
}  # fmt: skip


@pytest.mark.parametrize("command", policy.OPTIONS_OF, ids=lambda one: one.name)
def test_every_option_that_needs_rights_of_its_own_is_one_of_policy(command):
    options = {
        one.name for one in command.params if isinstance(one, click.Option) and one.expose_value
    }
    assert options - OF_MANY == WITHOUT_RIGHTS[command.name] | {*policy.OPTIONS_OF[command]}, (
        "a new option needs rights of its own (FIRST_RUN_OPTIONS beside its command) or none"
    )


@pytest.mark.parametrize(
    ("words", "alone"),
    [
        (("logs", "--publish"), "--publish for setup-observability and deploy-function alone"),
        (("setup-observability", "--alias", "live"), "--alias for deploy-function alone"),
    ],
)
def test_an_option_of_another_command_is_wrong_usage(dragonctl, words, alone):
    refused = dragonctl("policy", *words)
    assert refused.code == 2
    assert alone in refused.stderr


@pytest.mark.parametrize(
    ("words", "right"),
    [
        (("--data-trace-for", "2h"), ("apigateway:PUT", "arn:aws:apigateway:us-east-1::/tags/")),
        (("--role-name", "Writer"), ("iam:CreateRole", "arn:aws:iam::123456789012:role/Writer")),
        (
            (
                "--application-signals",
                "--layer-arn",
                "arn:aws:lambda:us-east-1:615299751070:layer:AWSOpenTelemetryDistroPython:20",
            ),
            (
                "lambda:GetLayerVersion",
                "arn:aws:lambda:us-east-1:615299751070:layer:AWSOpenTelemetryDistroPython:20",
            ),
        ),
    ],
    ids=lambda words: words[0],
)
def test_an_option_brings_its_right(dragonctl, application, words, right):
    def has(told):
        return any(action == right[0] and one.startswith(right[1]) for action, one in told)

    assert not has(check(dragonctl("policy", "setup-observability")))
    assert has(check(dragonctl("policy", "setup-observability", *words)))


def test_every_command_has_a_valid_document(dragonctl, application, edge_function):
    for name in OTHERS:
        check(dragonctl("policy", name))


def test_create_app_may_make_it_and_hand_its_roles_on(dragonctl, local_aws):
    told = check(dragonctl("policy", "create-app"))
    apis = "arn:aws:apigateway:us-east-1::/restapis"
    roles = "arn:aws:iam::123456789012:role"
    assert {
        ("apigateway:POST", apis),
        ("apigateway:PUT", f"{apis}/*"),
        ("apigateway:GET", f"{apis}/*/deployments"),
        ("iam:PassRole", f"{roles}/APIGatewayStepFunctions"),
        ("iam:TagRole", f"{roles}/MyStateMachineRole"),
        ("lambda:ListTags", "arn:aws:lambda:us-east-1:123456789012:function:list-dragons"),
        ("s3:CreateBucket", "arn:aws:s3:::dragons-123456789012-us-east-1"),
        ("ssm:AddTagsToResource",
         "arn:aws:ssm:us-east-1:123456789012:parameter/dragon_data_file_name"),
        ("states:TagResource", "arn:aws:states:us-east-1:123456789012:stateMachine:MyStateMachine"),
    } <= told  # fmt: skip


def test_undo_is_about_the_last_run(dragonctl, application):
    assert dragonctl("policy", "undo").code == 1
    assert dragonctl("set-sampling", "--rate", "0.5", "--name", "mine", "--path", "/x").code == 0
    answer = dragonctl("policy", "undo")
    rules = "arn:aws:xray:us-east-1:123456789012:sampling-rule"
    assert ("xray:DeleteSamplingRule", f"{rules}/mine") in check(answer)
    assert "set-sampling" in answer.stderr


def test_the_undo_of_roles_with_paths_names_them_whole(dragonctl, application, local_aws):
    builder = Builder(local_aws.endpoint)
    role = builder.role("worker", path="/service-role/")
    builder.function("other", role)
    assert dragonctl("setup-observability", "--function", "other").code == 0
    assert ("iam:DetachRolePolicy", role) in check(dragonctl("policy", "undo"))
    assert role.endswith(":role/service-role/worker")


def test_disable_cache_takes_keys_away_after_enable_cache(dragonctl, application):
    methods = f"arn:aws:apigateway:us-east-1::/restapis/{application.api}/resources/"
    before = check(dragonctl("policy", "disable-cache"))
    assert not any(resource.startswith(methods) for _, resource in before)
    made = dragonctl("enable-cache", "--key", "path:id", "--deploy-all")
    assert made.code == 0, made.stderr
    after = check(dragonctl("policy", "disable-cache"))
    assert "apigateway:PATCH" in {action for action, where in after if where.startswith(methods)}


SHOWING = [
    ("status",),
    ("logs",),
    ("query", "fields @message"),
    ("traces",),
    ("service-map",),
    ("sampling",),
    ("cache-stats",),
    ("why", "9f8b6a10-0000-4000-8000-000000000001"),
    ("doctor",),
    ("setup-dashboard",),
    ("setup-alarms", "--notify", "you@example.com"),
    ("set-sampling", "--rate", "0.3"),
    ("set-endpoint", "--type", "edge"),
]


@pytest.mark.parametrize("words", SHOWING, ids=lambda words: words[0])
def test_nothing_is_asked_that_the_document_does_not_allow(dragonctl, application, words, caplog):
    actions = {action for action, _ in check(dragonctl("policy", words[0]))}
    with caplog.at_level(logging.DEBUG, "dragonctl"):
        dragonctl(*words)
    asked = {
        (one.args[0], one.args[1])
        for one in caplog.records
        if one.args and len(one.args) == 4
    }  # fmt: skip
    assert asked
    for service, operation in asked - FREE:
        if not service.startswith("apigateway"):
            assert action_of(Call(service, operation, {})) in actions


def test_commands_without_rights_say_so(dragonctl):
    for name in NOTHING:
        answer = dragonctl("policy", name)
        assert (answer.code, answer.document["Statement"]) == (0, [])
        assert f"{name} asks for no right" in answer.stderr


@pytest.mark.parametrize(
    ("name", "what"),
    [("setup-alarms", "an email address"), ("set-endpoint", "--type"), ("set-sampling", "Default")],
)
def test_what_is_taken_for_granted_is_said(dragonctl, application, name, what):
    answer = dragonctl("policy", name)
    assert answer.document["Statement"]
    assert answer.stderr.startswith("Assumed: ")
    assert what in answer.stderr


def test_an_unknown_command_is_wrong_usage(dragonctl):
    answer = dragonctl("policy", "setup-observabilty")
    assert (answer.code, answer.stdout) == (2, "")
    assert "no policy of 'setup-observabilty'" in answer.stderr
    assert "setup-observability" in answer.stderr


def test_a_document_that_is_too_long_is_printed_with_a_warning(dragonctl, application, local_aws):
    gateway = local_aws.client("apigateway")
    (stage,) = gateway.get_stages(restApiId=application.api)["item"]
    for number in range(70):
        gateway.create_stage(
            restApiId=application.api, stageName=f"customer_{number:03}",
            deploymentId=stage["deploymentId"],
        )  # fmt: skip
    answer = dragonctl("policy", "logs")
    assert answer.code == 0, answer.stderr
    assert len(json.dumps(answer.document, separators=(",", ":"))) > LONGEST
    assert "6,144" in answer.stderr
    assert "6,144" not in dragonctl("policy", "logs", "--stage", "prod").stderr


@pytest.mark.parametrize(
    ("command", "writes"),
    [
        ("setup-observability", {"apigateway:PATCH", "iam:AttachRolePolicy"}),
        ("disable-cache", {"apigateway:PATCH"}),
        ("deploy-edge", {"cloudfront:UpdateDistribution", "lambda:CreateFunction"}),
    ],
)
def test_read_only_is_what_a_dry_run_needs_and_no_right_to_write(
    dragonctl, application, edge_function, command, writes
):
    whole = check(dragonctl("policy", command))
    reads = check(dragonctl("policy", command, "--read-only"))
    verbs = ("Get", "List", "Describe", "BatchGet", "GET")
    assert {action for action, _ in reads if not action.split(":")[1].startswith(verbs)} == set()
    assert reads < whole
    assert {action for action, _ in whole - reads} >= writes
