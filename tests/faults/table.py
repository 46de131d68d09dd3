"""`make faults`: every fault at every call of every changing command, as a table.

Hours of faults in minutes: several laboratories work side by side, each with a local AWS of its
own. ``--fault`` and ``--call`` narrow it down, to look at one case again.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from fnmatch import fnmatchcase
from multiprocessing import get_context
from typing import Any

from tests.faults.cases import Case, Finding, Learned, cases, examine, learn
from tests.faults.commands import COMMANDS, furnish
from tests.faults.laboratory import Laboratory, laboratory


def main() -> int:
    """Run the cases, print the table; exit 1 when a promise was broken."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--minutes", type=float, default=600, help="begin no case after that")
    parser.add_argument("--command", default="*", help="pattern of command names")
    parser.add_argument("--fault", default="*", help="pattern of fault names")
    parser.add_argument("--call", default="*", help="pattern of service.Operation#n")
    options = parser.parse_args()
    findings: dict[str, list[Finding]] = {}
    for name, command in COMMANDS.items():
        if not fnmatchcase(name, options.command):
            continue
        with laboratory() as place:
            furnish(place.folder)
            learned = learn(place, command)
        chosen = [case for case in cases(learned) if _is_chosen(case, options)]
        chosen.sort(key=lambda case: case.is_read)  # what matters most comes first
        _say(f"{name}: {len(learned.calls)} calls, {len(chosen)} cases")
        findings[name] = list(_examine_all(learned, chosen, options))
    for command, found in findings.items():
        _say("\n".join(table(command, found)))
    return any(finding.defects for found in findings.values() for finding in found)


def table(command: str, findings: Sequence[Finding]) -> Iterator[str]:
    """Fault by fault how the cases ended, then every broken promise, in Markdown."""
    by_fault: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_fault[finding.case.fault.kind].append(finding)
    yield f"\n## {command}\n\n| fault | calls | the disturbed run | next run and undo | longest |"
    yield "|---|---|---|---|---|"
    for fault, found in by_fault.items():
        ends = ", ".join(f"{n} {end}" for end, n in Counter(f.outcome for f in found).items())
        broken = sum(bool(one.defects) for one in found)
        after = f"{broken} broken promises" if broken else "as promised"
        longest = max(one.seconds for one in found)
        yield f"| {fault} | {len(found)} | {ends} | {after} | {longest:.1f} s |"
    for finding in findings:
        for defect in finding.defects:
            yield f"- {finding.case.fault.kind} at {finding.case.title}: {defect}"


def _is_chosen(case: Case, options: argparse.Namespace) -> bool:
    return fnmatchcase(case.fault.kind, options.fault) and fnmatchcase(case.title, options.call)


def _examine_all(
    learned: Learned, chosen: Sequence[Case], options: argparse.Namespace
) -> Iterator[Finding]:
    end = time.monotonic() + 60 * options.minutes
    with ProcessPoolExecutor(options.workers, get_context("spawn"), initializer=_move_in) as pool:
        for finding in pool.map(_examine, [learned] * len(chosen), chosen):
            _say(f"{finding.case.title:50} {finding.case.fault.kind:14} {finding.outcome}")
            for defect in finding.defects:
                _say(f"    {defect}")
            yield finding
            if time.monotonic() > end:
                pool.shutdown(wait=True, cancel_futures=True)
                _say("out of time: the cases after this one were not run")
                return


_home = ExitStack()
_place: list[Laboratory] = []
_clean: list[dict[str, Any]] = []
"""How this worker's account stands, when the last case left it as it was."""


def _move_in() -> None:
    """Give this worker a laboratory for the time of its life."""
    from multiprocessing import util

    place = _home.enter_context(laboratory())
    furnish(place.folder)
    _place.append(place)
    util.Finalize(None, _home.close, exitpriority=10)


def _examine(learned: Learned, case: Case) -> Finding:
    finding = examine(_place[0], learned, case, _clean[-1] if _clean else None)
    # What a command leaves for ever, the next case should not find.
    stays = finding.defects or learned.command.leaves
    _clean[:] = [] if stays else [finding.before]
    return finding


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
