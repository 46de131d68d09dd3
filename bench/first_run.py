"""`make bench`: every call of a first `setup-observability` with its reason, and what bounds it.

One stage, five functions, two state machines. Beside it plain boto3, which is told every name, and
the least that such a run can take: the interpreter, six reads and four writes in a row. With
``--trace`` each call is printed as it came.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bench.observability import Measure, boto3_command, dragonctl_command, local_aws, measure
from tests.applications import five_functions
from tests.applications.builder import Builder
from tests.faults.proxy import CallRecord, Proxy

AIM, MOST_CALLS = 0.45, 90
CHAIN = 6 + 4
STAGE = "prod"
KNOW, WHOSE, WRITE, READ_BACK = "to know", "whose it is", "to write", "to believe"
REASONS = {
    "sts.GetCallerIdentity": "the account, of which ARNs are made, and for the journal",
    "apigateway.GetRestApis": "the API's name",
    "apigateway.GetResources": "what the API's methods call",
    "apigateway.GetStages": "the stage's settings and tags",
    "apigateway.GetAccount": "the role through which API Gateway writes logs",
    "stepfunctions.DescribeStateMachine": "a machine's settings, role and tasks",
    "lambda.GetFunctionConfiguration": "a function's settings and role",
    "iam.GetRole": "a role's boundary and tags; whether the account's role is there",
    "iam.ListRolePolicies": "rights that a role has of its own",
    "iam.ListAttachedRolePolicies": "rights that are attached to a role",
    "iam.GetPolicy": "a policy's version in force",
    "iam.GetPolicyVersion": "what a policy allows",
    "logs.DescribeLogGroups": "log groups, up to fifty a call",
    "lambda.ListTags": "the tool that manages a function; nothing waits for it",
    "stepfunctions.ListTagsForResource": "the tool that manages a machine; nothing waits for it",
}


@dataclass(frozen=True)
class Run:
    """One first run: how long in seconds, until its first call, and its calls."""

    whole: Measure
    until_first_call: float
    calls: tuple[CallRecord, ...]

    @property
    def first_write(self) -> float:
        """When the first write came, in the proxy's seconds."""
        return min(call.started for call in self.calls if call.is_write)

    @property
    def spans(self) -> dict[str, float]:
        """Where the time went, in seconds."""
        first = self.calls[0].started
        last = max(call.started + call.seconds for call in self.calls)
        known = self.first_write - first
        wrote = last - self.first_write
        end = self.whole.seconds - self.until_first_call - known - wrote
        return {
            "until the first call": self.until_first_call,
            "reads, until the first write": known,
            "writes and what they are believed by": wrote,
            "the end": end,
        }

    def purpose(self, call: CallRecord) -> str:
        """What a call was for."""
        if call.is_write:
            return WRITE
        if "ListTags" in call.operation:
            return WHOSE
        return KNOW if call.started < self.first_write else READ_BACK


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--latency", type=float, default=60, help="milliseconds per call")
    parser.add_argument("--trace", action="store_true", help="print each call as it came")
    options = parser.parse_args()
    latency = options.latency / 1000
    with local_aws() as endpoint, Proxy(endpoint, latency=latency) as proxy:
        pairs = [side_by_side(proxy, endpoint) for _ in range(options.repeat)]
    runs, others = zip(*pairs, strict=True)
    print(f"{options.latency:g} ms per call, median of {options.repeat}\n")
    if options.trace:
        print_trace(runs[-1])
    print_calls(runs[-1])
    print_times(runs, others, latency)


def side_by_side(proxy: Proxy, endpoint: str) -> tuple[Run, Measure]:
    """A first run of dragonctl and one of plain boto3, each on an account of its own."""
    command = dragonctl(fresh(endpoint))
    began = proxy.now()
    ours = measure(command, proxy)
    calls = tuple(sorted(proxy.calls, key=lambda call: call.started))
    other = measure(boto3_command(fresh(endpoint)), proxy)
    return Run(ours, calls[0].started - began, calls), other


def fresh(endpoint: str) -> five_functions.Application:
    """The application in an account that holds nothing else; only one of its stages is meant."""
    from dragonctl.local import control

    control.reset()
    return replace(five_functions.build(Builder(endpoint)), stages=(STAGE,))


def dragonctl(application: five_functions.Application) -> list[str]:
    """The command, for one stage."""
    return [*dragonctl_command(application), "--stage", STAGE]


def print_trace(run: Run) -> None:
    """Each call: when it began, how long it took, what it was for."""
    for call in run.calls:
        began = (call.started - run.calls[0].started) * 1000
        print(f"{began:6.0f} {call.seconds * 1000:5.0f} ms  {run.purpose(call):11} {call.name}")
    print()


def print_calls(run: Run) -> None:
    """How many calls of each operation, and why they are made."""
    for purpose in (KNOW, WHOSE, WRITE, READ_BACK):
        found = [call.name for call in run.calls if run.purpose(call) == purpose]
        print(f"{purpose}: {len(found)}")
        for name, number in Counter(found).most_common():
            reason = REASONS.get(name, "") if purpose in (KNOW, WHOSE) else ""
            print(f"  {number:3} {name:36} {reason}".rstrip())
    print(f"in all: {len(run.calls)} (aim {MOST_CALLS})\n")


def print_times(runs: Iterable[Run], others: Iterable[Measure], latency: float) -> None:
    """The medians, beside plain boto3 and beside the least that a run can take."""
    spans = [run.spans for run in runs]
    ours = statistics.median(run.whole.seconds for run in runs)
    other = statistics.median(measured.seconds for measured in others)
    print(f"dragonctl {ours:.2f} s, plain boto3 {other:.2f} s: {ours / other:.2f} x (aim {AIM})")
    start = statistics.median(interpreter() for _ in range(5))
    least = start + CHAIN * latency
    print(
        f"interpreter {start:.2f} s, six reads and four writes in a row {CHAIN * latency:.2f} s:"
        f" {least:.2f} s; dragonctl takes {ours / least:.2f} x"
    )
    for name in spans[0]:
        print(f"  {statistics.median(span[name] for span in spans):5.2f} s {name}")


def interpreter() -> float:
    """The seconds that Python takes to do nothing."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", ""], check=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
