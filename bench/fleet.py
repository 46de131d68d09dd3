"""`make bench-fleet`: a whole account made observable under API Gateway's own rate limits.

APIs with two stages each, on an AWS that refuses what AWS would refuse (10 calls a second, bursts
of 40, GetResources 5 in 2 seconds). dragonctl makes all of them observable and runs again with
nothing to do. Time is simulated (:mod:`bench.simulated_time`): what counts is which calls are made
when. What the tool computes meanwhile is told apart, in seconds of a processor. With ``--trace``
the calls of API Gateway are counted second by second, with ``--memory`` the command is run once
more as it is typed, on real time, and its memory at its peak told.
"""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any

from bench.simulated_time import SimulatedTime
from tests.strict import applications as accounts
from tests.strict.wire import Refused, serve
from tests.strict.world import Delays, World

RATE, BURST = 10, 40
GET_RESOURCES_RATE, GET_RESOURCES_BURST = 2.5, 5
_WRITES = ("Update", "Create", "Put", "Delete", "Tag", "Untag")
_PACE = Delays(gateway_rate=RATE, gateway_burst=BURST, account_every=20, most_in_a_page=500)


@dataclass(frozen=True)
class CallRecord:
    """One call of API Gateway: when it was made (seconds), and whether it was refused."""

    at: float
    operation: str
    refused: bool


@dataclass(frozen=True)
class Measure:
    """One run: simulated seconds, seconds of a processor, its calls, exit code."""

    seconds: float
    computed: float
    made: int
    gateway: tuple[CallRecord, ...]
    exit_code: int

    @property
    def counts(self) -> Counter[str]:
        """The calls of API Gateway that were let through, by operation."""
        return Counter(call.operation for call in self.gateway if not call.refused)

    @property
    def refused(self) -> int:
        """How many calls met a 429."""
        return sum(call.refused for call in self.gateway)

    @property
    def plain_bound(self) -> float:
        """Seconds that these calls take at 10 a second, whatever an operation's own limit is."""
        return max((self.counts.total() - BURST) / RATE, 0.0)

    @property
    def bound(self) -> float:
        """Seconds that they take at least: by the plain rate, or by that of GetResources alone."""
        slow = (self.counts["GetResources"] - GET_RESOURCES_BURST) / GET_RESOURCES_RATE
        return max(self.plain_bound, slow)


class Account:
    """An account of so many APIs on simulated time, and its address."""

    def __init__(self, apis: int, latency: float) -> None:
        self.time = SimulatedTime()
        self.latency = latency
        self.world = build(apis)
        self.world.clock = self.time.now
        self.world.begin()
        self.made = 0
        self.gateway: list[CallRecord] = []
        self.lock = threading.Lock()

    def handle(self, service: str, operation: str, params: dict[str, Any]) -> Any:
        """Answer one call as late as a network would."""
        self.time.sleep(self.latency / 2)
        at, refused = self.time.now(), False
        try:
            return self.world.handle(service, operation, params)
        except Refused as error:
            refused = error.status == 429  # noqa: PLR2004 (HTTP's own number)
            raise
        finally:
            with self.lock:
                self.made += 1
                if service == "apigateway":
                    self.gateway.append(CallRecord(at, operation, refused))
            self.time.sleep(self.latency / 2)

    def run(self, *words: str) -> Measure:
        """One command, to its end."""
        from dragonctl.cli.root import cli

        self.time.sleep(BURST / RATE)  # what a run before it has used up comes back
        self.made, self.gateway = 0, []
        started, computed = self.time.now(), time.process_time()
        told = io.StringIO()
        with redirect_stdout(told), redirect_stderr(told):
            code = cli.main([*words], prog_name="dragonctl", standalone_mode=False)
        if code:
            sys.stderr.write(told.getvalue()[-2000:])
        computed = time.process_time() - computed
        return Measure(
            self.time.now() - started, computed, self.made, tuple(self.gateway), code or 0
        )


