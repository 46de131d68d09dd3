"""Commands in what was printed: found, read by click's own parser, and held against the run's."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, replace

import click

from dragonctl import config
from dragonctl.cli.catalogue import command_names
from dragonctl.cli.globals import globals_of
from dragonctl.cli.root import cli

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


def assert_same_place(words, typed):
    with click.Context(cli):
        config.load.cache_clear()
        about, apis, _ = meant(words)
        again, chosen, name = meant(typed)
    assert again == about, typed
    if apis and "--api" in {option for one in _command(name).params for option in one.opts}:
        assert chosen, typed
