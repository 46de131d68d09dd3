"""Every command is run, rightly and wrongly, and whatever it prints to be typed can be typed.

Under options given as flags; the few other ways to say where AWS is are in
:mod:`tests.cli.test_printed`. What a run here does not come to print stands in the source.
"""

from __future__ import annotations

import itertools
import json
import re
import shlex
from dataclasses import asdict
from functools import cache

import pytest

from dragonctl.cli.catalogue import command_names
from dragonctl.cli.line import line_of, option_names
from dragonctl.cli.printed import Printed
from dragonctl.cli.root import cli
from tests.cli.aws_commands import fault_of
from tests.cli.printing import (
    SURROUNDINGS,
    assert_same_place,
    line_in,
    meant,
    printed_in,
    strings,
)
from tests.cli.source_texts import commands_in_source
from tests.commands.test_deploy_edge import CONFIG
from tests.faults.commands import furnish

STORY = """
status
setup-observability --dry-run
setup-observability --data-trace
setup-observability
history
history {run}
send GET /things/1
send GET /things/nothing
send POST /none
why {request}
why 1-00000000-000000000000000000000000
logs
logs --request {request}
query cold-starts
query nothing-of-that-name
traces
service-map
sampling
set-sampling --rate 0.1 --dry-run --out kept.plan
apply kept.plan
apply kept.plan
apply ghost.plan
set-sampling --rate 0.2
policy status
enable-cache
enable-cache --method 'GET /none'
cache-stats
disable-cache
flush-cache
set-endpoint --type edge
setup-alarms --notify someone@example.com
setup-dashboard
deploy-function small-work
deploy-function ghost
deploy-function list-dragons
deploy-edge stamp --event viewer-response --distribution {distribution}
deploy-edge ghost --event viewer-response --distribution {distribution}
create-app
delete-app
delete-app --yes
undo --yes
undo {run} --yes
undo nothing
history nothing
doctor
local status
local up --allow-origin http://localhost:3000
setup-observability --function ghost
setup-observability --api ghost
""".strip().splitlines()
"""``{run}`` and ``{request}`` are those that were named last."""
SLIPS = """
status --bogus
service-map --bogus
policy
local sideways
completion tcsh
help ghost
enable-cach
undo --output yaml
""".strip().splitlines()
_KNOWN = {
    "run": re.compile(r"\b(20\d{6}-\d{6}-[0-9a-f]{4})\b"),
    "request": re.compile(r"request +([0-9a-f-]{36})"),
}


@pytest.fixture
def story(terminal, place, local_aws):
    """Runs a line of the story in surroundings; what it printed, and the words that were typed."""
    furnish(terminal.folder)
    made = local_aws.client("cloudfront").create_distribution(DistributionConfig=CONFIG)
    known = {"distribution": made["Distribution"]["Id"], "run": "", "request": ""}

    def run(surroundings, line, *more):
        line = line.format(**known)
        words = [*line_in(surroundings, line, terminal.endpoint), *more]
        terminal.run(*words)
        for name, pattern in _KNOWN.items():
            found = pattern.findall(terminal.out + terminal.err)
            known[name] = found[-1] if found else known[name]
        if not more:
            return words, [terminal.err, terminal.out]
        documents = terminal.out.splitlines() if line[:4] == "logs" else [terminal.out]
        return words, [terminal.err, *strings([json.loads(one) for one in documents])]

    return run


@pytest.mark.parametrize("name", ["profile", "local"])
def test_what_a_command_prints_can_be_typed(terminal, place, story, name):
    surroundings = SURROUNDINGS[name]
    place(surroundings)
    kinds = {}
    for number, line in enumerate(STORY):
        # Every third line as JSON, too: the texts are the same ones.
        for more in [(), ("-o", "json")][: 1 + (number % 3 == 0)]:
            words, texts = story(surroundings, line, *more)
            for command in {command for text in texts for command in printed_in(text)}:
                typed = shlex.split(command)[1:]
                # A function at CloudFront's edge is in us-east-1 alone, and is taken back there.
                at_edge = line.startswith("deploy-edge") and typed[0] == "undo"
                edge = ["--region", "us-east-1"] if at_edge else []
                assert_same_place([*words, *edge], typed)
                kinds[typed[0], *sorted(word for word in typed if word[:2] == "--")] = typed
    for typed in kinds.values():
        assert terminal.run(*typed) != 2, f"{shlex.join(typed)}: {terminal.err}"
    assert {kind[0] for kind in kinds} >= {
        "create-app", "enable-cache", "history", "setup-observability", "status", "undo", "why"
    }  # fmt: skip


@pytest.mark.parametrize("line", SLIPS)
def test_the_help_that_a_slip_is_sent_to_is_there(terminal, line):
    assert terminal.run("--region", "eu-west-1", *shlex.split(line)) == 2
    (command,) = printed_in(terminal.err) or re.findall("(dragonctl --help.*)", terminal.err)
    assert "--region eu-west-1" in command
    assert terminal.run(*shlex.split(command)[1:]) == 0
    assert terminal.out.startswith("Usage: ")


EITHER = {
    "profile": ("", "--profile='my own'"),
    "region": ("", "--region eu-west-1"),
    "place": ("", "--endpoint-url http://127.0.0.1:9", "--local"),
    "output": ("", "-ojson", "--output text"),
    "more": ("", "--debug"),
    "apis": ("", "--api=a --api b", "--all"),
}


def combinations():
    """Every combination of the global options, before the command's name and behind it."""
    for chosen in itertools.product(*EITHER.values()):
        *everywhere, apis = (shlex.split(words) for words in chosen)
        given = list(itertools.chain(*everywhere))
        yield [*given, "status", *apis]
        yield ["status", *apis, *given]


def test_every_command_of_the_source_means_the_same_place_under_every_option(terminal):
    found = commands_in_source("dragonctl")
    assert len(found) > 20
    lines = [(Printed(line_of(words)), meant(words), words) for words in combinations()]
    meant_by = cache(lambda completed: meant(shlex.split(completed)[1:]))  # many are the same
    for command in found:
        name = shlex.split(command)[1]
        takes_apis = "--all" in option_names(name) and "--api" not in command
        for printed, (about, apis, _), words in lines:
            completed = printed.filled(f"Type `{command}`.").split("`")[1]
            if name == "demo":  # the local AWS is its only place
                assert completed == command
                continue
            again, chosen, _ = meant_by(completed)
            for place, value in asdict(about).items():
                if place in ("profile", "region", "endpoint_url", "local"):
                    said = f"--{place}" in command.split()
                    assert said or getattr(again, place) == value, (words, completed)
            assert chosen == apis or not takes_apis, (words, completed)


@pytest.mark.parametrize("command", commands_in_source("aws"))
def test_every_command_of_the_aws_cli_is_one(command):
    printed = Printed(line_of(["status", "--profile", "my own", "--region", "eu-west-1"]))
    assert fault_of(printed.completed(command)) == ""


@pytest.mark.parametrize("name", command_names())
def test_every_example_of_the_help_can_be_typed(terminal, name):
    context = cli.make_context("dragonctl", [name], resilient_parsing=True)
    epilog = cli.get_command(context, name).epilog
    examples = re.findall(r"(?:^ *|\$\()(dragonctl (?:.|(?<=\\)\n)+)", epilog, re.MULTILINE)
    assert examples
    for example in examples:
        words = shlex.split(example.replace("\\\n", "").partition(')"')[0], comments=True)
        typed = list(itertools.takewhile(lambda word: word not in ("|", ">"), words))
        assert meant(typed[1:])[2] in command_names()
