"""Caching the packaged sample as a newcomer types it: how often the function runs, what is seen."""

from __future__ import annotations

import json
import urllib.request
from urllib.parse import urlencode

import boto3
import pytest

from dragonctl import config
from dragonctl.cli import root as cli
from dragonctl.local import control

NAMES, FAMILIES = ("Ashwing", "Brambletail", "Nobody"), ("red", "green")
PAIRS = [(name, family) for name in NAMES for family in FAMILIES]
NEWCOMER = {
    "dragonName": "Jon",
    "description": "Jon dragon",
    "family": "green",
    "city": "Toronto",
    "country": "CA",
    "state": "ON",
    "neighborhood": "Downtown",
    "reportingPhoneNumber": "15555555555",
    "confirmationRequired": False,
}


class Sample:
    """The sample's API, called as a client does, and its function's log."""

    def __init__(self, endpoint):
        def client(service):
            return boto3.client(
                service,
                endpoint_url=endpoint,
                region_name="us-east-1",
                aws_access_key_id="local",
                aws_secret_access_key="local",
            )

        self.logs, self.machines = client("logs"), client("stepfunctions")
        (api,) = client("apigateway").get_rest_apis()["items"]
        self.url = f"{endpoint}/_run/{api['id']}/prod/dragons"
        self.dragons()  # the log group is made with the first invocation

    def dragons(self, **query):
        with urllib.request.urlopen(f"{self.url}?{urlencode(query)}") as answer:
            return [one["dragon_name_str"] for one in json.load(answer)]

    def add(self, **dragon):
        """POST a dragon; returns when its execution has ended."""
        post = urllib.request.Request(
            self.url, json.dumps(dragon).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(post) as answer:
            arn = json.load(answer)["executionArn"]
        while (now := self.machines.describe_execution(executionArn=arn))["status"] == "RUNNING":
            pass
        assert now["status"] == "SUCCEEDED"

    def runs(self, requests=100):
        """How often the function ran for so many requests, the pairs in turn."""
        before = self.invocations()
        for name, family in (PAIRS * requests)[:requests]:
            self.dragons(dragonName=name, family=family)
        return self.invocations() - before

    def invocations(self):
        pages = self.logs.get_paginator("filter_log_events").paginate(
            logGroupName="/aws/lambda/list-dragons", filterPattern='"START RequestId"'
        )
        return sum(len(page["events"]) for page in pages)


def typed(line):
    """A command line, word for word, on the local AWS."""
    config.load.cache_clear()
    assert cli.run(line.split()) == 0


@pytest.fixture(scope="module")
def made(packages, tmp_path_factory):
    """The packaged sample on a local AWS of its own."""
    state = tmp_path_factory.mktemp("state")
    (state / "packages").symlink_to(packages)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("empty"))
        patch.setenv("DRAGONCTL_STATE_DIR", str(state))
        typed("create-app --local")
        patch.setenv("DRAGONCTL_LOCAL", "1")
        server = control.status()
        control.set_pace(server, cache_cluster=0, function_update=0, distribution=0)
        typed("deploy-function")
        yield Sample(server.endpoint)
        control.down()


@pytest.fixture
def sample(made):
    assert made.runs() == 100
    yield made
    typed("disable-cache --stage prod")
    assert made.runs() == 100


def test_each_pair_of_name_and_family_runs_the_function_once(sample):
    typed("enable-cache --stage prod")
    assert sample.runs() == len(PAIRS)
    assert sample.dragons(dragonName="Ashwing", family="red") == ["Ashwing"]
    assert sample.dragons(dragonName="Ashwing", family="green") == []


def test_a_new_dragon_shows_after_a_flush(sample):
    typed("enable-cache --stage prod")
    assert sample.dragons(dragonName="Jon") == []
    sample.add(**NEWCOMER)
    assert sample.dragons(dragonName="Jon") == []
    typed("flush-cache --stage prod")
    assert sample.dragons(dragonName="Jon") == ["Jon"]


def test_a_key_of_the_name_alone_runs_it_once_for_every_name_and_says_so(sample, capsys):
    typed("enable-cache --stage prod --key dragonName --allow-shared")
    warning = "Callers of GET /dragons may get each other's answers: family is not in its key."
    assert warning in " ".join(capsys.readouterr().err.split())
    assert sample.runs() == len(NAMES)
    assert sample.dragons(dragonName="Ashwing", family="green") == ["Ashwing"]
