import pytest

from dragonctl.telemetry.logs.insights import Progress, QueryResult
from dragonctl.telemetry.requests.why.model import FailedPart, Verdict
from dragonctl.terminal.insights import print_answer, progress_text
from dragonctl.terminal.why import print_verdict
from tests.terminal.screens import HOSTILE, screen, seen


def said(verdict):
    console = screen(120)
    print_verdict(console, verdict)
    return seen(console).splitlines()


def finding(**more):
    parts = {
        "part": "function", "name": "validate-dragon", "kind": "exception", "error": "KeyError",
        "evidence": "[ERROR] KeyError", "remedy": "Correct the function.", "time_ms": 1000,
        "source": "functions",
    }  # fmt: skip
    return FailedPart(**{**parts, **more})


def test_a_failure_names_the_part_the_line_the_remedy_and_the_next_command():
    verdict = Verdict(
        "abc", "failed",
        cause=finding(adopted="The line carries no request id; it stands between them"),
        consequences=(finding(part="state", name="Validate"),),
        next_command="dragonctl logs --request abc",
    )  # fmt: skip
    assert said(verdict) == [
        "Function validate-dragon raised an exception.",
        "1970-01-01T00:00:01.000Z functions  [ERROR] KeyError",
        "The line carries no request id; it stands between them.",
        "What to do: Correct the function.",
        "It led to:",
        "  State Validate failed because the function it calls failed.",
        "Next: dragonctl logs --request abc",
    ]


def test_nothing_is_said_twice():
    same = Verdict("abc", "failed", cause=finding(), consequences=(finding(),))
    assert "It led to:" not in said(same)
    blamed = finding(part="caller", name="the caller", kind="caller error")
    assert said(Verdict("abc", "failed", cause=blamed))[0] == (
        "The caller: the request is not what the API takes."
    )


@pytest.mark.parametrize(
    ("handled", "words"),
    [
        ("caught", "Its caller caught it, and went on."), ("retried", "it was retried"),
        ("redriven", "redriven"),
        ("tolerated", "tolerates"),
    ],
)  # fmt: skip
def test_what_was_handled_is_said_and_nothing_is_to_be_done(handled, words):
    lines = said(Verdict("abc", "handled", handled=handled, cause=finding(remedy="")))
    assert words in lines[0]
    assert not any(line.startswith(("What to do", "Next")) for line in lines)


@pytest.mark.parametrize(
    ("status", "end"),
    [("SUCCEEDED", "and the execution succeeded."), ("RUNNING", "and the execution went on.")],
)
def test_who_caught_it_is_named_and_how_that_ended(status, end):
    state = finding(part="state", name="Validate")
    caught = Verdict(
        "abc", "handled", handled="caught", cause=finding(), consequences=(state,), status=status
    )
    assert said(caught)[0] == (
        f"Function validate-dragon raised an exception. The state machine caught it, {end}"
    )


@pytest.mark.parametrize(
    ("part", "kind", "sentence"),
    [
        ("state-machine", "timeout", "State machine x: the execution ran out of time."),
        ("integration", "timeout", "Integration x did not answer in time."),
        ("api", "configuration", "API x: its settings are wrong."),
        ("state", "exception", "State x failed because what it calls failed."),
    ],
)
def test_a_failure_is_told_in_a_sentence(part, kind, sentence):
    assert said(Verdict("abc", "failed", cause=finding(part=part, name="x", kind=kind)))[0] == (
        sentence
    )


def test_a_success_and_an_end_that_was_not_seen_are_told_apart():
    assert said(Verdict("abc", "ok", lines=3))[0] == "Nothing failed: abc, 3 lines."
    assert said(Verdict("abc", found=False))[0].startswith("Nothing was found of abc: no log line")
    lines = said(Verdict("abc", "unknown", unseen=("Its end is not there.",)))
    assert lines[0].startswith("Nothing failed as far as was seen, which is not all")
    assert lines[1] == "Its end is not there."


def test_hostile_evidence_stays_text():
    lines = said(Verdict(HOSTILE, "failed", cause=finding(evidence=HOSTILE, name=HOSTILE)))
    assert not any(ord(sign) < 32 or 127 <= ord(sign) < 160 for line in lines for sign in line)


def test_a_query_s_rows_stand_in_columns():
    console = screen(80)
    rows = [("/dragons", "3"), (HOSTILE, "")]
    print_answer(console, QueryResult("Complete", 2, 90, 12345, ("route", "errors"), rows))
    lines = seen(console).splitlines()
    assert lines[0].split() == ["route", "errors"]
    assert lines[1].split() == ["/dragons", "3"]
    assert not any(ord(sign) < 32 for line in lines for sign in line)
    assert progress_text(Progress("Running", 2, 90, 12_345_678)) == (
        "Running: 2 of 90 lines match, 12.3 MB scanned"
    )
