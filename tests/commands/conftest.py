"""Commands as a user types them, on a local AWS: exit code, stdout, stderr."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from functools import partialmethod

import pytest

from dragonctl import config
from dragonctl.aws.client import Aws
from dragonctl.cli import root as cli
from tests.applications.builder import Builder
from tests.applications.library import library, with_function
from tests.commands.functions import HANDLER, READS, TRUST
from tests.commands.interrupting import Interrupting
from tests.commands.plans import PLAN
from tests.local.serving import archive, document


@dataclass(frozen=True)
class Answer:
    """How one command ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def document(self):
        return json.loads(self.stdout)


@pytest.fixture(scope="session")
def packages(tmp_path_factory):
    """Zips that were built once, for all tests of the session."""
    return tmp_path_factory.mktemp("packages")


@pytest.fixture
def dragonctl(local_aws, packages, tmp_path, monkeypatch, capsys):
    """Type a command, in an empty folder, with a state folder of its own."""
    state, folder = tmp_path / "state", tmp_path / "here"
    state.mkdir(mode=0o700)
    folder.mkdir()
    (state / "packages").symlink_to(packages)
    monkeypatch.chdir(folder)
    for name, value in {
        "DRAGONCTL_STATE_DIR": str(state),
        "AWS_ENDPOINT_URL": local_aws.endpoint,
        "AWS_REGION": local_aws.region,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(name, value)

    def typed(*words):
        config.load.cache_clear()
        code = cli.run(list(words))
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    return typed


@pytest.fixture
def write(dragonctl, tmp_path):
    """Write a function's files under ``here/lambdas``, the folder that commands are typed in."""

    def written(files, folder="hello_world"):
        if isinstance(files, str):
            files = {"app.py": HANDLER.format(answer=files)}
        for name, content in files.items():
            path = tmp_path / "here" / "lambdas" / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path / "here" / "lambdas" / folder

    return written


@pytest.fixture
def theirs(local_aws):
    """A function that somebody else has made; its role may write logs and nothing more."""

    def made(name="hello-world", answer="theirs", **settings):
        iam = local_aws.client("iam")
        role = iam.create_role(RoleName=f"{name}-role", AssumeRolePolicyDocument=TRUST)["Role"]
        logs = document({"Effect": "Allow", "Action": "logs:*", "Resource": "*"})
        iam.put_role_policy(RoleName=role["RoleName"], PolicyName="logs", PolicyDocument=logs)
        return local_aws.client("lambda").create_function(
            **{
                "FunctionName": name,
                "Runtime": "python3.13",
                "Handler": "app.handler",
                "Role": role["Arn"],
                "Code": {"ZipFile": archive(HANDLER.format(answer=answer))},
                **settings,
            }
        )

    return made


@pytest.fixture
def answers(local_aws):
    """Invoke a function; what it answers."""

    def answered(name="hello-world", **params):
        response = local_aws.client("lambda").invoke(FunctionName=name, **params)
        return json.loads(response["Payload"].read())

    return answered


@pytest.fixture
def made(local_aws):
    """An API whose methods the test adds."""
    return library(Builder(local_aws.endpoint))


@pytest.fixture
def dragons(made):
    """An API with GET /dragons before a function, deployed."""
    with_function(made)
    made.deploy()
    return made


@pytest.fixture
def made_calls(caplog):
    """The writes of a command: ``operation`` names, in order."""
    caplog.set_level(logging.DEBUG, "dragonctl.aws.client")

    def writes():
        names = [record.args[1] for record in caplog.records if len(record.args) == 4]
        caplog.clear()
        return [name for name in names if not name.startswith(READS)]

    return writes


@pytest.fixture
def interrupt(monkeypatch):
    """Let Ctrl-C be pressed in the next run, once AWS has answered so many of its writes."""

    def pressed(writes):
        monkeypatch.setattr(Aws, "send", partialmethod(Interrupting(Aws.send, writes)))

    return pressed


@pytest.fixture
def here(tmp_path, dragonctl):
    return tmp_path / "here"


@pytest.fixture
def kept(dragonctl, dragons, here):
    """A plan for the only API, and the changes that a dry run shows."""
    shown = dragonctl(*PLAN, "--output", "json")
    assert shown.code == 0, shown.stderr
    return shown.document
