"""The task of the fleet: one dragonctl command in one account and region, under a role there.

Event: ``{"account", "region", "arguments": ["setup-observability", "--all", "--check"]}``.
Answer: ``{"account", "region", "exit_code", "changes", "resources", "warnings", "errors"}``, short
enough for Step Functions; the whole document goes to the function's log.

Environment: ``ROLE_NAME``, the role to take in each account; ``JOURNAL_BUCKET``, where the journals
of runs that change something are kept, also of one that did not end in time. Without it such runs
are refused, because ``undo`` could not take them back.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3

RUN = "from dragonctl.cli.root import main; main()"
LOOKS = {"--check", "--dry-run"}
MOST_RESOURCES = 100
RESERVE = 60
"""Seconds of the function's time in which a command is ended and its journal still kept."""


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Run it, keep its journal, and say what came of it.

    ``subprocess.TimeoutExpired`` where it takes longer than the function may, less RESERVE.
    """
    account, region, arguments = event["account"], event["region"], event["arguments"]
    bucket = os.environ.get("JOURNAL_BUCKET")
    if not bucket and not LOOKS & set(arguments):
        raise ValueError("Without JOURNAL_BUCKET only --check or --dry-run may be run.")
    with tempfile.TemporaryDirectory() as state:
        environment = {**os.environ, **credentials(account), "DRAGONCTL_STATE_DIR": state}
        environment |= {"AWS_REGION": region, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", RUN, *arguments, "--output", "json", "--region", region]
        seconds = context.get_remaining_time_in_millis() / 1000 - RESERVE
        try:
            ended = subprocess.run(
                command,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=seconds,
            )
        finally:
            if bucket:
                keep(Path(state, "runs"), bucket, f"{account}/{region}")
    print(ended.stdout or ended.stderr)
    return {"account": account, "region": region, **summary(ended)}


def keep(journals: Path, bucket: str, prefix: str) -> None:
    """Put the journals into the bucket."""
    for journal in journals.glob("*"):
        key = f"{prefix}/{journal.name}"
        boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=journal.read_bytes())


def credentials(account: str) -> dict[str, str]:
    """The role of that account, as environment variables."""
    role = f"arn:aws:iam::{account}:role/{os.environ['ROLE_NAME']}"
    taken = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="dragonctl-fleet")
    return {
        "AWS_ACCESS_KEY_ID": taken["Credentials"]["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": taken["Credentials"]["SecretAccessKey"],
        "AWS_SESSION_TOKEN": taken["Credentials"]["SessionToken"],
    }


def summary(ended: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """What Step Functions should know of a run."""
    document = json.loads(ended.stdout)
    resources = sorted({change["resource"] for change in document["changes"]})
    return {
        "exit_code": ended.returncode,
        "changes": len(document["changes"]),
        "resources": resources[:MOST_RESOURCES],
        "warnings": document["warnings"],
        "errors": document.get("errors", []),
    }
