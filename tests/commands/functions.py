"""Functions that tests of deploy-function find, write and look at."""

from __future__ import annotations

import urllib.request

from tests.local.serving import document

READS = ("Get", "List", "Describe", "Head")
PLAIN = "def handler(event, context): pass\n"
HANDLER = "def handler(event, context):\n    return {answer!r}\n"
TRUST = document(
    {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
)


def configuration(local_aws, name="hello-world", **params):
    found = local_aws.client("lambda").get_function_configuration(FunctionName=name, **params)
    del found["ResponseMetadata"]
    return found


def stored(local_aws, name="hello-world"):
    """The zip that AWS holds."""
    location = local_aws.client("lambda").get_function(FunctionName=name)["Code"]["Location"]
    with urllib.request.urlopen(location) as answer:
        return answer.read()
