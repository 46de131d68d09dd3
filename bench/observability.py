"""`make bench`: setting up observability with dragonctl, with plain boto3 and with the AWS CLI.

One local AWS, one application (five functions, two state machines, two stages), every call slowed
by the same latency. Each tool makes the application observable twice: the first run has all to
do, the second nothing. What counts is the ratio within one run: machines differ, and nothing here
is asserted.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.applications import five_functions
from tests.applications.builder import Builder
from tests.faults.proxy import Proxy

HERE = Path(__file__).parent
AWS_CLI = Path(sys.prefix) / "bench" / "bin" / "aws"
DRAGONCTL = Path(sys.executable).with_name("dragonctl")
AIMS = {
    ("first", "boto3"): 0.5,
    ("first", "AWS CLI"): 0.08,
    ("unchanged", "boto3"): 0.35,
}
Command = Callable[[five_functions.Application], list[str]]


@dataclass(frozen=True)
class Measure:
    """One run of one tool: wall time in seconds, calls in all, writes among them."""

    seconds: float
    calls: int
    writes: int


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--latency", type=float, default=60, help="milliseconds per call")
    parser.add_argument("--without-cli", action="store_true", help="leave the AWS CLI out")
    options = parser.parse_args()
    tools = {"dragonctl": dragonctl_command, "boto3": boto3_command, "AWS CLI": cli_command}
    if options.without_cli or not AWS_CLI.exists():
        tools.pop("AWS CLI")
    with local_aws() as endpoint, Proxy(endpoint, latency=options.latency / 1000) as proxy:
        measures = measure_all(tools, proxy, endpoint, options.repeat)
    print_tools(measures, options)
    print_start_up(options.repeat)


@contextmanager
def local_aws() -> Iterator[str]:
    """A local AWS of its own, away from the one that the user may have running."""
    from dragonctl.local import control

    with tempfile.TemporaryDirectory() as folder:
        os.environ["DRAGONCTL_STATE_DIR"] = folder
        try:
            yield control.up().endpoint
        finally:
            control.down()


def measure_all(
    tools: dict[str, Command], proxy: Proxy, endpoint: str, repeat: int
) -> dict[tuple[str, str], list[Measure]]:
    """Every tool on a fresh account, alternating, so that a slow moment hits all alike."""
    from dragonctl.local import control

    measures: dict[tuple[str, str], list[Measure]] = {}
    for _ in range(repeat):
        for tool, command in tools.items():
            control.reset()
            application = five_functions.build(Builder(endpoint))
            for run in ("first", "unchanged"):
                measured = measure(command(application), proxy)
                measures.setdefault((tool, run), []).append(measured)
    return measures


def measure(command: list[str], proxy: Proxy) -> Measure:
    """One command through the proxy; it must succeed."""
    proxy.clear()
    started = time.perf_counter()
    done = subprocess.run(
        command, env=environment(proxy.url), capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - started
    if done.returncode:
        sys.exit(f"{' '.join(command[:3])} …: exit {done.returncode}\n{done.stderr}")
    return Measure(seconds, len(proxy.calls), len(proxy.writes))


def environment(endpoint: str) -> dict[str, str]:
    """What every tool gets: the endpoint, credentials and a region, and nobody's configuration."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {
        **kept,
        "AWS": str(AWS_CLI),
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_PAGER": "",
    }


def dragonctl_command(application: five_functions.Application) -> list[str]:
    """It finds functions and machines by itself."""
    return [str(DRAGONCTL), "setup-observability", "--api", application.api, "--yes"]


def boto3_command(application: five_functions.Application) -> list[str]:
    """The script is told every name."""
    return [sys.executable, str(HERE / "plain_boto3.py"), *names(application, ",")]


def cli_command(application: five_functions.Application) -> list[str]:
    """The script is told every name."""
    return ["bash", str(HERE / "aws_cli.sh"), *names(application, " ")]


def names(application: five_functions.Application, separator: str) -> list[str]:
    """The scripts' four arguments."""
    lists = (application.stages, application.functions, application.machines)
    return [application.api, *(separator.join(names) for names in lists)]


def print_tools(
    measures: dict[tuple[str, str], list[Measure]], options: argparse.Namespace
) -> None:
    """A row per run and tool: median time, its range, calls, and dragonctl's share of it."""
    print(f"{options.latency:g} ms per call, median of {options.repeat}\n")
    print(
        f"{'run':10} {'tool':10} {'seconds':>8} {'range':>13} {'calls':>6} {'writes':>7}  dragonctl"
    )
    for run in ("first", "unchanged"):
        ours = seconds(measures["dragonctl", run])
        for (tool, which), measured in measures.items():
            if which == run:
                print(row(run, tool, measured, ours))


def row(run: str, tool: str, measured: list[Measure], ours: float) -> str:
    """One line of the table."""
    times = [one.seconds for one in measured]
    ratio = "" if tool == "dragonctl" else f"{ours / seconds(measured):5.2f} x"
    aim = AIMS.get((run, tool))
    return (
        f"{run:10} {tool:10} {seconds(measured):8.2f} {min(times):6.2f}-{max(times):<6.2f} "
        f"{measured[-1].calls:6} {measured[-1].writes:7}  {ratio}{f' (aim {aim})' if aim else ''}"
    )


def seconds(measured: list[Measure]) -> float:
    """The median wall time."""
    return statistics.median(one.seconds for one in measured)


def print_start_up(repeat: int) -> None:
    """`dragonctl --help` beside the least that a click program can take."""
    commands = {
        "python -c 'import click'": [sys.executable, "-c", "import click"],
        "dragonctl --help": [str(DRAGONCTL), "--help"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(4 * repeat):
        for name, command in commands.items():
            started = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            times[name].append(time.perf_counter() - started)
    click, ours = (statistics.median(values) for values in times.values())
    print(
        f"\nstart-up: dragonctl --help {ours * 1000:.0f} ms, import click {click * 1000:.0f} ms: "
        f"{ours / click:.2f} x (aim 1.5)"
    )


if __name__ == "__main__":
    main()
