"""Two changing commands at the same time, by two users of one account: nothing of either is lost.

And two undos of one run at the same time, by one user (:func:`undone_twice`).

:func:`together` runs a pair and names what was not as promised: both end well, `--check` finds
nothing left of either, and each one's journal takes its own changes back, so that the account is
as it was. As a command, ``python -m tests.faults.pairs [NAME]``: every pair, or those of a command.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import combinations_with_replacement
from pathlib import Path

from tests.applications import small
from tests.faults.cases import UNDO, Command
from tests.faults.commands import COMMANDS, furnish, with_distribution
from tests.faults.laboratory import Laboratory, Result, laboratory

Pair = tuple[str, str]
_BOUND = {
    ("enable-cache", "disable-cache"),
    ("create-app", "delete-app"),
    ("setup-observability", "undo"),
    ("undo", "deploy-function"),  # the undone run made tracing active, as a deployment does
    ("setup-observability", "setup-alarms"),
    ("setup-observability", "setup-dashboard"),
    ("undo", "setup-dashboard"),
}
"""One takes back what the other makes, or goes by what the other makes: the order decides."""
UNDONE = [name for name in COMMANDS if name not in ("undo", "flush-cache", "delete-app")]
"""The commands of whose runs there is something to take back."""
_LATENCY = 0.02
"""Seconds a call: long enough for the calls of two runs to alternate."""


def pairs() -> Iterator[Pair]:
    """Every pair of changing commands, each with itself too; two undos have one run to undo."""
    for pair in combinations_with_replacement(COMMANDS, 2):
        if pair != ("undo", "undo"):
            yield pair


def together(laboratory: Laboratory, pair: Pair, number: int) -> list[str]:
    """Run both at once in a fresh account; the broken promises, in words."""
    commands = [COMMANDS[name] for name in pair]
    edge = any(command.build is with_distribution for command in commands)
    before = laboratory.fresh(with_distribution if edge else small.build)
    homes = [laboratory.new_home(f"pair-{number}-{user}") for user in ("first", "second")]
    for command, home in zip(commands, homes, strict=True):
        for words in command.before:
            assert laboratory.run(*words, home=home).exit_code == 0
    laboratory.proxy.latency = _LATENCY
    ends = [
        laboratory.start(*command.words, home=home)
        for command, home in zip(commands, homes, strict=True)
    ]
    results = [end() for end in ends]
    laboratory.proxy.latency = 0
    flushed = "flush-cache" in pair and "disable-cache" in pair  # there may be no cache to empty
    defects = [] if flushed else [*_failures(pair, results), *_lost(laboratory, pair)]
    for command, home in reversed(list(zip(commands, homes, strict=True))):
        _take_back(laboratory, command, home)
    after = laboratory.look()
    left = set.intersection(*(set(command.left(before, after)) for command in commands))
    return [*defects, *([f"taken back, it leaves {sorted(left)}"] if left else [])]


def undone_twice(laboratory: Laboratory, name: str) -> list[str]:
    """Take one run of a command back twice at once; the broken promises, in words."""
    command = COMMANDS[name]
    laboratory.fresh(command.build)
    for words in command.before:
        assert laboratory.run(*words).exit_code == 0
    before = laboratory.look()
    run = laboratory.run(*command.words).document["run"]
    laboratory.proxy.latency = _LATENCY
    region = command.back[len(UNDO) :]
    ends = [laboratory.start(UNDO[0], run, *UNDO[1:], *region) for _ in range(2)]
    results = [end() for end in ends]
    laboratory.proxy.latency = 0
    left = command.left(before, laboratory.look())
    return [
        *_failures((name, name), results),
        *([f"taken back, it leaves {sorted(left)}"] if left else []),
    ]


def _failures(pair: Pair, results: list[Result]) -> Iterator[str]:
    for name, result in zip(pair, results, strict=True):
        if result.exit_code:
            yield f"{name}: exit {result.exit_code}: {result.stderr.strip()[-300:]}"


def _lost(laboratory: Laboratory, pair: Pair) -> Iterator[str]:
    """What a command would have to do again."""
    for name in () if pair in _BOUND else dict.fromkeys(pair):
        command = COMMANDS[name]
        if command.repeats or name == "undo":
            continue
        found = laboratory.run(*command.words, "--check")
        if found.exit_code:
            changes = [f"{one['resource']} {one['field']}" for one in found.document["changes"]]
            yield f"{name} has lost {changes}"


def _take_back(laboratory: Laboratory, command: Command, home: Path) -> None:
    for _ in range(6):
        result = laboratory.run(*command.back, home=home)
        if result.exit_code or not (result.document["changed"] or "undoes" in result.document):
            return


def main() -> int:
    """Run the pairs, a line of a table for each; exit 1 when a promise was broken."""
    chosen = [pair for pair in pairs() if set(sys.argv[1:]) <= set(pair)]
    broken = 0
    with laboratory() as place:
        furnish(place.folder)
        for number, pair in enumerate(chosen):
            defects = together(place, pair, number)
            broken += bool(defects)
            _say(pair, defects)
        for name in set(UNDONE) & set(sys.argv[1:] or UNDONE):
            defects = undone_twice(place, name)
            broken += bool(defects)
            _say((f"undo of {name}", "the same"), defects)
    return broken > 0


def _say(pair: Pair, defects: list[str]) -> None:
    sys.stdout.write(f"| {pair[0]} | {pair[1]} | {'; '.join(defects) or 'as promised'} |\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
