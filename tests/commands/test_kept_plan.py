"""What the file of a plan says is believed only as far as it can be meant."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from docs.pages import ROOT
from dragonctl.cli.kept_plan import KeptPlan
from tests.commands.plans import APPLY, said


def test_a_file_that_others_can_write_is_not_believed(kept, dragonctl, here, made_calls):
    (here / "plan.json").chmod(0o666)
    made_calls()
    refused = dragonctl(*APPLY)
    assert (refused.code, made_calls(), said(refused)) == (1, [], {"Untrusted"})


def alter(here, name, **members):
    document = {**json.loads((here / "plan.json").read_text()), **members}
    (here / name).write_text(json.dumps(document))
    (here / name).chmod(0o600)


def test_an_altered_plan_is_refused_by_its_file_s_name_with_what_to_do_once(
    kept, dragonctl, here, made_calls
):
    first, second, _, *rest = json.loads((here / "plan.json").read_text())["changes"]
    alter(here, "altered.json", changes=[{**first, "after": "x"}, {**second, "after": 7}, *rest])
    made_calls()
    refused = dragonctl("apply", "altered.json", "--yes")
    assert (refused.code, made_calls()) == (1, [])
    errors = [line for line in refused.stderr.splitlines() if line.startswith("Error: ")]
    assert len(errors) == 3
    assert [line.count("altered.json was not carried out. Make a new plan") for line in errors] == [
        0, 0, 1,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"words": ["--nonsense"]}, 2),
        ({"defaults": {"log_level": "LOUD"}}, 2),
        ({"defaults": {"api": ["nobody"]}}, 2),
        ({"command": "status"}, 2),
        ({"account": "999988887777"}, 1),
    ],
)
def test_what_a_file_says_and_cannot_be_meant_is_told_of_that_file(
    kept, dragonctl, here, members, code
):
    alter(here, "altered.json", **members)
    for form in ("text", "json"):
        refused = dragonctl("apply", "altered.json", "--yes", "--output", form)
        assert (refused.code, "altered.json" in refused.stderr) == (code, True)
    assert "altered.json" in refused.document["errors"][0]["message"]


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
MEMBERS = (
    "format", "made", "command", "words", "defaults", "place", "account", "region", "endpoint",
    "changes", "warnings",
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(MEMBERS), JSON)
def test_whatever_a_file_says_nothing_is_done_that_it_did_not_show(
    kept, dragonctl, here, made_calls, member, value
):
    document = json.loads((here / "plan.json").read_text())
    changed = {**document, member: value}
    (here / "changed.json").write_text(json.dumps(changed))
    (here / "changed.json").chmod(0o600)
    made_calls()
    ended = dragonctl("apply", "changed.json", "--dry-run", "--output", "json")
    assert ended.code in (0, 1, 2)
    assert made_calls() == []
    assert "defect" not in ended.stderr


def test_the_file_is_as_its_schema_says(kept, here):
    schema = json.loads((ROOT / "docs" / "schemas" / "plan.json").read_text())
    document = json.loads((here / "plan.json").read_text())
    Draft202012Validator(schema).validate(document)
    written = {key: value for key, value in schema.items() if key not in ("$schema", "title")}
    assert written == msgspec.json.schema(KeptPlan)


def test_a_file_that_is_no_json_is_no_plan(dragonctl, tmp_path):
    page = tmp_path / "README.md"
    page.write_text("# A page")
    refused = dragonctl("apply", str(page))
    assert refused.code == 2
    assert f"{page} is not a plan of dragonctl: it is not JSON." in refused.stderr
