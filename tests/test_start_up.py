"""What stands between typing a command and its first call is imports: those that must not be."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

SLOW = {"boto3", "botocore", "rich", "moto", "aws_xray_sdk", "dragonctl.recipes.observability"}
BEFORE_THE_FIRST_QUESTION = """
import dragonctl.cli.session, dragonctl.recipes.functions.folders
import dragonctl.recipes.functions.options
"""
RUN = "from dragonctl.cli.root import run; run({!r})"
# A program in the background is begun with SIGINT ignored, and so would these tests be.
HEEDS_CTRL_C = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("dragonctl", run_name="__main__")
"""


def test_an_interruption_of_the_imports_is_one_message(tmp_path):
    (tmp_path / "click.py").write_text("import signal; signal.raise_signal(signal.SIGINT)")
    done = subprocess.run(
        [sys.executable, "-c", HEEDS_CTRL_C, "status"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (130, "\nError: Interrupted. Nothing was changed.\n")


@pytest.mark.parametrize(
    ("program", "environment"),
    [
        (RUN.format(["--help"]), {}),
        (RUN.format(["deploy-function", "--help"]), {}),
        (RUN.format(["setup-observability", "--help"]), {}),
        (
            RUN.format([]),
            {
                "_DRAGONCTL_COMPLETE": "bash_complete",
                "COMP_WORDS": "dragonctl set",
                "COMP_CWORD": "1",
            },
        ),
        # deploy-function asks AWS before it imports the rest.
        (BEFORE_THE_FIRST_QUESTION, {}),
    ],
    ids=["help", "help of deploy", "help of setup", "completion", "before the first question"],
)
def test_nothing_slow_is_imported(program, environment):
    assert SLOW.isdisjoint(imported(program, environment))


def test_help_knows_nothing_of_connections():
    assert {"ssl", "msgspec", "dragonctl.aws.client"}.isdisjoint(imported(RUN.format(["--help"])))


def imported(program, environment=None):
    done = subprocess.run(
        [sys.executable, "-c", f"{program}\nimport sys; print(*sys.modules, sep='\\n')"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.splitlines())
