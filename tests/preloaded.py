"""What every run imports and reads of botocore's files, once in the process that they fork from."""

from __future__ import annotations

import gc
import importlib
import pkgutil

import dragonctl
from dragonctl.aws.client import Aws, Connection, descriptions
from tests.remembered import remember

SERVICES = (
    "apigateway",
    "cloudfront",
    "cloudwatch",
    "iam",
    "lambda",
    "logs",
    "resourcegroupstaggingapi",
    "s3",
    "stepfunctions",
    "sts",
    "xray",
)

remember()
for _module in pkgutil.walk_packages(dragonctl.__path__, "dragonctl."):
    # The local AWS is another process, and what is in a function is imported there.
    if not _module.name.startswith(("dragonctl.local", "dragonctl.__main__")) and (
        ".in_function" not in _module.name
    ):
        importlib.import_module(_module.name)
_loader = descriptions(None)
for _name in ("endpoints", "partitions", "sdk-default-configuration", "_retry"):
    _loader.load_data(_name)
for _service in SERVICES:
    for _kind in ("service-2", "endpoint-rule-set-1"):
        _loader.load_service_model(_service, _kind, api_version=None)
_nowhere = Aws(Connection(None, "us-east-1", "http://127.0.0.1:9", "none", "none"))
for _service in SERVICES:  # what botocore makes once of each description; nothing is sent
    _nowhere._new_client(_service, "us-east-1", large=False)

# What has been read lasts: no run looks through it for what could be thrown away.
gc.collect()
gc.freeze()
