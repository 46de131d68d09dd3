"""What AWS shows late is waited for as long as it is known to take, and it is said what that is."""

from __future__ import annotations

import pytest

from dragonctl.engine.events import Waiting
from dragonctl.engine.model import Step
from dragonctl.resources.logs_group import LogGroupSettings
from tests.engine.conftest import Engine
from tests.engine.fakes import TinyAws

GROUP = "/aws/lambda/late"


class LateLogs(TinyAws):
    """A log group that DescribeLogGroups does not show for so many seconds after it was made."""

    clock, after, hidden_until = None, 0.0, 0.0

    def paging(self, service, operation):
        return [("nextToken", "nextToken")]

    def send(self, service, operation, params, region=None):
        match operation:
            case "CreateLogGroup":
                self.things[GROUP] = {}
                self.hidden_until = self.clock() + self.after
            case "PutRetentionPolicy":
                self.things[GROUP]["retentionInDays"] = params["retentionInDays"]
            case "DescribeLogGroups":
                return {"logGroups": [self._shown(name) for name in self._known()]}
            case _:
                return super().send(service, operation, params, region)
        return {}

    def _known(self):
        return list(self.things) if self.clock() >= self.hidden_until else []

    def _shown(self, name):
        arn = f"arn:aws:logs:eu-west-1:111122223333:log-group:{name}"
        return {"logGroupName": name, "arn": f"{arn}:*", "logGroupArn": arn, **self.things[name]}


@pytest.mark.parametrize(("after", "codes"), [(0, []), (9, []), (75, []), (600, ["NotHeld"])])
def test_a_log_group_that_is_shown_late_is_waited_for(tmp_path, after, codes):
    engine = Engine(tmp_path)
    engine.aws = LateLogs()
    engine.aws.clock, engine.aws.after = engine.time.clock, after
    group = Step("Log group", LogGroupSettings(GROUP), {"name": GROUP, "retentionInDays": 30})
    outcome = engine.run(group)
    assert [error.code for error in outcome.errors] == codes
    waits = [one.reason for one in engine.events if isinstance(one, Waiting)]
    assert set(waits) == ({"waiting until AWS shows it, 90 s at most"} if after else set())
    assert engine.time.clock() <= after + 2 or codes
