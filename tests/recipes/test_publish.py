"""`--publish`: what traffic through aliases and versions gets to see of a run, and what not."""

from __future__ import annotations

import pytest

from dragonctl.application.apis import Selection
from dragonctl.application.discovery import discover
from dragonctl.aws.client import Aws, Connection
from dragonctl.engine.events import ignore_event
from dragonctl.engine.history import read_run
from dragonctl.engine.journal import Journal, Scope, new_run
from dragonctl.engine.perform import Tools
from dragonctl.engine.plan import plan
from dragonctl.engine.reads import Reads
from dragonctl.engine.run import apply
from dragonctl.engine.undo import undoing
from dragonctl.policy.first_run import first_run_policy
from dragonctl.recipes.observability import Options, observability, survey
from dragonctl.recipes.observability.first_run import application_roles, first_run_steps
from dragonctl.resources import known_kinds
from tests.applications.builder import Builder, invoke, template

PUBLISH = Options(publish=True)


class Place:
    """One application on the local AWS whose traffic goes through qualifiers."""

    def __init__(self, local_aws, folder):
        self.folder = folder
        self.builder = Builder(local_aws.endpoint)
        self.api = self.builder.api("aliased")
        self.endpoint = local_aws.endpoint

    def function(self, name, qualifier):
        arn = self.builder.function(name, aliases=["live"])
        self.builder.calls_function(self.api, "GET", f"/{name}", f"{arn}:{qualifier}")

    def machine(self, name, function):
        arn = self.builder.machine(name, {"Work": invoke(function)})
        states = self.builder.client("stepfunctions")
        version = states.publish_state_machine_version(stateMachineArn=arn)
        route = {"stateMachineVersionArn": version["stateMachineVersionArn"], "weight": 100}
        alias = states.create_state_machine_alias(name="live", routingConfiguration=[route])
        path = f"/{name}"
        self.builder.starts_machine(self.api, "POST", path, template(alias["stateMachineAliasArn"]))
        return alias["stateMachineAliasArn"]

    def done(self):
        self.builder.stage(self.api, "prod")
        return self

    @property
    def reads(self):
        keys = {"access_key": "testing", "secret_key": "testing"}
        return Reads(Aws(Connection(region="us-east-1", endpoint_url=self.endpoint, **keys)))

    def recipe(self, options):
        reads = self.reads
        app = discover(reads, Selection(api=self.api.id))
        return observability(app, survey(reads, app), options)

    def carry_out(self, steps):
        scope = Scope("123456789012", "us-east-1", "x")
        journal = Journal(self.folder, new_run(), lambda: scope, "test", lambda: "u")
        reads = self.reads
        outcome = apply(plan(reads, steps), Tools(reads, journal, ignore_event))
        journal.end("done")
        return outcome, journal.run

    def behind(self, name, qualifier="live"):
        """Version and tracing of what the alias stands for."""
        shown = self.builder.client("lambda").get_function_configuration(
            FunctionName=name, Qualifier=qualifier
        )
        return shown["Version"], shown["TracingConfig"]["Mode"]


def undo_steps(place, run):
    content = (place.folder / f"{run}.jsonl").read_bytes()
    return undoing(read_run(content)[0], known_kinds()).steps


@pytest.fixture
def place(local_aws, tmp_path):
    return Place(local_aws, tmp_path)


def test_without_publish_the_alias_is_named_and_left(place):
    place.function("work", "live")
    recipe = place.done().recipe(Options())
    assert any("alias live of function work" in text for text in recipe.warnings)
    assert any("--publish" in text for text in recipe.warnings)
    place.carry_out(recipe.steps)
    assert place.behind("work") == ("1", "PassThrough")


def test_with_publish_the_alias_moves_and_undo_brings_it_back(place):
    place.function("work", "live")
    recipe = place.done().recipe(PUBLISH)
    assert not any("alias" in text for text in recipe.warnings)
    outcome, run = place.carry_out(recipe.steps)
    assert (outcome.errors, place.behind("work")) == ([], ("2", "Active"))
    again, _ = place.carry_out(place.recipe(PUBLISH).steps)
    assert (again.errors, again.changes) == ([], [])
    back, _ = place.carry_out(undo_steps(place, run))
    assert (back.errors, place.behind("work")) == ([], ("1", "PassThrough"))


