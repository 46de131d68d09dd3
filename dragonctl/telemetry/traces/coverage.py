"""How complete an answer about traces is: where segments go, and which share X-Ray indexes.

Where Transaction Search is on, spans go to the log group ``aws/spans`` and X-Ray indexes a share
of the traces: GetTraceSummaries sees those alone, BatchGetTraces none ("You cannot find traces
through this API if Transaction Search is enabled", X-Ray API reference). It is on where the
destination is CloudWatchLogs; a change of it takes up to ten minutes (``PENDING``).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

from dragonctl.engine.model import Fetch
from dragonctl.engine.paging import NEXT_TOKEN, follow
from dragonctl.engine.symptoms import is_fatal
from dragonctl.errors import DragonError

_ALL = 100.0
DEFAULT_RULE = "Default"
"""The one indexing rule that X-Ray has."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is known of where traces are kept, and how much of them an answer holds.

    ``destination`` is ``XRay``, ``CloudWatchLogs``, or None where that may not be asked;
    ``indexed`` the share in percent that X-Ray indexes, None where it is not known or matters not.
    ``complete``: whether the answer holds every trace that was recorded; None: not known.
    """

    destination: str | None = "XRay"
    status: str = ""
    indexed: float | None = None
    complete: bool | None = True
    notes: tuple[str, ...] = ()

    @property
    def elsewhere(self) -> bool:
        """Whether spans go to CloudWatch Logs: Transaction Search."""
        return self.destination == "CloudWatchLogs"

    def with_note(self, note: str, *, complete: bool | None = False) -> Coverage:
        """The same, with what an answer lacks."""
        return replace(self, complete=complete, notes=(*self.notes, note))

    def with_spans(self, scanned: str, *, cut: bool) -> Coverage:
        """Of a list that holds what X-Ray indexes, and the traces whose first span was found."""
        note = (
            f"Transaction Search is on: what X-Ray does not index was searched in CloudWatch Logs"
            f" ({scanned} scanned, which Logs Insights bills). Of the traces that begin elsewhere"
            " only the indexed ones are here."
        )
        more = ("There are more than a search gives: ask for a shorter time.",) if cut else ()
        return replace(self, complete=False if cut else None, notes=(note, *more))

    def of_graph(self) -> Coverage:
        """The same of X-Ray's service graph: AWS does not say what that counts."""
        if not self.elsewhere or self.complete:
            return self
        share = "a share" if self.indexed is None else f"{self.indexed:g} %"
        note = (
            f"Transaction Search is on, and X-Ray indexes {share} of the traces; whether its graph"
            " counts the others AWS does not say."
        )
        return replace(self, complete=None, notes=(note,))

    def document(self) -> dict[str, Any]:
        """As plain JSON."""
        return {**asdict(self), "notes": list(self.notes)}

    def sentence(self) -> str:
        """For the head of an answer."""
        if self.notes:
            return " ".join(self.notes)
        return "Complete: X-Ray keeps every trace that is recorded."


def read_coverage(fetch: Fetch) -> Coverage:
    """Of a list, groups or a map that X-Ray itself answers."""
    try:
        answer = fetch("xray", "GetTraceSegmentDestination")
    except DragonError as problem:
        if is_fatal(problem):
            raise
        doubt = f"Whether this is complete is not known: {_denied(problem)}"
        return Coverage(None).with_note(f"{doubt} xray:GetTraceSegmentDestination.", complete=None)
    found = Coverage(str(answer.get("Destination") or "XRay"), str(answer.get("Status") or ""))
    if found.status == "PENDING":
        found = found.with_note(
            "Where spans go is being changed (PENDING): what came meanwhile may be in the other"
            " place.", complete=None,
        )  # fmt: skip
    return _indexed(fetch, found) if found.elsewhere else found


def _indexed(fetch: Fetch, found: Coverage) -> Coverage:
    """With the share that is indexed, and what a list of X-Ray's lacks for it."""
    try:
        rules = [
            rule for page in follow(partial(fetch, "xray", "GetIndexingRules"), NEXT_TOKEN)
            for rule in page.get("IndexingRules") or ()
        ]  # fmt: skip
    except DragonError as problem:
        if is_fatal(problem):
            raise
        note = f"X-Ray indexes only a share of the traces; which is not known: {_denied(problem)}"
        return found.with_note(f"Transaction Search is on. {note} xray:GetIndexingRules.")
    share = _share(rules)
    if share is not None and share >= _ALL:
        return replace(found, indexed=share)
    words = "only a share" if share is None else f"{share:g} %"
    note = (
        f"Transaction Search is on, and X-Ray indexes {words} of the traces: others are left out."
    )
    return replace(found, indexed=share).with_note(note)


def _share(rules: list[dict[str, Any]]) -> float | None:
    """The share in percent: what X-Ray really indexes, where it tells that."""
    for rule in sorted(rules, key=lambda rule: rule.get("Name") != DEFAULT_RULE):
        probabilistic = (rule.get("Rule") or {}).get("Probabilistic") or {}
        for name in ("ActualSamplingPercentage", "DesiredSamplingPercentage"):
            if isinstance(probabilistic.get(name), int | float):
                return float(probabilistic[name])
    return None


def _denied(problem: DragonError) -> str:
    """``AccessDeniedException for``: what AWS said to a read."""
    return f"AWS answered {problem.code} to"
