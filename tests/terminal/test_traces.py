import pytest
from rich.cells import cell_len

from dragonctl.telemetry.traces.groups import grouped
from dragonctl.telemetry.traces.reading import read_traces
from dragonctl.telemetry.traces.summaries import summary_of
from dragonctl.terminal.traces import (
    bar,
    columns_of,
    print_groups,
    print_summaries,
    print_trace,
    waterfall,
)
from tests.telemetry import trace_documents as documents
from tests.terminal.screens import HOSTILE, screen, seen


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
        "aws: operation=GetObject bucket_name=dragons",
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


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
def test_the_list_names_each_trace_whole_at_any_width(columns):
    found = [summary_of(documents.summary(number, status=500)) for number in range(3)]
    console = screen(columns)
    print_summaries(console, found, documents.START + 600)
    text = seen(console)
    assert all(summary.id in text for summary in found)
    assert text.count("500 fault") == 3
    assert text.count("10 min") == 1
    assert "family=green" in text
    assert max(cell_len(line.rstrip()) for line in text.splitlines()) <= columns


def test_annotations_stand_once_and_as_they_were_written():
    values = [{"NumberValue": 25.0}, {"NumberValue": 0.5}, {"BooleanValue": True}]
    said = [{"AnnotationValue": value} for value in [*values, *values]]
    console = screen(120)
    found = summary_of(documents.summary(0, Annotations={"dragons": said}))
    print_summaries(console, [found], documents.START)
    assert "dragons=25  dragons=0.5  dragons=true\n" in "".join(
        f"{line.strip()}\n" for line in seen(console).splitlines()
    )


def test_a_segment_says_what_recorded_it_and_for_whom():
    request = {"client_ip": "203.0.113.7", "user_agent": "curl/8"}
    segment = documents.segment(
        "a", "list", 0, 1, origin="AWS::Lambda", user="jon", http={"request": request}
    )
    shown = [line.plain.strip() for line in waterfall(trace_of([segment]), 120, "local")]
    assert shown[0].endswith("2024-01-12T03:23:44.000Z  local")
    assert shown[1].startswith("• list Lambda ")
    assert shown[2:] == ["for 203.0.113.7 (curl/8)", "user: jon"]


def test_groups_show_share_average_and_distribution():
    found = [
        summary_of(documents.summary(number, status=status, time=0.02))
        for number, status in enumerate([200, 200, 200, 500])
    ]
    console = screen(100)
    print_groups(console, grouped(found, "status"), "status")
    lines = [" ".join(line.split()) for line in seen(console).splitlines()]
    assert lines[1] == "200 3 75 % 20 ms ████▌ ok ·█······"
    assert lines[2] == "500 1 25 % 20 ms █▌ fault 100 % ·█······"


def test_small_shares_are_never_invisible():
    assert bar(0.0001, 10) == "▏"
    assert bar(1, 3) == "███"
    assert columns_of([1000, 1, 0]) == "█▁·"
