"""`make bench`: an unchanged `setup-observability` beside the longest chain of its dependent reads.

The same application and latency as in :mod:`bench.observability`. Nothing changes, so every answer
can be given from the proxy's memory: as from a real AWS, which shares no processor with the tool.
Beside it the same with the local AWS answering, which works on the same cores.
"""

from __future__ import annotations

import argparse
import sys

from bench.observability import HERE, Measure, dragonctl_command, local_aws, measure, seconds
from tests.applications import five_functions
from tests.applications.builder import Builder
from tests.faults.proxy import Proxy

AIM = 1.1


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--repeat", type=int, default=15)
    parser.add_argument("--latency", type=float, default=60, help="milliseconds per call")
    options = parser.parse_args()
    print(f"{options.latency:g} ms per call, median of {options.repeat}\n")
    print(f"{'answers':12} {'':10} {'seconds':>8} {'calls':>6}  dragonctl takes (aim {AIM})")
    with local_aws() as endpoint, Proxy(endpoint, latency=options.latency / 1000) as proxy:
        application = five_functions.build(Builder(endpoint))
        measure(dragonctl_command(application), proxy)  # the run that has all to do
        for answers, memory in (("from memory", {}), ("local AWS", None)):
            proxy.memory = memory
            print_rows(answers, *side_by_side(application, proxy, options.repeat))


def side_by_side(
    application: five_functions.Application, proxy: Proxy, repeat: int
) -> tuple[list[Measure], list[Measure]]:
    """The command and its chain, alternating, so that a slow moment hits both alike."""
    commands = (dragonctl_command(application), chain_command(application))
    for command in commands:  # so that every answer is remembered
        measure(command, proxy)
    measured = [[measure(command, proxy) for command in commands] for _ in range(repeat)]
    ours, chain = zip(*measured, strict=True)
    return list(ours), list(chain)


def chain_command(application: five_functions.Application) -> list[str]:
    """Only the reads that wait for each other."""
    chain = str(HERE / "longest_chain.py")
    return [sys.executable, chain, application.api, application.machines[0]]


def print_rows(answers: str, ours: list[Measure], chain: list[Measure]) -> None:
    """A row for the command and one for its chain: median seconds, calls, and the ratio."""
    ratio = seconds(ours) / seconds(chain)
    for name, measured, said in (("dragonctl", ours, f"{ratio:.2f} x"), ("its chain", chain, "")):
        calls = measured[-1].calls
        print(f"{answers:12} {name:10} {seconds(measured):8.3f} {calls:6}  {said}")


if __name__ == "__main__":
    main()
