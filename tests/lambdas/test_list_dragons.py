"""``GET /dragons`` as API Gateway's proxy integration calls it."""

from __future__ import annotations

import json

import boto3
import pytest


def names(answer):
    return [dragon["dragon_name_str"] for dragon in json.loads(answer["body"])]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"dragonName": "Nettle"}, ["Nettle"]),
        ({"family": "white"}, ["Rimefang", "Saltwing", "Thistledown"]),
        ({"dragonName": "Nettle", "family": "white"}, []),
        ({"dragonName": "Nobody"}, []),
        ({"dragonName": "", "family": "white"}, ["Rimefang", "Saltwing", "Thistledown"]),
        ({"unknown": "x", "dragonName": "Nettle"}, ["Nettle"]),
    ],
)
def test_the_query_filters(bucket, load, context, query, found):
    answer = load("list_dragons").handler({"queryStringParameters": query}, context)
    assert answer["statusCode"] == 200
    assert answer["headers"]["Content-Type"] == "application/json"
    assert names(answer) == found


@pytest.mark.parametrize("event", [{"queryStringParameters": None}, {}])
def test_without_a_query_all_dragons(bucket, load, context, event):
    assert len(names(load("list_dragons").handler(event, context))) == len(bucket.read())


def test_a_warm_container_sees_a_dragon_added_since_but_asks_ssm_once(bucket, load, context):
    function = load("list_dragons")
    function.handler({}, context)
    bucket.s3.put_object(Bucket="the-dragons", Key="all.json", Body=b'[{"dragon_name_str": "New"}]')
    boto3.client("ssm").delete_parameter(Name="dragon_data_bucket_name")
    assert names(function.handler({}, context)) == ["New"]


def test_a_missing_parameter_is_named(aws, load, context):
    with pytest.raises(LookupError, match=r"dragon_data_bucket_name and dragon_data_file_name"):
        load("list_dragons").handler({}, context)


def test_its_log_is_json_with_the_ids_that_link_it(bucket, load, context, capsys, monkeypatch):
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-67890abc-0123;Parent=53995c3f;Sampled=1")
    load("list_dragons").handler({"queryStringParameters": {"family": "white"}}, context)
    line = json.loads(capsys.readouterr().out)
    assert line.pop("timestamp").endswith("+00:00")
    assert line == {
        "level": "INFO",
        "message": "dragons listed",
        "function_request_id": "11111111-2222-3333-4444-555555555555",
        "trace_id": "1-67890abc-0123",
        "found": 3,
        "family": "white",
    }
