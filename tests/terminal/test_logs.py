import json

from rich.cells import cell_len

from dragonctl.application.log_groups import LogGroup
from dragonctl.telemetry.logs.events import LogEvent, Unreadable
from dragonctl.terminal.logs import LogPrinter
from tests.terminal.screens import HOSTILE, pipe, screen, seen

GROUPS = [
    LogGroup("/aws/lambda/list-dragons", "functions"),
    LogGroup("API-Gateway-Execution-Logs_a/test", "api"),
    LogGroup("/aws/vendedlogs/states/MyStateMachine-Logs", "state-machines"),
]


def event(text, group=0, time_ms=43_200_000):
    item = GROUPS[group]
    return LogEvent(item.source, item.name, "s", "1", time_ms, time_ms, text)


def printed(console, *events):
    printer = LogPrinter(console, GROUPS)
    for item in events:
        printer.write(item)
    return seen(console)


def test_lines_show_time_source_request_and_words():
    request = "9f8b6a10-0000-4000-8000-000000000001"
    state = {"type": "TaskStateEntered", "execution_arn": "a", "details": {"name": "AddDragon"}}
    text = printed(
        screen(120),
        event(f"({request}) Starting execution", 1),
        event(json.dumps(state), 2),
        event("printed\n  twice"),
        event('{"level":"error","message":"no","dragon":"Jon"}'),
    )
    assert text.splitlines() == [
        "12:00:00.000  api             9f8b6a10  Starting execution",
        "12:00:00.000  MyStateMachine            TaskStateEntered AddDragon",
        "12:00:00.000  list-dragons              printed",
        "                                          twice",
        "12:00:00.000  list-dragons              no",
        "                                        dragon=Jon",
    ]


def test_hostile_lines_change_nothing_but_their_own_cell():
    clean = printed(screen(100), event("before"), event("x"), event("after")).splitlines()
    lines = printed(screen(100), event("before"), event(HOSTILE), event("after")).splitlines()
    assert (lines[0], lines[-1]) == (clean[0], clean[-1])
    assert "␛[2J" in lines[1]
    assert "<script>alert(1)</script>[bold]&amp;" in lines[1]
    assert not any(ord(sign) < 32 or 127 <= ord(sign) < 160 for line in lines for sign in line)
    # A line that pretends to begin anew still stands beside its own source.
    assert all(line.startswith(" " * 30) for line in lines[2:-1])


def test_a_megabyte_on_a_line_stays_in_its_column():
    text = printed(screen(80), event("x" * 1_048_576), event("after"))
    lines = text.splitlines()
    assert len(lines) < 120
    assert max(cell_len(line) for line in lines) <= 80
    assert lines[0].endswith("x…" + "x" * 13)


def test_a_pipe_gets_the_whole_line_without_colour():
    console = pipe()
    LogPrinter(console, GROUPS).write(event("y" * 100_000))
    assert console.file.getvalue().endswith("y" * 100_000 + "\n")
    assert "\x1b" not in console.file.getvalue()


def test_a_group_that_cannot_be_read_is_named_with_what_to_do():
    console = screen(200)
    problem = Unreadable(GROUPS[0], "AccessDenied", "you may not read it", "Allow it.")
    LogPrinter(console, GROUPS).unreadable(problem)
    assert seen(console).strip() == "/aws/lambda/list-dragons: you may not read it. Allow it."
