"""`make faults`: every fault at every call of every changing command, as a table.

Hours of faults in minutes: several laboratories work side by side, each with a local AWS of its
own. ``--fault`` and ``--call`` narrow it down, to look at one case again; with ``--record`` it goes
on where a former run ended.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from fnmatch import fnmatchcase
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tests.faults.cases import Case, Command, Finding, Learned, cases, examine, learn
from tests.faults.commands import COMMANDS, furnish
from tests.faults.laboratory import Laboratory, laboratory
from tests.faults.record import Record, Verdict


def main() -> int:
    """Run the cases, print the table; exit 1 when a promise was broken."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--minutes", type=float, default=600, help="begin no case after that")
    parser.add_argument("--command", default="*", help="pattern of command names")
    parser.add_argument("--fault", default="*", help="pattern of fault names")
    parser.add_argument("--call", default="*", help="pattern of service.Operation#n")
    parser.add_argument(
        "--record", type=Path, help="file to keep the findings in, and to go on from"
    )
    options = parser.parse_args()
    record = Record(options.record)
    end = time.monotonic() + 60 * options.minutes
    for name, command in COMMANDS.items():
        if fnmatchcase(name, options.command) and time.monotonic() < end:
            _run(name, command, record, options, end)
    _say("\n".join(record.table()))
    return bool(record.broken())


def _run(
    name: str, command: Command, record: Record, options: argparse.Namespace, end: float
) -> None:
    """The cases of one command that are not in the record yet, writes first."""
    with laboratory() as place:
        furnish(place.folder)
        learned = learn(place, command)
    every = list(cases(learned))
    chosen = [
        case
        for case in every
        if _is_chosen(case, options) and not record.held((name, case.fault.kind, case.title))
    ]
    chosen.sort(key=lambda case: case.is_read)  # what matters most comes first
    _say(f"{name}: {len(learned.calls)} calls, {len(every)} cases, {len(chosen)} to run")
    for finding in _examine_all(learned, chosen, options.workers, end):
        record.add(Verdict.of(name, finding))


def _is_chosen(case: Case, options: argparse.Namespace) -> bool:
    return fnmatchcase(case.fault.kind, options.fault) and fnmatchcase(case.title, options.call)


def _examine_all(
    learned: Learned, chosen: Sequence[Case], workers: int, end: float
) -> Iterator[Finding]:
    with ProcessPoolExecutor(workers, get_context("spawn"), initializer=_move_in) as pool:
        for ended in as_completed([pool.submit(_examine, learned, case) for case in chosen]):
            finding = ended.result()
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
    # What a command leaves forever, the next case should not find.
    stays = finding.defects or learned.command.leaves
    _clean[:] = [] if stays else [finding.before]
    return finding


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
