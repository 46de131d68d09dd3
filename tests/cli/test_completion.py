"""What Tab offers, and that it never keeps anybody waiting."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from dragonctl.cli import completion

SETUP = "setup-observability"


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
    ],
)
def test_names(terminal, application, monkeypatch, line, offered):
    (terminal.folder / "lambdas" / "list_things").mkdir(parents=True)
    (terminal.folder / "lambdas" / "list_things" / "list_things.py").touch()
    monkeypatch.setenv("AWS_ENDPOINT_URL", terminal.endpoint)
    monkeypatch.setenv("_DRAGONCTL_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", f"dragonctl {line}")
    monkeypatch.setenv("COMP_CWORD", str(len(f"dragonctl {line}".split(" ")) - 1))
    monkeypatch.setattr(completion, "_PATIENCE_SECONDS", 60.0)  # on a busy machine two are short
    terminal.run()
    assert terminal.out.split() == [f"plain,{offered}"]
    assert terminal.err == ""


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
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, b"", b"")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
