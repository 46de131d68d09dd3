"""Each fault at each call of a command, and what must hold afterwards.

:func:`learn` runs the command undisturbed and keeps its calls and where it leads; :func:`examine`
repeats it with one fault at one call, runs it again undisturbed, and takes everything back with
`undo`. What is not as promised is named in the :class:`Finding`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from tests.applications import small
from tests.applications.builder import Builder
from tests.applications.snapshot import moved
from tests.faults.laboratory import Laboratory, Result
from tests.faults.rules import ALWAYS, FAULTS, Fault, Rule

SETUP = ("setup-observability", "--api", "small", "--yes", "--output", "json")
UNDO = ("undo", "--yes", "--output", "json")

SURVIVED = ("500", "503", "429", "bare-429", "cut-before", "cut-after", "silence", "malformed")
"""Faults of one call that a command gets over by itself."""
CONTENTION = ("conflict", "ConflictException")
"""The same, for writes: AWS does not refuse a read because of another's change."""
IGNORED = "no-effect"
"""A write that AWS answers as done, and does not do: only a look afterwards tells."""
DEADLY = ("kill-before", "kill-after")
REFUSALS = ("access-denied", "expired-token")
PROPAGATION = {
    "apigateway.UpdateAccount": FAULTS["not-yet"],
    "stepfunctions.UpdateStateMachine": FAULTS["not-yet"],
    "lambda.UpdateFunctionConfiguration": FAULTS["not-yet"],
}
"""Calls to which IAM's delay is a known answer."""


