"""`setup-alarms` and `setup-dashboard` as a user types them, on a local AWS."""

import json

import pytest

from tests.applications import small
from tests.applications.builder import Builder
from tests.faults.proxy import Proxy
from tests.faults.rules import FAULTS, Rule

KEPT = (
    "AlarmName", "MetricName", "Namespace", "Statistic", "Dimensions", "Period",
    "EvaluationPeriods", "ComparisonOperator", "AlarmActions",
)  # fmt: skip
MAIL = ("--notify", "me@example.com")


@pytest.fixture
def application(local_aws):
    return small.build(Builder(local_aws.endpoint))


@pytest.fixture
def watch(local_aws):
    return local_aws.client("cloudwatch")


def alarms(watch):
    return {one["AlarmName"]: one for one in watch.describe_alarms()["MetricAlarms"]}


def test_alarms_are_made_once_and_taken_back(dragonctl, application, watch, local_aws):
    made = dragonctl("setup-alarms", *MAIL, "--output", "json")
    assert made.code == 0
    names = {
        f"dragonctl-small-{application.api}-prod-{end}" for end in ("5xx-share", "p95-latency")
    }
    names |= {f"dragonctl-small-work-{end}" for end in ("errors", "throttles")}
    assert set(alarms(watch)) == {*names, "dragonctl-small-flow-failed-executions"}
    topics = local_aws.client("sns")
    (topic,) = (one["TopicArn"] for one in topics.list_topics()["Topics"])
    assert all(one["AlarmActions"] == [topic] for one in alarms(watch).values())
    assert len(topics.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]) == 1

    again = dragonctl("setup-alarms", *MAIL, "--check", "--output", "json")
    assert (again.code, again.document["changes"]) == (0, [])
    assert dragonctl("undo", "--yes").code == 0
    assert (alarms(watch), topics.list_topics()["Topics"]) == ({}, [])


def test_an_undo_tells_each_thing_that_is_deleted_in_a_line(dragonctl, application):
    made = dragonctl("setup-alarms", *MAIL, "--output", "json").document
    deleted = {one["resource"] for one in made["changes"] if one["after"] is not None}
    plan = dragonctl("undo", "--dry-run").stdout
    lines = [line for line in plan.splitlines() if line]
    mail = 1  # goes with its topic
    assert len(lines) == len(deleted) - mail + len(("headline", "sum"))
    assert all(line.startswith("- Undo: ") for line in lines[1:-1])
    assert lines[-1] == f"Plan: delete {len(deleted) - mail} resources."
    whole = dragonctl("undo", "--dry-run", "--verbose").stdout
    assert "metric 5XXError" in whole
    assert "metric 5XXError" not in plan
    document = dragonctl("undo", "--dry-run", "--output", "json").document
    assert "5XXError" in [one["before"] for one in document["changes"]]


def test_what_was_not_begun_is_named_as_the_plan_names_it(dragonctl, application, local_aws):
    with Proxy(target=local_aws.endpoint) as proxy:
        proxy.rules.append(Rule(FAULTS["access-denied"], "sns", "CreateTopic"))
        told = dragonctl("setup-alarms", *MAIL, "--endpoint-url", proxy.url)
    assert told.code == 1
    stopped = next(line for line in told.stderr.splitlines() if line.startswith("Not begun"))
    assert stopped.startswith("Not begun because of that: Alarm on errors of small-work, Alarm on ")
    assert "/cloudwatch-alarm" not in told.stderr
    assert "Error: SNS topic dragonctl-small-" in told.stderr


def test_a_dry_run_makes_nothing_and_check_says_so(dragonctl, application, watch):
    assert dragonctl("setup-alarms", *MAIL, "--dry-run").code == 0
    assert dragonctl("setup-alarms", *MAIL, "--check").code == 3
    assert alarms(watch) == {}


