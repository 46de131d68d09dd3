"""X-Ray's sampling rules: the default one, new ones, and what they cannot be."""

from __future__ import annotations

import pytest

from tests.local.refusals import refused

INVALID = "InvalidRequestException"
RULE = {
    "RuleName": "mine",
    "Priority": 100,
    "FixedRate": 0.5,
    "ReservoirSize": 2,
    "ServiceName": "*",
    "ServiceType": "*",
    "Host": "*",
    "HTTPMethod": "GET",
    "URLPath": "/dragons",
    "ResourceARN": "*",
    "Version": 1,
}


def names(xray):
    records = xray.get_sampling_rules()["SamplingRuleRecords"]
    return [one["SamplingRule"]["RuleName"] for one in records]


def test_the_default_rule_is_one_a_second_and_five_percent(local_aws):
    records = local_aws.client("xray").get_sampling_rules()["SamplingRuleRecords"]
    rule = records[0]["SamplingRule"]
    assert (rule["RuleName"], rule["Priority"]) == ("Default", 10000)
    assert (rule["FixedRate"], rule["ReservoirSize"]) == (0.05, 1)


def test_a_rule_is_made_changed_and_deleted(local_aws):
    xray = local_aws.client("xray")
    made = xray.create_sampling_rule(SamplingRule=RULE)["SamplingRuleRecord"]["SamplingRule"]
    assert names(xray) == ["mine", "Default"]
    xray.update_sampling_rule(SamplingRuleUpdate={"RuleARN": made["RuleARN"], "FixedRate": 1.0})
    kept = xray.get_sampling_rules()["SamplingRuleRecords"][0]["SamplingRule"]
    assert (kept["FixedRate"], kept["URLPath"]) == (1.0, "/dragons")
    xray.delete_sampling_rule(RuleName="mine")
    assert names(xray) == ["Default"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Version": 2}, "Sampling rule version must be 1"),
        ({"RuleName": "Default"}, "Sampling rule already exists"),
        ({"Priority": 9999 + 1}, "Priority must be between 1 and 9999"),
        ({"FixedRate": 1.1}, "FixedRate must be between 0 and 1"),
        ({"RuleName": "x" * 33}, "RuleName must have between 1 and 32 characters"),
        ({"URLPath": "x" * 129}, "URLPath must have between 1 and 128 characters"),
    ],
)
def test_what_a_rule_cannot_be(local_aws, change, message):
    create = local_aws.client("xray").create_sampling_rule
    assert refused(create, SamplingRule={**RULE, **change}) == (INVALID, message)


def test_the_default_rule_changes_its_rate_and_stays(local_aws):
    xray = local_aws.client("xray")
    update = xray.update_sampling_rule
    update(SamplingRuleUpdate={"RuleName": "Default", "FixedRate": 0.2, "ReservoirSize": 5})
    rule = xray.get_sampling_rules()["SamplingRuleRecords"][0]["SamplingRule"]
    assert (rule["FixedRate"], rule["ReservoirSize"]) == (0.2, 5)
    wanted = {"RuleName": "Default", "Host": "x"}
    assert refused(update, SamplingRuleUpdate=wanted)[0] == INVALID
    assert refused(xray.delete_sampling_rule, RuleName="Default")[0] == INVALID


def test_a_rule_is_named_one_way(local_aws):
    update = local_aws.client("xray").update_sampling_rule
    assert refused(update, SamplingRuleUpdate={"FixedRate": 0.2}) == (
        INVALID,
        "Request must contain either sampling rule name or sampling rule ARN",
    )
    assert refused(update, SamplingRuleUpdate={"RuleName": "nosuch"})[0] == INVALID


def test_where_traces_go(local_aws):
    xray = local_aws.client("xray")
    assert xray.get_trace_segment_destination()["Destination"] == "XRay"
    xray.update_trace_segment_destination(Destination="CloudWatchLogs")
    assert xray.get_trace_segment_destination()["Destination"] == "CloudWatchLogs"
