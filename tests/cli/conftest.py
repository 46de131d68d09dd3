"""The command line as a person has it: a folder, an environment, what is printed."""

from __future__ import annotations

import json

import pytest

from dragonctl import config
from dragonctl.cli import root as cli
from tests.applications import small
from tests.applications.builder import Builder


class Terminal:
    """Runs command lines in an empty folder; ``out`` and ``err`` are what the last one printed."""

    def __init__(self, capfd, folder, endpoint):
        self._capfd, self.folder, self.endpoint = capfd, folder, endpoint

    def run(self, *line):
        config.load.cache_clear()
        self._capfd.readouterr()
        code = cli.run(list(line))
        self.out, self.err = self._capfd.readouterr()
        return code

    def on_aws(self, *line):
        return self.run(*line, "--endpoint-url", self.endpoint)

    def document(self):
        return json.loads(self.out)

    def toml(self, text):
        (self.folder / "dragonctl.toml").write_text(text)


@pytest.fixture
def terminal(capfd, tmp_path, monkeypatch, local_aws):
    for name in ("AWS_PROFILE", "AWS_DEFAULT_REGION", "DRAGONCTL_LOCAL", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "aws-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "aws-credentials"))
    monkeypatch.setenv("DRAGONCTL_STATE_DIR", str(tmp_path / "state"))
    folder = tmp_path / "folder"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return Terminal(capfd, folder, local_aws.endpoint)


@pytest.fixture
def application(local_aws):
    return small.build(Builder(local_aws.endpoint))
