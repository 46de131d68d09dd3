"""One function under AWS's distribution and under ours: `python -m bench.tracer_judge`.

AWS's own packages are the judge of ``deploy-function --tracer otel``: the same source runs on one
local AWS, once with AWS's distribution of OpenTelemetry, begun as its Lambda layer begins it, and
once as ``deploy-function`` packs it. What ``traces ID --output json`` shows of both is compared
segment by segment; each field that differs is printed, with how often.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import boto3
from uv import find_uv_bin

from bench.observability import DRAGONCTL, environment, local_aws
from bench.tracers import BEGIN, DISTRIBUTION, LAYER
from dragonctl.packaging.build import build
from dragonctl.packaging.runtimes import Platform
from dragonctl.packaging.tracing.choice import TracerRequest
from tests.commands.functions import TRUST

SOURCE = """
import sqlite3
import boto3, requests
clients = {name: boto3.client(name) for name in ("s3", "dynamodb", "ssm", "sqs", "sns", "lambda")}


def handler(event, context):
    clients["s3"].list_buckets()
    clients["ssm"].get_parameters(Names=["a"])
    clients["sqs"].list_queues()
    clients["sns"].list_topics()
    clients["lambda"].list_functions()
    try:
        clients["dynamodb"].get_item(TableName="none", Key={"id": {"S": "1"}})
    except Exception:
        pass
    sqlite3.connect(":memory:").cursor().execute("select 1")
    requests.get(clients["s3"].meta.endpoint_url + "/none", timeout=5)
    if event.get("fail"):
        raise ValueError("no dragons")
    return {}
