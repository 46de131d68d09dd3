"""Whatever a dragonctl.toml holds: it is meant as it is written, or refused in one sentence."""

from __future__ import annotations

import json
import math
from contextlib import suppress
from datetime import date
from pathlib import Path

import click
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dragonctl import config
from dragonctl.cli.defaults import defaults_for
from dragonctl.cli.options import Command
from dragonctl.errors import UsageError

TEXT = st.text(st.characters(codec="ascii", exclude_categories=["C"]), max_size=5)
PLAIN = st.booleans() | st.integers(-9, 9) | st.floats(-9, 9) | TEXT | st.dates()
VALUE = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3), max_leaves=4)
NAMES = {"metrics": bool, "retention": int, "log_level": str, "function": list, "api": list}
KEYS = st.sampled_from([*NAMES, "log-level", "yes", "colour"])


@click.command(
    "setup-observability",
    cls=Command,
    params=[
        click.Option(["--metrics/--no-metrics"]),
        click.Option(["--retention"], type=click.IntRange(1, 9)),
        click.Option(["--log-level"]),
        click.Option(["--function"], multiple=True),
        click.Option(["--api"], multiple=True),
        click.Option(["--yes"], is_flag=True),
    ],
)
def taken():
    """A command with an option of each kind."""


def toml(value):
    """One value as TOML writes it."""
    match value:
        case bool():
            return str(value).lower()
        case date():
            return value.isoformat()
        case str():
            return json.dumps(value)
        case list():
            return f"[{', '.join(map(toml, value))}]"
    return repr(value)


def fits(key, value):
    """Whether the documentation lets an option of this kind have the value."""
    kind = NAMES.get(key.replace("-", "_"))
    if kind is list:
        each = value if isinstance(value, list) else [value]
        return all(fits("log_level", one) and one != "" for one in each)
    if kind is None or isinstance(value, list | date):
        return False
    if isinstance(value, bool) or kind is bool:
        return isinstance(value, bool) and kind is bool
    return not (kind is int and isinstance(value, float))


@pytest.fixture
def told(tmp_path, monkeypatch):
    """What a file of this content gives the command, or how it is refused."""
    monkeypatch.chdir(tmp_path)

    def read(text):
        Path("dragonctl.toml").write_text(text)
        config.load.cache_clear()
        return defaults_for(taken)

    return read


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(KEYS, VALUE)
def test_an_option_gets_what_was_written_or_nothing_is_done(told, key, value):
    text = f"[setup_observability]\n{key} = {toml(value)}\n"
    name = key.replace("-", "_")
    if not fits(key, value):
        with pytest.raises(UsageError) as refused:
            told(text)
        assert "dragonctl.toml" in str(refused.value)
        assert key in str(refused.value)
        return
    wanted = [value] if NAMES[name] is list and not isinstance(value, list) else value
    assert told(text) == {name: wanted}
    assert all(type(one) is type(wanted) for one in told(text).values())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=30) | st.builds("{} = {}".format, KEYS, VALUE.map(toml)))
def test_any_text_is_meant_or_refused_in_one_sentence(told, text):
    with suppress(UsageError):  # anything else is a defect, and fails here
        assert set(told(text.encode(errors="replace").decode())) <= {*NAMES, "stages"}


def test_a_number_that_no_machine_reads_is_refused(told):
    with pytest.raises(UsageError, match="cannot be read"):
        told(f"api = {'9' * 5000}")


def test_the_top_level_is_of_its_types(told):
    assert told('api = "x"\nregion = "eu-west-1"') == {"api": ["x"]}
    for text, words in {
        "api = ['x']": "api must be text, not",
        "stage = 1": "stage must be text or a list of texts, not 1",
        "profile = 1.5": "profile must be text, not 1.5",
        f"region = {math.inf}": "region must be text, not inf",
    }.items():
        with pytest.raises(UsageError, match=r"dragonctl\.toml") as refused:
            told(text)
        assert words in str(refused.value)


def test_words_of_aws_may_be_typed_in_small_letters(terminal, application):
    terminal.toml('[setup-observability]\nlog_level = "error"\n')
    line = ("setup-observability", "--state-machine-level", "Fatal", "--dry-run", "-o", "json")
    assert terminal.on_aws(*line) == 0
    written = {change["after"] for change in terminal.document()["changes"]
               if change["field"].lower().endswith("level")}  # fmt: skip
    assert written == {"ERROR", "FATAL"}
    line = ("set-sampling", "--rate", "1", "--method", "post", "--dry-run", "-o", "json")
    assert terminal.on_aws(*line) == 0
    assert "POST" in {change["after"] for change in terminal.document()["changes"]}
