"""``validate-dragon`` and ``add-dragon`` as the state machine's tasks call them."""

from __future__ import annotations

import json

import pytest


def test_a_new_dragon_is_valid(bucket, load, context, report):
    assert load("validate_dragon").handler(report, context) == {"valid": True}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"dragon_name_str": "Nettle"}, "A dragon named Nettle is known already."),
        ({"dragon_name_str": "nETTLE "}, "A dragon named nETTLE  is known already."),
        ({"family_str": " "}, "The report does not say family_str."),
        ({"dragon_name_str": None}, "The report does not say dragon_name_str."),
        ({"family_str": 7, "location_city_str": ""}, "not say family_str, location_city_str."),
    ],
)
def test_a_report_that_cannot_be_added_is_refused(bucket, load, context, report, change, says):
    function = load("validate_dragon")
    with pytest.raises(function.DragonValidationException) as caught:
        function.handler({**report, **change}, context)
    assert type(caught.value).__name__ == "DragonValidationException"
    assert says in str(caught.value)


def test_the_dragon_is_added_and_the_phone_number_is_not(bucket, load, context, report, capsys):
    before = bucket.read()
    assert load("add_dragon").handler(report, context) == {"dragon_name_str": "Jon", "dragons": 22}
    added = {key: value for key, value in report.items() if key.endswith("_str")}
    assert bucket.read() == [*before, added]
    assert "15555555555" not in capsys.readouterr().out


def test_the_same_report_again_adds_nothing(bucket, load, context, report):
    function = load("add_dragon")
    first = function.handler(report, context)
    assert function.handler(report, context) == first
    assert [d["dragon_name_str"] for d in bucket.read()].count("Jon") == 1


def test_another_dragon_of_a_name_taken_since_validation_is_refused(bucket, load, context, report):
    function = load("add_dragon")
    function.handler(report, context)
    with pytest.raises(function.DragonValidationException):
        function.handler({**report, "family_str": "red"}, context)


def test_a_lost_race_is_run_again(bucket, load, context, report):
    """Somebody writes between this function's read and its write."""
    function = load("add_dragon")
    rival = json.dumps([*bucket.read(), {"dragon_name_str": "Rival"}]).encode()
    writes = []

    def meddle(**_):
        if not writes:
            writes.append(bucket.s3.put_object(Bucket="the-dragons", Key="all.json", Body=rival))

    function.S3.meta.events.register("before-parameter-build.s3.PutObject", meddle)
    assert function.handler(report, context)["dragons"] == 23
    assert [d["dragon_name_str"] for d in bucket.read()][-2:] == ["Rival", "Jon"]
