"""A data trace that should have ended is told by commands too that read no application."""

from __future__ import annotations

import re

import pytest

from dragonctl.application.overdue import UNTIL_TAG

TOLD = "--stage prod --no-data-trace"


@pytest.fixture
def overdue(dragons, dragonctl, tmp_path):
    """A stage whose data trace should have ended in 2020, as if it had been begun then."""
    assert dragonctl("setup-observability", "--data-trace-for", "2h", "--yes").code == 0
    past = "2020-01-01T00:00:00Z"
    for path in (tmp_path / "state" / "runs").iterdir():
        path.write_text(re.sub(rf'("tags/{UNTIL_TAG}": ")[^"]*', rf"\g<1>{past}", path.read_text()))
    arn = f"arn:aws:apigateway:us-east-1::/restapis/{dragons.api.id}/stages/prod"
    dragons.gateway.tag_resource(resourceArn=arn, tags={UNTIL_TAG: past})
    return dragons


@pytest.mark.parametrize(
    "words",
    [
        ("set-sampling", "--rate", "0.1", "--check"),
        ("undo", "--dry-run"),
        ("sampling",),
        ("cache-stats",),
        ("traces",),
        ("policy", "sampling"),
        ("policy", "setup-observability"),
    ],
)
def test_it_is_told(overdue, dragonctl, words):
    assert TOLD in dragonctl(*words).stderr


def test_the_document_of_a_change_says_it_once(overdue, dragonctl):
    for words in (("set-sampling", "--rate", "0.1"), ("setup-observability",)):
        warnings = dragonctl(*words, "--check", "--output", "json").document["warnings"]
        assert sum(TOLD in one for one in warnings) == 1


def test_what_was_switched_off_since_is_not_told(overdue, dragonctl):
    patch = {"op": "replace", "path": "/*/*/logging/dataTrace", "value": "false"}
    overdue.gateway.update_stage(
        restApiId=overdue.api.id, stageName="prod", patchOperations=[patch]
    )
    assert TOLD not in dragonctl("sampling").stderr
