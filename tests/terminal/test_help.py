"""Help at a terminal: the examples can be typed as they stand there, whatever room there is."""

from __future__ import annotations

import os
import shlex

import pytest

from dragonctl.cli.catalogue import command_names
from tests.terminal.emulator import Line


@pytest.mark.parametrize("name", command_names())
def test_examples_stand_whole_on_a_screen_of_80_columns(tmp_path, name):
    line = Line(("help", name), {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}, tmp_path)
    piped, seen = line.in_pipe(), line.in_terminal(80)
    assert (piped.code, seen.code) == (0, 0)
    wanted = examples(piped.stdout)
    assert wanted
    assert examples(seen.text) == wanted
    assert set(remarks(seen.text)) == set(remarks(piped.stdout))


def examples(text):
    """The commands behind "Examples:" as a shell takes them: without remarks."""
    lines = text.replace("\\\n", " ").partition("Example")[2].splitlines()[1:]
    typed = [line for line in lines if line.lstrip().startswith(("dragonctl ", "eval "))]
    return [shlex.split(line, comments=True) for line in typed]


def remarks(text):
    return [line.partition("# ")[2] for line in text.splitlines() if "# " in line]


def test_local_that_does_not_run_names_a_command_that_can_be_typed(tmp_path):
    around = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    told = Line(("local", "status"), around, tmp_path).in_pipe().stdout
    assert told.rstrip().endswith("Start it with: dragonctl local up")
