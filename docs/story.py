"""One story on one local AWS, from nothing to nothing: each page finds what those before it left.

`make docs` tells it to write the pages, and a test tells it to see that every line still works.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from docs.pages import ROOT

STORY = (
    "tutorial.md",
    "commands/local.md",
    "commands/create-app.md",
    "commands/deploy-function.md",
    "commands/doctor.md",
    "commands/policy.md",
    "commands/setup-observability.md",
    "commands/status.md",
    "commands/send.md",
    "commands/logs.md",
    "commands/query.md",
    "commands/why.md",
    "commands/traces.md",
    "commands/service-map.md",
    "commands/sampling.md",
    "commands/set-sampling.md",
    "commands/apply.md",
    "commands/enable-cache.md",
    "commands/cache-stats.md",
    "commands/flush-cache.md",
    "commands/disable-cache.md",
    "commands/set-endpoint.md",
    "commands/deploy-edge.md",
    "commands/setup-dashboard.md",
    "commands/setup-alarms.md",
    "commands/history.md",
    "commands/undo.md",
    "how-to/failed-request.md",
    "how-to/rollout.md",
    "how-to/take-back.md",
    "commands/delete-app.md",
    "commands/demo.md",
)
"""The pages that show output, in the order in which they are told."""

_SOURCE = ("lambdas", "definitions", "dragonctl.toml")
_DISTRIBUTION = {
    "CallerReference": "docs",
    "Comment": "before the API's regional endpoint",
    "Enabled": True,
    "Origins": {
        "Quantity": 1,
        "Items": [
            {
                "Id": "api",
                "DomainName": "x.execute-api.us-east-1.amazonaws.com",
                "CustomOriginConfig": {
                    "HTTPPort": 80,
                    "HTTPSPort": 443,
                    "OriginProtocolPolicy": "https-only",
                },
            }
        ],
    },
    "DefaultCacheBehavior": {
        "TargetOriginId": "api",
        "ViewerProtocolPolicy": "https-only",
        "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
    },
}


def lay_out(folder: Path) -> None:
    """What a newcomer has in a folder: the sample's source."""
    folder.mkdir()
    for name in _SOURCE:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)


def distribution(endpoint: str) -> str:
    """A CloudFront distribution on the local AWS, which no command makes; its id."""
    import boto3

    front = boto3.client(
        "cloudfront",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    made: str = front.create_distribution(DistributionConfig=_DISTRIBUTION)["Distribution"]["Id"]
    return made
