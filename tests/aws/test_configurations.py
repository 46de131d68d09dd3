"""Every configuration in a process and a home of its own: it works, or one right sentence is said.

That nothing is retried and nothing asked is told by the fake AWS, which counts.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.aws.configurations import BROKEN, WORKING, Configuration
from tests.aws.homes import home_of
from tests.aws.mistakes import MISTAKES, REMARKABLE

FAILING = BROKEN + MISTAKES
FINE = WORKING + REMARKABLE


def _tried(configuration: Configuration, folder):
    folder.mkdir()
    with home_of(folder) as home:
        home.write(configuration)
        ended = home.run("status", *configuration.options, **configuration.environment)
        return ended, home


@pytest.fixture(scope="module")
def tried(tmp_path_factory):
    """What came of each configuration, by its name; they are tried a few at a time."""
    folder = tmp_path_factory.mktemp("homes")
    with ThreadPoolExecutor(max_workers=4) as threads:
        waiting = {
            one.name: threads.submit(_tried, one, folder / one.name) for one in FAILING + FINE
        }
        return {name: future.result() for name, future in waiting.items()}


@pytest.mark.parametrize("configuration", FAILING, ids=lambda one: one.name)
def test_what_cannot_work_is_told_in_one_sentence(tried, configuration):
    ended, home = tried[configuration.name]
    (line,) = ended.stderr.splitlines()
    assert line.startswith("Error: ")
    for word in configuration.words:
        assert home.fill(word) in line
    assert "defect" not in line
    assert "planted" not in line
    assert (ended.returncode, ended.stdout) == (configuration.code, "")
    asked = +home.server.asked
    assert set(asked) <= configuration.asked
    assert all(count == 1 for name, count in asked.items() if name != "restapis"), asked


@pytest.mark.parametrize("configuration", FINE, ids=lambda one: one.name)
def test_what_works_reaches_aws(tried, configuration):
    ended, home = tried[configuration.name]
    assert "There is no REST API" in ended.stderr
    assert home.server.asked["restapis"] == 1
    asked = set(home.server.asked) - {"restapis", "GetCallerIdentity"}
    assert configuration.asked <= asked
    assert all(home.server.asked[name] == 1 for name in configuration.asked)
