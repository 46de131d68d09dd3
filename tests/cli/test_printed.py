"""Every command that a command prints works as it is printed, in the surroundings of the run.

Each line is run under every way to say where AWS is; what it prints is read by click's own parser,
must mean the same place, and is run there.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, replace

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragonctl import config
from dragonctl.application.overdue import UNTIL_TAG
from dragonctl.cli.catalogue import command_names
from dragonctl.cli.failures import message
from dragonctl.cli.globals import globals_of
from dragonctl.cli.line import line_of
from dragonctl.cli.printed import Printed
from dragonctl.cli.root import cli
from dragonctl.errors import AwsError

KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
REGION = {"AWS_REGION": "us-east-1"}
ENDPOINT = "{endpoint}"


@dataclass(frozen=True)
class Surroundings:
    """What the environment says of the place, and what stands on the line, before or after."""

    environment: dict
    before: str = ""
    after: str = ""


SURROUNDINGS = {
    "environment": Surroundings({**KEYS, **REGION, "AWS_ENDPOINT_URL": ENDPOINT}),
    "endpoint": Surroundings({**KEYS, **REGION}, after="--endpoint-url {endpoint}"),
    "before": Surroundings(KEYS, "--endpoint-url={endpoint} --region us-east-1"),
    "profile": Surroundings(
        {}, "--profile 'my own'", "--region us-east-1 --endpoint-url {endpoint} --api small"
    ),
    "api": Surroundings({**KEYS, **REGION, "AWS_ENDPOINT_URL": ENDPOINT}, after="--api=sm*"),
    "local": Surroundings({}, after="--local"),
    "local before": Surroundings({}, "--local --region us-east-1"),
    "DRAGONCTL_LOCAL": Surroundings({"DRAGONCTL_LOCAL": "1"}, after="--api small"),
}
TRACE = "1-65a0b0c0-0123456789abcdef01234567"
FEW = ("status", "traces", "send GET /things/nothing", "set-sampling --rate 0.2")
JSON = ("status", "traces", "undo no-such-run", f"why {TRACE}", f"traces {TRACE}")
MANY = (
    *FEW,
    "traces 9f8b6a10-0000-4000-8000-000000000001",
    f"why {TRACE}",
    "flush-cache",
    "undo no-such-run",
    "setup-observability",
    "setup-observability --bogus",
    "local status",
    "doctor",
)
LINES = {
    name: [*FEW, *JSON[:1]]
    if name in ("endpoint", "environment", "local before")
    else [*MANY, *JSON]
    for name in SURROUNDINGS
}
VERBS = {"setup-observability", "status", "why", "set-sampling", "undo"}
"""What the few lines print at least."""

_ANY = re.compile(rf"dragonctl (?:{'|'.join(command_names())})\b")
_QUOTED = re.compile(r"`(dragonctl [^`]+)`")
_AT_END = re.compile(r"(?:^|: |  )(dragonctl [^`\n]+?)\.?$", re.MULTILINE)


def printed_in(text):
    """Every command in a text; one that is neither quoted nor ends a line cannot be typed."""
    bare = _AT_END.findall(_QUOTED.sub("", text))
    found = [*_QUOTED.findall(text), *bare]
    assert len(_ANY.findall(text)) == len([one for one in found if _ANY.match(one)]), text
    return found


def strings(value):
    """All texts of a JSON document."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [text for item in value for text in strings(item)]
    return [value] if isinstance(value, str) else []


def meant(words):
    """What click's own parser makes of a line: where AWS is, which APIs, which command."""
    with cli.make_context("dragonctl", list(words)) as root:
        name, command, rest = cli.resolve_command(root, [*root._protected_args, *root.args])
        with command.make_context(name, rest, parent=root) as context:
            about = replace(globals_of(context), output="text")
            return about, tuple(context.params.get("api") or ()), name


@pytest.fixture
def place(terminal, application, local_aws, tmp_path, tmp_path_factory, monkeypatch):
    """The small application with an overdue data trace; surroundings are entered one by one."""
    stage = f"arn:aws:apigateway:us-east-1::/restapis/{application.api}/stages/prod"
    gateway = local_aws.client("apigateway")
    gateway.tag_resource(resourceArn=stage, tags={UNTIL_TAG: "2020-01-01T00:00:00Z"})
    data_trace = {"op": "replace", "path": "/*/*/logging/dataTrace", "value": "true"}
    gateway.update_stage(restApiId=application.api, stageName="prod", patchOperations=[data_trace])
    local_aws.client("xray").create_sampling_rule(
        SamplingRule={
            "RuleName": "silent", "Priority": 1, "FixedRate": 0, "ReservoirSize": 0, "Version": 1,
            "ServiceName": "*", "ServiceType": "*", "Host": "*", "HTTPMethod": "*",
            "URLPath": "*", "ResourceARN": "*",
        }
    )  # fmt: skip
    profile = "[my own]\naws_access_key_id = test\naws_secret_access_key = test\n"
    (tmp_path / "aws-credentials").write_text(profile)

    def entered(surroundings):
        for name in (*KEYS, *REGION, "AWS_ENDPOINT_URL", "DRAGONCTL_LOCAL"):
            monkeypatch.delenv(name, raising=False)
        for name, value in surroundings.environment.items():
            monkeypatch.setenv(name, value.format(endpoint=terminal.endpoint))
        # The server of these tests is the local AWS of that state folder.
        monkeypatch.setenv(
            "DRAGONCTL_STATE_DIR", str(tmp_path_factory.getbasetemp() / "local-aws0")
        )

    return entered


