"""The demo at a terminal: what stands on the screen is what a pipe gets, line by line."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from tests.faults.laboratory import environment
from tests.terminal.comparing import fewer, lost, remains
from tests.terminal.emulator import Line

_OF_ONE_RUN = re.compile(
    r"(?<=/_run/)[a-z0-9]{10}|127\.0\.0\.1:\d+"  # the API, the server
    r"|\b[0-9a-f]{8}\b(?!-)"  # a request, shortened
    r"|\b[0-9a-f]{8}-[0-9a-f-]+…?[0-9a-f]+"  # whole, or as long as there is room
    r"|/\S+/service-map\.html"
)


@contextmanager
def a_demo(folder, packages):
    """The demo in a folder and a state of its own; what it started is ended."""
    state = folder / "state"
    state.mkdir(mode=0o700, parents=True)
    (state / "packages").symlink_to(packages)
    around = environment("http://127.0.0.1:9", state)
    yield Line(("demo",), around, folder)
    assert Line(("demo", "--undo"), around, folder).in_pipe().code == 0


def test_a_screen_of_80_columns_holds_what_a_pipe_gets(packages, tmp_path):
    with (
        a_demo(tmp_path / "pipe", packages) as first,
        a_demo(tmp_path / "terminal", packages) as second,
        ThreadPoolExecutor() as threads,
    ):
        waiting = threads.submit(first.in_pipe)
        seen = second.in_terminal(80)
        piped = waiting.result()
    assert (piped.code, seen.code) == (0, 0), piped.stderr
    told = [line for line in piped.stderr.splitlines() if line[:2] != "… "]
    said, screen = (
        _OF_ONE_RUN.sub("~", text) for text in ("\n".join([piped.stdout, *told]), seen.text)
    )
    assert lost(said, screen, 80) == []
    assert fewer(said, screen, 80) == {}
    assert remains(seen.text) == []
