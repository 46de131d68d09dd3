"""Which steps of a run may begin: what comes before them is answered or, for safety, read back."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from dragonctl.engine.model import Step


@dataclass(frozen=True)
class _ReadBack:
    """That the step of this identifier, and every one before it, has been read back."""

    of: str


_Event = str | _ReadBack
"""That a step's writes are answered (its identifier), or that all is read back so far."""


class Order:
    """The order of steps, by their identifiers. Not safe to share between threads."""

    def __init__(self) -> None:
        self._needs: dict[str, tuple[str, ...]] = {}
        self._missing: dict[_Event, int] = {}
        self._next: dict[_Event, list[_Event]] = {}
        self._over: set[_Event] = set()

    def add(self, steps: Iterable[Step]) -> list[str]:
        """Take in steps, which may need earlier ones: those of them that may begin now."""
        added = {step.resource.identifier: step for step in steps}
        known = self._needs.keys() | added.keys()
        for name, step in added.items():
            self._needs[name] = tuple(dict.fromkeys(one for one in step.after if one in known))
        for name, step in added.items():
            self._await(name, self._before(name, read_back=step.waits_for_read_back))
            self._await(_ReadBack(name), self._before(name, read_back=True))
            self._missing[_ReadBack(name)] += 1  # its own
        return [name for name in added if not self._missing[name]]

    def needs(self, name: str) -> tuple[str, ...]:
        """The steps that come directly before one."""
        return self._needs[name]

    def grounds(self, name: str) -> Iterable[str]:
        """All that a step stands on, the nearest first."""
        seen = dict.fromkeys(self._needs[name])
        queue = deque(seen)
        while queue:
            yield (nearest := queue.popleft())
            new = [one for one in self._needs[nearest] if one not in seen]
            seen |= dict.fromkeys(new)
            queue.extend(new)

    def answered(self, name: str) -> list[str]:
        """A step's writes are answered: the steps that may begin now."""
        return self._pass(name)

    def read_back(self, name: str) -> list[str]:
        """A step has been read back, or never will be: the steps that may begin now."""
        began = self._pass(name)
        node = _ReadBack(name)
        self._missing[node] -= 1
        return [*began, *(() if self._missing[node] else self._pass(node))]

    def postpone(self, name: str) -> bool:
        """Let a step wait until what it needs is read back; False where all of that is."""
        self._await(name, self._before(name, read_back=True))
        return bool(self._missing[name])

    def _before(self, name: str, *, read_back: bool) -> list[_Event]:
        return [_ReadBack(one) if read_back else one for one in self._needs[name]]

    def _await(self, event: _Event, others: list[_Event]) -> None:
        others = [one for one in others if one not in self._over]
        self._missing[event] = len(others)
        for other in others:
            self._next.setdefault(other, []).append(event)

    def _pass(self, event: _Event) -> list[str]:
        """Something has come to pass: the steps that waited for that alone."""
        steps: list[str] = []
        queue = deque([event])
        while queue:
            over = queue.popleft()
            if over in self._over:
                continue
            self._over.add(over)
            for waiting in self._next.pop(over, ()):
                self._missing[waiting] -= 1
                if self._missing[waiting]:
                    continue
                if isinstance(waiting, str):
                    steps.append(waiting)
                else:
                    queue.append(waiting)
        return steps
