"""Every command there is, at terminals of seven widths, and with streams of all sorts.

A new command is in these tests by itself; how it is typed stands in ``tests/terminal/story.py``.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections import Counter
from dataclasses import replace

import pytest

from dragonctl.cli.root import CHANGING
from tests.faults.laboratory import laboratory
from tests.terminal.comparing import fewer, lost, remains
from tests.terminal.emulator import CLOSED, GONE
from tests.terminal.replaying import Trouble
from tests.terminal.story import names, told

WIDTHS = (20, 40, 60, 80, 100, 140, 200)
NARROW = 40
"""Below this many columns only words of at most half a line are looked for."""
SETUP = "setup-observability"


@pytest.fixture(scope="module")
def story(local_aws_server, tmp_path_factory):
    folder = tmp_path_factory.mktemp("story")
    with laboratory(server=local_aws_server.server) as lab, told(lab, folder) as found:
        yield found


@pytest.mark.parametrize("name", names())
def test_a_screen_holds_what_a_pipe_gets(story, name):
    piped = story[name].piped
    for columns in WIDTHS:
        assert_same(piped, story[name].again().in_terminal(columns), columns)


def assert_same(piped, seen, columns):
    """That a screen of so many columns holds what the pipe got, and nothing of an animation."""
    said = f"{piped.stdout}\n{piped.stderr}"
    if columns < NARROW:
        said = "\n".join(
            " ".join(word for word in line.split() if len(word) <= columns // 2)
            for line in said.splitlines()
        )
    assert seen.code == piped.code
    assert lost(said, seen.text, columns) == []
    assert fewer(said, seen.text, columns) == {}
    assert remains(seen.text) == []


TROUBLES = {
    "slow": Trouble(slow={"*": 0.05, "UpdateStage": 0.6}),
    "fast and slow": Trouble(slow={"CreateLogGroup": 0.3, "AttachRolePolicy": 0.5}),
    "busy": Trouble(busy={"GetStages": 2, "GetRole": 2, "UpdateStage": 2, "GetTraceSummaries": 2}),
    "refused": Trouble(
        refused=frozenset({"AttachRolePolicy", "GetFunctionConfiguration", "DescribeLogGroups"})
    ),
    "refused late": Trouble(slow={"*": 0.02}, refused=frozenset({"UpdateStage"})),
    "all refused": Trouble(refused=frozenset({"GetRestApis", "GetTraceSummaries"})),
}
AROUND = {"colours": {}, "NO_COLOR": {"NO_COLOR": "1"}, "dumb": {"TERM": "dumb"}}


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("name", [SETUP, "status", "traces"])
def test_slow_steps_failures_and_waits_leave_every_line(story, name, trouble):
    """Each at a terminal of another kind: together they meet all three."""
    told = story[name]
    piped = _without_waits(told.again().with_trouble(TROUBLES[trouble]).in_pipe())
    columns, around = ((80, "colours"), (40, "NO_COLOR"), (80, "dumb"), (60, "colours"))[
        (len(name) + len(trouble)) % 4
    ]
    line = told.again().with_trouble(TROUBLES[trouble]).with_environment(**AROUND[around])
    assert_same(piped, line.in_terminal(columns), columns)


def _without_waits(piped):
    """How long is waited is left to chance, and so is whether it is felt, and told."""
    lines = piped.stderr.splitlines()
    return replace(piped, stderr="\n".join(line for line in lines if not line.startswith("… ")))


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("words", [(), ("--bogus",), ("--data-trace-for", "soon")])
def test_a_terminal_that_does_not_know_its_size_shows_everything(story, around, words):
    line = story[SETUP].again().with_environment(**AROUND[around]).with_words(*words)
    piped = line.in_pipe()
    story[SETUP].again()
    assert_same(piped, line.in_terminal(0, rows=0), 80)
    assert "Error" in piped.stderr or not words


@pytest.mark.parametrize("name", names())
def test_an_encoding_that_lacks_characters_stops_nothing(story, name):
    """What cp1252, cp932, latin-1 and ascii lack is replaced; what they have is as it was."""
    encoding = ("cp1252", "cp932", "latin-1", "ascii")[len(name) % 4]
    told = story[name]
    line = told.again().with_encoding(encoding)
    ended = line.in_pipe()
    assert ended.code == told.piped.code
    assert "Traceback" not in ended.stderr
    for got, was in ((ended.stdout, told.piped.stdout), (ended.stderr, told.piped.stderr)):
        plain = re.findall(r"(?<!\S)[A-Za-z]{3,}(?!\S)", was)
        assert Counter(plain) - Counter(got.split()) == Counter()


@pytest.mark.parametrize("name", CHANGING)
def test_a_reader_that_has_gone_stops_no_change(story, name):
    told = story[name]
    assert told.again().in_pipe(stdout=GONE).code == told.piped.code
    assert told.journal() == told.journal(told.left)


@pytest.mark.parametrize(
    ("stdout", "stderr"),
    [(CLOSED, ""), ("/dev/full", ""), ("", GONE), ("", CLOSED), (GONE, GONE), (CLOSED, CLOSED)],
)
def test_no_stream_stops_a_change(story, stdout, stderr):
    told = story[SETUP]
    ended = told.again().in_pipe(stdout, stderr)
    assert ended.code == told.piped.code
    assert told.journal() == told.journal(told.left)
    assert ("No space left on device" in ended.stderr) is (stdout == "/dev/full")


def test_what_only_shows_ends_with_its_reader(story):
    assert story["status"].again().in_pipe(stdout=GONE).code == 141


def test_a_reader_that_stalls_holds_up_no_change_and_gets_all_of_it(story, tmp_path):
    told = story[SETUP]
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, 4096)
    filler = os.open(pipe, os.O_WRONLY)
    os.write(filler, b"." * 4095)  # what is said finds no room
    os.close(filler)
    process = told.again().start(os.devnull, str(pipe), str(pipe))
    wanted = told.journal(told.left)
    while told.journal() != wanted:
        assert process.exitcode is None
    assert process.exitcode is None  # it waits for its reader, and for nothing else
    os.set_blocking(reader, True)
    with os.fdopen(reader) as stream:
        text = stream.read()
    process.join()
    assert process.exitcode == 0
    assert lost(told.piped.stdout, text.lstrip("."), 10_000) == []


def test_a_question_that_is_interrupted_leaves_nothing_drawn(story):
    line = story["undo"].again()
    asked = replace(line, words=tuple(word for word in line.words if word != "--yes"))

    keys = ["\x03"]

    def interrupt(terminal):
        if keys and "[y/N]" in "".join(terminal.emulator.lines()):
            terminal.type(keys.pop())

    seen = asked.in_terminal(80, during=interrupt)
    assert (seen.code, remains(seen.text)) == (130, [])
    assert "Interrupted. Nothing was changed." in seen.text


def test_a_terminal_that_is_closed_stops_no_change(story):
    told = story[SETUP]
    told.again().in_terminal(80, during=lambda terminal: terminal.close())
    assert told.journal() == told.journal(told.left)


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_without_colours_gets_no_control_sequence(story, variables):
    told = story[SETUP]
    seen = told.again().with_environment(**variables).in_terminal(80)
    assert b"\x1b" not in seen.sent
    assert lost(told.piped.stdout, seen.text, 80) == []


@pytest.mark.parametrize("around", ["colours", "dumb"])
@pytest.mark.parametrize("sizes", [(60,), (140,), (70, 130, 50, 90)])
def test_a_window_that_is_resized_loses_no_finished_line(story, sizes, around):
    told = story[SETUP]
    left = list(sizes)

    def resize(terminal):
        if left and b"account" in b"".join(terminal.sent):
            terminal.resize(left.pop(0))

    line = told.again().with_trouble(TROUBLES["slow"]).with_environment(**AROUND[around])
    seen = line.in_terminal(100, during=resize)
    assert not left
    # pyte cuts off, where terminals wrap, what stood beyond the new width: each heading begins.
    headings = [line[:14] for line in told.piped.stdout.splitlines() if line[:1] in "+~"]
    assert Counter(headings) - Counter(line[:14] for line in seen.lines) == Counter()


def test_a_window_of_few_rows_loses_no_finished_line(story):
    told = story[SETUP]
    seen = told.again().in_terminal(80, rows=4)
    assert lost(told.piped.stdout, seen.text, 80) == []


def test_log_groups_stand_in_a_table_though_some_names_are_long(story):
    lines = story["status"].again().in_terminal(80).lines
    assert any(re.match(r"Log group +kept +belongs to$", line) for line in lines)
