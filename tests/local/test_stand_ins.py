"""A server starts without what moto imports and hardly ever uses; where it is used, it is there."""

from __future__ import annotations

import json
import os
import subprocess
import sys

START = """
import os, sys
sys.modules["awscrt"] = None
from dragonctl.local import stand_ins
stand_ins.import_moto()
from dragonctl.local import backends, hooks, shims
from dragonctl.local.moto_services import Moto
from dragonctl.local.services import Services
shims.load()
services = Services(Moto().answer)
backends.configure(1)
hooks.tell("install", "http://127.0.0.1:1")
"""


def started(then, folder):
    """What a new process prints that has imported all that a server imports, and then does more."""
    ended = subprocess.run(
        [sys.executable, "-c", START + then],
        env={**os.environ, "DRAGONCTL_STATE_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


HARDLY_EVER_USED = (
    *("boto3", "s3transfer", "responses", "requests.models", "flask", "jinja2", "click"),
    *("cryptography.x509", "yaml", "regex", "antlr4", "botocore.client", "botocore.session"),
    *(
        "moto.core.botocore_stubber",
        "moto.dynamodb",
        "moto.dynamodbstreams",
        "moto.ecr.models",
        "moto.ec2",
    ),
    *("moto.iam.aws_managed_policies", "moto.kinesis.models"),
)


def test_a_start_imports_nothing_that_few_requests_need(tmp_path):
    loaded = started("import json; print(json.dumps(sorted(sys.modules)))", tmp_path)
    assert "moto.awslambda.models" in loaded
    assert set(HARDLY_EVER_USED) & set(loaded) == set()


def test_what_was_stood_in_for_is_itself_when_it_is_used(tmp_path):
    """By moto's own names of it, whoever has imported it since, in either order."""
    then = """
import json
from moto.iam import models as iam
from moto.awslambda import models as functions
account, region = "123456789012", "us-east-1"
tables = functions.dynamodb_backends[account][region]
import moto.dynamodb.models, moto.ecr.models, boto3, requests
from cryptography import x509
print(json.dumps([
    tables is moto.dynamodb.models.dynamodb_backends[account][region],
    functions.ecr_backends[account] is moto.ecr.models.ecr_backends[account],
    functions.requests.exceptions.ReadTimeout is requests.exceptions.ReadTimeout,
    iam.x509.load_pem_x509_certificate is x509.load_pem_x509_certificate,
    boto3.Session().get_available_partitions() != [],
]))
"""
    assert started(then, tmp_path) == [True] * 5


def test_no_service_of_moto_misses_what_mocks_within_a_process(tmp_path):
    then = """
import json, importlib
for name in ("apigateway", "batch", "identitystore", "stepfunctions"):
    for part in ("models", "responses"):
        importlib.import_module(f"moto.{name}.{part}")
from moto.stepfunctions.parser.asl.utils.boto_client import boto_client_for
print(json.dumps(boto_client_for("us-east-1", "sqs").meta.endpoint_url))
"""
    assert started(then, tmp_path) == "http://localhost:1"


def test_moto_knows_the_regions_that_boto3_knows(tmp_path):
    then = """
import json, boto3
from moto.core.base_backend import AccountSpecificBackend
ours, theirs = AccountSpecificBackend.get_session(), boto3.Session()
partitions = theirs.get_available_partitions()
print(json.dumps([ours.get_available_partitions() == partitions] + [
    ours.get_available_regions(service, partition_name=one)
    == theirs.get_available_regions(service, partition_name=one)
    for one in partitions
    for service in ("apigateway", "lambda", "logs", "stepfunctions", "sqs", "ec2", "iam", "none")
]))
"""
    equal = started(then, tmp_path)
    assert set(equal) == {True}
