"""A refused value that was not typed: the sentence names the file or the variable that says it."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import click
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dragonctl.cli.catalogue import command_named, command_names
from tests.cli.test_defaults import toml

JUNK = "no such thing"
PYTHONS = ("True", "False", "None", "Traceback", "codec", "datetime", "<", "Error: Error")
GLOBAL = {"profile", "region", "endpoint_url"}
# How a thing is done, or of which one: it is typed each time.
TYPED = {
    "dry_run", "check", "yes", "no_wait", "out", "local", "output", "debug", "package_only",
    "request", "undo",
}  # fmt: skip


def key_of(option):
    return max(option.opts, key=len).lstrip("-").replace("-", "_")


def options():
    """Every option that a command's table may hold: (command, option)."""
    for name in command_names():
        for one in command_named(name).params:
            if isinstance(one, click.Option) and key_of(one) not in TYPED | GLOBAL:
                yield name, one


def of_no_such_kind(option):
    """Values of other types than the option's."""
    if option.is_flag:
        return [JUNK, 1, [True], 2.5, {"a": True}, date(2026, 1, 1), []]
    wrong = [True, {"a": JUNK}, date(2026, 1, 1), [True], [[1]], [date(2026, 1, 1)]]
    return wrong if option.multiple else [*wrong, [JUNK]]


def refused(option):
    """Values of the option's own type that click refuses."""
    named = option.type.name
    if named == "choice" or named.startswith(("integer", "float")):
        yield JUNK
    if named == "directory" and option.type.exists:
        yield JUNK


WRONG = [
    (command, option, value)
    for command, option in options()
    for value in (*of_no_such_kind(option), *refused(option))
]


def line(command, option):
    """The command with what it needs besides, so that nothing else is in the way."""
    yield command
    for one in command_named(command).params:
        value = one.type.choices[0] if isinstance(one.type, click.Choice) else "x"
        if isinstance(one, click.Argument) and one.required:
            yield value
        elif one.required and one is not option:
            yield from (one.opts[0], value)


def written(value):
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key} = {toml(one)}' for key, one in value.items())}}}"
    return toml(value)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(WRONG), st.booleans())
def test_whatever_is_wrong_in_a_table_is_told_in_one_sentence_with_file_and_key(
    terminal, wrong, dashed
):
    command, option, value = wrong
    key = key_of(option).replace("_", "-") if dashed else key_of(option)
    terminal.toml(f"[{command}]\n{key} = {written(value)}\n")
    code = terminal.run(*line(command, option))
    place = f"Error: In {Path.cwd() / 'dragonctl.toml'}, {key} of [{command}]"
    assert code == 2
    assert terminal.err.startswith(place)
    assert terminal.err.count("\n") == 1
    assert not [word for word in PYTHONS if word in terminal.err.removeprefix(place)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(("api", "stage", "region", "profile")),
    st.sampled_from([True, 7, 1.5, "", [], [""], [1], {"a": 1}, date(2026, 1, 1)]),
)
def test_so_is_what_is_wrong_above_the_tables(terminal, key, value):
    terminal.toml(f"{key} = {written(value)}\n")
    assert terminal.run("status") == 2
    place = f"Error: In {Path.cwd() / 'dragonctl.toml'}, {key} must "
    assert terminal.err.startswith((f"{place}be text", f"{place}not be empty"))
    assert terminal.err.count("\n") == 1
    assert not [word for word in PYTHONS if word in terminal.err]


