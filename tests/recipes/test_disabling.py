"""`disable-cache`, field by field: what enable-cache added goes, what it found there comes back."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from dragonctl.application.nouns import Api
from dragonctl.engine.model import Reading
from dragonctl.recipes.caching.disabling import StageOff, unremembered

GET, ON, TTL, LEVEL = "~1a/GET", "caching/enabled", "caching/ttlInSeconds", "logging/loglevel"


def added(**fields):
    """What enable-cache wrote: field -> (before, after)."""
    return SimpleNamespace(
        before={name: pair[0] for name, pair in fields.items()},
        after={name: pair[1] for name, pair in fields.items()},
    )


def want(found, state, *, deployments=(), raw=None):
    return StageOff(found, deployments)(Reading(state, {"raw": raw or {}}), {})


MADE = {f"{GET}/{ON}": (None, True), f"{GET}/{TTL}": (None, 300)}
THEIRS = {f"{GET}/{ON}": (False, True), f"{GET}/{TTL}": (60, 300)}
NOW = {f"{GET}/{ON}": True, f"{GET}/{TTL}": 300}


@pytest.mark.parametrize(
    ("fields", "state", "expected"),
    [
        (MADE, NOW, {f"{GET}/{ON}": None, f"{GET}/{TTL}": None}),
        # somebody has set one since: the override is theirs, and only caching ends
        (MADE, {**NOW, f"{GET}/{TTL}": 900}, {f"{GET}/{ON}": False}),
        (MADE, {**NOW, f"{GET}/{LEVEL}": "ERROR"}, {f"{GET}/{ON}": False}),
        (THEIRS, NOW, {f"{GET}/{ON}": False, f"{GET}/{TTL}": 60}),
        ({}, NOW, {f"{GET}/{ON}": False}),
        ({"*/*/" + ON: (None, True)}, {"*/*/" + ON: True}, {"*/*/" + ON: False}),
    ],
)
def test_an_override_that_was_made_goes_and_others_come_back(fields, state, expected):
    assert want(added(**fields), state) == {**expected, "cacheClusterEnabled": False}


def test_without_a_journal_only_caching_ends():
    assert want(None, NOW) == {f"{GET}/{ON}": False, "cacheClusterEnabled": False}


@pytest.mark.parametrize(
    ("now", "deployments", "raw", "back"),
    [
        ("ours", ["before"], {}, True),
        ("ours", [], {}, False),  # it is gone
        ("newer", ["before"], {}, False),  # somebody has deployed since
        ("ours", ["before"], {"canarySettings": {"percentTraffic": 5}}, False),
    ],
)
def test_a_stage_goes_back_to_a_deployment_that_is_there_and_was_its_own(
    now, deployments, raw, back
):
    found = added(deploymentId=("before", "ours"))
    got = want(found, {"deploymentId": now}, deployments=deployments, raw=raw)
    assert got.get("deploymentId") == ("before" if back else None)


def test_a_cache_that_nobody_here_enabled_is_told():
    api = Api("a1", "orders", {}, {"on": {"cacheClusterEnabled": True}, "off": {}})
    (told,) = unremembered(api, {})
    assert "enable-cache of stage on" in told
