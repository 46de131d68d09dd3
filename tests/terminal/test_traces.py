import pytest
from rich.cells import cell_len

from dragonctl.telemetry.traces.groups import grouped
from dragonctl.telemetry.traces.summaries import summary_of
from dragonctl.terminal.traces import columns_of, percent, print_groups, print_summaries
from tests.telemetry import trace_documents as documents
from tests.terminal.screens import screen, seen


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


@pytest.mark.parametrize("columns", [80, 140])
def test_ids_and_outcomes_stand_in_columns_and_a_long_url_beneath_them(columns):
    url = f"https://{'a' * 10}.execute-api.us-east-1.amazonaws.com/prod/orders/17"
    found = [summary_of(documents.summary(number, url, status=429)) for number in range(3)]
    console = screen(columns)
    print_summaries(console, found, documents.START + 7)
    head, *lines = seen(console).splitlines()
    rows = [line for line in lines if "429 throttle" in line]
    assert [line.index("1-65a0b0c") for line in rows] == [head.index("Trace")] * 3
    assert [line.index("429") for line in rows] == [head.index("Status")] * 3
    assert [row.split("s")[0].strip() for row in rows] == ["7", "6", "5"]
    assert [line.split()[-1] for line in lines if "URL " in line] == [url] * 3
    assert len(lines) == 3 * (3 if columns == 80 else 2)


def test_annotations_stand_once_and_as_they_were_written():
    values = [{"NumberValue": 25.0}, {"NumberValue": 0.5}, {"BooleanValue": True}]
    said = [{"AnnotationValue": value} for value in [*values, *values]]
    console = screen(120)
    found = summary_of(documents.summary(0, Annotations={"dragons": said}))
    print_summaries(console, [found], documents.START)
    assert "Annotations dragons=25  dragons=0.5  dragons=true · URL" in seen(console)


def test_groups_show_share_average_and_distribution():
    found = [
        summary_of(documents.summary(number, status=status, time=0.02))
        for number, status in enumerate([200, 200, 200, 500])
    ]
    console = screen(100)
    print_groups(console, grouped(found, "status"), "status")
    lines = [" ".join(line.split()) for line in seen(console).splitlines()]
    assert lines[1] == "200 3 75 % 0 20 ms 20 ms 20 ms ·█······ ok"
    assert lines[2] == "500 1 25 % 1 20 ms 20 ms 20 ms ·█······ fault 100 %"


def test_small_shares_are_never_invisible():
    assert (percent(0.0001), percent(0.9999)) == ("<1 %", ">99 %")
    assert columns_of([1000, 1, 0]) == "█▁·"
