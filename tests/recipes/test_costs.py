"""The estimate of a month's logs and traces."""

from __future__ import annotations

import pytest

from dragonctl.recipes.observability.costs import Traffic, estimate
from dragonctl.recipes.observability.options import Options

MILLION = Traffic(requests=1_000_000, executions=0)


@pytest.mark.parametrize(
    ("options", "logs"),
    [
        (Options(), "$2.35"),  # 4.7 KB of a million requests, at $0.50 a GB
        (Options(log_level="ERROR"), "$0.40"),
        (Options(log_level="OFF", access_log=False), "$0.00"),
        (Options(data_trace=True), "$4.35"),
    ],
)
def test_logs(options, logs):
    assert f"about {logs} a month for logs" in estimate(MILLION, options)


def test_executions_count_too():
    assert "about $6.35 a month" in estimate(Traffic(1_000_000, 1_000_000), Options())


def test_every_request_within_the_reservoir_may_be_traced():
    assert "at most $5.00 for traces" in estimate(MILLION, Options())
    assert "at most $0.00 for traces" in estimate(MILLION, Options(tracing=False))
