"""`deploy-edge`: a function at the edge, and everything else of the distribution as it was."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from tests.applications.builder import Builder

SOURCE = """
def handler(event, _context):
    return event["Records"][0]["cf"]["response"]
"""
BEHAVIOR = {
    "TargetOriginId": "api",
    "ViewerProtocolPolicy": "https-only",
    "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
}
CONFIG = {
    "CallerReference": "one",
    "Comment": "somebody's",
    "Enabled": True,
    "Origins": {
        "Quantity": 1,
        "Items": [
            {
                "Id": "api",
                "DomainName": "x.execute-api.us-east-1.amazonaws.com",
                "CustomHeaders": {
                    "Quantity": 1,
                    "Items": [{"HeaderName": "x-origin-key", "HeaderValue": "hunter2"}],
                },
                "CustomOriginConfig": {
                    "HTTPPort": 80,
                    "HTTPSPort": 443,
                    "OriginProtocolPolicy": "https-only",
                },
            }
        ],
    },
    "DefaultCacheBehavior": BEHAVIOR,
    "CacheBehaviors": {"Quantity": 1, "Items": [{**BEHAVIOR, "PathPattern": "/api/*"}]},
}
DEFAULT = "viewer-response"


class Edge:
    """A distribution, a folder with one edge function, and the command."""

    def __init__(self, aws, typed, folder):
        self.aws, self.typed = aws, typed
        self.cloudfront = aws.client("cloudfront")
        made = self.cloudfront.create_distribution(DistributionConfig=CONFIG)
        self.id = made["Distribution"]["Id"]
        (folder / "lambdas/edge/stamp").mkdir(parents=True)
        self.source = folder / "lambdas/edge/stamp/stamp.py"
        self.source.write_text(SOURCE)

    def config(self):
        return self.cloudfront.get_distribution_config(Id=self.id)["DistributionConfig"]

    def deploy(self, *more, event=DEFAULT):
        return self.typed(
            "deploy-edge", "stamp", "--event", event, "--distribution", self.id, *more
        )

    def at(self, path=None):
        """(event, version) of what runs at a behaviour."""
        config = self.config()
        behavior = config["DefaultCacheBehavior"]
        if path:
            [behavior] = [b for b in config["CacheBehaviors"]["Items"] if b["PathPattern"] == path]
        items = behavior["LambdaFunctionAssociations"].get("Items", [])
        return [(one["EventType"], one["LambdaFunctionARN"].split(":", 6)[6]) for one in items]


@pytest.fixture
def edge(local_aws, dragonctl):
    return Edge(local_aws, dragonctl, Path.cwd())


def test_there_and_back_the_distribution_is_as_it_was(edge, local_aws):
    before = edge.config()
    said = edge.deploy()
    assert said.code == 0, said.stderr
    assert edge.at() == [(DEFAULT, "stamp:1")]
    now = edge.config()
    now["DefaultCacheBehavior"]["LambdaFunctionAssociations"] = {"Quantity": 0}
    assert now == before
    undone = edge.typed("undo", "--yes", "--region", "us-east-1")
    assert edge.config() == before
    assert "replicas" in undone.stderr
    local_aws.client("lambda").get_function(FunctionName="stamp")


def test_a_second_run_writes_nothing_and_new_code_is_a_new_version(edge):
    edge.deploy()
    assert edge.deploy("--output", "json").document["changed"] is False
    edge.source.write_text(SOURCE + "\nCHANGED = True\n")
    assert edge.deploy().code == 0
    assert edge.at() == [(DEFAULT, "stamp:2")]


def test_it_lives_in_us_east_1_whatever_the_region(edge, local_aws, monkeypatch):
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    assert edge.deploy("--output", "json").document["region"] == "us-east-1"
    assert local_aws.client("lambda", "us-east-1").get_function(FunctionName="stamp")


def test_a_path_pattern_gets_it_alone(edge):
    edge.deploy("--path", "/api/*", event="origin-request")
    assert edge.at("/api/*") == [("origin-request", "stamp:1")]
    assert edge.at() == []
    said = edge.deploy("--path", "/other/*")
    assert (said.code, "It has: /api/*, *." in said.stderr) == (2, True)


def test_other_events_keep_what_runs_there(edge):
    edge.deploy(event="viewer-request")
    edge.deploy(event="origin-response")
    assert edge.at() == [("viewer-request", "stamp:1"), ("origin-response", "stamp:1")]


def test_somebody_elses_function_is_replaced_only_when_told(edge, tmp_path):
    edge.deploy()
    other = edge.source.parent.parent / "other"
    other.mkdir()
    (other / "other.py").write_text(SOURCE)
    words = ("deploy-edge", "other", "--event", DEFAULT, "--distribution", edge.id)
    said = edge.typed(*words)
    assert (said.code, "stamp:1 now. Replace it?" in said.stderr) == (1, True)
    assert edge.at() == [(DEFAULT, "stamp:1")]
    assert edge.typed(*words, "--yes").code == 0
    assert edge.at() == [(DEFAULT, "other:1")]


def test_an_existing_functions_role_is_trusted_besides_whom_it_trusts(edge, local_aws):
    builder = Builder(local_aws.endpoint)
    builder.function("stamp", Handler="stamp.handler", MemorySize=128, Timeout=3)
    assert edge.deploy().code == 0
    role = local_aws.client("iam").get_role(RoleName="stamp-role")["Role"]
    trust = json.dumps(role["AssumeRolePolicyDocument"])
    assert '"lambda.amazonaws.com"' in trust
    assert '"edgelambda.amazonaws.com"' in trust


def test_a_role_that_is_gone_is_told_and_not_made_anew(edge, local_aws):
    builder, iam = Builder(local_aws.endpoint), local_aws.client("iam")
    role = builder.role("gone")
    builder.function("stamp", role, Handler="stamp.handler", MemorySize=128, Timeout=3)
    iam.delete_role(RoleName="gone")
    said = edge.deploy()
    assert (said.code, "role does not exist" in said.stderr) == (1, True)
    assert "gone" not in [one["RoleName"] for one in iam.list_roles()["Roles"]]
    assert edge.at() == []


BROKEN = [
    ({"Environment": {"Variables": {"AA": "b"}}}, "environment variables"),
    ({"TracingConfig": {"Mode": "Active"}}, "X-Ray tracing"),
    ({"Architectures": ["arm64"]}, "arm64"),
    ({"MemorySize": 256}, "256 MB of memory"),
    ({"Timeout": 6}, "time-out is 6 s"),
    ({"EphemeralStorage": {"Size": 1024}}, "1024 MB of /tmp"),
]


@pytest.mark.parametrize(("setting", "sentence"), BROKEN)
def test_a_broken_limit_is_told_before_any_write(edge, local_aws, setting, sentence):
    builder = Builder(local_aws.endpoint)
    managed = ["arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"]
    role = builder.role("edge", managed=managed)
    builder.function("stamp", role, Handler="stamp.handler", **setting)
    before = edge.config()
    said = edge.deploy()
    assert (said.code, sentence in said.stderr) == (1, True)
    assert edge.config() == before
    assert "edgelambda" not in json.dumps(
        local_aws.client("iam").get_role(RoleName="edge")["Role"]["AssumeRolePolicyDocument"]
    )


def test_a_zip_too_large_for_a_viewer_event_is_told(edge):
    (edge.source.parent / "noise.bin").write_bytes(random.Random(1).randbytes(1_100_000))
    said = edge.deploy()
    assert (said.code, "a viewer event allows 1.0 MB" in said.stderr) == (1, True)
    assert edge.deploy(event="origin-response").code == 0


def test_an_unknown_distribution_is_told(edge):
    edge.id = "ENOSUCH"
    said = edge.deploy()
    assert (said.code, "no CloudFront distribution ENOSUCH" in said.stderr) == (1, True)


def test_a_distribution_without_a_name_is_wrong_usage(edge):
    edge.id = ""
    said = edge.deploy()
    assert (said.code, "'--distribution': it is empty" in said.stderr) == (2, True)


def test_a_policy_without_a_function_is_wrong_usage(edge):
    edge.source.unlink()
    said = edge.typed("policy", "deploy-edge")
    assert (said.code, "lambdas/edge holds no function" in said.stderr) == (2, True)


def test_it_waits_until_the_edge_has_it(edge, local_aws):
    local_aws.pace(cache_cluster=0, function_update=0, distribution=1)
    assert edge.deploy().code == 0
    status = edge.cloudfront.get_distribution(Id=edge.id)["Distribution"]["Status"]
    assert status == "Deployed"


def test_headers_for_the_origin_stay_out_of_the_journal(edge, tmp_path):
    edge.deploy()
    [journal] = (tmp_path / "state/runs").glob("*.jsonl")
    assert "UpdateDistribution" in journal.read_text()
    assert "hunter2" not in journal.read_text()


@pytest.fixture
def secret(edge):
    """The edge function's code holds what looks like a secret."""
    word = "".join(random.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=16))
    edge.source.write_text(f"KEY = 'AKIA{word}'\n{SOURCE}")
    return edge


def test_the_option_that_a_refusal_of_a_secret_names_is_there(secret):
    refused = secret.deploy()
    assert (refused.code, "--allow-secret" in refused.stderr) == (1, True)
    assert secret.at() == []
    assert secret.deploy("--allow-secret", "stamp.py").code == 0
    assert secret.at() == [(DEFAULT, "stamp:1")]


@pytest.mark.parametrize("command", ["deploy-edge", "deploy-function"])
@pytest.mark.parametrize("is_allowed", [False, True])
def test_a_policy_is_told_of_code_that_dragonctl_toml_allows(secret, command, is_allowed, theirs):
    theirs("stamp", Runtime="python3.13", Handler="stamp.handler")
    if command == "deploy-function":
        Path("lambdas/edge").rename("functions")
        Path("lambdas").rmdir()
        Path("functions").rename("lambdas")
    if is_allowed:
        Path("dragonctl.toml").write_text(f"[{command}]\nallow_secret = 'stamp.py'\n")
    told = secret.typed("policy", command)
    assert (told.code, "--allow-secret" in told.stderr) == ((0, False) if is_allowed else (1, True))
