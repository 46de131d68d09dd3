"""The command line as a person has it: a folder, an environment, what is printed."""

from __future__ import annotations

import json

import pytest

from dragonctl import config
from dragonctl.application.overdue import UNTIL_TAG
from dragonctl.cli import root as cli
from tests.applications import small
from tests.applications.builder import Builder
from tests.cli.printing import KEYS, REGION


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


@pytest.fixture
def place(terminal, application, local_aws, tmp_path, tmp_path_factory, monkeypatch):
    """The small application with an overdue data trace; surroundings are entered one by one."""
    stage = f"arn:aws:apigateway:us-east-1::/restapis/{application.api}/stages/prod"
    gateway = local_aws.client("apigateway")
    gateway.tag_resource(resourceArn=stage, tags={UNTIL_TAG: "2020-01-01T00:00:00Z"})
    data_trace = {"op": "replace", "path": "/*/*/logging/dataTrace", "value": "true"}
    gateway.update_stage(restApiId=application.api, stageName="prod", patchOperations=[data_trace])
    local_aws.client("xray").create_sampling_rule(
        SamplingRule={
            "RuleName": "silent", "Priority": 1, "FixedRate": 0, "ReservoirSize": 0, "Version": 1,
            "ServiceName": "*", "ServiceType": "*", "Host": "*", "HTTPMethod": "*",
            "URLPath": "*", "ResourceARN": "*",
        }
    )  # fmt: skip
    profile = "[my own]\naws_access_key_id = test\naws_secret_access_key = test\n"
    (tmp_path / "aws-credentials").write_text(profile)

    def entered(surroundings):
        for name in (*KEYS, *REGION, "AWS_ENDPOINT_URL", "DRAGONCTL_LOCAL"):
            monkeypatch.delenv(name, raising=False)
        for name, value in surroundings.environment.items():
            monkeypatch.setenv(name, value.format(endpoint=terminal.endpoint))
        # The server of these tests is the local AWS of that state folder.
        monkeypatch.setenv(
            "DRAGONCTL_STATE_DIR", str(tmp_path_factory.getbasetemp() / "local-aws0")
        )

    return entered
