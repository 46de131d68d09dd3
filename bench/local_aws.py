"""What a local AWS takes until it answers, and for a request to a stage: processor, time, memory.

``python -m bench.local_aws [--beside PROGRAM]… [--repeat N] [--requests N]``: this checkout's local
AWS, and that of each other checkout's ``dragonctl``, in turn, in one run. Each is started
anew; a client with one connection that stays open asks it. The processor's time is the server's
alone, with the functions that it runs, so that what else the machine does counts less.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.applications.builder import Builder

DRAGONCTL = Path(sys.executable).with_name("dragonctl")
HANDLER = "def handler(event, context):\n    return {'statusCode': 200, 'body': '{}'}\n"
_TICKS = os.sysconf("SC_CLK_TCK")
_PATH = "/_run/{api}/prod/{path}?name=Jon"
# One of each service that a command of dragonctl reads first.
_READS = (
    ("sts", "get_caller_identity"),
    ("apigateway", "get_rest_apis"),
    ("lambda", "list_functions"),
    ("stepfunctions", "list_state_machines"),
    ("iam", "list_roles"),
    ("logs", "describe_log_groups"),
)


@dataclass
class Figures:
    """What was measured of one checkout, a number a run."""

    seconds: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, value: float) -> None:
        """One more run's figure."""
        self.seconds.setdefault(name, []).append(value)

    def median(self, name: str) -> float:
        """Of all runs."""
        return statistics.median(self.seconds[name])


def main() -> None:
    """Measure and print a table, a line a checkout."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--beside", action="append", default=[], metavar="PROGRAM")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--requests", type=int, default=1000)
    options = parser.parse_args()
    measured = {program: Figures() for program in [str(DRAGONCTL), *options.beside]}
    for _ in range(options.repeat):
        for program, figures in measured.items():
            _measure(program, options.requests, figures)
    names = list(next(iter(measured.values())).seconds)
    for name in names:
        row = "  ".join(f"{figures.median(name):10.2f}" for figures in measured.values())
        print(f"{name:44} {row}")


def _measure(program: str, requests: int, figures: Figures) -> None:
    """One start, and requests to a method without and with a cache."""
    started = time.perf_counter()
    with _running(program) as (endpoint, process):
        builder = Builder(endpoint)
        _wait(endpoint)
        figures.add("first answer, seconds", time.perf_counter() - started)
        figures.add("first answer, seconds of processor", _processor(process))
        for service, operation in _READS:
            getattr(builder.client(service), operation)()
        figures.add("six services answered, seconds of processor", _processor(process))
        api = _api(builder)
        for path in ("uncached", "cached"):
            _ask(endpoint, _PATH.format(api=api, path=path), 50)
            before, began = _processor(process), time.perf_counter()
            _ask(endpoint, _PATH.format(api=api, path=path), requests)
            took = time.perf_counter() - began
            spent = _processor(process) - before
            figures.add(f"{path}, requests a second", requests / took)
            figures.add(f"{path}, ms of processor a request", spent / requests * 1000)
        figures.add("memory, MiB", _memory(process))


@contextlib.contextmanager
def _running(program: str) -> Iterator[tuple[str, int]]:
    """A local AWS of that program: its address and its process."""
    command = [program, "local"]
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "DRAGONCTL_STATE_DIR": folder}
        subprocess.run([*command, "up"], env=environment, check=True, capture_output=True)
        try:
            said = json.loads(next(Path(folder).rglob("server.json")).read_text())
            yield said["endpoint"], said["pid"]
        finally:
            subprocess.run([*command, "down"], env=environment, check=True, capture_output=True)


def _wait(endpoint: str) -> None:
    """Until it has answered a signed request; no client of ours is imported for it."""
    scope = "AKID/20260101/us-east-1/sts/aws4_request"
    signature = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature={'0' * 64}"
    connection = http.client.HTTPConnection(endpoint.removeprefix("http://"))
    headers = {"Authorization": signature, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/", "Action=GetCallerIdentity&Version=2011-06-15", headers)
    connection.getresponse().read()
    connection.close()


def _api(builder: Builder) -> str:
    """A stage with two methods of one function, of which one is cached."""
    role = builder.role("bench")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("app.py", HANDLER)
    function = builder.client("lambda").create_function(
        FunctionName="bench",
        Role=role,
        Runtime="python3.13",
        Handler="app.handler",
        Code={"ZipFile": archive.getvalue()},
    )["FunctionArn"]
    builder.client("lambda").add_permission(
        FunctionName="bench",
        StatementId="all",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    builder.client("lambda").get_waiter("function_active_v2").wait(FunctionName="bench")
    gateway = builder.client("apigateway")
    made = gateway.create_rest_api(name="bench")
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function}/invocations"
    for path in ("uncached", "cached"):
        _method(gateway, made, path, uri)
    gateway.create_deployment(
        restApiId=made["id"], stageName="prod", cacheClusterEnabled=True, cacheClusterSize="0.5"
    )
    _await_cache(gateway, made["id"])
    patches = [
        {"op": "replace", "path": f"/~1{path}/GET/caching/enabled", "value": said}
        for path, said in (("cached", "true"), ("uncached", "false"))
    ]
    gateway.update_stage(restApiId=made["id"], stageName="prod", patchOperations=patches)
    return str(made["id"])


def _await_cache(gateway: Any, api: str) -> None:
    """A stage whose cache is being made takes no change."""
    while gateway.get_stage(restApiId=api, stageName="prod")["cacheClusterStatus"] != "AVAILABLE":
        time.sleep(0.1)


def _method(gateway: Any, made: dict[str, Any], path: str, uri: str) -> None:
    resource = gateway.create_resource(
        restApiId=made["id"], parentId=made["rootResourceId"], pathPart=path
    )["id"]
    place = {"restApiId": made["id"], "resourceId": resource, "httpMethod": "GET"}
    gateway.put_method(
        **place,
        authorizationType="NONE",
        requestParameters={"method.request.querystring.name": False},
    )
    gateway.put_integration(
        **place,
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=uri,
        cacheKeyParameters=["method.request.querystring.name"],
    )


def _ask(endpoint: str, path: str, times: int) -> None:
    connection = http.client.HTTPConnection(endpoint.removeprefix("http://"))
    for _ in range(times):
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != http.HTTPStatus.OK:
            sys.exit(f"{path}: {answer.status} {body!r}")
    connection.close()


def _processor(process: int) -> float:
    """Seconds that a process and those it has waited for, and still has, took so far (Linux)."""
    total = 0.0
    for one in [process, *_children(process)]:
        said = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        total += sum(map(int, said[11:15])) / _TICKS
    return total


def _children(process: int) -> list[int]:
    found: list[int] = []
    for thread in Path(f"/proc/{process}/task").iterdir():
        with contextlib.suppress(OSError):
            found += map(int, (thread / "children").read_text().split())
    return found


def _memory(process: int) -> float:
    """Resident set of the server alone, in MiB (Linux)."""
    status = Path(f"/proc/{process}/status").read_text()
    line = next(one for one in status.splitlines() if one.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
