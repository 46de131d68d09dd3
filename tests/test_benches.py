"""`make bench`: what it stands on is still there under the name that it uses."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "bench"
# plain_boto3 is a script from its first line to its last: to import it is to call AWS.
NAMES = sorted({path.stem for path in FOLDER.glob("*.py")} - {"__init__", "plain_boto3"})


@pytest.mark.parametrize("name", NAMES)
def test_each_finds_what_it_measures(name):
    assert importlib.import_module(f"bench.{name}").__doc__
