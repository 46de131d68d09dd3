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
from tests.corpus.walk import Deviation

BEGIN, END = "<!-- made by make corpus -->", "<!-- end -->"


@dataclass
class Row:
    """One shape, and what deviated on each backend that it was walked on."""

    shape: Shape
    deviations: dict[str, list[Deviation]] = field(default_factory=dict)

    @property
    def is_deviating(self) -> bool:
        """Whether anything is not as promised on any backend."""
        return any(self.deviations.values())

    @property
    def line(self) -> str:
        """A row of the table."""
        source = self.shape.about.get("source", {})
        after = f"{source.get('repo', '')} {source.get('commit', '')[:7]}".strip()
        cells = [self.shape.name, after, source.get("kind", "")]
        cells += [self._ended(name) for name in SITES if name in self.deviations]
        return f"| {' | '.join(cells)} |"

    def _ended(self, backend: str) -> str:
        kinds = dict.fromkeys(one.kind for one in self.deviations[backend])
        return ", ".join(kinds) or "clean"


def table(rows: Sequence[Row]) -> str:
    """Clean of total for each backend, a row for each shape, every deviation with its reason."""
    backends = [name for name in SITES if name in rows[0].deviations]
    today = dt.datetime.now(dt.UTC).date()
    clean = [
        f"{sum(not row.deviations[name] for row in rows)} of {len(rows)} on the {name} AWS"
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
    found = [
        f"- {row.shape.name}, {name}: {one.kind}: {one.text} ({reason(row.shape.name, one)})"
        for row in rows
        for name, deviations in row.deviations.items()
        for one in deviations
    ]
    return ["What deviated:", "", *found] if found else ["Nothing deviated."]


def write_page(page: Path, text: str) -> None:
    """Put the table between the page's two marks."""
    old = page.read_text("utf-8")
    between = re.compile(f"{BEGIN}.*?{END}", re.DOTALL)
    new = between.sub(lambda _: f"{BEGIN}\n\n{text}\n\n{END}", old)
    page.write_text(new, "utf-8")
