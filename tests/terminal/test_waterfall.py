import json
import re

import pytest
from rich.cells import cell_len

from dragonctl.telemetry.traces.reading import read_traces
from dragonctl.terminal.waterfall import WaterfallOptions, print_trace, waterfall
from tests.telemetry import trace_documents as documents
from tests.terminal.screens import HOSTILE, pipe, screen, seen


def trace_of(found):
    traces, _ = read_traces(lambda *_, **__: documents.answer(found), [documents.TRACE])
    return traces[0]


def test_a_waterfall_shows_every_part_where_and_when_it_ran():
    lines = [line.plain.rstrip() for line in waterfall(trace_of(documents.dragons()), 160)]
    shown = "\n".join(lines)
    for words in (
        "1-65a0b0c0-0123456789abcdef01234567  900 ms, 10 segments  2024-01-12T03:23:44.000Z",
        "POST https://api.example/prod/dragons → 200 131 bytes",
        "DragonValidationException: Duplicate dragon reported, [bold]Jon[/bold] ␛[31mred\ufffd",
        "at /var/task/validate.py:41 check",
        "annotations: family=green dragon=Jon",
        "• S3 GetObject dragons",
        "sanitized_query=SELECT * FROM dragons WHERE name = ?",
        "in progress",
    ):
        assert words in shown
    stage = next(line for line in lines if line.startswith("• dragons/prod"))
    late = next(line for line in lines if line.strip().startswith("… AddDragon"))
    assert stage.index("━") < late.index("░")
    assert "✗ validate-dragon" in shown
    assert "◆ orders@db.example" in shown


@pytest.mark.parametrize("columns", [30, 59, 80, 120, 200])
def test_a_waterfall_keeps_to_the_terminal(columns):
    lines = list(waterfall(trace_of(documents.dragons()), columns))
    assert max(cell_len(line.plain.rstrip()) for line in lines) <= columns
    names = {"dragons/prod", "States", "MyStateMachine", "ValidateDragon", "S3", "connect"}
    text = "\n".join(line.plain for line in lines)
    assert all(name[:6] in text for name in names)


def test_a_run_of_a_function_is_one_row_that_says_what_was_raised():
    raised = {"exceptions": [{"id": "1", "type": "KeyError", "message": "no such dragon"}]}
    found = [
        documents.segment("s", "work", 0, 2, origin="AWS::Lambda", fault=True),
        documents.segment(
            "f",
            "work",
            1,
            2,
            parent_id="s",
            origin="AWS::Lambda::Function",
            fault=True,
            cause=raised,
        ),
    ]
    shown = [line.plain.strip() for line in waterfall(trace_of(found), 100)]
    assert [re.split("[─━]", line)[0].strip() for line in shown[-2:]] == [
        "✗ work function",
        "KeyError: no such dragon",
    ]


def test_ten_thousand_segments_are_all_shown():
    console = screen(80)
    print_trace(console, trace_of(documents.many(10_000)))
    lines = seen(console).splitlines()
    assert sum(line.strip().startswith("•") for line in lines) == 10_000
    assert "call 9998" in lines[-1]
    deep = list(waterfall(trace_of(documents.chain(3_000)), 80))
    assert sum("deep" in line.plain for line in deep) == 3_000
    assert max(cell_len(line.plain.rstrip()) for line in deep) <= 80


def test_hostile_names_stay_in_their_line():
    segment = documents.segment("a", HOSTILE, 0, 1, annotations={HOSTILE: HOSTILE})
    console = screen(100)
    print_trace(console, trace_of([segment]))
    text = seen(console)
    assert not any(ord(sign) < 32 or 127 <= ord(sign) < 160 for sign in text.replace("\n", ""))
    assert "<script>" in text


def test_a_segment_says_what_recorded_it_and_for_whom():
    request = {"client_ip": "203.0.113.7", "user_agent": "curl/8"}
    segment = documents.segment(
        "a", "list", 0, 1, origin="AWS::Lambda", user="jon", http={"request": request}
    )
    shown = [line.plain.strip() for line in waterfall(trace_of([segment]), 120, "local")]
    assert shown[0].endswith("2024-01-12T03:23:44.000Z  local")
    assert shown[3].startswith("• list Lambda ")
    assert shown[4:] == ["for 203.0.113.7 (curl/8)", "user: jon"]


TIMES = "\N{MULTIPLICATION SIGN}"


def shown(found, columns=140, **choice):
    return [
        line.plain.rstrip()
        for line in waterfall(trace_of(found), columns, "", WaterfallOptions(**choice))
    ]


def test_a_call_and_what_x_ray_inferred_from_it_are_one_row_and_in_full_two():
    lines = shown(documents.loop(1))
    assert [line.split("  ")[0] for line in lines[2:]] == ["• busy function", ""]
    assert lines[3].startswith("  • DynamoDB GetItem dragons ")
    whole = shown(documents.loop(1), full=True)
    assert any(line.startswith("    • dragons DynamoDB ") for line in whole)
    assert whole[-1].strip().endswith("inferred")


def test_six_hundred_equal_calls_are_a_few_lines_with_their_number_and_times():
    lines = shown(documents.loop(600, failing=[77]))
    assert len(lines) < 12
    assert "1,203 segments in 3 rows" in lines[0]
    calls = next(line for line in lines if f"DynamoDB GetItem dragons {TIMES}600" in line)
    assert calls.endswith("Σ 12.00 s")
    assert "600 calls: p50 20 ms, p90 20 ms, longest 20 ms" in lines[lines.index(calls) + 1]
    failed = next(line for line in lines if line.strip().startswith("✗ DynamoDB"))
    assert TIMES not in failed
    assert "ConditionalCheckFailed: no" in "".join(lines)
    assert len(shown(documents.loop(600, failing=[77]), full=True)) > 1203


