"""`policy deploy-function` before an AWS that judges by it: each option's rights suffice."""

from __future__ import annotations

import json
import re

import pytest

from dragonctl import config
from dragonctl.cli import root
from tests.policy.enforcing import ROOT, enforcing

CODE = "def handler(event, context):\n    return {answer!r}\n"
_UNQUALIFIED = re.compile(r"(:function:[^:]+):.+$")
OPTIONS = {
    "create": (("--create",), "CreateFunction"),
    "publish": (("--publish",), "PublishVersion"),
    "alias": (("--alias", "new"), "CreateAlias"),
    "alias that is there": (("--alias", "live"), "UpdateAlias"),
    "bucket": (("--s3-bucket", "zips"), "PutObject"),
}


@pytest.fixture(scope="module")
def server():
    with enforcing() as place:
        yield place


@pytest.fixture
def types(server, tmp_path, monkeypatch, capsys):
    """Type a command as the holder of keys, in a folder with one function, ``work``."""
    folder, state = tmp_path / "here", tmp_path / "state"
    (folder / "lambdas" / "work").mkdir(parents=True)
    state.mkdir(mode=0o700)
    (folder / "lambdas" / "work" / "app.py").write_text(CODE.format(answer="ours"))
    monkeypatch.chdir(folder)
    monkeypatch.setenv("DRAGONCTL_STATE_DIR", str(state))
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.endpoint)
    monkeypatch.setenv("AWS_REGION", "us-east-1")

    def typed(keys, *words):
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", keys[0])
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", keys[1])
        config.load.cache_clear()
        code = root.run([*words])
        return code, capsys.readouterr()

    return typed


def begun(server, option):
    """An account with the function, called through its alias ``live``; or without it."""
    builder = server.fresh()
    builder.client("s3").create_bucket(Bucket="zips")
    if option != "create":
        builder.function("work", builder.role("worker"))
        client = builder.client("lambda")
        client.publish_version(FunctionName="work")
        client.create_alias(FunctionName="work", Name="live", FunctionVersion="1")
        client.add_permission(
            FunctionName="work", Qualifier="live", StatementId="gateway",
            Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com",
        )  # fmt: skip
    return builder


@pytest.mark.parametrize("option", OPTIONS)
def test_the_printed_policy_suffices_for_the_option_twice(server, types, option):
    words, action = OPTIONS[option]
    builder = begun(server, option)
    code, printed = types(ROOT, "policy", "deploy-function", *words)
    assert code == 0, printed.err
    document = json.loads(printed.out)
    actions = {one for statement in document["Statement"] for one in as_list(statement["Action"])}
    assert action in {one.partition(":")[2] for one in actions}
    keys = server.user(builder, as_judged(document))
    for _ in range(2):
        code, said = types(keys, "deploy-function", *words)
        assert code == 0, said.err


def as_judged(document):
    """The same rights as ministack judges by.

    It knows a function by its name alone, and one that is made by none.
    """
    statements = []
    for one in document["Statement"]:
        named = [_UNQUALIFIED.sub(r"\1", arn) for arn in as_list(one["Resource"])]
        for action in as_list(one["Action"]):
            where = "*" if action == "lambda:CreateFunction" else named
            statements.append({"Effect": "Allow", "Action": action, "Resource": where})
    return {**document, "Statement": statements}


def as_list(value):
    return value if isinstance(value, list) else [value]
