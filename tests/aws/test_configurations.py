"""Every configuration in a process and a home of its own: it works, or one right sentence is said.

That nothing is retried and nothing asked is told by the fake AWS, which counts.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.aws.configurations import BROKEN, WORKING, Configuration
from tests.aws.fake_endpoints import fake_aws

PROGRAM = Path(sys.executable).with_name("dragonctl")
HANGS_SECONDS = 60


class Home:
    """A person's home with one configuration, and a fake AWS of its own."""

    def __init__(self, folder, server, closed):
        self.folder, self.server = folder, server
        self._names = {"home": folder, "url": server.url, "closed": closed}

    def fill(self, text):
        return text.format(**self._names)

    def write(self, configuration):
        files = dict(configuration.files)
        profile = f"[profile p]\nregion = us-east-1\n{configuration.profile}"
        files[".aws/config"] = f"{profile}\n{configuration.more}\n"
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.fill(text))

    def environment(self, **more):
        given = {name: self.fill(value) for name, value in more.items()}
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "DRAGONCTL_STATE_DIR": str(self.folder / "state"),
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.server.url,
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": self.server.url,
            **given,
        }

    def run(self, *words, **environment):
        return subprocess.run(
            [PROGRAM, *words],
            cwd=self.folder,
            env=self.environment(**environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=HANGS_SECONDS,
        )


@pytest.fixture
def home(tmp_path):
    with fake_aws() as server, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # and nobody listens
        yield Home(tmp_path, server, closed.getsockname()[1])


def _tried(configuration: Configuration, folder):
    folder.mkdir()
    with fake_aws() as server, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        home = Home(folder, server, closed.getsockname()[1])
        home.write(configuration)
        ended = home.run("status", *configuration.options, **configuration.environment)
        return ended, home


@pytest.fixture(scope="module")
def tried(tmp_path_factory):
    """What came of each configuration, by its name; they are tried a few at a time."""
    folder = tmp_path_factory.mktemp("homes")
    with ThreadPoolExecutor(max_workers=4) as threads:
        waiting = {
            one.name: threads.submit(_tried, one, folder / one.name) for one in BROKEN + WORKING
        }
        return {name: future.result() for name, future in waiting.items()}


@pytest.mark.parametrize("configuration", BROKEN, ids=lambda one: one.name)
def test_what_cannot_work_is_told_in_one_sentence(tried, configuration):
    ended, home = tried[configuration.name]
    (line,) = ended.stderr.splitlines()
    assert line.startswith("Error: ")
    for word in configuration.words:
        assert home.fill(word) in line
    assert "defect" not in line
    assert (ended.returncode, ended.stdout) == (configuration.code, "")
    asked = +home.server.asked
    assert set(asked) <= configuration.asked
    assert all(count == 1 for name, count in asked.items() if name != "restapis"), asked


@pytest.mark.parametrize("configuration", WORKING, ids=lambda one: one.name)
def test_what_works_reaches_aws(tried, configuration):
    ended, home = tried[configuration.name]
    assert "There is no REST API" in ended.stderr
    assert home.server.asked["restapis"] == 1
    asked = set(home.server.asked) - {"restapis", "GetCallerIdentity"}
    assert configuration.asked <= asked
    assert all(home.server.asked[name] == 1 for name in configuration.asked)
