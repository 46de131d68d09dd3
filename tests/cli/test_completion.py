"""What Tab offers, and that it never keeps anybody waiting."""

from __future__ import annotations

import json
import os
import re
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from dragonctl.cli import completion

SETUP = "setup-observability"
KEPT = "\n".join(
    json.dumps({"time": "2026-11-23T10:15:00Z", **event})
    for event in (
        {
            "event": "begin", "run": "20261123-101500-3fa9", "command": "set-sampling",
            "user": "me", "account": "123456789012", "region": "us-east-1", "endpoint": "aws",
        },
        {
            "event": "step", "step": "xray-sampling-rule/Default", "kind": "xray-sampling-rule",
            "identity": {"name": "Default"}, "title": "Sampling rule Default",
            "before": {"FixedRate": 0.05}, "expected": {"FixedRate": 0.2}, "undo": "reverse",
            "requires": [],
        },
        {
            "event": "done", "step": "xray-sampling-rule/Default", "after": {"FixedRate": 0.2},
            "changes": [
                {"resource": "xray-sampling-rule/Default", "field": "FixedRate", "before": 0.05,
                 "after": 0.2}
            ],
        },
        {"event": "end", "outcome": "done"},
    )
)  # fmt: skip
"""A journal of one run, as dragonctl writes it."""


def journal(folder):
    """One run that can be undone."""
    folder.mkdir(parents=True, mode=0o700)
    folder.parent.chmod(0o700)
    file = folder / "20261123-101500-3fa9.jsonl"
    file.write_text(KEPT)
    file.chmod(0o600)


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        (f"{SETUP} --stage ", "prod"),
        (f"{SETUP} --api sm", "small"),
        (f"{SETUP} --function small-w", "small-work"),
        (f"{SETUP} --state-machine ", "small-flow"),
        ("deploy-function --function-name small", "small-work"),
        ("deploy-function li", "list-things"),
        ("policy why", "why"),
        ("enable", "enable-cache"),
        ("enable-cache --method GET", "'GET /things/{id}'"),
        ("set-sampling --method pa", "PATCH"),
        ("send pat", "PATCH"),
        ("send GET /things/", "'/things/{id}'"),
        ("traces --group-by user-", "user-agent"),
        ("traces --group-by ann", "annotation:"),
        ("query cold", "cold-starts"),
        ("logs --source api,f", "api,functions"),
        ("status --region ap-northeast-2", "ap-northeast-2"),
        ("status --profile on-c", "on-call"),
        ("undo 2026", "20261123-101500-3fa9"),
        ("history 2026", "20261123-101500-3fa9"),
        ("help demo", "demo"),
        ("completion z", "zsh"),
    ],
)
def test_names(tabbed, line, offered):
    assert tabbed("bash", line) == [f"plain,{offered}"]


@pytest.fixture
def tabbed(terminal, application, monkeypatch):
    """What is offered where somebody presses Tab behind a line, as a shell's script is told it."""
    (terminal.folder / "lambdas" / "list_things").mkdir(parents=True)
    (terminal.folder / "lambdas" / "list_things" / "list_things.py").touch()
    Path(os.environ["AWS_CONFIG_FILE"]).write_text("[profile on-call]\nregion = eu-west-1\n")
    Path(os.environ["AWS_SHARED_CREDENTIALS_FILE"]).write_text("[at home]\nregion = eu-west-1\n")
    journal(Path(os.environ["DRAGONCTL_STATE_DIR"]) / "runs")
    monkeypatch.setenv("AWS_ENDPOINT_URL", terminal.endpoint)
    monkeypatch.setattr(completion, "_PATIENCE_SECONDS", 60.0)  # on a busy machine two are short

    def press(shell, line):
        words = f"dragonctl {line}".split(" ")
        if shell == "bash":  # for which = is a word
            words = [part for word in words for part in re.split("(?<=.)(=)", word)]
            words = [word for n, word in enumerate(words) if word or n == len(words) - 1]
        monkeypatch.setenv("_DRAGONCTL_COMPLETE", f"{shell}_complete")
        monkeypatch.setenv("COMP_WORDS", ("\n" if shell == "bash" else " ").join(words))
        monkeypatch.setenv("COMP_CWORD", words[-1] if shell == "fish" else str(len(words) - 1))
        terminal.run()
        assert terminal.err == ""
        return terminal.out.splitlines()

    return press


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        (f"{SETUP} --api small --stage ", "prod"),
        (f"{SETUP} --api small --stage=pr", "--stage=prod"),
        ("--region ap-northeast-2", "ap-northeast-2"),
        ("status --profile at", "at home"),
        ("undo 2026", "20261123-101500-3fa9"),
        ("query cold", "cold-starts"),
        ("enable-cache --method GET", "GET /things/{id}"),
        ("enable-cache --method=GET", "--method=GET /things/{id}"),
        ("logs --source api,acc", "api,access"),
    ],
)
def test_every_shell_is_offered_what_it_would_type(tabbed, shell, line, offered):
    if shell == "bash":  # what it has of = stays, and a blank is quoted
        value = offered.partition("=")[2] or offered
        assert tabbed(shell, line) == [f"plain,{shlex.quote(value)}"]
    else:
        wanted = ["plain", offered, "_"] if shell == "zsh" else [f"plain,{offered}"]
        assert tabbed(shell, line) == wanted


def test_no_source_is_offered_twice(tabbed):
    offered = tabbed("bash", "logs --source api,access,")
    assert offered == ["plain,api,access,functions", "plain,api,access,state-machines"]


def test_bash_and_its_script_complete_a_line(terminal):
    """The words as bash itself hands them to the script's function."""
    Path(os.environ["AWS_SHARED_CREDENTIALS_FILE"]).write_text("[at home]\nregion = eu-west-1\n")
    assert terminal.run("completion", "bash") == 0
    asked = """
        COMP_WORDS=(dragonctl status --profile = at); COMP_CWORD=4
        _dragonctl_completion dragonctl at =
        printf '%s\\n' "${COMPREPLY[@]}"
    """
    program = str(Path(sys.executable).parent)
    done = subprocess.run(
        ["bash", "--norc", "-c", f"{terminal.out}\n{asked}"],
        env={**os.environ, "PATH": f"{program}:{os.environ['PATH']}"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "'at home'\n"


def test_fish_splits_at_the_first_comma_alone(terminal):
    assert terminal.run("completion", "fish") == 0
    assert 'string split --max 1 ","' in terminal.out


@pytest.mark.parametrize("surrounding", ["silence", "no local AWS"])
def test_nothing_where_nobody_answers(tmp_path, surrounding):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where = {
            "silence": {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{silent.getsockname()[1]}"},
            "no local AWS": {"DRAGONCTL_LOCAL": "1"},
        }[surrounding]
        line = {"COMP_WORDS": f"dragonctl {SETUP} --api ", "COMP_CWORD": "3"}
        keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y", "AWS_REGION": "us-east-1"}
        about = {"DRAGONCTL_STATE_DIR": str(tmp_path), "_DRAGONCTL_COMPLETE": "bash_complete"}
        done = subprocess.run(
            [sys.executable, "-c", "from dragonctl.cli.root import main; main()"],
            env={**os.environ, **keys, **about, **line, **where},
            capture_output=True,
            timeout=240,
            check=False,
        )
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, b"", b"")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
