"""A page of log events read in one pass is the same as the one that is read member by member."""

from __future__ import annotations

import io
import json

import pytest
from botocore.awsrequest import AWSResponse

from dragonctl.aws import bulk
from dragonctl.aws.client import Aws, Connection
from dragonctl.errors import AwsError

EVENT = {"logStreamName": "s", "timestamp": 5, "message": "m", "ingestionTime": 6, "eventId": "1"}
ODD = [None, 7, 7.0, 1.5, 2**70, True, "", "x\ud800", "é\n", [], [None], {}, {"x": [{}]}, "7"]


class Raw(io.BytesIO):
    """A body as urllib3 gives it."""

    def stream(self):
        yield self.read()


def door(*, in_bulk):
    """A door to AWS, and what puts a body behind it."""
    connection = Connection(
        region="eu-west-1", endpoint_url="http://127.0.0.1:1", access_key="x", secret_key="x"
    )
    aws, bodies = Aws(connection), [b""]
    events = aws.client("logs").meta.events
    events.register(
        "before-send.*.FilterLogEvents", lambda **_: AWSResponse("", 200, {}, Raw(bodies[0]))
    )
    if not in_bulk:
        events.unregister("before-parse.*.FilterLogEvents", bulk.read)

    def answer(body):
        bodies[0] = body
        try:
            return aws.send("logs", "FilterLogEvents", {"logGroupName": "g"})
        except AwsError as error:
            return error.message

    return answer


in_bulk, by_member = door(in_bulk=True), door(in_bulk=False)


def written(document):
    return json.dumps(document).encode()


@pytest.mark.parametrize("member", [*EVENT, "ofNextYear"])
@pytest.mark.parametrize("value", ODD, ids=repr)
def test_whatever_an_event_holds_it_is_read_as_every_answer_is(member, value):
    page = written({"events": [EVENT, EVENT | {member: value}]})
    assert in_bulk(page) == by_member(page)


@pytest.mark.parametrize("member", ["events", "nextToken", "searchedLogStreams", "ofNextYear"])
@pytest.mark.parametrize("value", ODD, ids=repr)
def test_whatever_a_page_holds_it_is_read_as_every_answer_is(member, value):
    page = written({"events": [EVENT], member: value})
    assert in_bulk(page) == by_member(page)


def test_a_page_of_events_is_read_in_one_pass():
    found = in_bulk(written({"events": [EVENT, EVENT | {"ofNextYear": 1}], "nextToken": "t"}))
    assert found == {"events": [EVENT, EVENT], "nextToken": "t"}
    assert bulk.is_read(found)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{}", b"<html>", b"[]", b"7", b'{"events": [', b'{"events": [{"message": 7}]}',
        b'{"events": [{"message": "\xff"}]}', b'{"events": [{"message": "\\ud800"}]}',
        b'{"events": ' + b"[" * 5000 + b"]" * 5000 + b"}", b'{"events": [null]} x',
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_no_page_is_told_as_it_is_of_every_answer(body):
    assert in_bulk(body) == by_member(body)


def test_an_odd_event_is_named_by_its_place():
    told = in_bulk(written({"events": [EVENT, EVENT | {"message": 7}]}))
    assert "events[1].message: a number where a text belongs" in told