def line_in(surroundings, line, endpoint):
    before, after = (
        shlex.split(words.format(endpoint=endpoint))
        for words in (surroundings.before, surroundings.after)
    )
    if "--api" not in {name for one in [*_command(line).params] for name in one.opts}:
        after = [word for word in after if word not in ("small", "--api", "--api=sm*")]
    return [*before, *shlex.split(line), *after]


def _command(line):
    return cli.get_command(None, line.split()[0])


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_every_printed_command_means_this_place_and_runs_there(terminal, place, name):
    surroundings = SURROUNDINGS[name]
    place(surroundings)
    told = {}
    for number, line in enumerate(LINES[name]):
        words = line_in(surroundings, line, terminal.endpoint)
        as_json = line in LINES[name][:number]  # the second time
        terminal.run(*words, *(["-o", "json"] if as_json else []))
        texts = [terminal.err, *(strings(terminal.document()) if as_json else [terminal.out])]
        told |= {command: words for text in texts for command in printed_in(text)}
    for command, words in told.items():
        typed = shlex.split(command)[1:]
        if "--bogus" not in words:
            assert_same_place(words, typed)
        assert terminal.run(*typed) != 2, f"{words} printed {command!r}: {terminal.err}"
    assert {shlex.split(command)[1] for command in told} >= VERBS


def assert_same_place(words, typed):
    with click.Context(cli):
        config.load.cache_clear()
        about, apis, _ = meant(words)
        again, chosen, name = meant(typed)
    assert again == about, typed
    if apis and "--api" in {option for one in _command(name).params for option in one.opts}:
        assert chosen, typed


@pytest.mark.parametrize("after", ["", "--local --api a", "--profile 'my own' --region eu-west-1"])
def test_a_missing_right_names_the_policy_of_this_command(after):
    error = AwsError("lambda", "GetFunction", "AccessDeniedException", "no", 403)
    line = shlex.split(f"enable-cache --stage prod {after}")
    (command,) = printed_in(message(error, Printed(line_of(line))))
    assert shlex.split(command)[1:3] == ["policy", "enable-cache"]
    assert_same_place(line, shlex.split(command)[1:])


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("`aws sso login`", " --profile 'my own'"),
        ("`aws configure list-profiles`", ""),
        ("`aws iam delete-policy-version`", " --profile 'my own' --region eu-west-1"),
        ("`aws sts get-caller-identity --region us-east-1`", " --profile 'my own'"),
    ],
)
def test_a_command_of_the_aws_cli_means_the_same_place(text, more):
    printed = Printed(line_of(["status", "--profile", "my own", "--region=eu-west-1"]))
    assert printed.filled(f"Type {text}.") == f"Type {text[:-1]}{more}`."
    assert printed.filled(printed.filled(text)) == printed.filled(text)
    assert Printed(line_of(["status"])).filled(text) == text


@pytest.mark.parametrize("name", ["local", "local before", "DRAGONCTL_LOCAL"])
def test_the_aws_cli_is_given_the_address_of_the_local_aws(terminal, place, name):
    place(SURROUNDINGS[name])
    words = line_in(SURROUNDINGS[name], "status", terminal.endpoint)
    with cli.make_context("dragonctl", words) as root:
        _, command, rest = cli.resolve_command(root, [*root._protected_args, *root.args])
        with command.make_context("status", rest, parent=root):
            printed = Printed.current()
    completed = shlex.split(printed.completed("aws logs describe-log-groups"))
    assert completed[completed.index("--endpoint-url") + 1] == terminal.endpoint
    assert "--local" not in completed
    assert printed.completed("aws sso login") == "aws sso login"


def test_a_remark_stays_behind_a_command_of_the_aws_cli():
    printed = Printed(line_of(["status", "--region", "eu-west-1"]))
    command = "aws logs delete-resource-policy --policy-name NAME   # one that nothing needs"
    assert printed.completed(command) == (
        "aws logs delete-resource-policy --policy-name NAME --region eu-west-1"
        "   # one that nothing needs"
    )


VALUES = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1).filter(
    lambda text: not text.startswith("-")
)


@given(profile=VALUES, region=VALUES, api=VALUES, grep=VALUES)
def test_whatever_was_given_is_quoted(profile, region, api, grep):
    line = line_of(
        ["--profile", profile, "logs", f"--region={region}", "--grep", grep, "--api", api]
    )
    words = shlex.split(Printed(line).command("status"))
    assert words == [
        "dragonctl", "status", "--profile", profile, "--region", region, "--api", api
    ]  # fmt: skip


@given(st.text(), VALUES)
def test_a_text_is_completed_once(text, region):
    printed = Printed(line_of(["status", "--region", region]))
    once = printed.filled(f"{text.replace('`', '')} `dragonctl status`")
    assert printed.filled(once) == once or "`" in region


def test_a_value_is_no_option():
    line = line_of(["logs", "--grep", "--local", "-ojson", "--", "--region", "x"])
    assert Printed(line).command("status") == "dragonctl status"
    assert line.wants_json
