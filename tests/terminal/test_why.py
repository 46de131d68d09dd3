from dragonctl.telemetry.logs.insights import Answer, Progress
from dragonctl.telemetry.why import Finding, Verdict
from dragonctl.terminal.insights import print_answer, progress_text
from dragonctl.terminal.why import print_verdict
from tests.terminal.screens import HOSTILE, screen, seen


def said(verdict):
    console = screen(120)
    print_verdict(console, verdict)
    return seen(console).splitlines()


def finding(**more):
    parts = {
        "part": "function", "name": "validate-dragon",
        "meaning": "the function raised an exception",
        "evidence": "[ERROR] KeyError", "remedy": "Correct the function.", "rank": 8,
        "time_ms": 1000, "source": "functions",
    }  # fmt: skip
    return Finding(**{**parts, **more})


def test_a_failure_names_the_part_the_line_the_remedy_and_the_next_command():
    verdict = Verdict("abc", True, finding(), (finding(part="state", name="Validate"),),
                      next_command="dragonctl logs --request abc")  # fmt: skip
    assert said(verdict) == [
        "Function: validate-dragon: the function raised an exception.",
        "1970-01-01T00:00:01.000Z functions  [ERROR] KeyError",
        "What to do: Correct the function.",
        "It led to:",
        "  State: Validate: the function raised an exception.",
        "Next: dragonctl logs --request abc",
    ]


def test_a_handled_failure_a_success_and_an_unknown_id_are_told_apart():
    assert "caught it" in said(Verdict("abc", True, finding(), handled=True))[0]
    assert said(Verdict("abc", True, lines=3))[0] == "Nothing failed: abc, 3 lines."
    assert said(Verdict("abc", False))[0].startswith("Nothing is to be seen of abc")


def test_hostile_evidence_stays_text():
    lines = said(Verdict(HOSTILE, True, finding(evidence=HOSTILE, name=HOSTILE)))
    assert not any(ord(sign) < 32 or 127 <= ord(sign) < 160 for line in lines for sign in line)


def test_a_query_s_rows_stand_in_columns():
    console = screen(80)
    rows = [("/dragons", "3"), (HOSTILE, "")]
    print_answer(console, Answer("Complete", 2, 90, 12345, ("route", "errors"), rows))
    lines = seen(console).splitlines()
    assert lines[0].split() == ["route", "errors"]
    assert lines[1].split() == ["/dragons", "3"]
    assert not any(ord(sign) < 32 for line in lines for sign in line)
    assert progress_text(Progress("Running", 2, 90, 12_345_678)) == (
        "Running: 2 of 90 lines match, 12.3 MB scanned"
    )