def test_a_second_listener_comes_beside_the_first_and_leaves_alone(
    dragonctl, application, watch, local_aws
):
    dragonctl("setup-alarms", *MAIL)
    name = "dragonctl-small-work-throttles"
    before = alarms(watch)[name]
    watch.put_metric_alarm(**{key: before[key] for key in KEPT}, Threshold=50)
    topic = local_aws.client("sns").create_topic(Name="on-call")["TopicArn"]
    assert dragonctl("setup-alarms", "--notify", topic).code == 0
    assert alarms(watch)[name]["Threshold"] == 50
    assert alarms(watch)[name]["AlarmActions"] == [*before["AlarmActions"], topic]
    assert dragonctl("undo", "--yes").code == 0
    assert alarms(watch)[name]["AlarmActions"] == before["AlarmActions"]
    assert alarms(watch)[name]["Threshold"] == 50

    left = dragonctl("undo", "--yes", "--output", "json")
    assert list(alarms(watch)) == [name]  # somebody changed it: it stays, and its topic with it
    assert len(local_aws.client("sns").list_topics()["Topics"]) == 2
    assert any(name in text for text in left.document["warnings"])


def test_a_topic_that_would_tell_nobody_is_named(dragonctl, application, local_aws):
    topics = local_aws.client("sns")
    closed = {"Version": "2012-10-17", "Statement": []}
    attributes = {"Policy": json.dumps(closed), "KmsMasterKeyId": "alias/aws/sns"}
    topic = topics.create_topic(Name="closed", Attributes=attributes)["TopicArn"]
    told = dragonctl("setup-alarms", "--notify", topic, "--output", "json")
    assert told.code == 0
    assert "does not clearly let CloudWatch" in told.document["warnings"][0]
    assert "alias/aws/sns" in told.document["warnings"][1]


@pytest.mark.parametrize(
    ("notify", "code", "words"),
    [
        ("arn:aws:sns:us-east-1:123456789012:none", 1, "There is no SNS topic"),
        ("arn:aws:sns:eu-west-1:123456789012:none", 2, "their own region"),
        ("me", 2, "neither an email address"),
    ],
)
def test_whom_nobody_can_tell_is_refused(dragonctl, application, watch, notify, code, words):
    told = dragonctl("setup-alarms", "--notify", notify)
    assert told.code == code
    assert words in told.stderr
    assert alarms(watch) == {}


def test_a_silent_log_is_watched_once_there_is_a_log(dragonctl, application, watch):
    assert "not INFO" in dragonctl("setup-alarms", *MAIL, "--dry-run").stderr
    assert dragonctl("setup-observability").code == 0
    assert dragonctl("setup-alarms", *MAIL).code == 0
    assert f"dragonctl-small-{application.api}-prod-silent-log" in alarms(watch)


def test_a_dashboard_is_made_once_kept_when_edited_and_taken_back(dragonctl, application, watch):
    name = f"dragonctl-small-{application.api}"
    made = dragonctl("setup-dashboard", "--output", "json")
    assert (made.code, made.document["url"]) == (0, None)  # the local AWS has no console
    body = json.loads(watch.get_dashboard(DashboardName=name)["DashboardBody"])
    assert dragonctl("setup-dashboard", "--check").code == 0

    body["widgets"].pop()
    watch.put_dashboard(DashboardName=name, DashboardBody=json.dumps(body))
    kept = dragonctl("setup-dashboard")
    assert (kept.code, "--replace" in kept.stderr) == (0, True)
    assert json.loads(watch.get_dashboard(DashboardName=name)["DashboardBody"]) == body

    assert dragonctl("setup-dashboard", "--replace").code == 0
    assert dragonctl("undo", "--yes").code == 0
    assert json.loads(watch.get_dashboard(DashboardName=name)["DashboardBody"]) == body
    dragonctl("undo", "--yes")
    assert watch.list_dashboards()["DashboardEntries"] != []  # edited since: it stays


@pytest.mark.parametrize(
    ("command", "actions"),
    [
        (
            "setup-alarms",
            {
                "cloudwatch:DescribeAlarms", "cloudwatch:PutMetricAlarm", "sns:CreateTopic",
                "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic", "sns:Subscribe",
            },
        ),
        ("setup-dashboard", {"cloudwatch:GetDashboard", "cloudwatch:PutDashboard"}),
    ],
)  # fmt: skip
def test_policy_knows_what_they_need(dragonctl, application, command, actions):
    document = dragonctl("policy", command).document
    named = set()
    for one in document["Statement"]:
        said = one["Action"] if isinstance(one["Action"], list) else [one["Action"]]
        named |= {action for action in said if action.startswith(("cloudwatch", "sns"))}
        assert one["Resource"] != "*"
    assert named == actions