def test_a_machine_is_published_and_its_alias_moved(place):
    place.builder.function("inner")
    alias = place.machine("flow", "inner")
    outcome, run = place.done().carry_out(place.recipe(PUBLISH).steps)
    states = place.builder.client("stepfunctions")
    shown = states.describe_state_machine_alias(stateMachineAliasArn=alias)
    assert outcome.errors == []
    assert [one["weight"] for one in shown["routingConfiguration"]] == [100]
    version = shown["routingConfiguration"][0]["stateMachineVersionArn"]
    behind = states.describe_state_machine(stateMachineArn=version)
    assert (behind["tracingConfiguration"]["enabled"], behind["loggingConfiguration"]["level"]) == (
        True, "ALL",
    )  # fmt: skip
    again, _ = place.carry_out(place.recipe(PUBLISH).steps)
    assert (again.errors, again.changes) == ([], [])
    place.carry_out(undo_steps(place, run))
    back = states.describe_state_machine_alias(stateMachineAliasArn=alias)
    assert back["routingConfiguration"][0]["stateMachineVersionArn"].endswith(":1")


def test_code_that_was_never_published_is_not_shipped(place):
    place.function("work", "live")
    place.builder.client("lambda").update_function_configuration(FunctionName="work", Timeout=9)
    recipe = place.done().recipe(PUBLISH)
    assert any("also ship another time-out" in text for text in recipe.warnings)
    place.carry_out(recipe.steps)
    assert place.behind("work") == ("1", "PassThrough")


def split(place, name, weights, **alias):
    """A second version of a function, traced, and its alias live with these weights."""
    place.done().carry_out(place.recipe(Options()).steps)
    functions = place.builder.client("lambda")
    functions.publish_version(FunctionName=name)
    config = {"AdditionalVersionWeights": weights}
    functions.update_alias(FunctionName=name, Name="live", RoutingConfig=config, **alias)


def routing(place, name):
    alias = place.builder.client("lambda").get_alias(FunctionName=name, Name="live")
    return alias["FunctionVersion"], alias.get("RoutingConfig")


def test_split_traffic_is_named_with_the_version_that_lags(place):
    place.function("work", "live")
    split(place, "work", {"1": 0.4}, FunctionVersion="2")
    (told,) = [one for one in place.recipe(Options()).warnings if "alias" in one]
    assert "60 % to version 2 and 40 % to version 1; the tracing of version 1 (40 %)" in told
    assert "end that deployment, then --publish" in told


def test_split_traffic_is_refused_by_name_and_nothing_is_published(place):
    place.function("work", "live")
    split(place, "work", {"1": 0.4}, FunctionVersion="2")
    recipe = place.recipe(PUBLISH)
    assert [(one.code, one.resource) for one in recipe.errors] == [
        ("SplitTraffic", "lambda-alias/work/live")
    ]
    assert not any("publish" in one.resource.kind or "alias" in one.resource.kind
                   for one in recipe.steps)  # fmt: skip
    place.carry_out(recipe.steps)
    assert routing(place, "work") == ("2", {"AdditionalVersionWeights": {"1": 0.4}})


def test_split_traffic_in_which_every_version_is_traced_needs_nothing(place):
    place.function("work", "live")
    split(place, "work", {"1": 0.4}, FunctionVersion="2")
    functions = place.builder.client("lambda")
    functions.update_function_configuration(FunctionName="work", Description="third")
    functions.publish_version(FunctionName="work")
    config = {"AdditionalVersionWeights": {"3": 0.1}}
    functions.update_alias(FunctionName="work", Name="live", RoutingConfig=config)
    recipe = place.recipe(PUBLISH)
    assert recipe.errors == ()
    assert not any("alias" in text for text in recipe.warnings)


def test_a_machine_s_split_is_read_whole_and_left(place):
    place.builder.function("inner")
    alias = place.machine("flow", "inner")
    states = place.builder.client("stepfunctions")
    arn = alias.rpartition(":")[0]
    states.update_state_machine(
        stateMachineArn=arn, tracingConfiguration={"enabled": True}, publish=True
    )
    routes = [{"stateMachineVersionArn": f"{arn}:{n}", "weight": w} for n, w in ((2, 70), (1, 30))]
    states.update_state_machine_alias(stateMachineAliasArn=alias, routingConfiguration=routes)
    options = Options(publish=True, state_machine_level="OFF")
    recipe = place.done().recipe(options)
    assert [(one.code, one.resource) for one in recipe.errors] == [
        ("SplitTraffic", f"states-alias/{alias}")
    ]
    assert "70 % to version 2 and 30 % to version 1" in recipe.errors[0].message
    place.carry_out(recipe.steps)
    shown = states.describe_state_machine_alias(stateMachineAliasArn=alias)
    assert shown["routingConfiguration"] == routes


