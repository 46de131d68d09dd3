import pytest

from dragonctl.errors import UsageError
from dragonctl.telemetry.times import age_text, duration_text, moment, past, window

NOW = 1_700_000_000.0


@pytest.mark.parametrize(
    ("text", "seconds_ago"),
    [("10m", 600), ("2h", 7200), ("1d", 86400), ("1h30m", 5400), ("10m ago", 600), ("now", 0)],
)
def test_a_duration_counts_back_from_now(text, seconds_ago):
    assert moment(text, NOW) == int((NOW - seconds_ago) * 1000)


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("2023-11-14T22:13:20Z", 1_700_000_000_000),
        ("2023-11-14T22:13:20", 1_700_000_000_000),
        ("2023-11-14T23:13:20.250+01:00", 1_700_000_000_250),
        ("2023-11-14", 1_699_920_000_000),
    ],
)
def test_iso_times_without_offset_are_utc(text, milliseconds):
    assert moment(text, NOW) == milliseconds


@pytest.mark.parametrize("text", ["", "soon", "10", "-5m", "0m", "2023-13-01", "1e9999h"])
def test_anything_else_is_refused_by_name(text):
    with pytest.raises(UsageError, match="--until"):
        moment(text, NOW, "--until")


def test_an_end_before_its_start_is_refused():
    assert window("2h", "1h", NOW)[1] == int((NOW - 3600) * 1000)
    with pytest.raises(UsageError, match="is not after"):
        window("1h", "2h", NOW)


def test_nothing_can_be_since_a_time_to_come():
    assert past("2023-11-14T22:13:20Z", NOW) == NOW * 1000
    with pytest.raises(UsageError, match="--since '2023-11-15' lies in the future"):
        window("2023-11-15", None, NOW)


def test_spans_are_read_at_a_glance():
    assert [duration_text(value) for value in (None, 0.0000123, 0.0042, 0.5, 12.345, 200)] == [
        "-", "12 µs", "4.2 ms", "500 ms", "12.35 s", "3 min 20 s",
    ]  # fmt: skip
    assert [duration_text(value) for value in (0, 0.0009997, 0.00999, 0.9999, 59.999)] == [
        "0 ms", "1.0 ms", "10 ms", "1.00 s", "1 min 00 s",
    ]  # fmt: skip
    assert [age_text(value) for value in (5, 65, 7300, 200_000)] == ["5 s", "1 min", "2 h", "2 d"]
