"""A log group that two applications share: whose lines are shown, and whose events are kept."""

import time
import urllib.error
import urllib.request

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


TELLING, SILENT = "$context.apiId $context.requestId", "$context.stage $context.requestId"


@pytest.fixture
def north_and_south(local_aws, dragonctl):
    """Two APIs whose access logs, of a format that is told, go to one group; a line of each."""
    builder, logs = Builder(local_aws.endpoint), local_aws.client("logs")
    made = [small.build(builder, name) for name in ("north", "south")]
    assert dragonctl("setup-observability", "--all").code == 0
    logs.create_log_group(logGroupName="/access")
    arn = logs.describe_log_groups(logGroupNamePrefix="/access")["logGroups"][0]["logGroupArn"]

    def log(form):
        """The request ids of one call of each API, logged in this format."""
        for one in made:
            local_aws.client("apigateway").update_stage(
                restApiId=one.api, stageName="prod",
                patchOperations=[
                    {"op": "replace", "path": f"/accessLogSettings/{name}", "value": value}
                    for name, value in (("destinationArn", arn), ("format", form))
                ],
            )  # fmt: skip
        return [called(builder.endpoint, one.api) for one in made]

    return log


def called(endpoint, api):
    """The id of a request, however it is answered: it is logged in any case."""
    try:
        with urllib.request.urlopen(f"{endpoint}/_run/{api}/prod/things/7") as answer:
            return answer.headers["x-amzn-RequestId"]
    except urllib.error.HTTPError as failure:
        return failure.headers["x-amzn-RequestId"]


def test_another_api_s_access_lines_stay_out_where_the_format_names_the_api(
    north_and_south, dragonctl
):
    for form, is_told in ((SILENT, False), (TELLING, True)):
        ours, theirs = north_and_south(form)
        shown = dragonctl("logs", "--api", "north", "--source", "access")
        assert (ours in shown.stdout, theirs in shown.stdout) == (True, not is_told)
        said = "neither $context.apiId nor $context.domainName" in shown.stderr
        assert said is not is_told