def test_an_undo_leaves_the_alias_in_which_somebody_has_begun_a_deployment_since(place):
    place.function("work", "live")
    _, run = place.done().carry_out(place.recipe(PUBLISH).steps)
    theirs = {"AdditionalVersionWeights": {"1": 0.25}}
    functions = place.builder.client("lambda")
    functions.update_alias(FunctionName="work", Name="live", RoutingConfig=theirs)
    place.carry_out(undo_steps(place, run))
    assert routing(place, "work") == ("2", theirs)


JSON = {"LogFormat": "JSON", "ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"}


def logging_of(place, name, qualifier=None):
    named = {"Qualifier": qualifier} if qualifier else {}
    shown = place.builder.client("lambda").get_function_configuration(FunctionName=name, **named)
    return {key: value for key, value in shown["LoggingConfig"].items() if key != "LogGroup"}


def test_a_log_format_is_kept_unless_it_is_given_and_goes_back_exactly(place):
    place.function("work", "live")
    place.done().carry_out(place.recipe(Options()).steps)
    assert logging_of(place, "work") == {"LogFormat": "Text"}
    outcome, run = place.carry_out(place.recipe(Options(log_format="json")).steps)
    assert (outcome.errors, logging_of(place, "work")) == ([], JSON)
    for options in (Options(), Options(log_format="json")):
        again, _ = place.carry_out(place.recipe(options).steps)
        assert (again.errors, again.changes) == ([], [])
    back, _ = place.carry_out(undo_steps(place, run))
    assert (back.errors, logging_of(place, "work")) == ([], {"LogFormat": "Text"})


def test_a_log_format_that_others_set_comes_back_with_its_levels(place):
    place.function("work", "live")
    theirs = {"LogFormat": "JSON", "ApplicationLogLevel": "DEBUG", "SystemLogLevel": "WARN"}
    functions = place.builder.client("lambda")
    functions.update_function_configuration(FunctionName="work", LoggingConfig=theirs)
    outcome, run = place.done().carry_out(place.recipe(Options(log_format="text")).steps)
    assert (outcome.errors, logging_of(place, "work")) == ([], {"LogFormat": "Text"})
    place.carry_out(undo_steps(place, run))
    assert logging_of(place, "work") == theirs


def test_an_alias_whose_log_format_lags_is_named_and_a_later_publish_ships_it(place):
    place.function("work", "live")
    outcome, _ = place.done().carry_out(place.recipe(Options(log_format="json")).steps)
    assert (outcome.errors, logging_of(place, "work", "live")) == ([], {"LogFormat": "Text"})
    assert any(
        "alias live of function work, whose tracing, log format" in text
        for text in place.recipe(Options()).warnings
    )
    published, run = place.carry_out(place.recipe(PUBLISH).steps)
    assert (published.errors, logging_of(place, "work", "live")) == ([], JSON)
    assert place.recipe(PUBLISH).warnings == ()
    place.carry_out(undo_steps(place, run))
    assert logging_of(place, "work", "live") == {"LogFormat": "Text"}


def test_a_bare_version_is_reported_only(place):
    place.function("work", "1")
    recipe = place.done().recipe(PUBLISH)
    assert any("version 1 of function work" in text for text in recipe.warnings)
    outcome, _ = place.carry_out(recipe.steps)
    versions = place.builder.client("lambda").list_versions_by_function(FunctionName="work")
    assert outcome.errors == []
    assert [one["Version"] for one in versions["Versions"]] == ["$LATEST", "1"]


def test_policy_names_what_moving_a_machine_s_alias_takes(place):
    place.function("work", "$LATEST")
    alias = place.machine("flow", "work")
    place.done()
    reads = place.reads
    app = discover(reads, Selection(api=place.api.id))
    steps = first_run_steps(reads, app, survey(reads, app), PUBLISH)
    document = first_run_policy(reads, steps, application_roles(app))
    granted = {
        (action, one["Resource"] if isinstance(one["Resource"], str) else None)
        for one in document["Statement"]
        for action in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])
    }
    machine = alias.removesuffix(":live")
    assert granted >= {
        ("states:PublishStateMachineVersion", machine),
        ("states:UpdateStateMachineAlias", alias),
    }
