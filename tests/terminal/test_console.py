"""What a terminal is sent: colours and animation, and neither with NO_COLOR."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

PROGRAM = """
from dragonctl.application.log_groups import LogGroup
from dragonctl.telemetry.logs.events import LogEvent
from dragonctl.terminal.changes import Report
from dragonctl.terminal.console import headline, out
from dragonctl.terminal.logs import LogPrinter

with Report(json_=False) as report:
    report.warn(["a warning"], ["a note"])
out().print(headline("dragons", "local"))
group = LogGroup("/aws/lambda/add-dragon", "functions")
event = LogEvent("functions", group.name, "stream", "1", 0, 0, "[ERROR] KeyError: 'family'")
LogPrinter(out(), [group]).write(event)
"""
WORDS = ("! a warning", "dragons  local", "add-dragon", "KeyError")


def shown(**environment):
    """What the program writes to a terminal, control sequences and all."""
    reader, writer = pty.openpty()
    surroundings = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS")}
    subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**surroundings, "TERM": "xterm-256color", **environment},
        stdin=writer, stdout=writer, stderr=writer, check=True,
    )  # fmt: skip
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        return stream.read1(65536).decode()


@pytest.mark.parametrize(("environment", "escapes"), [({"NO_COLOR": "1"}, False), ({}, True)])
def test_no_color_means_no_control_sequence_at_all(environment, escapes):
    text = shown(**environment)
    assert ("\x1b" in text) is escapes
    assert all(word in text for word in WORDS if not escapes)