REFUSED = (
    ("", "api", "nope", "status"),
    ("", "stage", "nope", "logs"),
    ("", "region", "x y", "status"),
    ("setup-observability", "retention", 7777, "setup-observability"),
    ("setup-observability", "role_name", "a/b", "setup-observability"),
    ("setup-observability", "function", "nope", "setup-observability"),
    ("setup-observability", "state-machine", "nope", "setup-observability"),
    ("setup-observability", "data_trace_for", "long", "setup-observability"),
    ("enable-cache", "ttl", 99_999, "enable-cache"),
    ("enable-cache", "size", "7", "enable-cache"),
    ("enable-cache", "key", "footer:x", "enable-cache"),
    ("enable-cache", "method", "GET /nothing", "enable-cache"),
    ("setup-alarms", "notify", "nobody", "setup-alarms"),
    ("set-sampling", "rate", 7, "set-sampling"),
    ("deploy-function", "source", "nowhere", "deploy-function"),
    ("logs", "since", "soon", "logs"),
    ("logs", "source", "nowhere", "logs"),
    ("traces", "group_by", "colour", "traces"),
    ("status", "api", "nope", "status"),
    ("status", "region", "x y", "status"),
)


def test_what_the_application_refuses_is_told_so_too(terminal, application, monkeypatch):
    for table, key, value, command in REFUSED:
        place = f"In {Path.cwd() / 'dragonctl.toml'}, {key}{f' of [{table}]' if table else ''}: "
        terminal.toml(f"[{table}]\n{key} = {toml(value)}" if table else f"{key} = {toml(value)}")
        with monkeypatch.context() as patch:
            if key == "region":
                patch.delenv("AWS_REGION")
            assert terminal.on_aws(command, "--output", "json") == 2
        assert f"Error: {place}" in terminal.err
        errors = terminal.document()["errors"]
        assert [one["message"].startswith(place) for one in errors] == [True], errors


def test_an_empty_local_aws_is_told_with_what_makes_an_application(
    terminal, monkeypatch, tmp_path_factory
):
    monkeypatch.setenv("DRAGONCTL_STATE_DIR", str(tmp_path_factory.getbasetemp() / "local-aws0"))
    for name in ("", "dragons"):
        terminal.toml(f'api = "{name}"' if name else "")
        assert terminal.run("status", "--local") == 2
        assert "`dragonctl create-app --local` makes the sample" in terminal.err


def test_what_is_typed_wins_and_is_told_without_the_file(terminal, application):
    terminal.toml('[logs]\nsince = "soon"\nlimit = "many"\n')
    assert terminal.on_aws("logs", "--since", "later", "--limit", "3") == 2
    assert terminal.err.startswith("Error: --since 'later' is not a time.")


def _is_configured(command):
    return command_named(command).configured


def test_a_broken_file_hinders_nothing_that_helps_to_mend_it(terminal):
    for broken in ("api = 3", "[logs]\nfoo = 1", "["):
        terminal.toml(broken)
        for command in (("help", "logs"), ("completion", "bash"), ("logs", "--help")):
            assert terminal.run(*command) == 0, command
            assert terminal.err == ""
        assert terminal.run("doctor", "--output", "json") == 1
        (settings,) = [one for one in terminal.document()["findings"] if one["what"] == "settings"]
        assert not settings["ok"]
        assert "dragonctl.toml" in settings["detail"]
    terminal.toml("[logs]\nlimit = 3")
    terminal.run("doctor")
    assert ["✓", "settings", str(Path.cwd() / "dragonctl.toml")] in map(
        str.split, terminal.out.splitlines()
    )
    assert not [one for one in terminal.out.splitlines() if one != one.rstrip()]


def test_a_file_says_nothing_that_is_typed_each_time(terminal):
    for command in filter(_is_configured, command_names()):
        arguments = [one for one in command_named(command).params if key_of_argument(one)]
        for key in ("yes", "dry_run", "out", *map(key_of_argument, arguments)):
            terminal.toml(f"[{command}]\n{key} = true\n")
            assert terminal.run(*line(command, None)) == 2
            assert "dragonctl.toml has " in terminal.err
            assert f"{key!r} in [{command}]" in terminal.err
    terminal.toml('[undo]\nrun = "20261123-101500-3fa9"\n')
    assert terminal.run("undo") == 2
    assert "dragonctl.toml has 'run' in [undo], which is typed each time." in terminal.err
    assert "It may hold: endpoint_url, profile, region, verbose." in terminal.err


