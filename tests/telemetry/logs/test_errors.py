"""The errors that runtimes and loggers write, each in its own form."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragonctl.telemetry.logs.errors import deepest, raised

REQUEST = "9f8b6a10-0000-4000-8000-000000000001"
NOW = "2026-11-27T02:31:01.123Z"

# Lambda developer guide, the pages on function errors and logging of each runtime; the runtime
# interface clients of AWS on GitHub (awslabs/aws-lambda-*-runtime-interface-client).
UNCAUGHT = {
    "python": (
        "[ERROR] KeyError: 'family'\nTraceback (most recent call last):\n  File \"a.py\", line 3",
        "KeyError",
    ),
    "python without a message": ("[ERROR] MemoryError\nTraceback (most recent", "MemoryError"),
    "python's import": (
        "[ERROR] Runtime.ImportModuleError: Unable to import module 'app': No module named 'x'",
        "Runtime.ImportModuleError",
    ),
    "node": (
        f'{NOW}\t{REQUEST}\tERROR\tInvoke Error \t{{"errorType":"TypeError","errorMessage":"x"}}',
        "TypeError",
    ),
    "node before any request": (
        f'{NOW}\tundefined\tERROR\tUncaught Exception \t{{"errorType":"Runtime.Import"}}',
        "Runtime.Import",
    ),
    "java": (
        "no: java.lang.StateException\njava.lang.StateException: no\n\tat a.B.c(B.java:1)",
        "java.lang.StateException",
    ),
    "dotnet": (
        f"{NOW}\t{REQUEST}\tfail\tSystem.NullReferenceException: Object reference\n   at Shop.F()",
        "System.NullReferenceException",
    ),
    "ruby": (
        'Error raised from handler method\n{"errorMessage":"no","errorType":"Function<NoMethod>"}',
        "Function<NoMethod>",
    ),
    "go": ('{"errorMessage":"out of range","errorType":"boundsError"}', "boundsError"),
    "go's panic": ("panic: runtime error: invalid memory address", "panic"),
    "rust": ("thread 'main' panicked at src/main.rs:3:5:\nno", "panic"),
    "v8": ("FATAL ERROR: Reached heap limit - JavaScript heap out of memory", "FATAL ERROR"),
    "json of python": (
        '{"timestamp":"x","log_level":"ERROR","errorMessage":"\'x\'","errorType":"KeyError"}',
        "KeyError",
    ),
    "json of node": (
        '{"level":"ERROR","message":{"errorType":"TypeError","errorMessage":"x","stackTrace":[]}}',
        "TypeError",
    ),
}  # fmt: skip

_TRACEBACK = 'Traceback (most recent call last):\n  File "a.py", line 3, in f\nRefused: 402'
# The documentation of each logger's layout.
LOGGED = {
    "pino": {"level": 50, "msg": "no", "err": {"type": "Refused", "message": "402"}},
    "bunyan": {"level": 50, "v": 0, "msg": "no", "err": {"name": "Refused", "message": "402"}},
    "winston": {"level": "error", "message": "no", "stack": "Refused: 402\n    at f (i.js:3:9)"},
    "powertools for python": {
        "level": "ERROR", "message": "no", "exception": _TRACEBACK, "exception_name": "Refused",
    },
    "powertools for typescript": {
        "level": "ERROR", "message": "no", "error": {"name": "Refused", "message": "402"},
    },
    "powertools for dotnet": {
        "level": "Error", "message": "no", "exception": {"type": "Refused", "message": "402"},
    },
    "structlog": {"event": "no", "level": "error", "exception": _TRACEBACK},
    "structlog's dicts": {
        "event": "no", "level": "error", "exception": [{"exc_type": "Refused", "exc_value": "402"}],
    },
    "python-json-logger": {"levelname": "ERROR", "message": "no", "exc_info": _TRACEBACK},
    "logback": {"level": "ERROR", "message": "no", "stack_trace": "Refused: 402\n\tat a.B.c()"},
    "log4j2": {"level": "ERROR", "message": "no", "thrown": {"name": "Refused", "message": "402"}},
    "ecs": {"log.level": "ERROR", "message": "no", "error.type": "Refused"},
    "serilog's clef": {"@t": "x", "@mt": "no", "@l": "Error", "@x": "Refused: 402\n   at Shop.F()"},
    "serilog's json": {"Level": "Error", "Exception": "Refused: 402\n   at F()"},
    "zap": {"level": "error", "msg": "no", "error": "Refused: 402"},
    "zerolog": {"level": "error", "message": "no", "error": "Refused: 402"},
    "slog": {"level": "ERROR", "msg": "no", "err": "Refused: 402"},
    "loguru": {"record": {"level": {"name": "ERROR"}, "exception": {"type": "Refused"}}},
    "opentelemetry": {
        "severityText": "ERROR", "body": "no", "attributes": {"exception.type": "Refused"},
    },
}  # fmt: skip
LOGGED_TEXT = {
    "python": f"[ERROR]\t{NOW}\t{REQUEST}\tno\n{_TRACEBACK}",
    "node": f"{NOW}\t{REQUEST}\tERROR\tno Refused: 402\n    at f (/var/task/i.js:3:9)",
    "log4j2's pattern": f"2026-11-27 02:31:01 {REQUEST} ERROR H - no\nRefused: 402\n\tat a.B.c()",
    "slog": f'time={NOW} level=ERROR msg="no" err="Refused: 402"',
}


@pytest.mark.parametrize(("line", "name"), UNCAUGHT.values(), ids=UNCAUGHT)
def test_an_error_that_nobody_caught_is_the_runtime_s_word(line, name):
    found = raised(line)
    assert (found.name, found.uncaught) == (name, True)


@pytest.mark.parametrize("document", LOGGED.values(), ids=LOGGED)
def test_a_logger_s_error_is_named_and_was_caught(document):
    found = raised(json.dumps(document))
    assert (found.name, found.uncaught) == ("Refused", False)


@pytest.mark.parametrize("line", LOGGED_TEXT.values(), ids=LOGGED_TEXT)
def test_a_logger_s_text_names_the_error(line):
    found = raised(line)
    assert (found.name, found.uncaught) == ("Refused", False)


@pytest.mark.parametrize(
    "line",
    [
        f'{NOW}\t{REQUEST}\tINFO\treceived {{"errorType": "X", "errorMessage": "old"}}',
        '{"level":"INFO","message":"retry after ThrottlingException, attempt 2 succeeded"}',
        '{"level":30,"msg":"ok","err":{"type":"Old","message":"handled before"}}',
        "all is well",
        "host: db.example.com\nport: 5432",
    ],
)  # fmt: skip
def test_words_of_errors_in_other_lines_are_no_errors(line):
    assert raised(line) is None


def test_the_innermost_cause_of_a_stack_is_found():
    stack = "a.B: no\n\tat a.B.c(B.java:1)\nCaused by: java.sql.SQLException: closed\n\t... 2 more"
    assert deepest(stack)[:2] == ("java.sql.SQLException", "closed")
    assert deepest("a.B: no\n\tat a.B.c(B.java:1)") is None


@given(
    st.text()
    | st.recursive(st.none() | st.text(), lambda s: st.dictionaries(st.text(), s)).map(json.dumps)
)
def test_no_line_breaks_the_reading(text):
    raised(text)


@pytest.mark.parametrize("place", ["error", "err"])
def test_an_error_of_words_without_a_name_is_not_lost(place):
    found = raised(json.dumps({"level": "error", "msg": "no", place: "dial tcp 10.0.0.1: refused"}))
    assert (found.name, found.message) == ("", "no: dial tcp 10.0.0.1: refused")
