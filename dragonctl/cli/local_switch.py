"""The ``--local`` switch: the one place beside the commands that knows the local AWS."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from dragonctl.cli.globals import Globals
from dragonctl.errors import DragonError

if TYPE_CHECKING:
    from dragonctl.aws.client import Connection


def is_running() -> bool:
    """Whether the local AWS answers, without starting it."""
    from dragonctl.local import control

    return control.status() is not None


def endpoint() -> str:
    """Where the local AWS listens, as its file says, without asking it; "" where none is known."""
    from dragonctl.local import address

    with suppress(DragonError, OSError):  # of a hint: no trouble with the folder may hide the hint
        written = address.recall()
        return written.endpoint if written else ""
    return ""


def connection(globals_: Globals, *, sample: bool = True) -> Connection:
    """How to reach the local AWS; it is started, with the sample in it, if it is not running.

    ``sample`` False leaves it empty, for the command that is about to create the application.
    """
    from dragonctl.aws.client import Connection
    from dragonctl.local import control

    running = control.status()
    server = running or control.up()
    made = Connection(
        region=globals_.region or server.region,
        endpoint_url=server.endpoint,
        access_key="local",
        secret_key="local",  # noqa: S106 (the local AWS asks for none)
    )
    if running is None and server.set_aside:
        from dragonctl.terminal.console import err
        from dragonctl.terminal.local import set_aside

        err().print(set_aside(server.set_aside), style="yellow")
    if running is None:
        _say_started(made, sample=sample)
    return made


def _say_started(made: Connection, *, sample: bool) -> None:
    """Say that a local AWS was started, and put the ``sample`` into one that holds nothing."""
    from dragonctl.terminal.console import tell

    if not (sample and _put_sample(made)):
        tell("The local AWS was started.")


def _put_sample(made: Connection) -> bool:
    """Put the sample application into a local AWS without an API, and say so; whether it did."""
    from dragonctl.aws.client import Aws
    from dragonctl.cli.local_sample import create_sample
    from dragonctl.engine.reads import Reads
    from dragonctl.resources.apigateway_rest_api import read_rest_apis
    from dragonctl.terminal.console import tell

    reads = Reads(Aws(made))
    if read_rest_apis(reads):
        return False
    tell("The local AWS was started, and the sample application is put into it.")
    create_sample(reads)
    return True