def build(apis: int) -> World:
    """Two stages an API, each API before a function that ten of them share.

    API Gateway has its role already: where it has not, its settings take it once in 20 seconds.
    """
    world = accounts.empty(_PACE)
    push = f"{accounts.AWS_POLICY}service-role/AmazonAPIGatewayPushToCloudWatchLogs"
    accounts.role(world, "push", "apigateway.amazonaws.com", attached=[push])
    world.state["apigateway"]["role"] = accounts.role_arn("push")
    role = accounts.role(world, "shared-role", "lambda.amazonaws.com")
    functions = [
        accounts.function(world, f"shared-{number}", role) for number in range(max(1, apis // 10))
    ]
    for number in range(apis):
        behind = accounts.lambda_proxy(functions[number % len(functions)])
        stages: dict[str, Any] = {"test": {}, "prod": {}}
        name = f"api-{number:03}"
        accounts.api(world, f"fleet{number:05}", name, {"GET /things": behind}, stages)
    return world


def memory(apis: int) -> float:
    """MB at the peak of a first run as it is typed, in a process of its own."""
    world = build(apis)
    world.begin()
    with serve(world.handle) as url, tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, "-c", _CHILD, "setup-observability", "--all", "--yes"]
        environment = {**os.environ, **_environment(url, folder)}
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    return int(done.stderr.split()[-1]) / 1024


_CHILD = """
import resource, sys
from dragonctl.cli.root import run
code = run(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
sys.exit(code)
"""


def _environment(url: str, folder: str) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": accounts.REGION,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "DRAGONCTL_STATE_DIR": folder,
    }


@contextmanager
def account(apis: int, latency: float) -> Iterator[Account]:
    """An account, and commands of this process that are typed at it and wait on its clock."""
    from dragonctl.cli.session import Session

    made = Account(apis, latency)
    Session.clock, Session.sleep = staticmethod(made.time.now), staticmethod(made.time.sleep)
    with serve(made.handle) as url, tempfile.TemporaryDirectory() as folder, made.time.passing():
        os.environ |= _environment(url, folder)
        yield made


def main() -> None:
    """Measure fleets of growing size and print a table."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--apis", type=int, nargs="+", default=[5, 25, 100], help="two stages each")
    parser.add_argument("--latency", type=float, default=60, help="milliseconds per call")
    parser.add_argument("--trace", action="store_true", help="count the calls of each second")
    parser.add_argument("--memory", action="store_true", help="measure memory, on real time")
    options = parser.parse_args()
    print(f"{options.latency:g} ms per call; API Gateway: {RATE}/s, burst {BURST}\n")
    print(
        f"{'run':10} {'stages':>6} {'seconds':>8} {'calls':>6} {'gateway':>7} {'429':>4}"
        f" {'bound':>6} {'used':>5} {'plain':>6} {'of it':>5} {'processor':>9}"
    )
    for apis in options.apis:
        with account(apis, options.latency / 1000) as made:
            for name in ("first", "unchanged"):
                done = made.run("setup-observability", "--all", "--yes")
                print_row(name, 2 * apis, done)
                if options.trace:
                    print_trace(done)
        if options.memory:
            print(f"{'':10} {memory(apis):.0f} MB at the peak of a first run")


def print_row(name: str, stages: int, done: Measure) -> None:
    """One line of the table; ``bound`` is what the quotas alone take, ``plain`` 10 a second."""
    used, of_plain = (
        f"{bound / done.seconds:.0%}" if bound > 1 else "-"
        for bound in (done.bound, done.plain_bound)
    )
    failed = f"  exit {done.exit_code}" if done.exit_code else ""
    print(
        f"{name:10} {stages:6} {done.seconds:8.1f} {done.made:6} {len(done.gateway):7}"
        f" {done.refused:4} {done.bound:6.1f} {used:>5} {done.plain_bound:6.1f} {of_plain:>5}"
        f" {done.computed:9.1f}{failed}",
        flush=True,
    )


def print_trace(done: Measure) -> None:
    """What API Gateway was asked for in each second: where fewer than ten are, the rate is idle."""
    start = min(call.at for call in done.gateway)
    by_second: dict[int, Counter[str]] = {}
    for call in done.gateway:
        by_second.setdefault(int(call.at - start), Counter())[call.operation] += 1
    for second in range(int(done.seconds) + 1):
        counts = by_second.get(second, Counter())
        named = ", ".join(f"{count} {operation}" for operation, count in counts.most_common())
        print(f"  {second:4} s {counts.total():3}  {named}")


if __name__ == "__main__":
    main()
