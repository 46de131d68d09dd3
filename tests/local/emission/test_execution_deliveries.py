"""Execution logs that are delivered to a group of somebody's choice: there alone, and whole."""

import json

import pytest

CODE = "def handler(e, c): return {'statusCode': 200, 'body': 'x' * 3000}"
GROUP = "/chosen/execution"


@pytest.fixture
def delivered(application):
    """``GET /ok`` on a stage that logs all of it; give the form and fields of its delivery."""
    application.account_role()
    application.proxy("GET", "/ok", application.function("ok", CODE))
    application.deploy()
    application.patch(logging__loglevel="INFO", logging__dataTrace="true")
    logs, place = application.aws.client("logs"), f"{application.aws.region}:123456789012"

    def deliver(form, **chosen):
        logs.create_log_group(logGroupName=GROUP)
        stage = f"arn:aws:apigateway:{place}:/restapis/{application.api}/stages/test"
        logs.put_delivery_source(name="s", resourceArn=stage, logType="EXECUTION_LOGS")
        group = {"destinationResourceArn": f"arn:aws:logs:{place}:log-group:{GROUP}"}
        made = logs.put_delivery_destination(
            name="d", outputFormat=form, deliveryDestinationConfiguration=group
        )
        arn = made["deliveryDestination"]["arn"]
        logs.create_delivery(deliverySourceName="s", deliveryDestinationArn=arn, **chosen)
        request = application.send("GET", "/ok").headers["x-amzn-requestid"]
        return request, application.lines(GROUP)

    yield deliver
    assert application.execution_log() == []


def test_records_hold_every_field_and_whole_lines(delivered, application):
    request, lines = delivered("json")
    records = [json.loads(line) for line in lines]
    assert {(one["api_id"], one["stage"], one["resource_path"], one["http_method"])
            for one in records} == {(application.api, "test", "/ok", "GET")}  # fmt: skip
    assert all(one["payload"].startswith(f"({request}) ") for one in records)
    assert max(len(one["payload"]) for one in records) > 3000


def test_the_lines_alone_are_as_in_the_log_s_own_group(delivered):
    request, lines = delivered("plain", recordFields=["payload"], fieldDelimiter="")
    assert all(line.startswith(f"({request}) ") for line in lines)
    assert f"({request}) Method completed with status: 200" in lines
