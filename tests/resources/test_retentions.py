"""How long CloudWatch Logs can keep a log group's events."""

from __future__ import annotations

from dragonctl.resources.logs_group import RETENTIONS
from tests.strict.compute import RETENTIONS as TAKEN


def test_what_can_be_asked_for_is_what_cloudwatch_logs_takes():
    assert set(RETENTIONS) == TAKEN
