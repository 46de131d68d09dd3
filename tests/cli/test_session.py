"""What a command says while it works, and no longer."""

from __future__ import annotations

import click

from dragonctl.cli.globals import Globals
from dragonctl.cli.root import cli
from dragonctl.cli.session import Session
from dragonctl.engine.events import Waiting


def test_a_read_that_still_waits_says_nothing_below_the_command_s_last_line(terminal):
    told = []
    wait = Waiting("GetStages (apigateway)", "no connection; trying again", 1.0)
    with click.Context(cli):
        tell = Session(Globals(region="us-east-1"), told.append).reads.emit
        tell(wait)
    tell(wait)
    assert told == [wait]
