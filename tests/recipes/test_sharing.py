"""Who else writes to the log groups of an application that somebody chose."""

from dragonctl.application.nouns import App, Function
from dragonctl.errors import AwsError
from dragonctl.recipes.observability.sharing import read_strangers

STREAMS = (
    "2026/01/01/work[$LATEST]0a", "2026/01/01/bookings[3]0b", "2026/01/01/[$LATEST]0c",
    "states/Night/2026-01-01-00-00/0d", "whatever",
)  # fmt: skip


class Aws:
    """Answers DescribeLogStreams, or refuses it; keeps the names that it was asked for."""

    account, region, partition = "123456789012", "eu-west-1", "aws"

    def __init__(self, refusal=None):
        self.refusal, self.asked = refusal, []

    def get(self, service, operation, *, absent=(), **params):
        self.asked.append(params["logGroupName"])
        if self.refusal:
            raise AwsError(service, operation, self.refusal, "no")
        return {"logStreams": [{"logStreamName": name} for name in STREAMS]}

    def concurrently(self, *calls):
        return [call() for call in calls]


def app(*groups):
    functions = [Function(name, {"LoggingConfig": {"LogGroup": group}}) for name, group in groups]
    return App((), tuple(functions), (), Aws.account, Aws.region, Aws.partition)


def test_streams_tell_who_else_writes_to_a_group_that_was_chosen():
    assert read_strangers(Aws(), app(("work", "/mine"))) == {"/mine": ("Night", "bookings")}


def test_a_function_s_own_group_is_not_looked_at():
    aws = Aws()
    assert read_strangers(aws, app(("work", "/aws/lambda/work"))) == {}
    assert aws.asked == []


def test_where_it_may_not_be_asked_nobody_is_known():
    found = read_strangers(Aws("AccessDeniedException"), app(("work", "/mine")))
    assert found == {"/mine": None}