def key_of_argument(parameter):
    return parameter.name if isinstance(parameter, click.Argument) else ""


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.mkdir(), "is a folder."),
        (lambda path: path.symlink_to("/nowhere/at/all"), "it is a link to what is not there"),
        (os.mkfifo, "is no plain file."),
        (lambda path: path.write_bytes(b"a = '\xff'"), "cannot be read: byte 6 is not UTF-8."),
        (lambda path: path.write_text("a = " + "9" * 5_000), "has too many digits."),
        (lambda path: path.write_text("a = " + "[" * 5_000), "nested too deeply."),
        (
            lambda path: path.write_text("a = "),
            "cannot be read: the value on the last line is missing",
        ),
        (
            lambda path: path.write_text("[a]\nx = 1\n[a]\n"),
            ": [a] stands twice; the second is on line 3.",
        ),
        (lambda path: path.write_text("x = 1\nx = 2\n"), "stands twice; the second is on line 2."),
        (lambda path: path.write_text("[status\n"), "name on line 1 is not closed by ]."),
        (lambda path: path.write_text("[status]\nx"), "the key on the last line has no ="),
        (lambda path: path.write_text('x = "a\n'), "a character that may not stand there"),
        (lambda path: path.write_text("x = [1"), "a list is not closed by ] on the last line."),
    ],
)
def test_whatever_bears_the_name_is_the_file_or_is_refused(terminal, make, words):
    path = terminal.folder / "dragonctl.toml"
    make(path)
    assert terminal.run("status") == 2
    assert terminal.err.startswith(f"Error: {path} ")
    assert words in terminal.err


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("AWS_REGION", "x y", "AWS_REGION 'x y' is not an AWS region."),
        ("AWS_DEFAULT_REGION", "x y", "AWS_DEFAULT_REGION 'x y' is not an AWS region."),
        ("AWS_PROFILE", "nobody", "There is no AWS profile 'nobody', which AWS_PROFILE names."),
        ("AWS_ENDPOINT_URL", "nowhere", "AWS_ENDPOINT_URL 'nowhere' is not a valid endpoint URL."),
        ("DRAGONCTL_STATE_DIR", "taken", "DRAGONCTL_STATE_DIR."),
    ],
)
def test_a_refused_value_of_the_environment_is_told_with_its_variable(
    terminal, monkeypatch, variable, value, words
):
    if variable == "AWS_DEFAULT_REGION":
        monkeypatch.delenv("AWS_REGION")
    Path("taken").touch(mode=0o600)
    monkeypatch.setenv(variable, value)
    assert terminal.run("set-sampling", "--rate", "0.5") in (1, 2)
    assert words in terminal.err


@pytest.mark.parametrize(
    ("words", "value"),
    [
        (["undo", "", "--yes"], "'[RUN]'"),
        (["history", ""], "'[RUN]'"),
        (["apply", "", "--yes"], "'FILE'"),
        (["help", ""], "'[COMMAND]'"),
        (["deploy-function", "", "--yes"], "'[NAME]...'"),
        (["status", "--profile", ""], "'--profile'"),
        (["--profile", "", "undo", "--yes"], "'--profile'"),
        (["status", "--region", ""], "'--region'"),
        (["status", "--endpoint-url", ""], "'--endpoint-url'"),
    ],
)
def test_a_variable_that_holds_nothing_is_not_as_if_nothing_was_said(terminal, words, value):
    """``undo "$RUN"`` took the last run back, and ``--profile "$ACCOUNT"`` meant another one."""
    assert terminal.run(*words) == 2
    assert terminal.err.startswith(f"Error: Invalid value for {value}: it is empty.")
    assert terminal.err.count("\n") == 1


def test_a_folder_that_is_gone_is_told(terminal):
    terminal.folder.rmdir()
    assert terminal.run("history") == 2
    assert terminal.err == "Error: The folder in which this was typed is gone. Go to another.\n"
