"""`make bench-fleet`: a whole account made observable under API Gateway's own rate limits.

APIs with two stages each, behind a proxy that refuses what AWS would refuse (10 calls a second,
bursts of 40, GetResources 5 in 2 seconds). dragonctl makes all of them observable and runs again
with nothing to do; beside it an AWS CLI loop does the stages of a few APIs, and its time for all
of them is reckoned from that.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass

from bench.observability import AWS_CLI, DRAGONCTL, environment, local_aws
from tests.applications import troubles
from tests.applications.builder import Api, Builder
from tests.faults.proxy import CallRecord, Proxy
from tests.faults.rules import api_gateway_limits

RATE, BURST = 10, 40
GET_RESOURCES_RATE, GET_RESOURCES_BURST = 2.5, 5


@dataclass(frozen=True)
class Measure:
    """One run: wall time in seconds, its calls, exit code, and memory at its peak in MB."""

    seconds: float
    calls: tuple[CallRecord, ...]
    exit_code: int
    memory: float

    @property
    def gateway(self) -> list[CallRecord]:
        """The calls of API Gateway that were let through."""
        return [call for call in self.calls if call.service == "apigateway" and not call.fault]

    @property
    def refused(self) -> int:
        """How many calls met a 429."""
        return sum(call.fault == "throttled" for call in self.calls)

    @property
    def bound(self) -> float:
        """Seconds that these calls take at least under the quotas: all reads, then the writes."""
        counts = Counter(call.operation for call in self.gateway if not call.is_write)
        reads = max(
            (counts.total() - BURST) / RATE,
            (counts["GetResources"] - GET_RESOURCES_BURST) / GET_RESOURCES_RATE,
            0.0,
        )
        writes = sum(call.is_write for call in self.gateway)
        return reads + max((writes - BURST) / RATE, 0.0)

    @property
    def plain_bound(self) -> float:
        """Seconds that these calls take at 10 a second, whatever an operation's own limit is."""
        return max((len(self.gateway) - BURST) / RATE, 0.0)


def main() -> None:
    """Measure fleets of growing size and print a table."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--apis", type=int, nargs="+", default=[5, 25, 100], help="two stages each")
    parser.add_argument("--latency", type=float, default=60, help="milliseconds per call")
    parser.add_argument("--cli-apis", type=int, default=2, help="APIs that the AWS CLI loop does")
    options = parser.parse_args()
    print(f"{options.latency:g} ms per call; API Gateway: {RATE}/s, burst {BURST}\n")
    print(
        f"{'run':16} {'stages':>6} {'seconds':>8} {'a stage':>8} {'calls':>6} {'429':>4} "
        f"{'bound':>7} {'rate used':>9} {'plain':>7} {'of it':>6} {'MB':>5}"
    )
    with local_aws() as endpoint:
        for apis in options.apis:
            measure_fleet(endpoint, apis, options)


def measure_fleet(endpoint: str, apis: int, options: argparse.Namespace) -> None:
    """One fresh account of so many APIs: dragonctl twice, then the loop on a few of them."""
    from dragonctl.local import control

    for tool in ("dragonctl", "AWS CLI"):
        control.reset()
        fleet = build(Builder(endpoint), apis)
        with Proxy(endpoint, latency=options.latency / 1000, limits=api_gateway_limits()) as proxy:
            if tool == "dragonctl":
                for name in ("first", "unchanged"):
                    proxy.limits = api_gateway_limits()
                    command = [str(DRAGONCTL), "setup-observability", "--all", "--yes"]
                    print_row(f"{name} run", 2 * apis, measure(command, proxy))
            elif AWS_CLI.exists() and apis == max(options.apis):
                troubles.account_role(Builder(endpoint), "healthy")
                few = fleet[: options.cli_apis]
                done = measure(["bash", "-c", cli_loop(few)], proxy)
                print_row("AWS CLI loop", 2 * len(few), done)
                each = done.seconds / len(few)
                print(f"{'':16} reckoned for {2 * apis} stages: {each * apis:.0f} s")


def build(builder: Builder, apis: int) -> list[Api]:
    """Two stages an API, each API before a function that ten of them share."""
    functions = [builder.function(f"shared-{number}") for number in range(max(1, apis // 10))]
    fleet = []
    for number in range(apis):
        api = builder.api(f"api-{number:03}")
        builder.calls_function(api, "GET", "/things", functions[number % len(functions)])
        for stage in ("test", "prod"):
            builder.stage(api, stage)
        fleet.append(api)
    return fleet


def cli_loop(fleet: list[Api]) -> str:
    """What a person would type: read each stage, make its group, update it."""
    lines = ["set -e"]
    for api in fleet:
        lines.append(f'"$AWS" apigateway get-stages --rest-api-id {api.id} >/dev/null')
        for stage in ("test", "prod"):
            group = f"/aws/apigateway/{api.id}/{stage}/access"
            arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{group}"
            update = (
                f'"$AWS" apigateway update-stage --rest-api-id {api.id} --stage-name {stage} '
                "--patch-operations op=replace,path=/tracingEnabled,value=true "
                "op=replace,path=/*/*/logging/loglevel,value=INFO "
                f"op=replace,path=/accessLogSettings/destinationArn,value={arn} "
                "op=replace,path=/accessLogSettings/format,value='$context.requestId' "
                ">/dev/null"
            )
            lines += [
                f'"$AWS" logs create-log-group --log-group-name {group}',
                f'"$AWS" logs put-retention-policy --log-group-name {group} --retention-in-days 30',
                update,
            ]
    return "\n".join(lines)


def measure(command: list[str], proxy: Proxy) -> Measure:
    """One command through the proxy, its peak memory included."""
    proxy.calls = []
    started = time.perf_counter()
    with subprocess.Popen(
        command,
        env=environment(proxy.url),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        _, told = process.communicate()
    seconds = time.perf_counter() - started
    if process.returncode:
        print(told[-2000:], file=sys.stderr)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return Measure(seconds, tuple(proxy.calls), process.returncode, memory)


def print_row(name: str, stages: int, done: Measure) -> None:
    """One line of the table; ``bound`` is what the quotas alone take, ``plain`` 10 a second."""
    used, of_plain = (
        f"{bound / done.seconds:.0%}" if bound > 1 else "-"
        for bound in (done.bound, done.plain_bound)
    )
    failed = f"  exit {done.exit_code}" if done.exit_code else ""
    print(
        f"{name:16} {stages:6} {done.seconds:8.1f} {done.seconds / stages:8.2f} "
        f"{len(done.calls):6} {done.refused:4} {done.bound:7.1f} {used:>9}"
        f" {done.plain_bound:7.1f} {of_plain:>6} {done.memory:5.0f}{failed}",
        flush=True,
    )


if __name__ == "__main__":
    main()
