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
MOST_MEMORY = 90
UNUSUAL = ("PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE")
"""What some containers set, and nobody at a terminal: a first run leaves compiled modules."""
PAGE_EVENTS, PAGE_BYTES = 10_000, 1_000_000

IDENTITY = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
    "<GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/bench</Arn><UserId>bench</UserId>"
    "<Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)

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
        """Answer one page of events, or who asks."""
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("X-Amz-Target", "").endswith(".FilterLogEvents"):
            self._answer("application/x-amz-json-1.1", self._page(json.loads(asked)))
        elif b"GetCallerIdentity" in asked:
            self._answer("text/xml", IDENTITY)
        else:
            self._answer("application/x-amz-json-1.1", "{}")

    def do_GET(self) -> None:
        """Answer GetFunctionConfiguration."""
        name = self.path.split("/functions/")[1].split("/")[0]
        arn = f"arn:aws:lambda:eu-west-1:123456789012:function:{name}"
        told = {"FunctionName": name, "FunctionArn": arn, "Runtime": "python3.13"}
        self._answer("application/json", json.dumps(told))

    def _answer(self, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
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
    """One run: seconds, those of the processor, megabytes held at most, lines written."""

    seconds: float
    processor: float
    megabytes: float
    lines: int


def measure(command: Sequence[str], endpoint: str) -> Measure:
    """Run a command to its end, counting the lines that it writes."""
    environment = {
        **{name: value for name, value in os.environ.items() if name not in UNUSUAL},
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
    seconds, processor = time.perf_counter() - started, usage.ru_utime + usage.ru_stime
    return Measure(seconds, processor, usage.ru_maxrss / 1024, lines)


def typed() -> list[str]:
    """The command as somebody types it."""
    command = [str(Path(sys.executable).with_name("dragonctl")), "logs", "--since", "1d"]
    names = (name.rpartition("/")[2] for name in GROUPS)
    return [*command, "--no-discover", *(word for name in names for word in ("--function", name))]


def main() -> None:
    """Measure both tools in turn and print a table."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--aws", help="an `aws` of version 2, to compare with its `logs tail`")
    options = parser.parse_args()
    start_ms = int(time.time() * 1000) - EVENTS * 5 - 10_000
    Logs.stored = events(start_ms)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Logs)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint = f"http://127.0.0.1:{server.server_port}"
    tools = {
        "dragonctl, ten groups": typed(),
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
        told = f"{run.seconds:6.2f} s, {run.processor:.2f} s of the processor"
        print(f"{tool:26} {told}  {run.megabytes:5.0f} MB  {run.lines:,} lines")
    ours = best[tools[0]]
    for tool in tools[1:]:
        wall, cpu = ours.seconds / best[tool].seconds, ours.processor / best[tool].processor
        print(f"ratio of wall times: {wall:.2f} (aim: below 1), of the processor: {cpu:.2f}")
    print(f"memory: {ours.megabytes:.0f} MB (aim: at most {MOST_MEMORY})")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
