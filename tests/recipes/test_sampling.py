"""Sampling rules: what is said, and nothing else, reaches X-Ray."""

from __future__ import annotations

import pytest

from dragonctl.engine.model import Reading
from dragonctl.errors import UsageError
from dragonctl.recipes.sampling import Sampling, sampling_steps
from dragonctl.resources.xray_sampling_rule import SamplingRule

ANY = {"ServiceName": "*", "ServiceType": "*", "Host": "*", "HTTPMethod": "*", "URLPath": "*",
       "ResourceARN": "*"}  # fmt: skip
DEFAULT = Reading({**ANY, "Priority": 10000, "FixedRate": 0.05, "ReservoirSize": 1})


def calls(have, **said):
    (step,) = sampling_steps(Sampling(**said))
    made = step.resource.calls(have, step.wanted(have, {}))
    return [(call.operation, call.params) for call in made]


def test_default_rule_changes_its_two_fields_only():
    update = {"RuleName": "Default", "FixedRate": 0.5}
    assert calls(DEFAULT, rate=0.5, reservoir=1) == [
        ("UpdateSamplingRule", {"SamplingRuleUpdate": update})
    ]


def test_new_rule_is_whole():
    rule = {
        **ANY, "RuleName": "dragons-prod-POST-dragons", "Version": 1, "Priority": 1000,
        "FixedRate": 1.0, "ReservoirSize": 1, "HTTPMethod": "POST", "URLPath": "/dragons",
        "ServiceName": "dragons/prod",
    }  # fmt: skip
    said = {"rate": 1.0, "method": "POST", "path": "/dragons", "service": "dragons/prod"}
    assert calls(None, **said) == [("CreateSamplingRule", {"SamplingRule": rule})]


def test_undo_deletes_what_was_made():
    (call,) = SamplingRule("mine").calls(DEFAULT, None)
    assert (call.operation, call.params) == ("DeleteSamplingRule", {"RuleName": "mine"})


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"rate": 5}, "share"),
        ({"rate": -0.1}, "share"),
        ({"rate": 0.1, "reservoir": -1}, "0 or more"),
        ({"rate": 0.1, "priority": 10000, "name": "x"}, "9999"),
        ({"rate": 0.1, "name": "x" * 33}, "32 characters"),
        ({"rate": 0.1, "name": "Default", "path": "/x"}, "Default rule"),
        ({}, "--rate"),
        ({"rate": 0.1, "name": ""}, "--name is empty"),
        ({"rate": 0.1, "path": ""}, "--path is empty"),
        ({"rate": 0.1, "service": ""}, "--service is empty"),
        ({"rate": 0.1, "method": ""}, "--method is empty"),
    ],
)
def test_refuses_what_xray_would_refuse(said, sentence):
    with pytest.raises(UsageError, match=sentence):
        list(sampling_steps(Sampling(**said)))


def test_a_name_made_from_an_option_takes_no_rule_for_other_requests():
    theirs = {**ANY, "RuleName": "dragons", "URLPath": "/dragons"}
    assert Sampling(rate=1.0, path="/dragons").named_apart_from([theirs]).rule == "dragons"
    asked = Sampling(rate=1.0, path="/dragons/*")
    assert asked.named_apart_from([]).rule == "dragons"
    ours = asked.named_apart_from([theirs]).rule
    assert ours.startswith("dragons-")
    there = [theirs, {**ANY, "RuleName": ours, "URLPath": "/dragons/*"}]
    assert asked.named_apart_from(there).rule == ours
    assert asked.named_apart_from([{**theirs, "RuleName": "other"}, *there[1:]]).rule == ours
    assert (
        Sampling(rate=1.0, path="/dragons/*", name="dragons").named_apart_from([theirs]).rule
        == "dragons"
    )


def test_names_that_are_cut_short_stay_apart():
    paths = [f"/{'x' * 60}/{letter}" for letter in "ab"]
    first = Sampling(rate=1.0, path=paths[0]).named_apart_from([])
    taken = {**ANY, "RuleName": first.rule, "URLPath": paths[0]}
    second = Sampling(rate=1.0, path=paths[1]).named_apart_from([taken])
    assert second.rule != first.rule
    assert len(second.rule) <= 32
    edited = [taken, {**taken, "RuleName": second.rule}]
    with pytest.raises(UsageError, match="other requests"):
        Sampling(rate=1.0, path=paths[1]).named_apart_from(edited)
