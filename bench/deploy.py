"""`make bench`: ``list_dragons`` from its folder to AWS, with dragonctl, pip and the AWS CLI, SAM.

One local AWS, every call slowed by the same latency. Three runs of each tool: **cold** (every
cache empty), **changed** (one line of the handler differs, caches warm), **unchanged**. The pip way
installs beside a copy of the handler, zips, and calls ``aws lambda update-function-code``, as the
course does; it uploads each time. SAM is measured where it is on the path, up to its zip alone,
which the AWS CLI then uploads. What counts is the ratio within one run; nothing here is asserted.
"""

from __future__ import annotations

import argparse
import io
import json
import shutil
import statistics
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import boto3

from bench.observability import AWS_CLI, DRAGONCTL, environment, local_aws
from bench.zips import (
    FUNCTION,
    PYTHON,
    RUNS,
    Tool,
    copy_of_the_function,
    run,
    with_pip,
    with_sam,
)
from tests.faults.proxy import Proxy

NAME = FUNCTION.replace("_", "-")
AIMS = {"cold": 0.3, "changed": 0.1, "unchanged": 0.1}
Deploy = Callable[[Path, Path, dict[str, str]], None]
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--latency", type=float, default=60, help="milliseconds per call")
    options = parser.parse_args()
    tools: dict[str, Deploy] = {"dragonctl": with_dragonctl, "pip, zip, AWS CLI": built(with_pip)}
    if shutil.which("sam"):
        tools["sam build, AWS CLI"] = built(with_sam)
    seconds: dict[tuple[str, str], list[float]] = {}
    with local_aws() as endpoint, Proxy(endpoint, latency=options.latency / 1000) as proxy:
        for _ in range(options.repeat):
            for tool, deploy in tools.items():
                create(endpoint)
                for name, took in measured(deploy, environment(proxy.url)).items():
                    seconds.setdefault((tool, name), []).append(took)
    print_table(list(tools), seconds, options.latency)


def print_table(
    tools: list[str], seconds: dict[tuple[str, str], list[float]], latency: float
) -> None:
    """Medians, and what part of the pip way's each is."""
    print(f"\ndeploy of {FUNCTION}, seconds (median), {latency:.0f} ms per call")
    print(f"{'':<20}" + "".join(f"{name:>20}" for name in RUNS))
    for tool in tools:
        cells = []
        for name in RUNS:
            mine = statistics.median(seconds[tool, name])
            theirs = statistics.median(seconds["pip, zip, AWS CLI", name])
            cells.append(f"{mine:.2f} ({mine / theirs:.2f} x)")
        print(f"{tool:<20}" + "".join(f"{cell:>20}" for cell in cells))
    print("(x: of the pip way; aims: " + ", ".join(f"{n} {a}" for n, a in AIMS.items()) + ")")


def measured(deploy: Deploy, variables: dict[str, str]) -> dict[str, float]:
    """The three runs of one tool, on a copy of the function."""
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        source = copy_of_the_function(work / "lambdas")
        seconds = {}
        for name in RUNS:
            if name == "changed":
                handler = source / f"{FUNCTION}.py"
                handler.write_text(handler.read_text() + "CHANGED = True\n")
            start = time.perf_counter()
            deploy(source, work, variables)
            seconds[name] = time.perf_counter() - start
        return seconds


def with_dragonctl(source: Path, work: Path, variables: dict[str, str]) -> None:
    """The command as it is typed, with caches of its own."""
    own = {"UV_CACHE_DIR": str(work / "uv"), "DRAGONCTL_STATE_DIR": str(work / "state")}
    run([DRAGONCTL, "deploy-function"], source.parent.parent, **{**variables, **own})


def built(tool: Tool) -> Deploy:
    """A tool that makes a zip, and the AWS CLI that uploads it and waits."""

    def deploy(source: Path, work: Path, variables: dict[str, str]) -> None:
        made = tool(source, work)
        function = ["--function-name", NAME]
        code = ["update-function-code", *function, "--zip-file", f"fileb://{made}"]
        run([AWS_CLI, "lambda", *code], work, **variables)
        run([AWS_CLI, "lambda", "wait", "function-updated-v2", *function], work, **variables)

    return deploy


def create(endpoint: str) -> None:
    """An account with the function in it, running something else, traced already."""
    from dragonctl.local import control

    control.reset()
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    place = {"endpoint_url": endpoint, "region_name": "us-east-1", **keys}
    iam = boto3.client("iam", **place)
    role = iam.create_role(RoleName=NAME, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
    policy = "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"
    iam.attach_role_policy(RoleName=NAME, PolicyArn=policy)
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr(f"{FUNCTION}.py", "def handler(event, context): ...\n")
    boto3.client("lambda", **place).create_function(
        FunctionName=NAME,
        Runtime=f"python{PYTHON}",
        Handler=f"{FUNCTION}.handler",
        Role=role["Arn"],
        Code={"ZipFile": code.getvalue()},
        TracingConfig={"Mode": "Active"},
    )


if __name__ == "__main__":
    main()
