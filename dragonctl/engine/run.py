"""A run: independent steps at the same time, each failure stopping only what needs it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from heapq import heappop, heappush

from dragonctl.aws.transport import as_failure
from dragonctl.engine.events import Failed, Finished, Kept, Working
from dragonctl.engine.model import Change, Reading, Step, differences
from dragonctl.engine.perform import Ended, Tools, must_wait, perform
from dragonctl.engine.plan import Plan, Planned, in_step
from dragonctl.engine.symptoms import is_fatal
from dragonctl.errors import DragonError

log = logging.getLogger(__name__)
SKIPPED = "Skipped"
"""The code of an error that says only that another error stopped this step."""


@dataclass
class Outcome:
    """What a run did."""

    changes: list[Change] = field(default_factory=list)
    errors: list[DragonError] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    readings: dict[str, Reading | None] = field(default_factory=dict)


def apply(plan: Plan, tools: Tools, at_once: int = 24, outcome: Outcome | None = None) -> Outcome:
    """Carry out a plan. Errors are in the outcome; an interruption is raised.

    An ``outcome`` that is given is filled as the run goes on: it outlives an interruption.
    """
    return _Run(plan, tools, outcome or Outcome()).run(at_once)


class _Run:
    def __init__(self, plan: Plan, tools: Tools, outcome: Outcome) -> None:
        self.tools = tools
        self.order = plan.items
        self.items = {item.step.resource.identifier: item for item in plan.items}
        self.places = {name: place for place, name in enumerate(self.items)}
        self.outcome = outcome
        self.stopped: dict[str, DragonError | str] = {}
        self.sorter = TopologicalSorter(
            {name: self._needs(item.step) for name, item in self.items.items()}
        )

    def run(self, at_once: int) -> Outcome:
        self.sorter.prepare()
        pool = ThreadPoolExecutor(max_workers=at_once)
        running: dict[Future[Ended], Planned] = {}
        # Of what is ready, the recipe's first: it puts what many others need before them, and a
        # stage behind its own log groups, not behind those of every other stage.
        ready: list[int] = []
        try:
            while self.sorter.is_active():
                for name in self.sorter.get_ready():
                    heappush(ready, self.places[name])
                while ready and len(running) < at_once:
                    self._try_to_begin(self.order[heappop(ready)], pool, running)
                if running:
                    ended, _ = wait(running, return_when=FIRST_COMPLETED)
                    for future in ended:
                        self._end(running.pop(future), future)
        except Exception:
            self._finish(running)
            raise
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        return self.outcome

    def _finish(self, running: Iterable[Future[Ended]]) -> None:
        """Let what is under way end, and be journalled, before a failure of our own is told."""
        for future in wait(running).done:
            if not future.exception():
                self.outcome.changes += future.result().changes

    def _needs(self, step: Step) -> list[str]:
        return [name for name in step.after if name in self.items]

    def _try_to_begin(
        self, item: Planned, pool: ThreadPoolExecutor, running: dict[Future[Ended], Planned]
    ) -> None:
        try:
            self._begin(item, pool, running)
        except Exception as error:  # noqa: BLE001 (of what it asked on the way)
            self._fail(item, _failure(error, item.step))

    def _begin(
        self, item: Planned, pool: ThreadPoolExecutor, running: dict[Future[Ended], Planned]
    ) -> None:
        """Start a step, or settle it at once when there is nothing to do or something stops it."""
        if self._is_fatal():
            self._stop(item, self.outcome.errors[-1])
        elif item.error:
            self._fail(item, item.error)
        elif blocker := next((n for n in self._needs(item.step) if n in self.stopped), None):
            self._blocked(item, blocker)
        elif reason := self._obstacle(item):
            self._keep(item, reason)
        elif self._is_idle(item):
            self._succeed(item, Ended(item.have, ()))
        else:
            done = dict(self.outcome.readings)
            run = copy_context().run
            running[pool.submit(run, perform, self.tools, item.step, item.have, done)] = item

    def _is_idle(self, item: Planned) -> bool:
        """Nothing to change or to wait for, now that the steps before have ended."""
        if must_wait(self.tools, item.step, item.have):
            return False
        want = item.step.wanted(item.have, self.outcome.readings)
        return not any(differences(item.step.resource, item.have, want))

    def _obstacle(self, item: Planned) -> str | None:
        step = item.step
        if not (step.checks_dependents and item.have and (item.changes or item.kept)):
            return None
        return step.obstacle(self.tools.reads, item.have, self.outcome.readings)

    def _end(self, item: Planned, future: Future[Ended]) -> None:
        try:
            ended = future.result()
        except Exception as error:  # noqa: BLE001 (also what nobody foresaw stops but this step)
            self._fail(item, _failure(error, item.step))
            return
        if ended.error:
            self.outcome.changes += ended.changes
            self._fail(item, in_step(ended.error, item.step))
        else:
            self._succeed(item, ended)

    def _succeed(self, item: Planned, done: Ended) -> None:
        name = item.step.resource.identifier
        self.outcome.readings[name] = done.reading
        self.outcome.changes += done.changes
        if done.changes:
            self.tools.emit(Finished(item.step, done.changes))
        else:
            self.tools.emit(Working(item.step.title, ""))
        self.sorter.done(name)

    def _fail(self, item: Planned, error: DragonError) -> None:
        self._stop(item, error)
        # Without valid credentials every step fails alike: it is said once.
        if not self._is_fatal():
            self.outcome.errors.append(error)
            self.tools.emit(Failed(item.step, error))

    def _is_fatal(self) -> bool:
        return any(is_fatal(error) for error in self.outcome.errors)

    def _stop(self, item: Planned, why: DragonError | str) -> None:
        name = item.step.resource.identifier
        self.stopped[name] = why
        self.outcome.readings[name] = item.have
        self.sorter.done(name)

    def _keep(self, item: Planned, reason: str) -> None:
        self._stop(item, reason)
        name = item.step.resource.identifier
        self.outcome.kept.append(f"{name} was left as it is: {reason}")
        self.tools.emit(Kept(item.step, reason))

    def _blocked(self, item: Planned, blocker: str) -> None:
        """A step that needs another which failed (an error) or was left alone (kept too)."""
        if item.kept:
            self._keep(item, item.kept)
        elif not item.changes:
            self._stop(item, self.stopped[blocker])
        elif isinstance(self.stopped[blocker], str):
            self._keep(item, f"{blocker} still needs it")
        else:
            self._fail(item, _because(item.step, blocker))


def _failure(error: Exception, step: Step) -> DragonError:
    if not isinstance(error, DragonError):
        log.debug("%s", step.resource.identifier, exc_info=error)
    return in_step(as_failure(error), step)


def _because(step: Step, blocker: str) -> DragonError:
    return DragonError(
        f"{step.title} was not begun, because {blocker} failed.",
        "Mend that, then run the same command again.",
        code=SKIPPED,
        resource=step.resource.identifier,
    )
