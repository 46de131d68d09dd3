"""What every run reads of botocore's files, read once in the process that they are forked from."""

from __future__ import annotations

from dragonctl.aws.client import descriptions

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

_loader = descriptions(None)
for _name in ("endpoints", "partitions", "sdk-default-configuration", "_retry"):
    _loader.load_data(_name)
for _service in SERVICES:
    for _kind in ("service-2", "endpoint-rule-set-1"):
        _loader.load_service_model(_service, _kind, api_version=None)
