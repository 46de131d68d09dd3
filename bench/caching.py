"""`make bench`: `enable-cache` beside a tool that always sends everything, and cached requests.

The other tool works as the Serverless plugins for caching do: it reads nothing, declares every
key, deploys, and sends each field of each override in updates of 80 operations, each time anew.
The second part is the local data plane: requests a second, and their latency, with and without a
cache. Nothing here is asserted: machines differ, and what counts is the ratio within one run.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.observability import local_aws
from tests.applications.builder import Api, Builder
from tests.applications.library import QUERY, Library, library, with_function
from tests.faults.proxy import Proxy

DRAGONCTL = Path(sys.executable).with_name("dragonctl")
OPERATIONS_PER_CALL = 80
FIELDS = {
    "caching/enabled": "true",
    "caching/ttlInSeconds": "300",
    "caching/dataEncrypted": "false",
    "caching/requireAuthorizationForCacheControl": "true",
    "caching/unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
    "metrics/enabled": "false",
    "logging/dataTrace": "false",
    "throttling/rateLimit": "10000",
    "throttling/burstLimit": "5000",
}


def main() -> None:
    """Measure and print two tables."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--methods", type=int, default=10)
    parser.add_argument("--latency", type=float, default=60, help="milliseconds per call")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--requests", type=int, default=300)
    options = parser.parse_args()
    with local_aws() as endpoint:
        with Proxy(endpoint, latency=options.latency / 1000) as proxy:
            print_commands(endpoint, proxy, options)
        print_requests(endpoint, options.requests)


def empty(endpoint: str) -> Library:
    """An API with nothing in it, in an account with nothing else, where clusters are quick."""
    from dragonctl.local import control

    control.reset()
    control.set_pace(control.up(), cache_cluster=0, function_update=0, distribution=0)
    return library(Builder(endpoint))


def print_commands(endpoint: str, proxy: Proxy, options: argparse.Namespace) -> None:
    """A row per tool and run: median seconds, calls, writes."""
    tools: dict[str, Callable[[Library], None]] = {
        "dragonctl": lambda made: dragonctl(made, proxy.url),
        "all patches": lambda made: in_a_process(made.api, proxy.url),
    }
    measured: dict[tuple[str, str], list[tuple[float, int, int]]] = {}
    for _ in range(options.repeat):
        for tool, run in tools.items():
            made = empty(endpoint)
            for number in range(options.methods):
                made.add(f"/r{number}", f"{QUERY}q")
            made.deploy()
            for which in ("first", "unchanged"):
                measured.setdefault((which, tool), []).append(timed(run, made, proxy))
    print(f"enable-cache, {options.methods} methods, {options.latency:g} ms per call\n")
    print(f"{'run':10} {'tool':12} {'seconds':>8} {'calls':>6} {'writes':>7}")
    for (which, tool), runs in sorted(measured.items()):
        seconds = statistics.median(run[0] for run in runs)
        print(f"{which:10} {tool:12} {seconds:8.2f} {runs[0][1]:6} {runs[0][2]:7}")


def timed(run: Callable[[Library], None], made: Library, proxy: Proxy) -> tuple[float, int, int]:
    """Seconds, calls, and writes among them."""
    proxy.clear()
    started = time.perf_counter()
    run(made)
    return time.perf_counter() - started, len(proxy.calls), len(proxy.writes)


def dragonctl(made: Library, url: str) -> None:
    """The command, as a user starts it."""
    environment = {
        **os.environ,
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
    }
    words = [str(DRAGONCTL), "enable-cache", "--api", made.api.id, "--stage", "prod"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"enable-cache: exit {done.returncode}\n{done.stderr}")


def in_a_process(api: Api, url: str) -> None:
    """The other tool has a start-up too."""
    process = multiprocessing.get_context("spawn").Process(target=all_patches, args=(api, url))
    process.start()
    process.join()
    if process.exitcode:
        sys.exit("all patches failed")


def all_patches(api: Api, url: str) -> None:
    """Everything, whatever is there."""
    gateway = Builder(url).client("apigateway")
    operations = [
        operation("replace", "cacheClusterEnabled", "true"),
        operation("replace", "cacheClusterSize", "0.5"),
    ]
    for path, resource in api.resources.items():
        if path == "/":
            continue
        place = {"restApiId": api.id, "resourceId": resource, "httpMethod": "GET"}
        key = f"{QUERY}q"
        declared = [operation("add", f"requestParameters/{key}", "false")]
        gateway.update_method(**place, patchOperations=declared)
        keyed = [operation("add", f"cacheKeyParameters/{key}", "")]
        gateway.update_integration(**place, patchOperations=keyed)
        name = path.replace("/", "~1")
        operations += [operation("replace", f"{name}/GET/{k}", v) for k, v in FIELDS.items()]
    gateway.create_deployment(restApiId=api.id, stageName="prod")
    for start in range(0, len(operations), OPERATIONS_PER_CALL):
        part = operations[start : start + OPERATIONS_PER_CALL]
        gateway.update_stage(restApiId=api.id, stageName="prod", patchOperations=part)


def operation(kind: str, path: str, value: str) -> dict[str, Any]:
    """One patch operation."""
    return {"op": kind, "path": f"/{path}", "value": value}


def print_requests(endpoint: str, count: int) -> None:
    """Requests a second of one client, and their latency."""
    made = empty(endpoint)
    with_function(made)
    made.deploy()
    print(f"\nlocal data plane, {count} requests of one client\n")
    print(f"{'':10} {'req/s':>8} {'p50 ms':>8} {'p95 ms':>8}")
    for name in ("uncached", "cached"):
        if name == "cached":
            dragonctl(made, endpoint)
        made.get("/dragons", dragonName="Jon")
        times = sorted(request(made) for _ in range(count))
        p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
        print(f"{name:10} {count / sum(times):8.0f} {p50 * 1000:8.1f} {p95 * 1000:8.1f}")


def request(made: Library) -> float:
    """Seconds of one request."""
    url = f"{made.builder.endpoint}/_run/{made.api.id}/prod/dragons?dragonName=Jon"
    started = time.perf_counter()
    with urllib.request.urlopen(url) as answer:
        answer.read()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
