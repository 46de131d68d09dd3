"""The machine's time zone is nothing to AWS: times go over the wire in UTC."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta

import boto3
import pytest

from dragonctl.local import control


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles"])
def test_a_trace_is_found_in_the_hour_in_which_it_began(tmp_path, monkeypatch, zone):
    monkeypatch.setenv("DRAGONCTL_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("TZ", zone)
    try:
        xray = boto3.client(
            "xray", endpoint_url=control.up().endpoint, region_name="us-east-1",
            aws_access_key_id="a", aws_secret_access_key="b",
        )  # fmt: skip
        now = time.time()
        trace = f"1-{int(now):08x}-{'a' * 24}"
        part = {"id": "1" * 16, "name": "m", "trace_id": trace, "start_time": now, "end_time": now}
        xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(part)])
        end = datetime.now(UTC)
        window = {"StartTime": end - timedelta(hours=1), "EndTime": end}
        assert [one["Id"] for one in xray.get_trace_summaries(**window)["TraceSummaries"]] == [
            trace
        ]
        assert [one["Name"] for one in xray.get_service_graph(**window)["Services"]] != []
    finally:
        control.down()
