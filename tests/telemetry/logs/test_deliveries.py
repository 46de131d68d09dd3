"""Execution logs that are delivered to a place that somebody chose, by records of every form."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragonctl.application.log_groups import LogGroup, log_groups
from dragonctl.application.nouns import Api, App
from dragonctl.telemetry.logs.deliveries import delivered_line, read_deliveries, with_delivered
from dragonctl.telemetry.logs.events import page_of
from dragonctl.terminal.logs import shape_of

ACCOUNT, REGION = "123456789012", "eu-west-1"
REQUEST = "9f8b6a10-0000-4000-8000-000000000001"
LINE = f"({REQUEST}) Method completed with status: 502"
APP = App((Api("a1b2c3d4e5", "orders", {}, {"prod": {}}),), (), (), ACCOUNT, REGION, "aws")
GROUP = LogGroup("/chosen", "api", ("orders/prod",), delivers=frozenset({"a1b2c3d4e5/prod"}))


def stage_arn(api="a1b2c3d4e5", stage="prod"):
    return f"arn:aws:apigateway:{REGION}:{ACCOUNT}:/restapis/{api}/stages/{stage}"


def group_arn(name, region=REGION, account=ACCOUNT):
    return f"arn:aws:logs:{region}:{account}:log-group:{name}"


def record(**other):
    whole = {
        "resource_arn": stage_arn(), "event_timestamp": 1790000000000, "api_id": "a1b2c3d4e5",
        "stage": "prod", "resource_path": "/orders", "http_method": "GET", "payload": LINE,
    }  # fmt: skip
    return {**whole, **other}


class Aws:
    """The three lists of deliveries, as CloudWatch Logs answers them."""

    def __init__(self, place, source=None, log_type="EXECUTION_LOGS"):
        destination = f"arn:aws:logs:{REGION}:{ACCOUNT}:delivery-destination:d"
        self.asked = []
        self.lists = {
            "DescribeDeliverySources": [
                {"name": "s", "resourceArns": [source or stage_arn()], "logType": log_type},
                {"name": "edge", "resourceArns": ["arn:aws:cloudfront::1:distribution/E1"],
                 "logType": "ACCESS_LOGS"},
            ],
            "DescribeDeliveries": [
                {"deliverySourceName": "s", "deliveryDestinationArn": destination},
                {"deliverySourceName": "edge", "deliveryDestinationArn": destination},
            ],
            "DescribeDeliveryDestinations": [
                {"arn": destination,
                 "deliveryDestinationConfiguration": {"destinationResourceArn": place}},
            ],
        }  # fmt: skip

    def pages(self, service, operation, key, **params):
        self.asked.append(operation)
        return self.lists[operation]

    def concurrently(self, *reads):
        return [read() for read in reads]


@pytest.mark.parametrize("end", ["", ":*"])
def test_the_group_of_a_delivery_is_read_besides_the_one_that_it_replaces(end):
    (one,) = read_deliveries(Aws(group_arn("/chosen") + end), APP)
    assert one.replaced == "API-Gateway-Execution-Logs_a1b2c3d4e5/prod"
    groups = with_delivered(log_groups(APP), [one], APP)
    assert [(group.name, group.source) for group in groups] == [
        ("API-Gateway-Execution-Logs_a1b2c3d4e5/prod", "api"), ("/chosen", "api"),
    ]  # fmt: skip
    assert groups[1].delivers == GROUP.delivers


@pytest.mark.parametrize(
    "place",
    [
        "arn:aws:s3:::bucket", "arn:aws:firehose:eu-west-1:1:deliverystream/x",
        group_arn("/chosen", region="us-east-1"), group_arn("/chosen", account="210987654321"),
    ],
)  # fmt: skip
def test_another_place_is_known_and_not_read(place):
    (one,) = read_deliveries(Aws(place), APP)
    assert (one.destination, one.part, one.group(APP)) == (place, "orders/prod", "")
    assert with_delivered([], [one], APP) == []


@pytest.mark.parametrize(
    "aws",
    [
        Aws(group_arn("/x"), source=stage_arn("other12345")),
        Aws(group_arn("/x"), source=stage_arn(stage="test")),
        Aws(group_arn("/x"), log_type="ACCESS_LOGS"),
    ],
)
def test_deliveries_of_others_cost_one_call(aws):
    assert read_deliveries(aws, APP) == []
    assert aws.asked == ["DescribeDeliverySources"]


def test_an_application_without_stages_asks_nothing():
    aws = Aws(group_arn("/x"))
    assert read_deliveries(aws, App((), (), (), ACCOUNT, REGION, "aws")) == []
    assert aws.asked == []


FIELDS = (*record(),)


@given(st.sets(st.sampled_from(FIELDS[:-1])), st.sampled_from(["", " ", "\t", ",", "|"]),
       st.booleans())  # fmt: skip
def test_a_record_gives_its_line_whatever_fields_were_chosen(chosen, between, as_json):
    fields = {name: value for name, value in record().items() if name in chosen}
    fields["payload"] = LINE
    text = json.dumps(fields) if as_json else between.join(map(str, fields.values()))
    assert delivered_line(GROUP, text) == LINE


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(record(api_id="other12345")),
        json.dumps(record(stage="test")),
        json.dumps({"resource_arn": stage_arn("other12345"), "payload": LINE}),
        f"{stage_arn('other12345')} {LINE}",
    ],
)
def test_another_stage_s_record_in_the_same_group_stays_out(text):
    assert delivered_line(GROUP, text) is None


@given(st.text() | st.recursive(st.none() | st.text(), st.lists).map(json.dumps))
def test_any_other_text_is_kept_as_it_is(text):
    assert delivered_line(GROUP, text) == text


def test_delivered_lines_are_read_like_all_of_the_execution_log():
    texts = [json.dumps(record()), json.dumps(record(stage="test")), LINE]
    events = [{"logStreamName": "s", "message": text, "timestamp": 1} for text in texts]
    found, _ = page_of(lambda *_, **__: {"events": events}, GROUP, {})
    assert [event.text for event in found] == [LINE, LINE]
    assert {shape_of(event, {}).request for event in found} == {REQUEST}