def test_errors_only_leaves_what_failed_and_what_led_to_it():
    lines = shown(documents.loop(5, failing=[2]), errors_only=True)
    assert "10 segments without an error are left out." in lines[1]
    assert not any(f"GetItem dragons {TIMES}" in line for line in lines)
    assert any(line.strip().startswith("✗ DynamoDB GetItem") for line in lines)
    assert shown(documents.loop(5), errors_only=True)[1:] == ["No segment of it bears an error."]


def test_metadata_is_shown_in_full_alone():
    secret = "the-whole-payload"
    segment = documents.segment(
        "a", "fn", 0, 1, metadata={"default": {"in": secret}}, precursor_ids=["9" * 16]
    )
    assert secret not in "".join(shown([segment]))
    assert secret in "".join(shown([segment], full=True))
    assert "9" * 16 in "".join(shown([segment], full=True))


def test_linked_traces_executions_and_clocks_that_differ_are_told():
    other = "1-65a0b0c1-0123456789abcdef01234567"
    arn = "arn:aws:states:eu-west-1:123456789012:execution:Orders:17"
    caller = documents.segment("a", "api", 5, 9, aws={"execution_arn": arn})
    early = documents.segment(
        "b", "worker", 2.5, 6, parent_id="a", links=[{"trace_id": other, "id": "9" * 16}]
    )
    text = "\n".join(shown([caller, early]))
    assert f"linked trace: {other}" in text
    assert f"execution_arn={arn}" in text
    assert "begins 2.50 s before its caller" in text


def test_a_cause_by_id_is_told_and_its_stack_once():
    frames = [{"path": f"/app/{number}.py", "line": 1, "label": "f"} for number in range(5)]
    inner = {"id": "e" * 16, "type": "OutOfStock", "message": "none", "stack": frames}
    outer = {"id": "f" * 16, "type": "OrderFailed", "message": "17", "cause": "e" * 16}
    failing = documents.sub("b", "take", 1, 2, fault=True, cause={"exceptions": [inner]})
    fn = documents.segment(
        "a", "fn", 0, 3, fault=True, cause={"exceptions": [outer]}, subsegments=[failing]
    )
    lines = [line.strip(" │") for line in shown([fn])]
    at = lines.index("OrderFailed: 17")
    assert lines[at + 1] == "caused by OutOfStock: none"
    assert lines[at + 5] == "… 2 more frames: --full"
    assert sum(line.startswith("at /app/0.py") for line in lines) == 1
    whole = [line.strip(" │") for line in shown([fn], full=True)]
    assert sum(line.startswith("at /app/") for line in whole) == 5


def test_a_function_s_answer_that_a_state_quotes_is_told_by_its_message():
    quoted = '{"errorMessage":"No such dragon.","errorType":"Missing","stackTrace":["  File x"]}'
    raised = {"id": "e" * 16, "type": "Missing", "message": quoted}
    state = documents.segment("a", "Look", 0, 3, fault=True, cause={"exceptions": [raised]})
    assert "Missing: No such dragon." in [line.strip(" │") for line in shown([state])]
    assert "errorType" in "".join(shown([state], full=True))


def test_the_axis_tells_the_beginning_the_middle_and_the_end():
    for columns in (60, 80, 140):
        lines = shown(documents.dragons(), columns)
        axis = next(line for line in lines if "┤" in line)
        bars = next(line for line in lines if line.startswith("• dragons/prod"))
        assert axis.split() == [*axis.split()]
        assert axis.index("├") == bars.index("━")
        assert axis.index("┤") == len(bars) - 13
        words = ["0 ms", "450 ms", "900 ms"] if columns > 60 else ["0 ms", "900 ms"]
        assert [axis.find(word) > 0 for word in words] == [True] * len(words)


def test_an_axis_without_room_for_a_line_on_both_sides_of_its_middle_has_none():
    segment = documents.segment("a", "acme-checkout-CreateOrder-and-more-1XK", 0, 0.9)
    for columns in range(60, 140):
        axis = next(line for line in shown([segment], columns) if "┤" in line)
        assert re.search(r"├ 0 ms (─+ 450 ms ─+|─*) 900 ms ┤$", axis)


def test_a_pipe_gets_every_word_whole():
    console = pipe()
    url = "https://api.example/" + "long/" * 200
    segment = documents.segment("a", "api", 0, 1, http={"request": {"url": url}})
    print_trace(console, trace_of([segment]))
    assert url in console.file.getvalue()


def test_annotations_of_equal_calls_are_told_by_their_values():
    calls = [
        documents.sub(f"s{number}", "order", number, number + 1, annotations={"order": number})
        for number in range(9)
    ]
    lines = shown([documents.segment("a", "fn", 0, 9, subsegments=json.loads(json.dumps(calls)))])
    assert any(line.strip() == "annotations: order=0, 1, 2 … 6 more" for line in lines)


def test_a_trace_that_ended_before_it_began_has_an_axis_of_no_length():
    (axis,) = [line for line in shown([documents.segment("a1", "back", 7.0, 2.0)]) if "┤" in line]
    assert "0 ms" in axis
    assert "-" not in axis


def test_no_password_of_an_address_is_shown():
    secret = "jdbc:postgresql://user:Planted@db.example/orders"
    segment = documents.segment("a", "work", 0, 1, sql={"url": secret}, annotations={"at": secret})
    text = "\n".join(shown([segment], full=True))
    assert "Planted" not in text
    assert "sql: url=jdbc:postgresql://***@db.example/orders" in text
