"""What to do fits the tool that manages the part; the next command can be typed."""

import shlex

import pytest
from click.testing import CliRunner

from dragonctl.application.nouns import Api, App, Function, Machine
from dragonctl.application.ownership import Owner
from dragonctl.cli.root import cli
from dragonctl.telemetry.requests.why.commands import advice, manager, next_command
from dragonctl.telemetry.requests.why.model import FailedPart
from tests.telemetry.fake_logs import refusal
from tests.telemetry.requests.why.world import CALL, REQUEST, STANDARD

RAISED = FailedPart("function", "prices", "exception", source="functions")
MAPPED = FailedPart("mapping", "GET /x", "configuration", remedy="Correct the mapping.")


@pytest.mark.parametrize(
    ("tool", "words"),
    [
        ("SAM", "with SAM (stack shop): sam deploy."), ("CDK", "cdk deploy."),
        ("Terraform", "terraform apply."), ("Serverless Framework", "serverless deploy."),
        ("Pulumi", "pulumi up."), ("CloudFormation", "with CloudFormation (stack shop)."),
    ],
)  # fmt: skip
def test_a_function_is_deployed_by_the_tool_that_manages_it(tool, words):
    said = advice(RAISED, Owner(tool, "shop"))
    assert said.startswith("Correct the function's code, and deploy it with")
    assert said.endswith(words)


def test_settings_are_changed_where_they_last():
    assert advice(MAPPED, Owner("Terraform")).endswith("Terraform manages it: change it there.")
    assert advice(MAPPED, None) == "Correct the mapping."
    caller = FailedPart("caller", "the caller", "caller error", remedy="Send a body.")
    assert advice(caller, Owner("SAM", "shop")) == "Send a body."


def app():
    function = Function("prices", {"FunctionArn": "arn:aws:lambda:x:1:function:prices"})
    machine = Machine("arn:aws:states:eu-west-1:123456789012:stateMachine:Orders", {})
    tags = {"aws:cloudformation:stack-name": "shop", "STAGE": "x"}
    api = Api("a", "shop", {"tags": tags}, {})
    return App((api,), (function,), (machine,), "1", "eu-west-1", "aws")


def test_the_manager_of_each_part_is_told_by_its_tags():
    tags = {"ListTags": {"Tags": {"lambda:createdBy": "SAM"}},
            "ListTagsForResource": {"tags": [{"key": "by", "value": "terraform"}]}}  # fmt: skip

    def fetch(_service, operation, **_):
        return tags[operation]

    flow = FailedPart("state", "Charge", "exception", request=STANDARD)
    assert manager(fetch, app(), RAISED).tool == "SAM"
    assert manager(fetch, app(), flow).tool == "Terraform"
    assert manager(fetch, app(), MAPPED).tool == "CloudFormation"


def test_tags_that_may_not_be_read_leave_the_manager_unknown():
    def fetch(*_, **__):
        raise refusal("AccessDeniedException")

    assert manager(fetch, app(), RAISED) is None


FOUND = [
    RAISED, MAPPED, FailedPart("state", "A", "exception", source="state-machines"),
    FailedPart("integration", "x", "timeout", source="api"), FailedPart("api", "x", "unclear"),
    FailedPart("downstream", "x", "exception", source="trace"),
    FailedPart("state", "Big", "exception", next=f"dragonctl why {STANDARD}"),
]  # fmt: skip


@pytest.mark.parametrize("finding", FOUND, ids=lambda one: f"{one.part} {one.kind}")
@pytest.mark.parametrize("ident", [REQUEST, CALL, STANDARD])
@pytest.mark.parametrize("traces", [[], ["1-65a0b0c0-0123456789abcdef01234567"]])
def test_every_next_command_is_one_that_exists(finding, ident, traces):
    words = shlex.split(next_command(ident, finding, traces, has_lines=True))
    assert words[0] == "dragonctl"
    command = cli.get_command(None, words[1])
    command.make_context(words[1], words[2:], resilient_parsing=False)
    assert CliRunner().invoke(cli, [words[1], "--help"]).exit_code == 0
