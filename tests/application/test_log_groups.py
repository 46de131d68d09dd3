from datetime import UTC, datetime

from dragonctl.application.log_groups import log_groups
from dragonctl.application.nouns import App, Machine

GROUP = "arn:aws:logs:eu-west-1:123456789012:log-group:shared:*"


def machine(name, made):
    arn = f"arn:aws:states:eu-west-1:123456789012:stateMachine:{name}"
    destination = {"cloudWatchLogsLogGroup": {"logGroupArn": GROUP}}
    logging = {"level": "ALL", "includeExecutionData": True, "destinations": [destination]}
    return Machine(arn, {"name": name, "loggingConfiguration": logging, **made})


def made_ms(*machines):
    app = App((), (), machines, "123456789012", "eu-west-1", "aws")
    (group,) = log_groups(app)
    return group.made_ms


def test_a_group_is_as_old_as_the_oldest_that_writes_there_and_of_no_age_where_one_is_unknown():
    old = machine("old", {"creationDate": datetime(2026, 1, 1, 0, 0, 7, 900_000, UTC)})
    new = machine("new", {"creationDate": datetime(2026, 2, 1, tzinfo=UTC)})
    assert made_ms(old, new) == 1_767_225_607_000
    assert made_ms(old, machine("unknown", {})) == 0
