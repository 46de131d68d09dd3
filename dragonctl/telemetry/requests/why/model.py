"""The words of a verdict. ``docs/schemas/why.json`` lists them: they are a promise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

Part = Literal[
    "caller", "limit", "waf", "authorizer", "api", "mapping", "integration", "function", "state",
    "state-machine", "downstream",
]  # fmt: skip
"""What failed. ``limit`` is a rate limit or quota of API Gateway, ``api`` API Gateway itself."""

Kind = Literal[
    "caller not allowed", "role not allowed", "gateway not allowed", "caller error", "blocked",
    "throttled", "timeout", "exception", "out of memory", "cannot start", "exited", "unreachable",
    "configuration", "bad answer", "backend status", "authorizer failed", "definition",
    "failed on purpose", "data limit", "aborted", "internal error", "unclear",
]  # fmt: skip
"""How it failed."""

Outcome = Literal["failed", "handled", "ok", "unknown"]
"""How the whole ended; ``unknown``: its end was not seen."""

Handled = Literal["no", "caught", "retried", "redriven", "tolerated"]
"""What became of a failure that did not make the whole fail."""


@dataclass(frozen=True)
class FailedPart:
    """One part that failed, how, and the line that says so.

    ``error`` is the error's name or AWS's words, ``by`` who throttled (``usage plan``, ``quota``,
    ``method``, ``stage``, ``account``, ``function concurrency``, or a service). ``says`` is what is
    known beyond part and kind, as a clause. ``adopted`` tells, as a sentence, why a line that does
    not name the request is taken for one of its lines. ``request`` is the id under which its lines
    are found.
    """

    part: Part
    name: str
    kind: Kind
    error: str = ""
    by: str = ""
    evidence: str = ""
    source: str = ""
    time_ms: int = 0
    says: str = ""
    remedy: str = ""
    adopted: str = ""
    request: str = ""
    next: str = ""

    @property
    def meaning(self) -> str:
        """What that means, as a clause for people."""
        from dragonctl.telemetry.requests.why.sentences import meaning

        return meaning(self)

    def document(self) -> dict[str, Any]:
        """The finding as plain JSON."""
        parts = asdict(self)
        del parts["says"]
        return {**parts, "meaning": self.meaning}


@dataclass(frozen=True)
class Verdict:
    """The answer to ``why``.

    ``found`` is False when nothing of the id is to be seen. ``consequences`` are what the cause led
    to, ``before`` failures that were handled on the way to it. ``unseen`` names, in sentences, what
    could not be seen.
    """

    ident: str
    outcome: Outcome = "unknown"
    found: bool = True
    handled: Handled = "no"
    cause: FailedPart | None = None
    consequences: tuple[FailedPart, ...] = ()
    status: str = ""
    next_command: str = ""
    ids: tuple[str, ...] = ()
    lines: int = 0
    unseen: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether the request failed as a whole."""
        return self.outcome == "failed"

    def typed(self, typed: Callable[[str], str]) -> Verdict:
        """The same with its commands as they are to be typed."""
        cause = replace(self.cause, next=typed(self.cause.next)) if self.cause else None
        return replace(self, cause=cause, next_command=typed(self.next_command))

    def document(self) -> dict[str, Any]:
        """The verdict as plain JSON."""
        return {
            "id": self.ident,
            "found": self.found,
            "outcome": self.outcome,
            "failed": self.failed,
            "handled": self.handled,
            "status": self.status,
            "cause": self.cause.document() if self.cause else None,
            "consequences": [item.document() for item in self.consequences],
            "unseen": list(self.unseen),
            "next": self.next_command,
            "ids": list(self.ids),
            "lines": self.lines,
        }
