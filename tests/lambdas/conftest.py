"""Each function is loaded as Lambda loads it: its own folder first on the path, imported anew."""

from __future__ import annotations

import importlib
import json
import sys
from types import SimpleNamespace

import boto3
import pytest
from aws_xray_sdk import global_sdk_config
from moto import mock_aws

from dragonctl.sample import sample_folder

BUCKET = "the-dragons"
KEY = "all.json"


@pytest.fixture
def aws(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with mock_aws():
        yield


@pytest.fixture
def bucket(aws):
    """The sample's dragons in S3, and the parameters that say where."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(
        Bucket=BUCKET,
        Key=KEY,
        Body=(sample_folder() / "definitions" / "dragons.json").read_bytes(),
    )
    ssm = boto3.client("ssm")
    ssm.put_parameter(Name="dragon_data_bucket_name", Value=BUCKET, Type="String")
    ssm.put_parameter(Name="dragon_data_file_name", Value=KEY, Type="String")
    return SimpleNamespace(
        s3=s3, read=lambda: json.loads(s3.get_object(Bucket=BUCKET, Key=KEY)["Body"].read())
    )


@pytest.fixture
def load(monkeypatch):
    """Import one function's module, as a new container would.

    The tracer is off: ``patch_all`` would go on changing botocore for every later test.
    """
    global_sdk_config.set_sdk_enabled(False)

    def loaded(folder):
        for name in [each for each in sys.modules if each.partition(".")[0] == "common"]:
            del sys.modules[name]
        module = folder.rpartition("/")[2]
        sys.modules.pop(module, None)
        monkeypatch.syspath_prepend(str(sample_folder() / "lambdas" / folder))
        return importlib.import_module(module)

    yield loaded
    global_sdk_config.set_sdk_enabled(True)
    for name in list(sys.modules):
        if name.partition(".")[0] in {"common", "list_dragons", "validate_dragon", "add_dragon"}:
            del sys.modules[name]


@pytest.fixture
def context():
    return SimpleNamespace(aws_request_id="11111111-2222-3333-4444-555555555555")


@pytest.fixture
def report():
    """What the state machine hands to its tasks."""
    return {
        "dragon_name_str": "Jon",
        "description_str": "Jon dragon",
        "family_str": "green",
        "location_city_str": "Toronto",
        "location_country_str": "CA",
        "location_state_str": "ON",
        "location_neighborhood_str": "Downtown",
        "reportingPhoneNumber": "15555555555",
        "confirmationRequired": False,
    }
