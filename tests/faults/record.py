"""What `make faults` found, a line of JSON a case, so that hours of it can be run in parts.

A later run with the same file repeats the cases that broke a promise, and those alone.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.faults.cases import Finding

Key = tuple[str, str, str]
"""Command, fault and call."""


@dataclass(frozen=True)
class Verdict:
    """How a case ended: ``outcome`` of the disturbed run, ``defects`` what was not as promised."""

    command: str
    fault: str
    call: str
    outcome: str
    seconds: float
    defects: tuple[str, ...] = ()

    @classmethod
    def of(cls, command: str, finding: Finding) -> Verdict:
        """What is kept of a finding."""
        return cls(
            command,
            finding.case.fault.kind,
            finding.case.title,
            finding.outcome,
            round(finding.seconds, 1),
            tuple(finding.defects),
        )

    @property
    def key(self) -> Key:
        """Which case it is."""
        return self.command, self.fault, self.call


class Record:
    """The verdicts in a file; with no file, those of this run."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.verdicts: dict[Key, Verdict] = {}
        for line in path.read_text().splitlines() if path and path.exists() else ():
            found = json.loads(line)
            verdict = Verdict(**{**found, "defects": tuple(found["defects"])})
            self.verdicts[verdict.key] = verdict

    def add(self, verdict: Verdict) -> None:
        """Keep a verdict, at once: a run that is ended keeps what it found."""
        self.verdicts[verdict.key] = verdict
        if self.path:
            with self.path.open("a") as file:
                file.write(json.dumps(asdict(verdict)) + "\n")

    def held(self, key: Key) -> bool:
        """Whether the case was run and everything was as promised."""
        return key in self.verdicts and not self.verdicts[key].defects

    def broken(self) -> list[Verdict]:
        """The cases that broke a promise when they were last run."""
        return [verdict for verdict in self.verdicts.values() if verdict.defects]

    def table(self) -> Iterator[str]:
        """Command by fault how the cases ended, then every broken promise, in Markdown."""
        yield "| command | fault | calls | the disturbed run | next run and undo | longest |"
        yield "|---|---|---|---|---|---|"
        groups: dict[tuple[str, str], list[Verdict]] = {}
        for verdict in self.verdicts.values():
            groups.setdefault((verdict.command, verdict.fault), []).append(verdict)
        for (command, fault), found in groups.items():
            ends = ", ".join(f"{n} {end}" for end, n in Counter(v.outcome for v in found).items())
            broken = sum(bool(verdict.defects) for verdict in found)
            after = f"{broken} broken" if broken else "as promised"
            longest = max(verdict.seconds for verdict in found)
            yield f"| {command} | {fault} | {len(found)} | {ends} | {after} | {longest:.1f} s |"
        for verdict in self.broken():
            for defect in verdict.defects:
                yield f"- {verdict.command}, {verdict.fault} at {verdict.call}: {defect}"