"""
# What the layer's script has Lambda call, without the module that the layer brings along.
LAYER_HANDLER = f"""{BEGIN["distribution"]}
from app import handler  # what is instrumented is its name in its module
"""
ROLE = "arn:aws:iam::123456789012:role/traced"
IDS = {"theirs": "a", "ours": "b"}
LONGEST = 60
VOLATILE = {"id", "parent_id", "start", "end", "duration", "start_time", "end_time", "request_id"}


def main() -> None:
    """Run both, print what differs."""
    with tempfile.TemporaryDirectory() as scratch, local_aws() as endpoint:
        work = Path(scratch)
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        place = {"endpoint_url": endpoint, "region_name": "us-east-1", **keys}
        prepare(place, work)
        traces = {name: trace(place, endpoint, name, work) for name in IDS}
    compare(traces["theirs"], traces["ours"])


def prepare(place: dict[str, str], work: Path) -> None:
    """A role, and the function with each tracer."""
    iam, functions = boto3.client("iam", **place), boto3.client("lambda", **place)
    iam.create_role(RoleName="traced", AssumeRolePolicyDocument=TRUST)
    allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam.put_role_policy(RoleName="traced", PolicyName="all", PolicyDocument=document)
    source = work / "source"
    source.mkdir()
    (source / "app.py").write_text(SOURCE)
    (source / "requirements.txt").write_text("requests\n")
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    packed = {
        tracer: build(
            source, Platform(python), cache=work / "cache", handler="app.handler",
            tracing=TracerRequest(tracer),
        )
        for tracer in ("otel", "none")
    }  # fmt: skip
    theirs = with_distribution(packed["none"].path, work)
    disabled = {"OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": "urllib,urllib3,aws-lambda"}
    for name, handler, code, variables in (
        ("ours", packed["otel"].handler, packed["otel"].path.read_bytes(), {}),
        (
            "theirs",
            "layer_handler.handler",
            theirs,
            {**LAYER, **disabled, "OTEL_SERVICE_NAME": "theirs"},
        ),
    ):
        functions.create_function(
            FunctionName=name, Runtime=f"python{python}", Handler=handler, Role=ROLE,
            Code={"ZipFile": code}, TracingConfig={"Mode": "Active"}, Timeout=60, MemorySize=512,
            Environment={"Variables": variables},
        )  # fmt: skip


def with_distribution(package: Path, work: Path) -> bytes:
    """The function's zip with AWS's distribution beside it."""
    folder = work / "distribution"
    target = ["--target", str(folder), "--python", sys.executable]
    subprocess.run([find_uv_bin(), "pip", "install", "--quiet", *target, DISTRIBUTION], check=True)
    (folder / "layer_handler.py").write_text(LAYER_HANDLER)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in folder.rglob("*"):
            if path.is_file():
                archive.write(path, path.relative_to(folder))
        with zipfile.ZipFile(package) as own:
            for name in set(own.namelist()) - set(archive.namelist()):
                archive.writestr(name, own.read(name))
    return stream.getvalue()


def trace(place: dict[str, str], endpoint: str, name: str, work: Path) -> list[dict[str, Any]]:
    """Call a function once, and once so that it fails; the segments of both traces."""
    functions = boto3.client("lambda", **place)
    found: list[dict[str, Any]] = []
    for event, last in (({}, 1), ({"fail": True}, 2)):
        trace_id = f"1-6922d000-{IDS[name]}{last:023d}"
        header = f"Root={trace_id};Parent=00f067aa0ba902b7;Sampled=1"
        functions.meta.events.register(
            "before-sign.lambda.Invoke",
            lambda request, header=header, **_: request.headers.add_header(
                "X-Amzn-Trace-Id", header
            ),
            unique_id="trace",
        )
        answer = functions.invoke(FunctionName=name, Payload=json.dumps(event).encode())
        print(name, answer["StatusCode"], answer.get("FunctionError"), trace_id)
        functions.meta.events.unregister("before-sign.lambda.Invoke", unique_id="trace")
        time.sleep(3)
        shown = subprocess.run(
            [DRAGONCTL, "traces", trace_id, "--function", name, "--output", "json"],
            cwd=work, env=environment(endpoint), capture_output=True, text=True, check=False,
        )  # fmt: skip
        if shown.returncode:
            sys.exit(shown.stdout + shown.stderr + answer["Payload"].read().decode())
        found += json.loads(shown.stdout)["segments"]
    return found


def compare(theirs: list[dict[str, Any]], ours: list[dict[str, Any]]) -> None:
    """Which segments only one has, and which fields of those that both have differ."""
    names = {key: Counter(place(one, found) for one in found) for key, found in
             (("theirs", theirs), ("ours", ours))}  # fmt: skip
    print("only AWS's distribution:", dict(names["theirs"] - names["ours"]))
    print("only --tracer otel:     ", dict(names["ours"] - names["theirs"]))
    by_place = {place(one, ours): one for one in ours}
    differing: Counter[str] = Counter()
    for one in theirs:
        other = by_place.get(place(one, theirs))
        if other is not None:
            differing.update(differences(one, other))
    for text, times in sorted(differing.items()):
        print(f"{times:3} x {text}")


def place(segment: dict[str, Any], found: list[dict[str, Any]]) -> str:
    """A segment by its name and its parent's."""
    names = {one["id"]: one["name"] for one in found}
    own = segment["name"].replace("theirs", "function").replace("ours", "function")
    parent = names.get(segment["parent_id"], "-")
    return f"{parent.replace('theirs', 'function').replace('ours', 'function')} > {own}"


def differences(one: Any, other: Any, path: str = "") -> list[str]:
    """The fields, by their paths, that differ in two documents."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = sorted({*one, *other} - VOLATILE)
        return [d for k in keys for d in differences(one.get(k), other.get(k), f"{path}.{k}")]
    if one == other or path.endswith(("stack", "function_arn", "arn")):
        return []
    return [f"{path[1:]}: {short(one)} | {short(other)}"]


def short(value: Any) -> str:
    """A value on a line."""
    text = json.dumps(value)
    return text if len(text) < LONGEST else f"{text[:57]}..."


if __name__ == "__main__":
    main()
