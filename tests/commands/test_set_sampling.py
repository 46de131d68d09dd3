"""`set-sampling` as a user types it: one rule, and no other."""

from __future__ import annotations


def rules(local_aws):
    """Path and rate of every rule but the Default one, by name."""
    found = local_aws.client("xray").get_sampling_rules()["SamplingRuleRecords"]
    listed = [one["SamplingRule"] for one in found]
    return {
        one["RuleName"]: (one["URLPath"], one["FixedRate"])
        for one in listed
        if one["RuleName"] != "Default"
    }


def test_two_paths_of_one_name_are_two_rules(dragonctl, local_aws):
    assert dragonctl("set-sampling", "--rate", "0.1", "--path", "/dragons").code == 0
    wide = ("set-sampling", "--rate", "0.9", "--path", "/dragons/*")
    assert dragonctl(*wide).code == 0
    there = rules(local_aws)
    assert there["dragons"] == ("/dragons", 0.1)
    assert sorted(there.values()) == [("/dragons", 0.1), ("/dragons/*", 0.9)]
    assert dragonctl(*wide, "--check").code == 0
    assert dragonctl("undo", "--yes").code == 0
    assert rules(local_aws) == {"dragons": ("/dragons", 0.1)}
