"""Fixtures for every test: a real local AWS in a process of its own, empty for each test."""

from __future__ import annotations

import gc
import logging
import os

import boto3
import pytest
from botocore.config import Config
from hypothesis import HealthCheck, settings

from dragonctl import config
from dragonctl.cli.session import Session
from dragonctl.engine.reads import Reads
from dragonctl.local import control
from dragonctl.terminal import console
from tests.hurry import PATIENCE, HurriedClock
from tests.remembered import remember

# A busy machine is no defect: how long an example takes is not what these tests are about. And
# what is judged is a change: its examples are the same each time, chance refuses nobody's.
settings.register_profile(
    "any-machine",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
)
settings.load_profile("any-machine")
# `make search` and `make faults` look for what nobody has thought of: other examples each time,
# and of the few that take long more. Tests ask which of the profiles it is.
settings.register_profile(
    "deep", settings.get_profile("any-machine"), derandomize=False, max_examples=1_000
)


THOROUGH = (
    "faults/test_setup_observability.py",
    "terminal/test_every_command.py",
    "cli/test_printed_by_every_command.py",
    "faults/test_caching.py",
    "faults/test_this_machine.py",
    "docs/test_story.py",
    "commands/test_demo_at_a_terminal.py",
    "commands/test_create_app.py",
    "commands/test_undo.py",
    "commands/test_seeing.py",
    "telemetry/test_folding.py",
    "packaging/test_installing.py",
    "applications/test_applications.py",
    "commands/test_broken_journals.py",
    "cli/test_change.py",
    "commands/test_deploy_tracers.py",
    "packaging/tracing/test_in_function.py",
    "cli/test_printed.py",
    "applications/test_discovery.py",
    "strict/test_strict_aws.py",
    "applications/test_setup_troubles.py",
    "commands/test_kept_journals.py",
    "commands/test_two_regions.py",
    "commands/test_sample_cache.py",
    "strict/test_application_signals.py",
    "commands/test_several_apis.py",
    "aws/test_configurations.py",
    "aws/test_shared_credentials.py",
    "commands/test_unreachable_code.py",
    "cli/test_denied.py",
    "local/test_snapshot.py",
    "policy/test_enforced.py",
    "policy/test_deploying.py",
    "faults/test_deploy_function.py",
    "corpus/test_walk.py",
    "packaging/tracing/test_wrapper.py",
    "strict/test_versions.py",
    "faults/test_pairs.py",
    "docs/test_how_to.py",
    "telemetry/logs/test_following.py",
    "commands/test_cache_callers.py",
    "lambdas/test_tracing.py",
    "commands/test_overdue.py",
    "commands/test_sample_from_spans.py",
    "faults/test_deploy_edge.py",
    "strict/test_odd_answers.py",
    "faults/test_application_signals.py",
    "faults/test_create_app.py",
    "telemetry/requests/why/test_local_twins.py",
    "lambdas/test_state_machine_functions.py",
    "lambdas/test_list_dragons.py",
    "recipes/test_stage_properties.py",
    "local/test_stand_ins.py",
    "local/members/test_touched.py",
    "local/members/test_reads.py",
    "local/members/test_written.py",
    "local/gateway/test_any_input.py",
    "commands/test_fleet.py",
    "commands/test_foreign_app.py",
)
"""What tries many variants of what others try once, or each fault in turn: `make thorough`.

A test alone that is of this kind bears the mark itself.
The first lasts longest: one that begins last would hold up the end alone.
"""
LONGEST = (
    "commands/test_demo.py",
    "commands/test_deploy_function.py",
    "cli/test_failures.py",
    "commands/test_enable_cache.py",
    "commands/test_policy.py",
    "commands/test_apply.py",
    "recipes/test_publish.py",
    "commands/test_deploy_edge.py",
    "commands/test_enable_cache_refusals.py",
    "commands/test_setup_alarms.py",
    "local/runtime/test_functions.py",
    "terminal/test_help.py",
    "commands/test_cache_waiting.py",
    "terminal/test_waterfall.py",
    "cli/test_refused_values.py",
    "local/shims/test_roles_and_policies.py",
    "packaging/test_build.py",
    "local/test_control.py",
    "status/test_credential_chain.py",
)
"""Of the others, the files that take longest, in that order for the same reason."""


def pytest_configure():
    """What is imported and collected lasts: it is not looked through again and again meanwhile.

    Nor does any test meet the account, or the switch to the local AWS, of whoever runs it.
    """
    gc.disable()
    remember()
    for name in [name for name in os.environ if name.startswith(("AWS_", "DRAGONCTL_"))]:
        del os.environ[name]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """In that order, then as they were found; the tests of a file stay together."""
    places = {f"tests/{name}": place for place, name in enumerate((*THOROUGH, *LONGEST))}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(places)))
    for item in items:
        if item.nodeid.partition("::")[0].removeprefix("tests/") in THOROUGH:
            item.add_marker("thorough")


def pytest_collection_finish():
    """Nor does any test look through it for what is garbage."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True)
def quiet_calls(monkeypatch):
    """What ``--debug`` switched on in one test is off in the next, as in a new process."""
    calls = logging.getLogger("dragonctl")
    monkeypatch.setattr(calls, "handlers", [])
    yield
    calls.setLevel(logging.NOTSET)


@pytest.fixture(autouse=True)
def new_process():
    """One test's ``dragonctl.toml`` and width of the terminal are forgotten."""
    config.load.cache_clear()
    console.out.cache_clear()
    console.err.cache_clear()


@pytest.fixture(autouse=True)
def hurried_waits(monkeypatch):
    """Commands that a test runs in its own process wait a tenth of their time."""
    clock = HurriedClock()
    monkeypatch.setitem(Reads.optional_reads.__kwdefaults__, "seconds", PATIENCE)
    monkeypatch.setattr(Session, "clock", staticmethod(clock.now))
    monkeypatch.setattr(Session, "sleep", staticmethod(clock.sleep))


class LocalAws:
    """The local AWS as a test sees it: its ``endpoint`` and clients for its services."""

    region = "us-east-1"
    account = "123456789012"

    def __init__(self, server):
        self.server = server
        self.endpoint = server.endpoint
        self._clients = {}

    def client(self, service, region="us-east-1"):
        """A boto3 client that never repeats a call, so that a test sees each answer."""
        key = service, region
        if key not in self._clients:
            self._clients[key] = boto3.client(
                service,
                endpoint_url=self.endpoint,
                region_name=region,
                aws_access_key_id="test",
                aws_secret_access_key="test",
                config=Config(retries={"total_max_attempts": 1}, inject_host_prefix=False),
            )
        return self._clients[key]

    def pace(self, **seconds):
        """How long slow things take from now on, in seconds."""
        control.set_pace(self.server, **seconds)

    def reset(self):
        """Forget everything."""
        control.reset(self.server)


@pytest.fixture(scope="session")
def local_aws_server(tmp_path_factory):
    """One server for the whole session, with a state folder of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DRAGONCTL_STATE_DIR", str(tmp_path_factory.mktemp("local-aws")))
        server = control.up()
    yield LocalAws(server)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DRAGONCTL_STATE_DIR", str(tmp_path_factory.getbasetemp() / "local-aws0"))
        control.down()


@pytest.fixture
def local_aws(local_aws_server):
    """An empty local AWS whose slow things are quick; set ``pace`` where slowness matters."""
    local_aws_server.reset()
    local_aws_server.pace(cache_cluster=0, function_update=0, distribution=0)
    return local_aws_server
