"""A log group that two applications share: whose lines are shown, and whose events are kept."""

import time

import pytest

from tests.applications import small
from tests.applications.builder import Builder

ALONE = ("--no-discover", "--function", "small-work")


@pytest.fixture
def shared(local_aws):
    """``/shared``, where the function and one of another application write."""
    small.build(Builder(local_aws.endpoint))
    functions, logs = local_aws.client("lambda"), local_aws.client("logs")
    place = {"logGroupName": "/shared"}
    logs.create_log_group(**place)
    functions.update_function_configuration(
        FunctionName="small-work", LoggingConfig={"LogGroup": "/shared"}
    )
    for stream, text in (("small-work[$LATEST]0a", "ours"), ("bookings[$LATEST]0b", "theirs")):
        name = f"2026/11/27/{stream}"
        logs.create_log_stream(**place, logStreamName=name)
        event = {"timestamp": int(time.time() * 1000), "message": text}
        logs.put_log_events(**place, logStreamName=name, logEvents=[event])
    return logs


def test_another_application_s_lines_stay_out(shared, dragonctl):
    shown = dragonctl("logs", *ALONE).stdout
    assert ("ours" in shown, "theirs" in shown) == (True, False)


def test_a_retention_names_who_else_gets_it(shared, dragonctl):
    planned = dragonctl("setup-observability", *ALONE, "--retention", "7", "-o", "json")
    told = " ".join(planned.document["warnings"])
    assert "Log group /shared is shared with bookings, no part of this application" in told
    again = dragonctl("setup-observability", *ALONE, "--retention", "7", "--check", "-o", "json")
    assert (again.code, "bookings" in again.stdout) == (0, False)
