"""The table of a walk over shapes, as it stands in ``docs/applications.md``."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.corpus.reasons import reason
from tests.corpus.shape import Shape
from tests.corpus.sites import SITES
from tests.corpus.walk import PART, Deviation

BEGIN, END = "<!-- made by make corpus -->", "<!-- end -->"


@dataclass
class Row:
    """One shape, and what deviated on each backend that it was walked on."""

    shape: Shape
    deviations: dict[str, list[Deviation]] = field(default_factory=dict)

    @property
    def is_deviating(self) -> bool:
        """Whether anything is not as promised on any backend."""
        return any(self.found(name) for name in self.deviations)

    def found(self, backend: str) -> list[Deviation]:
        """What deviated on a backend."""
        return [one for one in self.deviations[backend] if one.kind != PART]

    @property
    def line(self) -> str:
        """A row of the table."""
        source = self.shape.about.get("source", {})
        after = f"{source.get('repo', '')} {source.get('commit', '')[:7]}".strip()
        cells = [self.shape.name, after, source.get("kind", "")]
        cells += [self._ended(name) for name in SITES if name in self.deviations]
        return f"| {' | '.join(cells)} |"

    def _ended(self, backend: str) -> str:
        kinds = dict.fromkeys(one.kind for one in self.found(backend))
        return ", ".join(kinds) or "clean"


def table(rows: Sequence[Row]) -> str:
    """Clean of total for each backend, a row for each shape, every deviation with its reason."""
    backends = [name for name in SITES if name in rows[0].deviations]
    today = dt.datetime.now(dt.UTC).date()
    clean = [
        f"{sum(not row.found(name) for row in rows)} of {len(rows)} on the {name} AWS"
        for name in backends
    ]
    head = ["application", "after", "what is in it", *backends]
    return "\n".join([
        f"`make corpus` on {today}. Clean: {', '.join(clean)}.", "",
        f"| {' | '.join(head)} |", "|---" * len(head) + "|",
        *(row.line for row in rows), "",
        *_explained(rows),
    ])  # fmt: skip


def _explained(rows: Sequence[Row]) -> list[str]:
    every = [
        (row, name, one) for row in rows for name in row.deviations for one in row.deviations[name]
    ]
    found = [
        f"- {row.shape.name}, {name}: {one.kind}: {one.text} ({reason(row.shape.name, one)})"
        for row, name, one in every
        if one.kind != PART
    ]
    parts = [
        f"- {row.shape.name}, {name}: {one.text}" for row, name, one in every if one.kind == PART
    ]
    return [
        *(["What deviated:", "", *found] if found else ["Nothing deviated."]),
        *(["", "Refused while it was built:", "", *parts] if parts else []),
    ]


def write_page(page: Path, text: str) -> None:
    """Put the table between the page's two marks."""
    old = page.read_text("utf-8")
    between = re.compile(f"{BEGIN}.*?{END}", re.DOTALL)
    new = between.sub(lambda _: f"{BEGIN}\n\n{text}\n\n{END}", old)
    page.write_text(new, "utf-8")