@dataclass(frozen=True)
class Command:
    """A command line, and those that must have gone before it.

    ``back`` takes it back; ``build`` makes the application that it meets; ``leaves`` are patterns
    of what cannot be taken back, ``grows`` of what a second run may have to add to; ``repeats`` is
    True of one that has something to do every time.
    """

    words: tuple[str, ...]
    before: tuple[tuple[str, ...], ...] = ()
    back: tuple[str, ...] = UNDO
    build: Callable[[Builder], Any] = small.build
    leaves: tuple[str, ...] = ()
    grows: tuple[str, ...] = ()
    repeats: bool = False

    def left(self, before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
        """What differs between two snapshots, but for what the command cannot take back."""
        return _moved_beside(self.leaves, before, now)

    def elsewhere(self, end: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
        """What differs from the end of an undisturbed run, but for what may have grown."""
        return _moved_beside(self.grows, end, now)


def _moved_beside(
    patterns: tuple[str, ...], before: dict[str, Any], now: dict[str, Any]
) -> dict[str, Any]:
    return {
        path: pair
        for path, pair in moved(before, now).items()
        if not any(fnmatchcase(path, pattern) for pattern in patterns)
    }


@dataclass(frozen=True)
class Learned:
    """What a command does when nothing disturbs it: its calls, and the account at its end."""

    command: Command
    calls: tuple[tuple[str, str, bool], ...]  # service, operation, is it a write
    end: dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One fault at the ``nth`` call of ``operation``; a refusal stays, other faults pass."""

    fault: Fault
    service: str
    operation: str
    nth: int = 1

    @property
    def title(self) -> str:
        """``apigateway.UpdateStage#1``."""
        return f"{self.service}.{self.operation}#{self.nth}"

    @property
    def is_read(self) -> bool:
        """Whether the call changes nothing."""
        return self.operation.startswith(("Get", "List", "Describe", "Filter", "Head"))

    @property
    def rule(self) -> Rule:
        """The proxy's rule for it."""
        times = ALWAYS if self.fault.kind in REFUSALS else 1
        return Rule(self.fault, self.service, self.operation, nth=self.nth, times=times)


@dataclass
class Finding:
    """How a case ended: ``outcome`` in words, ``defects`` what was not as promised."""

    case: Case
    outcome: str = ""
    seconds: float = 0.0
    before: dict[str, Any] = field(default_factory=dict)
    defects: list[str] = field(default_factory=list)

    def expect(self, holds: bool, otherwise: str) -> None:
        """Note a defect unless it holds."""
        if not holds:
            self.defects.append(otherwise)


def learn(laboratory: Laboratory, command: Command = Command(SETUP)) -> Learned:
    """Run a command undisturbed. AssertionError when even that does not succeed."""
    prepare(laboratory, command)
    result = laboratory.run(*command.words)
    assert result.exit_code == 0, result.stderr
    calls = tuple((call.service, call.operation, call.is_write) for call in result.calls)
    return Learned(command, calls, laboratory.comparable(laboratory.look()))


def prepare(
    laboratory: Laboratory, command: Command, clean: dict[str, Any] | None = None
) -> dict[str, Any]:
    """An untouched account and what goes before the command; how the account was before all of it.

    ``clean`` is the snapshot of an account that is known to be as it was; it need not be built.
    """
    if clean is not None:
        laboratory.move_out()
    untouched = laboratory.fresh(command.build) if clean is None else clean
    for words in command.before:
        result = laboratory.run(*words)
        assert result.exit_code == 0, result.stderr
    return untouched


def undo_all(laboratory: Laboratory) -> None:
    """Take runs back until none is left.

    A run that died with a write under way may have nothing to take back; it is no end.
    """
    for _ in range(20):
        result = laboratory.run(*UNDO)
        if result.exit_code:
            assert [one["code"] for one in result.errors] == ["NothingToUndo"]
            return
    raise AssertionError("undo finds something to undo forever")


def cases(learned: Learned) -> Iterator[Case]:
    """Every fault at every call."""
    seen: Counter[tuple[str, str]] = Counter()
    for service, operation, is_write in learned.calls:
        seen[service, operation] += 1
        nth = seen[service, operation]
        of_writes = (*CONTENTION, IGNORED) if is_write else ()
        for name in (*DEADLY, *SURVIVED, *REFUSALS, *of_writes):
            if name in _impossible(service, operation):
                continue
            yield Case(FAULTS[name], service, operation, nth)
        if f"{service}.{operation}" in PROPAGATION:
            yield Case(PROPAGATION[f"{service}.{operation}"], service, operation, nth)


def _impossible(service: str, operation: str) -> tuple[str, ...]:
    """Faults that a call cannot meet."""
    if operation.startswith("Head"):
        return ("malformed",)  # its answer has no body
    if operation == "FlushStageCache":
        return (IGNORED,)  # no call of AWS shows what a cache holds
    # No operation of AWS's: code that is fetched from where a signed address points.
    return ("429", "bare-429", *REFUSALS) if service == "?" else ()


def examine(
    laboratory: Laboratory, learned: Learned, case: Case, clean: dict[str, Any] | None = None
) -> Finding:
    """One case from an untouched account to everything taken back."""
    finding = Finding(case)
    before = prepare(laboratory, learned.command, clean)
    rule = case.rule
    broken = laboratory.run(*learned.command.words, rules=[rule])
    finding.seconds = broken.seconds
    finding.before = before
    if rule.hits:
        _judge(finding, case, broken)
    else:  # how often a command looks whether something is done depends on the time it takes
        finding.outcome = "done before that call came"
        finding.expect(broken.exit_code == 0, "the call never came, and it did not end well")
    _converges(finding, laboratory, learned, broken)
    _undoes(finding, laboratory, learned.command, before)
    return finding


def _judge(finding: Finding, case: Case, result: Result) -> None:
    """The exit code, message and output of the disturbed run."""
    kind = case.fault.kind
    finding.outcome = {0: "done", 1: "failed, said why", -9: "killed"}.get(
        result.exit_code, f"exit {result.exit_code}"
    )
    finding.expect("Traceback" not in result.stderr, f"traceback: {_last_line(result.stderr)}")
    if kind in DEADLY:
        finding.expect(result.exit_code == -9, f"not killed, exit {result.exit_code}")
        return
    finding.expect(bool(result.document), "stdout is not one JSON document")
    if kind in REFUSALS:
        _judge_refusal(finding, case, result)
    elif kind == IGNORED:
        finding.expect(result.exit_code == 1, "a write without effect ended with exit 0")
        finding.expect(bool(result.errors), "a write without effect was not told")
    elif result.exit_code:
        told = [error.get("message") for error in result.errors] or _last_line(result.stderr)
        finding.defects.append(f"exit {result.exit_code}: {told}")


def _judge_refusal(finding: Finding, case: Case, result: Result) -> None:
    if result.exit_code == 0:
        # What was not needed may go without a word: whether it was, the next run tells.
        said = result.document.get("warnings", [])
        finding.outcome = "done, with a warning" if said else "done without it"
        finding.expect(case.is_read, "a refused write ended with exit 0")
        return
    finding.expect(result.exit_code == 1, f"exit {result.exit_code}, not 1")
    if case.operation.startswith("Head"):  # an answer without a body cannot say why
        return
    said = " ".join(f"{error.get('message')} {error.get('hint')}" for error in result.errors)
    if case.fault.kind == "access-denied":
        finding.expect("not authorized to perform" in said, f"does not name the action: {said}")
    else:
        finding.expect("expired" in said, f"does not say that the session expired: {said}")


def _converges(finding: Finding, laboratory: Laboratory, learned: Learned, broken: Result) -> None:
    """The next run reaches the same end; the one after it writes nothing."""
    again = laboratory.run(*learned.command.words)
    finding.expect(
        _ends_well(again), f"next run: exit {again.exit_code}: {_last_line(again.stderr)}"
    )
    now = laboratory.comparable(laboratory.look())
    elsewhere = learned.command.elsewhere(learned.end, now)
    finding.expect(not elsewhere, f"next run ends elsewhere: {elsewhere}")
    if learned.command.repeats:
        return
    if broken.exit_code == 0:
        finding.expect(not again.writes, f"next run still writes {again.writes}")
    else:
        unchanged = laboratory.run(*learned.command.words)
        finding.expect(not unchanged.writes, f"third run still writes {unchanged.writes}")


def _ends_well(result: Result) -> bool:
    """Done, or nothing left to undo."""
    return result.exit_code == 0 or [e["code"] for e in result.errors] == ["NothingToUndo"]


def _undoes(
    finding: Finding, laboratory: Laboratory, command: Command, before: dict[str, Any]
) -> None:
    """Taking every run back leaves what was there."""
    for _ in range(6):
        result = laboratory.run(*command.back)
        finding.expect("Traceback" not in result.stderr, f"undo: {_last_line(result.stderr)}")
        # To undo a run that was killed before its first write changes nothing: there may be more.
        if result.exit_code or not (result.document["changed"] or "undoes" in result.document):
            break
    left = command.left(before, laboratory.look())
    ended = f"exit {result.exit_code}: {result.errors or _last_line(result.stderr)}"
    finding.expect(not left, f"{' '.join(command.back)} leaves {left} ({ended})")


def _last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2][:300]
