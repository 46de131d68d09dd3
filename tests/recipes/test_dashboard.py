"""The dashboard: what it shows, how it knows itself, when it is kept."""

import json

import pytest

from dragonctl.application.nouns import Api, App, Function, Machine
from dragonctl.engine.model import Reading
from dragonctl.recipes.dashboard import (
    console_link,
    dashboard_name,
    dashboard_step,
    edited,
    is_untouched,
    sealed,
)
from dragonctl.resources.cloudwatch_dashboard import faults

MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:Flow"
ACCESS = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/apigateway/a1/prod/access"


def application(name="dragons", functions=("list",), partition="aws"):
    stage = {"accessLogSettings": {"destinationArn": ACCESS}}
    made = tuple(Function(one, {"Role": "r"}) for one in functions)
    return App(
        (Api("a1", name, {}, {"prod": stage}),), made, (Machine(MACHINE, {}),), "123456789012",
        "eu-west-1", partition,
    )  # fmt: skip


def metrics(body):
    """(namespace, metric, last dimension's value, statistic) of every line of every graph."""
    return {
        (line[0], line[1], line[-2], line[-1].get("stat", widget["properties"]["stat"]))
        for widget in body["widgets"]
        for line in widget["properties"].get("metrics", ())
    }


def queries(body):
    return [one["properties"]["query"] for one in body["widgets"] if one["type"] == "log"]


def calls(have, app=None, *, replace=False):
    step = dashboard_step(app or application(), replace=replace)
    want = step.wanted(have, {})
    return [call.operation for call in step.resource.calls(have, want)] if want else []


def as_kept(body):
    """The body after CloudWatch kept it as text."""
    return Reading({"body": json.loads(json.dumps(body))})


def test_it_shows_what_one_asks_of_an_application():
    shown = metrics(sealed(application()))
    gateway, states, functions = "AWS/ApiGateway", "AWS/States", "AWS/Lambda"
    assert shown >= {
        *((gateway, name, "prod", "Sum") for name in ("Count", "4XXError", "5XXError")),
        *((gateway, "Latency", "prod", stat) for stat in ("p50", "p95", "p99")),
        *((gateway, name, "prod", "Sum") for name in ("CacheHitCount", "CacheMissCount")),
        *(
            (states, f"Executions{end}", MACHINE, "Sum")
            for end in ("Succeeded", "Failed", "TimedOut", "Aborted")
        ),
        (functions, "Duration", "list", "p95"),
        (functions, "Errors", "list", "Sum"),
        (functions, "Throttles", "list", "Sum"),
    }


def test_its_queries_ask_the_application_s_own_groups():
    asked = queries(sealed(application()))
    assert any(text.startswith("SOURCE '/aws/apigateway/a1/prod/access' |") for text in asked)
    assert any("SOURCE '/aws/lambda/list'" in text and "@initDuration" in text for text in asked)


@pytest.mark.parametrize(
    "app",
    [
        application(),
        application("ドラゴン | <b>[x](http://evil)</b>"),
        application(functions=tuple(f"f{n}" for n in range(400))),
        App((), (), (), "1", "eu-west-1", "aws"),
    ],
)
def test_cloudwatch_would_take_it(app):
    body = sealed(app)
    assert list(faults(body)) == []
    assert is_untouched(json.loads(json.dumps(body)))
    places = [(one["x"], one["y"]) for one in body["widgets"]]
    assert len(places) == len(set(places))


def test_names_in_its_heading_are_no_markdown():
    heading = sealed(application("a](http://evil) <b>"))["widgets"][0]["properties"]["markdown"]
    assert heading.startswith("# a··http://evil· ·b· (prod)\n")


def test_its_name_holds_the_id_because_dashboards_have_no_region():
    assert dashboard_name(application()) == "dragonctl-dragons-a1"
    assert dashboard_name(application("ä b/c")) == "dragonctl-b-c-a1".replace(
        "-b", "---b"[:2] + "b"
    )
    assert len(dashboard_name(application("x" * 1024))) <= 255


@pytest.mark.parametrize(
    ("partition", "link"),
    [
        ("aws", "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1"),
        ("aws-cn", "https://eu-west-1.console.amazonaws.cn/cloudwatch/home?region=eu-west-1"),
    ],
)
def test_where_the_console_shows_it(partition, link):
    expected = f"{link}#dashboards/dashboard/dragonctl-dragons-a1"
    assert console_link(application(partition=partition)) == expected


def test_one_that_nobody_edited_follows_the_application():
    before = as_kept(sealed(application(functions=())))
    assert calls(None) == ["PutDashboard"]
    assert calls(before) == ["PutDashboard"]
    assert edited(before, application()) == ""


def change_title(body):
    body["widgets"][1]["properties"]["title"] = "mine"


def add_a_widget(body):
    text = {"type": "text", "properties": {"markdown": "mine"}}
    body["widgets"].append(text)


def take_a_widget(body):
    body["widgets"].pop()


def change_the_time(body):
    body["start"] = "-P1D"


def write_another(body):
    body.clear()
    body["widgets"] = []


@pytest.mark.parametrize(
    "edit", [change_title, add_a_widget, take_a_widget, change_the_time, write_another]
)
def test_what_somebody_edited_is_kept_unless_replaced(edit):
    have = as_kept(sealed(application()))
    edit(have.state["body"])
    assert calls(have) == []
    assert "--replace" in edited(have, application())
    assert calls(have, replace=True) == ["PutDashboard"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"widgets": [{"type": "text", "properties": {"markdown": ""}}] * 501}, "500 widgets"),
        ({"widgets": [{"type": "metric", "properties": {"metrics": []}}]}, "has no region"),
        (
            {"widgets": [{"type": "text", "x": 20, "properties": {"markdown": ""}}]},
            "grid of 24 columns",
        ),
        (
            {"widgets": [{"type": "metric", "properties": {"region": "x", "metrics": [[]] * 501}}]},
            "more than 500 metrics",
        ),
    ],
)
def test_what_cloudwatch_would_refuse_is_refused_before_the_call(body, words):
    assert words in " ".join(faults(body))
