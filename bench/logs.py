"""`python -m bench.logs`: 100,000 events of ten groups, merged, beside the AWS CLI on one.

A stand-in for CloudWatch Logs on 127.0.0.1 answers FilterLogEvents from memory, in pages of at
most 10,000 events or one megabyte, as AWS does. Each tool is a process of its own that writes to
a pipe; wall time and the most memory it held are measured. What counts is the ratio in one run.
`aws logs tail` exists in version 2 of the AWS CLI alone, which no package registry holds: --aws
names one; without it version 1 reads the same events by `filter-log-events`, all of them at once.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

AWS_CLI = Path(sys.prefix) / "bench" / "bin" / "aws"
GROUPS = [f"/aws/lambda/function-{number}" for number in range(10)]
ALL = "/everything"
EVENTS = 100_000
MOST_MEMORY = 100
PAGE_EVENTS, PAGE_BYTES = 10_000, 1_000_000

Stored = list[tuple[int, str]]


def events(start_ms: int) -> dict[str, Stored]:
    """Group -> (time, event as JSON), sorted by time: a realistic line every few milliseconds."""
    groups: dict[str, Stored] = {name: [] for name in (*GROUPS, ALL)}
    for number in range(EVENTS):
        time_ms = start_ms + number * 5
        request = f"{number:08x}-0000-4000-8000-{number:012x}"
        text = f"[INFO]\t2026-11-23T08:00:00.000Z\t{request}\tread 12 dragons of family green"
        event = json.dumps(
            {
                "logStreamName": f"2026/11/23/[$LATEST]{number % 7:032x}",
                "timestamp": time_ms,
                "message": text,
                "ingestionTime": time_ms + 700,
                "eventId": f"{number:056d}",
            }
        )
        groups[ALL].append((time_ms, event))
        groups[GROUPS[number % len(GROUPS)]].append((time_ms, event))
    return groups


class Logs(BaseHTTPRequestHandler):
    """FilterLogEvents over HTTP."""

    protocol_version = "HTTP/1.1"
    stored: dict[str, Stored]

    def do_POST(self) -> None:
        """Answer one page."""
        params = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = self._page(params).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _page(self, params: dict[str, object]) -> str:
        found = self.stored[str(params["logGroupName"])]
        first, size = int(str(params.get("nextToken", 0))), 0
        most = min(int(str(params.get("limit", PAGE_EVENTS))), PAGE_EVENTS)
        last = first
        while last < min(len(found), first + most) and size < PAGE_BYTES:
            size += len(found[last][1])
            last += 1
        token = f',"nextToken":"{last}"' if last < len(found) else ""
        return f'{{"events":[{",".join(text for _, text in found[first:last])}]{token}}}'

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Measure:
    """One run: seconds, megabytes held at most, lines written."""

    seconds: float
    megabytes: float
    lines: int


def measure(command: Sequence[str], endpoint: str) -> Measure:
    """Run a command to its end, counting the lines that it writes."""
    environment = {
        **os.environ,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_PAGER": "",
    }
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        lines = sum(1 for _ in process.stdout)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command[0]} failed")
    return Measure(time.perf_counter() - started, usage.ru_maxrss / 1024, lines)


def read_all(start_ms: int) -> None:
    """What `dragonctl logs` does, in this process: read, merge, print."""
    import boto3

    from dragonctl.application.log_groups import LogGroup
    from dragonctl.telemetry.logs.events import read
    from dragonctl.terminal.console import out
    from dragonctl.terminal.logs import LogPrinter

    client = boto3.client("logs")

    def fetch(_service: str, _operation: str, **params: object) -> dict[str, object]:
        answer: dict[str, object] = client.filter_log_events(**params)
        return answer

    groups = [LogGroup(name, "functions") for name in GROUPS]
    printer = LogPrinter(out(), groups)
    for event in read(fetch, groups, start_ms, report=lambda problem: sys.exit(str(problem))):
        printer.write(event)


def main() -> None:
    """Measure both tools in turn and print a table."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--aws", help="an `aws` of version 2, to compare with its `logs tail`")
    parser.add_argument("--read", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read is not None:
        read_all(options.read)
        return
    start_ms = int(time.time() * 1000) - EVENTS * 5 - 10_000
    Logs.stored = events(start_ms)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Logs)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint = f"http://127.0.0.1:{server.server_port}"
    tools = {
        "dragonctl, ten groups": [sys.executable, "-m", "bench.logs", "--read", str(start_ms)],
        **_others(options.aws, start_ms),
    }
    runs = [
        {tool: measure(command, endpoint) for tool, command in tools.items()}
        for _ in range(options.repeat)
    ]
    server.shutdown()
    _print(list(tools), runs)


def _others(aws: str | None, start_ms: int) -> dict[str, list[str]]:
    """The commands to compare with: those of the AWS CLIs that are there."""
    tools = {}
    if aws:
        tools["aws logs tail, one group"] = [aws, "logs", "tail", ALL, "--since", "1d"]
    if AWS_CLI.exists():
        tools["aws v1, one group"] = [
            *(str(AWS_CLI), "logs", "filter-log-events", "--log-group-name", ALL),
            *("--start-time", str(start_ms), "--output", "text"),
            *("--query", "events[].[timestamp,logStreamName,message]"),
        ]
    return tools


def _print(tools: Sequence[str], runs: Sequence[dict[str, Measure]]) -> None:
    best = {tool: min((run[tool] for run in runs), key=lambda run: run.seconds) for tool in tools}
    for tool, run in best.items():
        print(f"{tool:26} {run.seconds:6.2f} s  {run.megabytes:5.0f} MB  {run.lines:,} lines")
    ours = best[tools[0]]
    for tool in tools[1:]:
        print(f"ratio of wall times: {ours.seconds / best[tool].seconds:.2f} (aim: below 1)")
    print(f"memory: {ours.megabytes:.0f} MB (aim: at most {MOST_MEMORY})")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
